"""The report in short, for a terminal."""

from dataclasses import replace

from pipeline.adapters.report import SessionReport, StreamCheck, Tone, summary_lines
from pipeline.domain.retention import RetentionClock
from tests.factories_report import MORNING, session_report


def texts(report: SessionReport) -> list[str]:
    return [line.text for line in summary_lines(report)]


def test_each_sentence_stands_with_its_verdict_and_evidence() -> None:
    """A sentence is one line with symbol and word, and the line after it quotes the transcript."""
    lines = texts(session_report())
    at = next(number for number, line in enumerate(lines) if line.startswith("✓ 3."))

    assert lines[at] == "✓ 3. Client rated mood 4 of 10, up from 3. [Supported]"
    assert lines[at + 1] == "0:51 Client: “About a four. It was a three last time.”"


def test_the_safety_list_says_what_it_is() -> None:
    """The list of safety matters carries its caveat, and says what the note lacks."""
    lines = texts(session_report())

    assert "This list shows what was found; it is not a risk assessment." in lines
    assert "✗ Medication: NOT in the note (brought up without being asked)" in lines


def test_the_draft_heads_the_summary() -> None:
    """The first line says that this is a draft."""
    first = summary_lines(session_report())[0]

    assert first.text == "Draft DAP note: DRAFT - not signed"
    assert first.tone is Tone.HEADING


def test_what_was_deleted_and_what_is_due() -> None:
    """Deletions are told with their proof, and clocks with their date."""
    lines = texts(session_report())

    assert any(line.startswith("Recording as handed in: Thu 19 Nov 2026, 21:49 EST") for line in lines)
    assert any(line.startswith("Working copy of the sound: Sat 19 Dec 2026") for line in lines)


def test_a_clock_that_has_run_out_is_due_now() -> None:
    """A kind whose time has come and which is still there is due."""
    clock = replace(session_report().clocks[1], due_at=MORNING)
    lines = texts(session_report(clocks=(clock,)))

    assert any("(due now)" in line for line in lines)


def test_an_empty_basis_leaves_no_loose_end() -> None:
    """A clock without a stated reason ends at its date."""
    clock = session_report().clocks[1]
    lines = texts(session_report(clocks=(RetentionClock(clock.kind, clock.due_at, ""),)))

    assert any(line.endswith("(in 29 days)") for line in lines)


def test_a_broken_stream_is_bad() -> None:
    """A stream that does not check is shown as bad, the others as good."""
    streams = (StreamCheck("draft", 7, first_bad_seq=3), StreamCheck("verify", 7))
    tones = {line.text: line.tone for line in summary_lines(session_report(streams=streams))}

    assert tones["draft: 7 entries, BROKEN at entry 3"] is Tone.BAD
    assert tones["verify: 7 entries, clean"] is Tone.GOOD

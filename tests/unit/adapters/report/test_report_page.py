"""What the HTML report shows."""

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from pipeline.adapters.report import DeletionProof, SessionReport, StreamCheck, render_html
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.evidence import Verification
from pipeline.domain.note import NoteStatus
from pipeline.domain.session import Stage, StageStatus
from pipeline.domain.transcript import Engine
from pipeline.ports import KindDeletion
from tests.factories_report import MORNING, note, session_report, transcript, verification


class Page(HTMLParser):
    """The elements, links and words of a page."""

    def __init__(self, report: SessionReport) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.words = ""
        self._silent = False
        self.feed(render_html(report))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the element and its attributes."""
        self._silent = tag == "style"
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        """Hear words again after the style sheet."""
        self._silent = self._silent and tag != "style"

    def handle_data(self, data: str) -> None:
        """Keep the words a reader sees."""
        self.words += "" if self._silent else data

    def values(self, name: str) -> list[str]:
        """Return every value of an attribute."""
        return [value for attribute, value in self.attributes if attribute == name]


def empty_report() -> SessionReport:
    return SessionReport(session_report().session, MORNING, "0.1.0")


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    """Every link of the page leads to a place within it, and no element could load or run anything."""
    page = Page(session_report())

    assert {"script", "img", "link", "iframe", "object", "embed", "form", "base"} & set(page.tags) == set()
    assert all(value.startswith("#") for value in page.values("href"))
    assert page.values("src") == page.values("style") == []
    assert [name for name, _ in page.attributes if name.startswith("on")] == []


def test_every_link_arrives() -> None:
    """Each link's target exists, once."""
    page = Page(session_report())
    ids = page.values("id")

    assert len(ids) == len(set(ids))
    assert {value.removeprefix("#") for value in page.values("href")} <= set(ids)


@pytest.mark.parametrize("word", ["Supported", "Partly supported", "Not supported", "Contradicted", "Not checked"])
def test_every_verdict_is_in_words(word: str) -> None:
    """A verdict is told by a word beside its symbol, not by colour alone."""
    html = render_html(session_report())

    assert f"</svg>{word}</span>" in html


def test_a_note_without_verdicts_is_not_shown_as_supported() -> None:
    """Sentences that nobody checked are said to be unchecked."""
    page = Page(session_report(verification=None))

    assert "0 of 9" in page.words
    assert "9 not checked" in page.words


def test_evidence_leads_to_its_moment_in_the_transcript() -> None:
    """A quote stands with its voice and its time, which is a link to the passage."""
    html = render_html(session_report())

    assert '<figcaption>Client, <a href="#t4" aria-label="0:22 in the transcript">0:22</a></figcaption>' in html
    assert '<div id="t4" class="passage turn">' in html


def test_the_transcript_leads_back_to_the_sentences_that_cite_it() -> None:
    """A cited passage names the sentences that rest on it."""
    html = render_html(session_report())

    assert html.count('aria-label="Back to sentence 1"') == 1


def test_counter_evidence_and_its_reason_are_shown() -> None:
    """A contradicted sentence says why, and what was said instead."""
    page = Page(session_report())

    assert "What was said instead" in page.words
    assert "maybe fifteen hours" in page.words


def test_a_draft_is_a_draft() -> None:
    """An unsigned note is marked as a draft at the top, in the footer and on every printed page."""
    html = render_html(session_report())

    assert html.count("DRAFT - not signed") >= 3
    assert '<body class="draft">' in html


def test_a_signed_note_is_no_draft() -> None:
    """The mark goes when a clinician has signed."""
    page = Page(session_report(note=replace(note(), status=NoteStatus.SIGNED)))

    assert "DRAFT" not in page.words
    assert "Signed by a clinician" in page.words


def test_an_empty_safety_list_claims_nothing() -> None:
    """Where nothing was found the page says what the list is, and never that there is nothing."""
    page = Page(session_report(verification=Verification((), (), Engine("grounding", "1"))))
    section = page.words.split("Said, and matters for safety")[1].split("Not supported, or not checked")[0]

    assert " ".join(section.split()) == "This list shows what was found; it is not a risk assessment."


def test_a_safety_matter_that_the_note_lacks_comes_first() -> None:
    """What was said and is not in the note heads the list."""
    page = Page(session_report())
    section = page.words.split("Said, and matters for safety")[1]

    assert section.index("Medication") < section.index("Not in the note") < section.index("Suicide")


def test_deletion_is_shown_with_its_proof() -> None:
    """A deleted kind stands with its time, keys, versions, second listing and certificate, and is due no more."""
    page = Page(session_report())
    kept = page.words.split("Still kept")[1].split("How it was made")[0]

    assert "1 key destroyed, 1 stored version removed" in page.words
    assert "cert-1f2e3d4c; signature holds" in " ".join(page.words.split())
    assert "Recording as handed in" not in kept


def test_an_incomplete_deletion_is_not_called_one() -> None:
    """A kind of which something was found again is shown as left, and as still kept."""
    left = DeletionProof(
        "cert-2", MORNING, (KindDeletion(ArtifactKind.RECORDING, 1, 1, 2),), "key", signature_holds=False
    )
    page = Page(session_report(deletions=(left,)))

    assert "Listed again: 2 left" in page.words
    assert "SIGNATURE DOES NOT HOLD" in page.words
    assert "Recording as handed in" in page.words.split("Still kept")[1]


def test_a_hold_stops_every_clock() -> None:
    """Under a legal hold no date of deletion is promised."""
    page = Page(session_report(held=True))
    kept = page.words.split("Still kept")[1].split("How it was made")[0]

    assert kept.count("a legal hold stands") == 3
    assert "2027" not in kept


def test_a_broken_audit_stream_names_its_first_bad_entry() -> None:
    """A stream that does not check is shown as broken, and where."""
    page = Page(session_report(streams=(StreamCheck("draft", 7, first_bad_seq=3),)))

    assert "BROKEN at entry 3" in page.words


def test_a_refused_stage_says_why() -> None:
    """A session that stopped starts with the stage that stopped it and a sentence about the reason."""
    run = replace(session_report().runs[1], status=StageStatus.REFUSED, reason_code="consent_withdrawn")
    page = Page(session_report(note=None, verification=None, runs=(run,)))

    assert "What stopped Draft: refused. A consent was withdrawn." in " ".join(page.words.split())


def test_a_report_of_almost_nothing_still_reads() -> None:
    """A session of which only the row exists gets a page that says what is missing."""
    page = Page(empty_report())

    assert "No note was written." in page.words
    assert "The check has not run, so nothing is listed yet." in page.words
    assert "Nobody is registered for this session." in page.words
    assert "The audit logs were not checked for this report." in page.words


def test_times_are_told_in_the_clinicians_zone() -> None:
    """Moments are shown in the report's zone, and name it."""
    page = Page(session_report())

    assert "Thu 19 Nov 2026, 17:40 EST" in page.words


def test_a_missing_consent_is_named() -> None:
    """A person without any decision on file is listed as such."""
    page = Page(session_report(consents=()))

    assert page.words.count("No consent on file") == 2


def test_roles_come_with_how_sure_they_are() -> None:
    """Whom each voice was taken for stands with the confidence of it."""
    page = Page(session_report())
    made = " ".join(page.words.split("How it was made")[-1].split())

    assert "SPEAKER_01Client93%" in made


def test_a_word_heard_unclearly_is_marked_in_the_transcript() -> None:
    """A doubtful word is shown with what else it may have been."""
    page = Page(session_report())

    assert "Heard unclearly: fifteen or fifty" in page.words


def test_an_unattributed_voice_is_not_guessed() -> None:
    """A segment without a role is an unknown voice."""
    heard = transcript()
    segments = tuple(replace(segment, role=None, speaker=None) for segment in heard.segments)
    page = Page(session_report(transcript=replace(heard, segments=segments)))

    assert "Unknown voice" in page.words
    assert len(page.values("id")) == len(set(page.values("id")))


def test_a_role_that_is_a_guess_is_called_uncertain() -> None:
    """Turns, quotes and the list of voices say beside a role that it is only likely."""
    heard = transcript()
    segments = tuple(replace(segment, role_confidence=0.79) for segment in heard.segments)
    html = render_html(session_report(transcript=replace(heard, segments=segments)))

    assert '<p class="who">Client (uncertain)</p>' in html
    assert "<figcaption>Client (uncertain), <a" in html
    assert "<td>Client (uncertain)</td>" in html
    assert "(uncertain)" not in render_html(session_report())


def test_stages_stand_in_their_order() -> None:
    """What each stage did is listed in the order in which they ran."""
    page = Page(session_report())
    made = page.words.split("How it was made")[-1]

    assert sorted(("Transcribe", "Draft", "Verify", "Delete"), key=made.index) == [
        "Transcribe",
        "Draft",
        "Verify",
        "Delete",
    ]
    assert len(session_report().runs) == len(Stage)


def test_what_rests_on_records_needs_no_second_look() -> None:
    """A sentence that agrees with records is not listed as unsupported, is counted apart, and is still not checked."""
    found = verification()
    settled = replace(found.verdicts[5], reasons=("confirmed_by_records",))
    page = Page(
        session_report(verification=replace(found, verdicts=(*found.verdicts[:5], settled, *found.verdicts[6:])))
    )
    listed = page.words.split("Not supported, or not checked")[1].split("The note, sentence by sentence")[0]

    assert "Mood is slightly better" not in listed
    assert "1 further sentence was not checked against speech" in listed
    assert "1 not checked" in page.words


def test_a_reason_is_given_once() -> None:
    """A code that stands both as a finding and beside the verdict is told once."""
    found = verification()
    twice = replace(found.verdicts[4], reasons=("denial_not_asked",))
    verdicts = (*found.verdicts[:4], twice, *found.verdicts[5:])
    page = Page(session_report(verification=replace(found, verdicts=verdicts)))
    note_part = page.words.split("The note, sentence by sentence")[1]

    assert note_part.count("nobody asked") == 1

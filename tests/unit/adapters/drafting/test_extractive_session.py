"""The extractive drafter on the bundled session, as its script has it."""

import re
from functools import cache
from pathlib import Path

import pytest

from config.note_formats import load_layouts
from pipeline.adapters.drafting.extractive import ExtractiveDrafter
from pipeline.domain.note import Note, NoteFormat, SentenceKind
from pipeline.domain.transcript import Engine, Role, Segment, Transcript
from pipeline.ports import SessionFacts

STM = Path(__file__).parents[4] / "samples" / "session" / "session.stm"
FACTS = SessionFacts((("client", 1), ("clinician", 1)), "Consent to record is on file for client.", 464.9)


@cache
def the_transcript() -> Transcript:
    """Return the sample session as a perfect recognizer would hear it."""
    rows = [line.split(" ", 5) for line in STM.read_text(encoding="utf-8").splitlines()]
    return Transcript(
        tuple(
            Segment(f"s{n:04d}", float(row[3]), float(row[4]), row[5], f"SPEAKER_{row[2]}", Role(row[2]))
            for n, row in enumerate(rows, 1)
        ),
        "en",
        Engine("script", "1"),
    )


@cache
def the_note(note_format: NoteFormat = NoteFormat.DAP) -> Note:
    """Return the draft."""
    return ExtractiveDrafter(load_layouts()).draft(the_transcript(), note_format, FACTS)


def texts(section: str) -> list[str]:
    """Return the sentences of a section of the DAP note."""
    return [s.text for part in the_note().sections if part.key == section for s in part.sentences]


@pytest.mark.parametrize("note_format", NoteFormat)
def test_every_reported_sentence_cites_segments_that_exist(note_format: NoteFormat) -> None:
    """In every format, what was said is cited, and only what exists."""
    known = {segment.segment_id for segment in the_transcript().segments}
    cited = [s for s in the_note(note_format).sentences() if s.kind in {SentenceKind.REPORTED, SentenceKind.PLAN}]

    assert len(cited) > 15
    assert [s for s in cited if not s.segment_ids or not set(s.segment_ids) <= known] == []


@pytest.mark.parametrize("note_format", NoteFormat)
def test_every_quotation_is_verbatim_in_a_cited_segment(note_format: NoteFormat) -> None:
    """Words in quotation marks stand in one of the sentence's own segments, letter by letter."""
    said = {segment.segment_id: segment.text for segment in the_transcript().segments}
    quotations = [
        (quotation, sentence.segment_ids)
        for sentence in the_note(note_format).sentences()
        for quotation in re.findall(r'"([^"]+)"', sentence.text)
    ]

    assert len(quotations) > 20
    assert [q for q, ids in quotations if not any(q in said[name] for name in ids)] == []


@pytest.mark.parametrize("note_format", NoteFormat)
def test_every_section_says_something(note_format: NoteFormat) -> None:
    """All sections of the format are there, in order, and none is empty."""
    sections = load_layouts()[note_format].sections

    assert [s.key for s in the_note(note_format).sections] == [s.key for s in sections]
    assert [s.key for s in the_note(note_format).sections if not s.sentences] == []


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("did you have any thoughts of being dead", "it would be easier if I just didn't wake up the next day."),
        ("Have you thought about killing yourself?", "No. I don't want to kill myself."),
        ("Have you made any plan", "No, I have no plan."),
        ("Do you have any intention of acting", "No. I would never do that to my daughter."),
        ("Have you hurt yourself", "No, I haven't."),
        ("Do you have firearms at home", "No guns."),
        ("thoughts of hurting somebody else?", "No. Not at all."),
        ("what kept you safe?", "I called Rachel from the car"),
    ],
)
def test_risk_is_reported_as_asked_and_answered(question: str, answer: str) -> None:
    """Each question about risk stands with its answer, in the exact words of both."""
    assert [text for text in texts("data") if text.startswith("Asked ") and question in text and answer in text] != []


def test_no_denial_and_no_normal_finding_is_written() -> None:
    """The words that turn silence into a negative finding never appear outside quotations."""
    outside = " ".join(re.sub(r'"[^"]*"', "", sentence.text) for sentence in the_note().sentences())

    assert re.findall(r"denie[sd]|within normal limits|unremarkable|\bSI\b|\bHI\b", outside) == []


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("data", "I would say four out of ten."),
        ("data", "I'm getting maybe five hours a night."),
        ("data", "Three hundred milligrams, two times a day."),
        ("data", "I had two glasses on Saturday"),
        ("data", "I am eating breakfast again"),
        ("data", "one thought record"),
        ("data", "Thought record: asked "),
        ("assessment", "the low mood gets worse when you stay alone after work"),
        ("plan", "For homework, clinician asked client to walk for twenty minutes after work on Monday"),
        ("plan", "if they are awake for more than twenty minutes"),
        ("plan", "Thursday, March twelfth, at four thirty in the afternoon"),
        ("plan", "call Doctor Harris"),
    ],
)
def test_what_matters_is_in_the_note(section: str, words: str) -> None:
    """Ratings, hours, doses, homework, interventions and the next date stand where a clinician looks for them."""
    assert [text for text in texts(section) if words in text] != []


def test_note_is_short_enough_to_read() -> None:
    """Eight minutes of talk make a note of at most 36 sentences."""
    assert 20 <= len(list(the_note().sentences())) <= 36


def test_facts_come_from_rows() -> None:
    """Attendance, length and consent are stated from what was registered, without citing speech."""
    facts = [s for s in the_note().sentences() if s.kind is SentenceKind.SESSION_FACT]

    assert [s.text for s in facts] == [
        "Registered as present: 1 client and 1 clinician.",
        "Length of the recording: 8 minutes.",
        "Consent to record is on file for client.",
    ]
    assert {s.segment_ids for s in facts} == {()}


def test_judgement_is_left_to_the_clinician() -> None:
    """The assessment ends with a place for the clinician's judgement, marked as such."""
    last = next(part for part in the_note().sections if part.key == "assessment").sentences[-1]

    assert last.kind is SentenceKind.ASSESSMENT
    assert last.text.startswith("To be written by the clinician")


def test_same_transcript_gives_the_same_note() -> None:
    """Nothing about the drafter is random."""
    again = ExtractiveDrafter(load_layouts()).draft(the_transcript(), NoteFormat.DAP, FACTS)

    assert again == the_note()

"""What every drafter keeps, whatever writes the sentences."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from config.note_formats import load_layouts
from pipeline.adapters.drafting.extractive import ExtractiveDrafter
from pipeline.adapters.drafting.llm import LlmDrafter, LlmOptions
from pipeline.domain.note import NoteFormat, NoteStatus, SentenceKind
from pipeline.domain.transcript import Engine, Role, Segment, Transcript
from pipeline.errors import TranscriptEmptyError
from pipeline.ports import Drafter, SessionFacts
from tests.chat_server import Answer, chat_server, words

LAYOUTS = load_layouts()
FACTS = SessionFacts((("client", 1), ("clinician", 1)), "Consent to record is on file.", 600.0)
LINES = (
    (Role.CLINICIAN, "How have you been sleeping?"),
    (Role.CLIENT, "I sleep four hours a night and I worry about my job."),
    (Role.CLINICIAN, "Have you had any thoughts of suicide?"),
    (Role.CLIENT, "No."),
    (Role.CLINICIAN, "For homework, please write a sleep diary. Let's meet again next Thursday at three."),
    (Role.CLIENT, "Okay, I will."),
)
TALK = Transcript(
    tuple(Segment(f"s{n:04d}", n * 5.0, n * 5.0 + 4, text, role, role) for n, (role, text) in enumerate(LINES, 1)),
    "en",
    Engine("test", "1"),
)


def obedient_model(_number: int, asked: dict[str, Any]) -> Answer:
    """Answer as a model that keeps to the rules: one cited quotation in each section it was offered."""
    schema = asked["response_format"]["json_schema"]["schema"]
    keys = schema["properties"]["sections"]["items"]["properties"]["key"]["enum"]
    shown = re.findall(r"\[(\w+)\] (?:\w+): (.+)", asked["messages"][1]["content"])
    sentence = {"text": f'Client said: "{shown[1][1]}"', "kind": "reported", "segment_ids": [shown[1][0]]}
    return words(json.dumps({"sections": [{"key": key, "sentences": [sentence]} for key in keys]}))


@pytest.fixture(params=["extractive", "llm"])
def drafter(request: pytest.FixtureRequest) -> Iterator[Drafter]:
    """Give each drafter in turn."""
    if request.param == "extractive":
        yield ExtractiveDrafter(LAYOUTS)
        return
    with chat_server(obedient_model) as server:
        yield LlmDrafter(LAYOUTS, LlmOptions(server.base_url, "m", timeout=5), lambda _host: True)


@pytest.mark.parametrize("note_format", NoteFormat)
def test_note_has_the_sections_of_its_format(drafter: Drafter, note_format: NoteFormat) -> None:
    """Every section of the layout is there, in order, with a sentence in it; the note is a draft."""
    note = drafter.draft(TALK, note_format, FACTS)

    assert [(s.key, s.title) for s in note.sections] == [(s.key, s.title) for s in LAYOUTS[note_format].sections]
    assert [s.key for s in note.sections if not s.sentences] == []
    assert (note.note_format, note.status) == (note_format, NoteStatus.DRAFT)


def test_what_was_said_is_cited(drafter: Drafter) -> None:
    """A reported sentence names segments of the transcript, and its quotations stand in them."""
    note = drafter.draft(TALK, NoteFormat.SOAP, FACTS)
    said = {segment.segment_id: segment.text for segment in TALK.segments}
    reported = [s for s in note.sentences() if s.kind is SentenceKind.REPORTED]

    assert reported != []
    assert [s for s in reported if not s.segment_ids or not set(s.segment_ids) <= set(said)] == []
    assert [
        quotation
        for s in reported
        for quotation in re.findall(r'"([^"]+)"', s.text)
        if not any(quotation in said[name] for name in s.segment_ids)
    ] == []


def test_sentence_ids_are_unique(drafter: Drafter) -> None:
    """No two sentences share an id, so that a verdict belongs to one."""
    ids = [s.sentence_id for s in drafter.draft(TALK, NoteFormat.DAP, FACTS).sentences()]

    assert len(set(ids)) == len(ids)


def test_facts_come_from_rows_alone(drafter: Drafter) -> None:
    """Attendance, length and consent are stated as given, and not at all where nothing is given."""
    with_facts = drafter.draft(TALK, NoteFormat.DAP, FACTS)
    without = drafter.draft(TALK, NoteFormat.DAP, SessionFacts())

    assert [s.text for s in with_facts.sentences() if s.kind is SentenceKind.SESSION_FACT] == [
        "Registered as present: 1 client and 1 clinician.",
        "Length of the recording: 10 minutes.",
        "Consent to record is on file.",
    ]
    assert [s for s in without.sentences() if s.kind is SentenceKind.SESSION_FACT] == []


def test_silence_is_stated_as_silence(drafter: Drafter) -> None:
    """What nobody raised is named as not assessed; suicide, which was asked about, is not among it."""
    note = drafter.draft(TALK, NoteFormat.DAP, FACTS)
    silent = [s.text for s in note.sentences() if s.kind is SentenceKind.NOT_ASSESSED]

    assert [text.split(" were ")[0] for text in silent] == [
        "Self-harm and thoughts of harming others",
        "Alcohol or drug use and medication",
    ]


def test_nothing_said_makes_no_note(drafter: Drafter) -> None:
    """A transcript without words is refused."""
    with pytest.raises(TranscriptEmptyError):
        drafter.draft(Transcript((), "en", Engine("test", "1")), NoteFormat.DAP, FACTS)

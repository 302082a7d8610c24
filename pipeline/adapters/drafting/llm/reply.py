"""What a model may answer, and its sentences made safe: citations that exist, kinds a model may claim."""

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pipeline.adapters.drafting.arranging import Line
from pipeline.domain.layout import NoteLayout, Topic
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Transcript
from pipeline.errors import EndpointReplyInvalidError

_FENCED = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)
_CONSENT = re.compile(r"\bconsent", re.IGNORECASE)
_MOST_SENTENCES = 120
_LONGEST_SENTENCE = 1000


class ModelKind(StrEnum):
    """What a model may say a sentence is; facts and silences are not its to state."""

    REPORTED = "reported"
    OBSERVATION = "observation"
    ASSESSMENT = "assessment"
    PLAN = "plan"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class ReplySentence(_Strict):
    """A sentence as the model wrote it."""

    text: str = Field(max_length=_LONGEST_SENTENCE)
    kind: ModelKind
    segment_ids: list[str]


class ReplySection(_Strict):
    """A section as the model filled it."""

    key: str
    sentences: list[ReplySentence] = Field(max_length=_MOST_SENTENCES)


class Reply(_Strict):
    """A whole answer."""

    sections: list[ReplySection]


def schema_of(layout: NoteLayout) -> dict[str, Any]:
    """Return the JSON schema of an answer for this format, in the subset that strict servers take."""
    sentence = _object(
        text={"type": "string"},
        kind={"type": "string", "enum": [kind.value for kind in ModelKind]},
        segment_ids={"type": "array", "items": {"type": "string"}},
    )
    keys = [section.key for section in layout.sections]
    section = _object(key={"type": "string", "enum": keys}, sentences={"type": "array", "items": sentence})
    return _object(sections={"type": "array", "items": section})


def lines_of(answer: str, layout: NoteLayout, transcript: Transcript) -> Iterator[Line]:
    """Yield the answer's sentences; raise ``EndpointReplyInvalidError`` where it is not in the form asked for."""
    fenced = _FENCED.match(answer)
    try:
        reply = Reply.model_validate_json(fenced[1] if fenced else answer)
    except ValidationError:
        raise EndpointReplyInvalidError(why="schema") from None
    said = {segment.segment_id: segment.text for segment in transcript.segments}
    known = {section.key for section in layout.sections}
    for section in reply.sections:
        if section.key not in known:
            raise EndpointReplyInvalidError(why="section")
        for sentence in section.sentences:
            yield from _line(section.key, sentence, said)


def _line(key: str, sentence: ReplySentence, said: dict[str, str]) -> Iterator[Line]:
    text = " ".join(sentence.text.split())
    cited = tuple(name for name in dict.fromkeys(sentence.segment_ids) if name in said)
    # Consent is stated from rows; a model may only report that it was spoken of.
    states_consent = _CONSENT.search(text) and not any(_CONSENT.search(said[name]) for name in cited)
    if text and not states_consent:
        yield Line(Topic.CONCERN, text, SentenceKind(sentence.kind.value), cited, key)


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }

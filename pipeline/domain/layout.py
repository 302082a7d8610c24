"""What a note format's sections are called and which topics belong in each."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from pipeline.domain.note import NoteFormat


class Topic(StrEnum):
    """What a sentence of a note is about."""

    #: Attendance, consent, length: from rows.
    SESSION = "session"
    CONCERN = "concern"
    MOOD = "mood"
    SLEEP = "sleep"
    APPETITE = "appetite"
    SUBSTANCE = "substance"
    MEDICATION = "medication"
    #: Suicide, self-harm, violence, abuse, means, and what protects.
    RISK = "risk"
    #: Homework of the last session.
    HOMEWORK = "homework"
    PROGRESS = "progress"
    #: What the clinician did, with what the client said to it.
    INTERVENTION = "intervention"
    #: How the client took it.
    RESPONSE = "response"
    #: How the clinician put it together, in the clinician's words.
    FORMULATION = "formulation"
    #: Where the clinician's judgement is to be written; never written by a program.
    JUDGEMENT = "judgement"
    PLAN = "plan"
    APPOINTMENT = "appointment"


@dataclass(frozen=True, slots=True)
class SectionLayout:
    """One section of a format."""

    key: str
    title: str
    #: In reading order; a topic belongs to exactly one section of a format.
    topics: tuple[Topic, ...]
    #: What belongs there, in a sentence, for people and for language models.
    guidance: str


@dataclass(frozen=True, slots=True)
class NoteLayout:
    """The sections of one note format, in order."""

    note_format: NoteFormat
    title: str
    sections: tuple[SectionLayout, ...]


Layouts = Mapping[NoteFormat, NoteLayout]

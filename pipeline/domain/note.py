"""A progress note: its format, sections and sentences, each with the segments it rests on."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.domain.transcript import Engine


class NoteFormat(StrEnum):
    """The note formats of behavioural health; config/defaults/note_formats.toml names their sections."""

    SOAP = "SOAP"
    DAP = "DAP"
    BIRP = "BIRP"
    GIRP = "GIRP"
    PIRP = "PIRP"
    SIRP = "SIRP"
    PROGRESS = "PROGRESS"


class SentenceKind(StrEnum):
    """What a sentence claims, and so how it is checked."""

    #: Something the client or another person said.
    REPORTED = "reported"
    #: Something seen or done in the session.
    OBSERVATION = "observation"
    #: The clinician's judgement; to be confirmed by the clinician, not by the transcript.
    ASSESSMENT = "assessment"
    PLAN = "plan"
    #: Taken from rows (attendance, consent, length), not from speech.
    SESSION_FACT = "session_fact"
    #: States that a topic was not assessed; never that it was negative.
    NOT_ASSESSED = "not_assessed"


class NoteStatus(StrEnum):
    """Nothing is final until a named clinician signs it."""

    DRAFT = "draft"
    SIGNED = "signed"


@dataclass(frozen=True, slots=True)
class NoteSentence:
    """One sentence of a note."""

    sentence_id: str
    text: str = field(repr=False)
    kind: SentenceKind = SentenceKind.REPORTED
    #: The segments the drafter rested it on.
    segment_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteSection:
    """A headed part of a note."""

    key: str
    title: str
    sentences: tuple[NoteSentence, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A draft or signed note."""

    note_format: NoteFormat
    sections: tuple[NoteSection, ...]
    engine: Engine
    status: NoteStatus = NoteStatus.DRAFT

    def sentences(self) -> Iterator[NoteSentence]:
        """Yield every sentence in reading order."""
        for section in self.sections:
            yield from section.sentences

"""Handing in: what a person says of a recording, made into a submission, and its bytes."""

import io
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from commands.documents import transcript_in
from config.wiring import Wiring
from pipeline.adapters.decoding.headers import read_claim
from pipeline.adapters.formats import IMPORT_FORMATS
from pipeline.domain.documents.consent import ConsentForm
from pipeline.domain.documents.transcript import transcript_bytes
from pipeline.domain.night import BatchId
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import Session, SessionId, SessionKind, new_session_id, parse_session_id
from pipeline.errors import FileUnusableError
from pipeline.intake import Intake, Submission
from pipeline.ports import Doorbell
from pipeline.storing import Opener
from workers.broker import make_broker
from workers.doorbell import DramatiqDoorbell

SourceArgument = Annotated[
    Path,
    typer.Argument(help="Audio, video with sound, or a transcript (json, vtt, srt, txt).", exists=True, dir_okay=False),
]
AudioArgument = Annotated[Path, typer.Argument(help="Audio, or video with sound.", exists=True, dir_okay=False)]
ConsentOption = Annotated[
    Path, typer.Option(help="CONSENT.json; see `nightscribe consent example`.", exists=True, dir_okay=False)
]
FormatOption = Annotated[NoteFormat | None, typer.Option("--format", help="Note format.", case_sensitive=False)]
SessionOption = Annotated[str, typer.Option("--session-id", help="An opaque id; a random one by default.")]
SpeakersOption = Annotated[int | None, typer.Option("--num-speakers", min=1, max=20, help="How many voices to expect.")]
VocabularyOption = Annotated[
    Path | None,
    typer.Option(
        "--vocabulary", help="Names that may come up, one a line: medications, people.", exists=True, dir_okay=False
    ),
]
DictationOption = Annotated[bool, typer.Option("--dictation", help="The clinician's own spoken summary: one voice.")]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What may be asked for with a recording."""

    note_format: NoteFormat | None = None
    voices: int | None = None
    priority: int = 100
    dictation: bool = False
    names: tuple[str, ...] = field(default=(), repr=False)
    clinician: str | None = None
    batch_id: BatchId | None = None


def choose_session_id(given: str, form: ConsentForm) -> SessionId:
    """Return the id given, else the one the consent names, else a new one."""
    if given:
        return parse_session_id(given)
    return form.session_id or new_session_id()


def make_submission(
    wiring: Wiring, form: ConsentForm, session_id: SessionId, source: Path, wishes: Wishes | None = None
) -> Submission:
    """Return a submission; raise ``ConsentSessionMismatchError`` where the form is another session's."""
    wanted = wishes or Wishes()
    bound = form.for_session(session_id)
    session = Session(
        session_id,
        kind_of_source(source, dictation=wanted.dictation),
        wanted.note_format or NoteFormat(wiring.settings.note_format),
        wiring.settings.jurisdiction,
        wiring.clock.now(),
        wanted.priority,
        wanted.clinician,
        wanted.batch_id,
        seeming_seconds(source),
    )
    return Submission(session, bound.participants, wiring.policy, bound.consents, wanted.voices, names=wanted.names)


def seeming_seconds(source: Path) -> float | None:
    """Return how long a recording says that it is; a forecast rests on it until it is decoded."""
    try:
        with source.open("rb") as file:
            return read_claim(file).seconds
    except OSError:
        return None


def kind_of_source(source: Path, *, dictation: bool) -> SessionKind:
    """Return how a session comes in: a text file is a transcript that is there already."""
    if source.suffix.lower().removeprefix(".") in IMPORT_FORMATS:
        return SessionKind.IMPORTED
    return SessionKind.DICTATED if dictation else SessionKind.RECORDED


def make_intake(wiring: Wiring, doorbell: Doorbell) -> Intake:
    """Return the intake of this deployment."""
    return Intake(wiring.ledger, wiring.artifacts, doorbell, wiring.settings.recording.max_bytes)


def accept(wiring: Wiring, doorbell: Doorbell, submission: Submission, source: Path) -> None:
    """Take a file in; raise ``TranscriptInvalidError`` where it is a transcript that cannot be read."""
    with opened(submission.session.kind, source) as body:
        make_intake(wiring, doorbell).accept(submission, body)


def make_doorbell(wiring: Wiring) -> DramatiqDoorbell:
    """Return the doorbell of this deployment's workers."""
    return DramatiqDoorbell(make_broker(wiring.settings.redis_url.get_secret_value()))


def opened(kind: SessionKind, source: Path) -> AbstractContextManager[BinaryIO]:
    """Open a file as what intake keeps.

    Raises:
        TranscriptInvalidError: it is no transcript.
        FileUnusableError: it is gone since it was looked at, or cannot be read.

    """
    if kind is SessionKind.IMPORTED:
        return io.BytesIO(transcript_bytes(transcript_in(source)))
    try:
        # Whoever keeps it reads large pieces, so a buffer would only copy them once more.
        return io.FileIO(source)
    except OSError as error:
        raise FileUnusableError(problem=error.strerror) from None


def opener_of(kind: SessionKind, source: Path) -> Opener:
    """Return what opens a file as what intake keeps; it can be handed to another process."""
    return partial(opened, kind, source)

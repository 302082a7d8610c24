"""Documents that a person names on the command line: transcripts, notes, claims."""

from pathlib import Path

from commands.opening import read_document
from pipeline.adapters.formats import IMPORT_FORMATS, read_transcript
from pipeline.adapters.formats.notes import NOTE_FORMATS, read_note
from pipeline.domain.documents.claims import claim_ids, claims_from_jsonl
from pipeline.domain.documents.verification import verdicts_from_text
from pipeline.domain.documents.vocabulary import names_from_text
from pipeline.domain.evidence import Claim, ClaimVerdict
from pipeline.domain.transcript import Transcript
from pipeline.errors import (
    ClaimsInvalidError,
    NoteInvalidError,
    TranscriptInvalidError,
    VerificationInvalidError,
    VocabularyInvalidError,
)


def transcript_in(path: Path) -> Transcript:
    """Return the transcript in a file, by its suffix; raise ``TranscriptInvalidError`` that names the place."""
    name = path.suffix.lower().removeprefix(".")
    text = read_document(path, TranscriptInvalidError)
    if name not in IMPORT_FORMATS:
        raise TranscriptInvalidError(where="the file's suffix", problem=f"use one of {', '.join(IMPORT_FORMATS)}")
    return read_transcript(name, text)


def names_in(path: Path | None) -> tuple[str, ...]:
    """Return the names in a file, none without one; raise ``VocabularyInvalidError`` that names the line."""
    return () if path is None else names_from_text(read_document(path, VocabularyInvalidError))


def claims_in_note(path: Path) -> tuple[Claim, ...]:
    """Return the sentences of the note in a file, by its suffix; raise ``NoteInvalidError`` that names the place."""
    name = path.suffix.lower().removeprefix(".")
    if name not in NOTE_FORMATS:
        raise NoteInvalidError(where="the file's suffix", problem=f"use one of {', '.join(NOTE_FORMATS)}")
    try:
        body = path.read_bytes()
    except OSError:
        raise NoteInvalidError(where="the file cannot be read") from None
    return read_note(name, body)


def verdicts_in(path: Path) -> tuple[ClaimVerdict, ...]:
    """Return the verdicts in a verification or a VERDICTS.jsonl; raise ``VerificationInvalidError`` for a line."""
    return verdicts_from_text(read_document(path, VerificationInvalidError))


def claims_in(path: Path) -> tuple[tuple[Claim, ...], tuple[str | int, ...]]:
    """Return the claims of a JSON Lines file and their ids as written; raise ``ClaimsInvalidError`` for a line."""
    text = read_document(path, ClaimsInvalidError)
    return claims_from_jsonl(text), claim_ids(text)

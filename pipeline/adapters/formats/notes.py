"""Notes read from JSON, plain text and Word documents, as claims to be checked."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from pipeline.adapters.formats.word_document import paragraphs_of
from pipeline.adapters.grounding.sentences import sentences_of
from pipeline.domain.documents.claims import claims_of
from pipeline.domain.documents.note import note_from_bytes
from pipeline.domain.evidence import Claim
from pipeline.errors import NoteInvalidError

#: Headings of progress notes, which people write without a mark.
_TITLES = frozenset(
    ("data", "subjective", "objective", "assessment", "plan", "behavior", "behaviour", "intervention",
     "interventions", "response", "goal", "goals", "problem", "situation", "presentation", "mental status",
     "risk", "risk assessment", "safety", "summary", "client presentation", "diagnosis", "next steps", "follow up",
     "follow-up", "progress", "homework", "medication", "medications")
)  # fmt: skip


def read_note(name: str, body: bytes) -> tuple[Claim, ...]:
    """Return the sentences of a note in one of ``NOTE_FORMATS``; raise ``NoteInvalidError`` that names the place.

    Where the note does not say what kind of statement a sentence is, its wording decides when it is checked.
    """
    return _READERS[name](body)


def _json(body: bytes) -> tuple[Claim, ...]:
    claims = claims_of(note_from_bytes(body))
    return claims if b'"kind"' in body else tuple(replace(claim, kind="") for claim in claims)


def _text(body: bytes) -> tuple[Claim, ...]:
    try:
        return _claims(body.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise NoteInvalidError(where="encoding") from None


def _word(body: bytes) -> tuple[Claim, ...]:
    return _claims("\n".join(paragraphs_of(body)))


def _claims(text: str) -> tuple[Claim, ...]:
    claims: list[Claim] = []
    lines = (_as_heading(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    for sentence in sentences_of("\n".join(lines)):
        if not any(char.isalnum() for char in sentence.text):
            continue
        before = claims[-1] if claims and claims[-1].section == sentence.section else None
        claims.append(
            Claim(
                claim_id=f"n{len(claims) + 1:03d}",
                text=sentence.text,
                context=before.text if before else "",
                section=sentence.section,
            )
        )
    return tuple(claims)


def _as_heading(line: str) -> str:
    """Return a line marked as the heading that its words show it to be."""
    return f"{line.rstrip()}:" if line.strip().lower() in _TITLES else line


_READERS: Mapping[str, Callable[[bytes], tuple[Claim, ...]]] = {
    "json": _json,
    "txt": _text,
    "md": _text,
    "docx": _word,
}
NOTE_FORMATS = tuple(_READERS)

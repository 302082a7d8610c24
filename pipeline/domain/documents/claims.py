"""Claims to be checked, from CLAIMS.jsonl and from a note."""

import json
from collections.abc import Iterator

from pipeline.domain.documents.fields import is_text
from pipeline.domain.evidence import Claim
from pipeline.domain.note import Note
from pipeline.errors import ClaimsInvalidError


def claims_from_jsonl(text: str) -> tuple[Claim, ...]:
    """Return the claims of a CLAIMS.jsonl; raise ``ClaimsInvalidError`` that names line and field."""
    claims: dict[str, Claim] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not line.strip():
            continue
        claim = _claim(number, line)
        if claim.claim_id in claims:
            raise ClaimsInvalidError(where=f"line {number}: id")
        claims[claim.claim_id] = claim
    return tuple(claims.values())


def claim_ids(text: str) -> tuple[str | int, ...]:
    """Return the ids of a CLAIMS.jsonl that ``claims_from_jsonl`` accepts, as they stand there."""
    return tuple(json.loads(line)["id"] for line in text.removeprefix("\ufeff").split("\n") if line.strip())


def claims_of(note: Note) -> tuple[Claim, ...]:
    """Return one claim for each sentence of a note, in reading order."""
    return tuple(_sentences(note))


def _sentences(note: Note) -> Iterator[Claim]:
    for section in note.sections:
        context = ""
        for sentence in section.sentences:
            yield Claim(
                claim_id=sentence.sentence_id,
                text=sentence.text,
                context=context,
                kind=sentence.kind,
                section=section.title or section.key,
                segment_ids=sentence.segment_ids,
            )
            context = sentence.text


def _claim(number: int, line: str) -> Claim:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        raise ClaimsInvalidError(where=f"line {number}") from None
    if not isinstance(record, dict):
        raise ClaimsInvalidError(where=f"line {number}")
    return Claim(
        claim_id=_id(number, record),
        text=_text(number, record, "text"),
        context=_text(number, record, "context", required=False),
        kind=_text(number, record, "kind", required=False),
        section=_text(number, record, "section", required=False),
    )


def _id(number: int, record: dict[str, object]) -> str:
    value = record.get("id")
    if isinstance(value, bool) or not (isinstance(value, int) or is_text(value)) or value == "":
        raise ClaimsInvalidError(where=f"line {number}: id")
    return str(value)


def _text(number: int, record: dict[str, object], name: str, *, required: bool = True) -> str:
    value = record.get(name)
    if value is None and not required:
        return ""
    if not is_text(value):
        raise ClaimsInvalidError(where=f"line {number}: {name}")
    return value

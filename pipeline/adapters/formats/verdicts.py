"""Verdicts written as JSON, JSON Lines, a page, AWS HealthScribe's shape and FHIR Provenance."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from pipeline.adapters.formats.provenance import provenance_of
from pipeline.adapters.report.verdicts import render_verdicts
from pipeline.domain.correction import Revision
from pipeline.domain.documents.correction import with_earlier
from pipeline.domain.documents.verification import Json, to_lines, verdict_records, verification_to_json
from pipeline.domain.evidence import Claim, ClaimVerdict, Verdict, Verification
from pipeline.domain.transcript import Role, Segment, Transcript

_BORNE_OUT = frozenset((Verdict.SUPPORTED, Verdict.PARTIAL))
_PARTICIPANTS = {Role.CLINICIAN: "CLINICIAN_0", Role.CLIENT: "PATIENT_0", Role.OTHER: "OTHER_0"}


class VerdictFormat(StrEnum):
    """What verdicts can be written as."""

    JSONL = "jsonl"
    JSON = "json"
    HTML = "html"
    HEALTHSCRIBE = "healthscribe"
    FHIR = "fhir"


@dataclass(frozen=True, slots=True)
class Checked:
    """A note, what it was held against, and what was found."""

    claims: tuple[Claim, ...] = field(repr=False)
    transcript: Transcript = field(repr=False)
    verification: Verification = field(repr=False)
    #: The claims' ids as their file has them; empty where they came from a note.
    ids: tuple[str | int, ...] = ()
    #: When the note was checked, ISO 8601 in UTC; FHIR alone asks for it.
    checked_at: str = ""
    #: What became of earlier verdicts, ``None`` without any; HealthScribe's shape and FHIR have no place for it.
    revisions: tuple[Revision, ...] | None = field(default=None, repr=False)


def write_verdicts(checked: Checked, name: VerdictFormat) -> str:
    """Return the verdicts in a format."""
    return _WRITERS[name](checked)


def _jsonl(checked: Checked) -> str:
    records = verdict_records(checked.verification, checked.ids or None)
    return to_lines(with_earlier(records, checked.revisions or ()))


def _json(checked: Checked) -> str:
    document = verification_to_json(checked.verification)
    claims = zip(document["verdicts"], checked.claims, strict=True)
    verdicts = [{**verdict, "text": claim.text, "section": claim.section} for verdict, claim in claims]
    document["verdicts"] = with_earlier(verdicts, checked.revisions or ())
    document["omissions"] = [mention for mention in document["mentions"] if not mention["in_note"]]
    return _written(document)


def _html(checked: Checked) -> str:
    return render_verdicts(checked.claims, checked.verification, checked.transcript, checked.revisions)


def _health_scribe(checked: Checked) -> str:
    """Return the shape of HealthScribe's two files in one; its links say where, and no verdict fits in it."""
    return _written(
        {
            "Conversation": {
                "ConversationId": "session",
                "LanguageCode": checked.transcript.language,
                "TranscriptSegments": [_segment(segment) for segment in checked.transcript.segments],
            },
            "ClinicalDocumentation": {"Sections": _sections(checked)},
        }
    )


def _segment(segment: Segment) -> Json:
    role = _PARTICIPANTS.get(segment.role) if segment.role is not None else segment.speaker
    return {
        "SegmentId": segment.segment_id,
        "Content": segment.text,
        "BeginAudioTime": segment.start,
        "EndAudioTime": segment.end,
        "ParticipantDetails": {"ParticipantRole": role or "UNKNOWN_0"},
    }


def _sections(checked: Checked) -> list[Json]:
    pairs = zip(checked.claims, checked.verification.verdicts, strict=True)
    return [
        {"SectionName": (title or "NOTE").upper(), "Summary": [_summary(claim, verdict) for claim, verdict in group]}
        for title, group in groupby(pairs, key=lambda pair: pair[0].section)
    ]


def _summary(claim: Claim, verdict: ClaimVerdict) -> Json:
    spans = verdict.evidence if verdict.verdict in _BORNE_OUT else ()
    ids = dict.fromkeys(span.segment_id for span in spans)
    return {"SummarizedSegment": claim.text, "EvidenceLinks": [{"SegmentId": name} for name in ids]}


def _fhir(checked: Checked) -> str:
    return _written(provenance_of(checked.claims, checked.verification, checked.checked_at))


def _written(document: Json) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


_WRITERS: Mapping[VerdictFormat, Callable[[Checked], str]] = {
    VerdictFormat.JSONL: _jsonl,
    VerdictFormat.JSON: _json,
    VerdictFormat.HTML: _html,
    VerdictFormat.HEALTHSCRIBE: _health_scribe,
    VerdictFormat.FHIR: _fhir,
}
_SUFFIXES = {
    ".jsonl": VerdictFormat.JSONL,
    ".ndjson": VerdictFormat.JSONL,
    ".json": VerdictFormat.JSON,
    ".html": VerdictFormat.HTML,
    ".htm": VerdictFormat.HTML,
}


def format_of(suffix: str) -> VerdictFormat | None:
    """Return the format that a file's suffix stands for, or ``None``."""
    return _SUFFIXES.get(suffix.lower())

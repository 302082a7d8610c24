"""Verification JSON, the artifact of the verify stage, and the lines of VERDICTS.jsonl."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.domain.evidence import (
    CheckResult,
    ClaimVerdict,
    EvidenceSpan,
    Finding,
    OmissionStatus,
    SafetyMention,
    Verdict,
    Verification,
)
from pipeline.domain.transcript import Engine, Role
from pipeline.errors import VerificationInvalidError

SCHEMA = "nightscribe/verification/1"

_MEDIA_FRAGMENTS = "http://www.w3.org/TR/media-frags/"

#: A JSON object as it crosses the border of the program.
Json = dict[str, Any]


def verification_to_bytes(verification: Verification) -> bytes:
    """Return the artifact: UTF-8 JSON, the same bytes for the same verification."""
    return json.dumps(verification_to_json(verification), ensure_ascii=False, separators=(",", ":")).encode()


def verification_from_bytes(body: bytes) -> Verification:
    """Return the verification, or raise ``VerificationInvalidError``."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        raise VerificationInvalidError(where="document") from None
    return verification_from_json(document)


def verdicts_from_text(text: str) -> tuple[ClaimVerdict, ...]:
    """Return the verdicts of a verification or of a VERDICTS.jsonl; raise ``VerificationInvalidError`` for a line."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return tuple(_verdict_in(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip())
    if isinstance(document, dict) and "verdicts" not in document:
        return (_verdict_in(1, text),)
    return verification_from_json(document).verdicts


def _verdict_in(number: int, line: str) -> ClaimVerdict:
    try:
        return _verdict_from_json(json.loads(line))
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        raise VerificationInvalidError(where=f"line {number}") from None


def verification_to_json(verification: Verification) -> Json:
    """Return the artifact as a JSON object."""
    return {
        "schema": SCHEMA,
        "engine": engine_to_json(verification.engine),
        "flags": list(verification.flags),
        "verdicts": [_verdict_to_json(verdict) for verdict in verification.verdicts],
        "mentions": [_mention_to_json(mention) for mention in verification.mentions],
    }


def verification_from_json(document: Json) -> Verification:
    """Return the verification, or raise ``VerificationInvalidError``."""
    try:
        return Verification(
            verdicts=tuple(_verdict_from_json(record) for record in document["verdicts"]),
            mentions=tuple(_mention_from_json(record) for record in document["mentions"]),
            engine=_engine_from_json(document["engine"]),
            flags=tuple(map(str, document["flags"])),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise VerificationInvalidError(where="document") from None


def verdicts_to_jsonl(verification: Verification, ids: Sequence[str | int] | None = None) -> str:
    """Return VERDICTS.jsonl: one line for each claim, in order."""
    return to_lines(verdict_records(verification, ids))


def verdict_records(verification: Verification, ids: Sequence[str | int] | None = None) -> list[Json]:
    """Return what each line of VERDICTS.jsonl holds.

    ``ids`` are the claims' ids as their file has them, so that a number stays a number.
    """
    engine = engine_to_json(verification.engine)
    names = ids or [verdict.claim_id for verdict in verification.verdicts]
    pairs = zip(names, verification.verdicts, strict=True)
    return [_verdict_to_json(verdict) | {"id": name, "engine": engine} for name, verdict in pairs]


def to_lines(records: Iterable[Json]) -> str:
    """Return JSON Lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records)


def engine_to_json(engine: Engine) -> Json:
    """Return an engine block."""
    return {"name": engine.name, "version": engine.version, "model": engine.model, "options": dict(engine.options)}


def span_to_json(span: EvidenceSpan) -> Json:
    """Return an evidence span: id, quote and times, and the same place as W3C selectors within the segment.

    Positions break when a transcript is corrected, quotes with what stands around them do not (Web Annotation
    Data Model, section 4.2; Media Fragments URI 1.0 for the sound).
    """
    return {
        "segment_id": span.segment_id,
        "quote": span.quote,
        "start": span.start,
        "end": span.end,
        "role": span.role,
        "char_start": span.char_start,
        "char_end": span.char_end,
        "selectors": [
            {"type": "TextQuoteSelector", "exact": span.quote, "prefix": span.prefix, "suffix": span.suffix},
            {"type": "TextPositionSelector", "start": span.char_start, "end": span.char_end},
            {"type": "FragmentSelector", "conformsTo": _MEDIA_FRAGMENTS, "value": f"t={span.start:g},{span.end:g}"},
        ],
    }


def _verdict_to_json(verdict: ClaimVerdict) -> Json:
    return {
        "id": verdict.claim_id,
        "verdict": verdict.verdict,
        "score": verdict.score,
        "checks": dict(verdict.checks),
        "evidence": _spans_to_json(verdict.evidence),
        "findings": [_finding_to_json(finding) for finding in verdict.findings],
        "reasons": list(verdict.reasons),
    }


def _finding_to_json(finding: Finding) -> Json:
    return {
        "check": finding.check,
        "reason": finding.reason_code,
        "claim_span": finding.claim_span,
        "counter_evidence": _spans_to_json(finding.counter_evidence),
    }


def _mention_to_json(mention: SafetyMention) -> Json:
    return {
        "topic": mention.topic,
        "status": mention.status,
        "critical": mention.critical,
        "in_note": mention.in_note,
        "indirect": mention.indirect,
        "evidence": _spans_to_json(mention.evidence),
    }


def _spans_to_json(spans: Iterable[EvidenceSpan]) -> list[Json]:
    return [span_to_json(span) for span in spans]


def _verdict_from_json(record: Json) -> ClaimVerdict:
    return ClaimVerdict(
        claim_id=str(record["id"]),
        verdict=Verdict(record["verdict"]),
        score=float(record["score"]),
        checks=tuple((str(name), CheckResult(result)) for name, result in record["checks"].items()),
        evidence=_spans_from_json(record["evidence"]),
        findings=tuple(_finding_from_json(finding) for finding in record["findings"]),
        reasons=tuple(map(str, record["reasons"])),
    )


def _finding_from_json(record: Json) -> Finding:
    return Finding(
        check=str(record["check"]),
        reason_code=str(record["reason"]),
        claim_span=str(record["claim_span"]),
        counter_evidence=_spans_from_json(record["counter_evidence"]),
    )


def _mention_from_json(record: Json) -> SafetyMention:
    return SafetyMention(
        topic=str(record["topic"]),
        evidence=_spans_from_json(record["evidence"]),
        critical=bool(record["critical"]),
        status=OmissionStatus(record["status"]),
        in_note=bool(record["in_note"]),
        indirect=bool(record["indirect"]),
    )


def _spans_from_json(records: Iterable[Json]) -> tuple[EvidenceSpan, ...]:
    return tuple(_span_from_json(record) for record in records)


def _span_from_json(record: Json) -> EvidenceSpan:
    return EvidenceSpan(
        segment_id=str(record["segment_id"]),
        quote=str(record["quote"]),
        start=float(record["start"]),
        end=float(record["end"]),
        role=None if record["role"] is None else Role(record["role"]),
        char_start=int(record["char_start"]),
        char_end=int(record["char_end"]),
        prefix=str(_quote_selector(record).get("prefix", "")),
        suffix=str(_quote_selector(record).get("suffix", "")),
    )


def _quote_selector(record: Json) -> Json:
    """Return the selector with the words around a quote; a record from before selectors has none."""
    return next((each for each in record.get("selectors", ()) if each.get("type") == "TextQuoteSelector"), {})


def _engine_from_json(record: Json) -> Engine:
    return Engine(
        name=str(record["name"]),
        version=str(record["version"]),
        model=str(record["model"]),
        options=tuple((str(name), str(value)) for name, value in record["options"].items()),
    )

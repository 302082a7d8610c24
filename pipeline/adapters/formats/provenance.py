"""Verdicts as FHIR R4 Provenance: which words of the session stand behind each sentence of the note."""

from collections.abc import Sequence

from pipeline.domain.documents.verification import Json
from pipeline.domain.evidence import Claim, ClaimVerdict, EvidenceSpan, Verification

_BASE = "urn:nightscribe"
_TARGET_ELEMENT = "http://hl7.org/fhir/StructureDefinition/targetElement"
#: The note and what is said of it come from software until a clinician signs.
_MADE_BY_SOFTWARE: Json = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}


def provenance_of(claims: Sequence[Claim], verification: Verification, recorded: str) -> Json:
    """Return a Bundle of one Provenance for each sentence; ``recorded`` is an instant, as FHIR asks for it."""
    pairs = zip(claims, verification.verdicts, strict=True)
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {
                "fullUrl": f"{_BASE}:provenance:{number}",
                "resource": _provenance(claim, verdict, verification, recorded),
            }
            for number, (claim, verdict) in enumerate(pairs, 1)
        ],
    }


def _provenance(claim: Claim, verdict: ClaimVerdict, verification: Verification, recorded: str) -> Json:
    engine = verification.engine
    reasons = [{"text": reason} for reason in verdict.reasons]
    quotations = [_quotation(span) for span in verdict.evidence]
    return {
        "resourceType": "Provenance",
        "meta": {"security": [_MADE_BY_SOFTWARE]},
        "target": [
            {
                "type": "Composition",
                "display": claim.text,
                "extension": [{"url": _TARGET_ELEMENT, "valueUri": f"#{claim.claim_id}"}],
            }
        ],
        "recorded": recorded,
        "activity": {"text": "grounding verification"},
        **({"reason": reasons} if reasons else {}),
        "agent": [
            {
                "type": {"text": "verifier"},
                "who": {"type": "Device", "display": f"{engine.name} {engine.version} {engine.model}".strip()},
            }
        ],
        # FHIR allows no list without anything in it.
        **({"entity": quotations} if quotations else {}),
        "extension": [
            {"url": f"{_BASE}:verdict", "valueCode": verdict.verdict.value},
            {"url": f"{_BASE}:support", "valueDecimal": verdict.score},
        ],
    }


def _quotation(span: EvidenceSpan) -> Json:
    return {
        "role": "quotation",
        "what": {
            "type": "DocumentReference",
            "identifier": {"system": f"{_BASE}:segment", "value": span.segment_id},
            "display": span.quote,
        },
        "extension": [
            {"url": f"{_BASE}:characters", "valueRange": _range(span.char_start, span.char_end)},
            {"url": f"{_BASE}:seconds", "valueRange": _range(span.start, span.end)},
        ],
    }


def _range(low: float, high: float) -> Json:
    return {"low": {"value": low}, "high": {"value": high}}

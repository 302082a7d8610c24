"""Verification JSON and VERDICTS.jsonl."""

import json

import pytest

from pipeline.domain.documents.claims import claim_ids, claims_from_jsonl
from pipeline.domain.documents.verification import (
    verdicts_to_jsonl,
    verification_from_bytes,
    verification_to_bytes,
)
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

SPAN = EvidenceSpan("u1", "naïveté", 1.5, 2.75, Role.CLIENT, 3, 10)
VERIFICATION = Verification(
    verdicts=(
        ClaimVerdict(
            "s1",
            Verdict.CONTRADICTED,
            0.25,
            (("numbers", CheckResult.NOT_APPLICABLE), ("negation", CheckResult.FAIL)),
            (SPAN,),
            (Finding("negation", "polarity_conflict", "sleeps well", (SPAN,)),),
            ("polarity_conflict",),
        ),
    ),
    mentions=(SafetyMention("suicide", (SPAN,), critical=True, status=OmissionStatus.ASKED, in_note=False),),
    engine=Engine("typed", "1", "lr", (("calibration", "rank"),)),
    flags=("note_matches_no_part_of_session",),
)


def test_a_verification_survives_its_artifact() -> None:
    """What is read back equals what was written."""
    assert verification_from_bytes(verification_to_bytes(VERIFICATION)) == VERIFICATION


def test_a_verdict_line_has_the_fields_of_the_contract() -> None:
    """Scripts outside read id, verdict, score, checks, evidence and engine from each line."""
    (line,) = verdicts_to_jsonl(VERIFICATION).splitlines()

    record = json.loads(line)

    assert (record["id"], record["verdict"], record["score"]) == ("s1", "contradicted", 0.25)
    assert record["checks"] == {"numbers": "n/a", "negation": "fail"}
    assert record["evidence"][0]["quote"] == "naïveté"
    assert {"segment_id", "quote", "start", "end", "role"} <= record["evidence"][0].keys()
    assert record["engine"]["name"] == "typed"


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"verdicts": [{}]}', b"\xff\xfe"])
def test_anything_else_is_refused(body: bytes) -> None:
    """A document that is no verification has its own error."""
    with pytest.raises(VerificationInvalidError):
        verification_from_bytes(body)


def test_ids_stay_as_their_file_has_them() -> None:
    """A script that numbers its claims finds its numbers again."""
    text = '{"id": 7, "text": "Slept badly."}\n{"id": "b", "text": "Ate well."}\n'
    verdicts = tuple(
        ClaimVerdict(claim.claim_id, Verdict.UNSUPPORTED, 0.1, (), ()) for claim in claims_from_jsonl(text)
    )
    lines = verdicts_to_jsonl(Verification(verdicts, (), Engine("test", "1")), claim_ids(text)).splitlines()

    assert [json.loads(line)["id"] for line in lines] == [7, "b"]

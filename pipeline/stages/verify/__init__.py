"""The verify stage: a verdict with evidence for every sentence of the draft."""

from collections import Counter
from typing import BinaryIO

from pipeline.domain.artifact import ArtifactKind, StageOutput
from pipeline.domain.documents.claims import claims_of
from pipeline.domain.documents.note import note_from_bytes
from pipeline.domain.documents.transcript import transcript_from_bytes
from pipeline.domain.documents.verification import verification_to_bytes
from pipeline.domain.evidence import Verdict, Verification
from pipeline.ports import SessionFacts, StageFacts, StageResult, Verifier


def verify(draft: BinaryIO, transcript: BinaryIO, *, facts: SessionFacts, verifier: Verifier) -> StageResult:
    """Return the verdicts on a draft; an unsupported sentence is a result and not a failure."""
    verification = verifier.verify(
        claims_of(note_from_bytes(draft.read())), transcript_from_bytes(transcript.read()), facts
    )
    return StageResult(
        outputs=(StageOutput(ArtifactKind.VERDICTS, verification_to_bytes(verification)),),
        facts=StageFacts(engines=(verification.engine,), counts=_counts(verification)),
    )


def _counts(verification: Verification) -> tuple[tuple[str, int], ...]:
    verdicts = Counter(verdict.verdict for verdict in verification.verdicts)
    left_out = sum(not mention.in_note for mention in verification.mentions)
    return (
        *((str(verdict), verdicts[verdict]) for verdict in Verdict),
        ("mentions", len(verification.mentions)),
        ("mentions_not_in_note", left_out),
    )

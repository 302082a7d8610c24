"""The verify stage over a verifier that says what it is told to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

import pytest

from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.documents.note import note_bytes
from pipeline.domain.documents.transcript import transcript_bytes
from pipeline.domain.documents.verification import verification_from_bytes
from pipeline.domain.evidence import Claim, ClaimVerdict, OmissionStatus, SafetyMention, Verdict, Verification
from pipeline.domain.note import Note, NoteFormat, NoteSection, NoteSentence
from pipeline.domain.transcript import Engine, Segment, Transcript
from pipeline.errors import NoteInvalidError
from pipeline.ports import SessionFacts
from pipeline.stages.verify import verify

NOTE = Note(
    NoteFormat.DAP,
    (NoteSection("data", "Data", (NoteSentence("n1", "Slept badly."), NoteSentence("n2", "Denies SI."))),),
    Engine("extractive", "1"),
)
TRANSCRIPT = Transcript((Segment("u1", 0.0, 2.0, "I slept badly."),), "en", Engine("asr", "1"))


@dataclass
class DoubtingVerifier:
    """Finds nothing supported, and remembers what it was asked."""

    asked: list[str] = field(default_factory=list)

    def verify(self, claims: Sequence[Claim], transcript: Transcript, facts: SessionFacts) -> Verification:
        """Return ``unsupported`` for every claim and one mention that the note leaves out."""
        self.asked += [f"{claim.text} / {facts.consent_statement} / {transcript.words}" for claim in claims]
        return Verification(
            tuple(ClaimVerdict(claim.claim_id, Verdict.UNSUPPORTED, 0.0, (), ()) for claim in claims),
            (SafetyMention("suicide", (), critical=True, status=OmissionStatus.ASKED, in_note=False),),
            Engine("doubting", "1"),
        )


def test_every_sentence_is_put_to_the_verifier() -> None:
    """The artifact holds the verdicts, and the facts count them without a word of the note."""
    verifier = DoubtingVerifier()

    result = verify(
        BytesIO(note_bytes(NOTE)),
        BytesIO(transcript_bytes(TRANSCRIPT)),
        facts=SessionFacts(consent_statement="Consent on file"),
        verifier=verifier,
    )

    (output,) = result.outputs
    assert output.kind is ArtifactKind.VERDICTS
    assert [v.claim_id for v in verification_from_bytes(output.body).verdicts] == ["n1", "n2"]
    assert verifier.asked == ["Slept badly. / Consent on file / 3", "Denies SI. / Consent on file / 3"]
    assert dict(result.facts.counts)["unsupported"] == 2
    assert dict(result.facts.counts)["mentions_not_in_note"] == 1


def test_a_draft_that_is_no_note_is_refused() -> None:
    """A malformed draft ends in its own named error."""
    with pytest.raises(NoteInvalidError):
        verify(BytesIO(b"{"), BytesIO(b"{}"), facts=SessionFacts(), verifier=DoubtingVerifier())

"""An invented conversation in lines of "T:", "C:" and others in the room, and the default verifier's verdict."""

from pipeline.adapters.grounding import GroundingVerifier
from pipeline.domain.evidence import Claim, ClaimVerdict
from pipeline.domain.transcript import Engine, Role, Segment, Transcript
from pipeline.ports import SessionFacts

ROLES = {"T": Role.CLINICIAN, "C": Role.CLIENT, "Mother": Role.OTHER, "Guest": Role.OTHER}


def verdict_on(text: str, session: str) -> ClaimVerdict:
    """Return the verdict on one sentence."""
    turns = [line.split(": ", 1) for line in session.splitlines()]
    segments = (Segment(f"u{n}", 5.0 * n, 5.0 * n + 4, said, who, ROLES[who]) for n, (who, said) in enumerate(turns))
    transcript = Transcript(tuple(segments), "en", Engine("typed", "1"))
    return GroundingVerifier().verify([Claim("1", text)], transcript, SessionFacts()).verdicts[0]

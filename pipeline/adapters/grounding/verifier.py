"""The default verifier: evidence by shared words, typed checks, and a small calibrated score."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from pipeline.adapters.grounding.checks import CHECKS, ground_of
from pipeline.adapters.grounding.claims import parse_claim
from pipeline.adapters.grounding.index import index_of
from pipeline.adapters.grounding.judging import Judge
from pipeline.adapters.grounding.language import is_another_language
from pipeline.adapters.grounding.mentions import mentions_in
from pipeline.adapters.grounding.verdicts import verdicts_on
from pipeline.domain.evidence import Claim, Verdict, Verification
from pipeline.domain.transcript import Engine, Transcript
from pipeline.ports import SessionFacts

ENGINE = Engine("typed-checks", "1")
#: A note of which less than this share is supported is likely not of this session.
_SAME_SESSION = 0.2
_ENOUGH_CLAIMS = 5


class GroundingVerifier:
    """Holds claims against a transcript by rules and a score that anyone can recompute by hand."""

    def __init__(self, judge: Judge | None = None) -> None:
        """``judge``: a model asked beside the typed checks, or ``None``."""
        self._judge = judge

    def verify(self, claims: Sequence[Claim], transcript: Transcript, facts: SessionFacts) -> Verification:
        """Return a verdict for every claim, in order, and what was said that matters. Same input, same result."""
        with _uncollected():
            return self._verified(claims, transcript, facts)

    def _verified(self, claims: Sequence[Claim], transcript: Transcript, facts: SessionFacts) -> Verification:
        index = index_of(transcript)
        parsed = tuple(parse_claim(claim) for claim in claims)
        grounds = tuple(ground_of(claim, index, facts) for claim in parsed)
        outcomes = tuple({name: check(ground) for name, check in CHECKS.items()} for ground in grounds)
        verdicts = verdicts_on(grounds, outcomes, self._judge)
        return Verification(
            verdicts=verdicts,
            mentions=mentions_in(index, parsed),
            engine=_engine(self._judge),
            flags=(
                *_flags([verdict.verdict for verdict in verdicts]),
                *(("note_in_another_language",) if is_another_language(claim.text for claim in claims) else ()),
            ),
        )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the collector of cycles still: what verifying makes has none, and looking for them costs a quarter."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def _engine(judge: Judge | None) -> Engine:
    """Return what verified: the typed checks always do."""
    if judge is None:
        return ENGINE
    beside = judge.engine
    return Engine(f"{ENGINE.name}+{beside.name}", f"{ENGINE.version}+{beside.version}", beside.model, beside.options)


def _flags(verdicts: Sequence[Verdict]) -> tuple[str, ...]:
    """Return what the verdicts say of the note as a whole."""
    checked = [verdict for verdict in verdicts if verdict is not Verdict.NOT_CHECKED]
    supported = [verdict for verdict in checked if verdict in {Verdict.SUPPORTED, Verdict.PARTIAL}]
    if len(checked) >= _ENOUGH_CLAIMS and len(supported) < _SAME_SESSION * len(checked):
        return ("note_matches_no_part_of_session",)
    return ()

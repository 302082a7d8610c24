"""The stretch of conversation a claim rests on, and words of one class in the claim and in that stretch."""

from collections.abc import Iterable

from pipeline.adapters.grounding.checks.ground import Ground
from pipeline.adapters.grounding.evidence import Candidate
from pipeline.adapters.grounding.index import Utterance

#: Less of the claim than this in one utterance is no basis for a conflict.
BASIS = 0.45


def best_for(ground: Ground, left_out: frozenset[str] = frozenset()) -> Candidate | None:
    """Return the utterance that holds most of the claim, some names aside."""
    kept = frozenset(n for n, term in enumerate(ground.terms) if not term.names & left_out)
    return max(
        ground.evidence.candidates,
        key=lambda candidate: ground.evidence.share(candidate.covered & kept),
        default=None,
    )


def stretch(ground: Ground, reach: int = 1, left_out: frozenset[str] = frozenset()) -> tuple[Utterance, ...]:
    """Return the utterances around the one that holds most of the claim, and around its question."""
    best = best_for(ground, left_out)
    if best is None:
        return ()
    return around(ground, (best,), reach)


def around(ground: Ground, candidates: Iterable[Candidate], reach: int = 1) -> tuple[Utterance, ...]:
    """Return the utterances around some candidates, their questions and the answers to them."""
    found = [u.number for c in candidates for u in (c.utterance, c.question) if u is not None]
    middles = [*found, *(answer for n in found if (answer := ground.index.answer_of(n)) is not None)]
    numbers = {n for middle in middles for n in range(middle - reach, middle + reach + 1)}
    return tuple(ground.index.utterances[n] for n in sorted(numbers) if 0 <= n < len(ground.index.utterances))


def has_basis(ground: Ground, left_out: frozenset[str] = frozenset()) -> bool:
    """Say whether the best utterance holds enough of the claim, some names aside, to speak against it."""
    best = best_for(ground, left_out)
    kept = frozenset(n for n, term in enumerate(ground.terms) if not term.names & left_out)
    whole = ground.evidence.share(kept)
    return best is not None and whole > 0 and ground.evidence.share(best.covered & kept) / whole >= BASIS

"""The stretch of conversation a claim rests on, and words of one class in the claim and in that stretch."""

from collections.abc import Iterator

from pipeline.adapters.grounding.checks.ground import Ground
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.passage import Passage

#: Less of the claim than this in one utterance is no basis for a conflict.
BASIS = 0.5


def stretch(ground: Ground, reach: int = 1) -> tuple[Utterance, ...]:
    """Return the utterances around the claim's evidence."""
    middles = [u.number for c in ground.evidence.candidates for u in (c.utterance, c.question) if u is not None]
    numbers = {n for middle in middles for n in range(middle - reach, middle + reach + 1)}
    return tuple(ground.index.utterances[n] for n in sorted(numbers) if 0 <= n < len(ground.index.utterances))


def has_basis(ground: Ground, left_out: frozenset[str] = frozenset()) -> bool:
    """Say whether the best utterance holds enough of the claim, some names aside, to speak against it."""
    if not ground.evidence.candidates:
        return False
    kept = [n for n, term in enumerate(ground.terms) if not term.names & left_out]
    covered = ground.evidence.candidates[0].covered
    whole = ground.evidence.share(kept)
    return whole > 0 and ground.evidence.share(covered & frozenset(kept)) / whole >= BASIS


def names_with_places(passage: Passage) -> Iterator[tuple[str, int, int]]:
    """Yield every name of every term, and the words it takes up."""
    for term in passage.terms:
        for name in term.names:
            yield name, term.first, term.last

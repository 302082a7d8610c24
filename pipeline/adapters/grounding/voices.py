"""How much of a claim was said by those it names: a sentence about "Ann" or "the client" rests on that voice first."""

from collections.abc import Iterable

from pipeline.adapters.grounding.checks.ground import Ground

_EARLY = 4
#: What was asked of somebody, and answered, counts as theirs, a little less than what they said.
_ASKED = 0.8


def voice_figures(ground: Ground) -> dict[str, float]:
    """Return the best share in one utterance of a named speaker, and by how much another speaker's holds more."""
    named, worded = _named(ground)
    total = ground.evidence.share(worded) or 1.0
    best, own = 0.0, 0.0
    for utterance, terms in ground.evidence.held.items():
        share = ground.evidence.share(sorted(terms.intersection(worded))) / total
        best, own = max(best, share), max(own, share * _credit(utterance, named, ground))
    return {"voice_share": own if named else best, "voice_gap": max(0.0, best - own) if named else 0.0}


def _named(ground: Ground) -> tuple[frozenset[str], list[int]]:
    """Return the speakers whom a claim names, and its terms that name none."""
    by_term = [ground.index.speakers_named(term.names) for term in ground.terms]
    roles = (ground.index.speakers_named(frozenset((w.stem,))) for w in ground.claim.passage.words[:_EARLY])
    worded = [number for number, speakers in enumerate(by_term) if not speakers]
    return _union((*by_term, *roles)), worded


def _union(parts: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*parts)


def _credit(utterance: int, named: frozenset[str], ground: Ground) -> float:
    """Return how far an utterance counts as a named speaker's."""
    if ground.index.utterances[utterance].segment.speaker in named:
        return 1.0
    answer = ground.index.answer_of(utterance)
    return _ASKED if answer is not None and ground.index.utterances[answer].segment.speaker in named else 0.0

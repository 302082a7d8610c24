"""What the score is made of: a few figures of how well a claim is borne out, each of which a person can recompute."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.adapters.grounding.background import Background
from pipeline.adapters.grounding.checks.ground import Ground
from pipeline.adapters.grounding.index import Stance
from pipeline.adapters.grounding.passage import Term
from pipeline.adapters.grounding.topics import Settled, Topic
from pipeline.adapters.grounding.units import borne_out, units_of
from pipeline.adapters.grounding.voices import voice_figures

#: How often a term of a true claim is said in its own conversation; near what the training sets show.
_KEPT = 0.85
_SURE = 0.98


def features_of(ground: Ground, corpus: Background) -> dict[str, float]:
    """Return the figures by name; most are shares from 0 to 1, surprises and likelihoods are in nats."""
    terms = ground.terms
    surprises = [corpus.surprise(term) for term in terms]
    said = [bool(ground.index.where(term.names)) for term in terms]
    unsaid = [surprise for surprise, found in zip(surprises, said, strict=True) if not found]
    best = ground.evidence.candidates[0].covered if ground.evidence.candidates else frozenset()
    return {
        "said_anywhere": 1.0 - sum(unsaid) / (sum(surprises) or 1.0),
        "said_together": ground.evidence.share(ground.evidence.covered),
        "said_at_once": ground.evidence.share(best),
        "likelihood": _likelihood(terms, said, corpus),
        "unsaid_most": max(unsaid, default=0.0),
        "unsaid_count": float(len(unsaid)),
        "numbers_unsaid": float(_numbers_unsaid(terms, said)),
        "pairs": _pairs(ground),
        **_units(ground),
        **_phrases(ground),
        **voice_figures(ground),
        **_stances(ground, corpus),
    }


def _likelihood(terms: Sequence[Term], said: Sequence[bool], corpus: Background) -> float:
    """Return the log-likelihood ratio of what was said and not said, own conversation against any other."""
    total = 0.0
    for term, found in zip(terms, said, strict=True):
        share = min(corpus.share(term), _SURE)
        total += math.log(_KEPT / share) if found else math.log((1 - _KEPT) / (1 - share))
    return total


def _numbers_unsaid(terms: Sequence[Term], said: Sequence[bool]) -> int:
    amounts = (found for term, found in zip(terms, said, strict=True) if any(n.startswith("#") for n in term.names))
    return sum(not found for found in amounts)


def _pairs(ground: Ground) -> float:
    """Return the share of neighbouring terms that one utterance, with its question, holds together."""
    terms = range(len(ground.terms))
    pairs = list(pairwise(terms))
    held = sum(any({a, b} <= c.covered for c in ground.evidence.candidates) for a, b in pairs)
    return held / len(pairs) if pairs else ground.evidence.share(ground.evidence.covered)


def _units(ground: Ground) -> dict[str, float]:
    """Return how the claim's parts fare in their best three utterances in a row."""
    passage = ground.claim.passage
    parts = [borne_out(unit, passage, ground.index) for unit in units_of(passage, ground.terms)]
    total = sum(part.weight for part in parts) or 1.0
    return {
        "window_mean": sum(part.window * part.weight for part in parts) / total,
        "sequence_mean": sum(part.sequence * part.weight for part in parts) / total,
    }


def _phrases(ground: Ground) -> dict[str, float]:
    """Return the share of the claim's word pairs and triples that were said in that order."""
    stems = [word.stem for word in ground.claim.passage.words if word.form[0].isalnum()]
    pairs = list(pairwise(stems))
    triples = list(zip(stems, stems[1:], stems[2:], strict=False))
    said = ground.index.runs
    return {
        "pairs_said": sum(pair in said for pair in pairs) / (len(pairs) or 1),
        "triples_said": sum(triple in said for triple in triples) / (len(triples) or 1),
    }


def _stances(ground: Ground, corpus: Background) -> dict[str, float]:
    """Return how far the claim's topics were affirmed and denied as it says, weighted by their surprise."""
    weighed = [(sum(map(corpus.surprise, topic.terms)), topic, said) for topic, said in ground.topics]
    total = sum(weight for weight, _, _ in weighed) or 1.0
    figures = dict.fromkeys(("affirmed", "denied", "asked", "clash", "unheard", "denied_likelihood", "denial"), 0.0)
    for weight, topic, said in weighed:
        for name, value in _of_topic(topic, said):
            figures[name] += value * weight / total
        if topic.negated:
            figures["denial"] += weight / total
            figures["denied_likelihood"] += _denied_likelihood(topic, said, corpus)
    return figures


def _of_topic(topic: Topic, said: Settled) -> Iterator[tuple[str, float]]:
    same, opposite = (Stance.DENIED, Stance.AFFIRMED) if topic.negated else (Stance.AFFIRMED, Stance.DENIED)
    borne = said.share(same)
    yield "denied" if topic.negated else "affirmed", borne
    yield "clash", max(0.0, said.share(opposite) - borne)
    yield "asked", max(0.0, said.share(Stance.ASKED) - borne)
    if topic.negated:
        yield "unheard", 1.0 - max(said.shares.values(), default=0.0)


def _denied_likelihood(topic: Topic, said: Settled, corpus: Background) -> float:
    share = min(*(corpus.share(term, denied=True) for term in topic.terms), _SURE)
    if said.share(Stance.DENIED) > 0.5:  # noqa: PLR2004 - most of the topic
        return math.log(_KEPT / share)
    return math.log((1 - _KEPT) / (1 - share))

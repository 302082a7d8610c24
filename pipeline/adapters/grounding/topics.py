"""The things a claim names, and what the transcript says of each: affirmed, denied, only asked, or nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.adapters.grounding.index import Mention, Stance, TranscriptIndex
from pipeline.adapters.grounding.lexicon import word_set, words_in
from pipeline.adapters.grounding.passage import Passage, Term

_MOST_TERMS = 3
_GENERIC = words_in("generic.txt")
_LINKS = word_set("links")
_COMPLAINTS = word_set("complaints")


@dataclass(frozen=True, slots=True)
class Topic:
    """Neighbouring terms that together name one thing, as "chest pain" or "blood in stool" do."""

    terms: tuple[Term, ...]
    negated: bool
    #: Names a kind of complaint rather than one ("bowel symptoms"), so that a yes or no settles nothing.
    is_open: bool

    @property
    def span(self) -> tuple[int, int]:
        """Return the words it takes up, the last one excluded."""
        return self.terms[0].first, self.terms[-1].last


@dataclass(frozen=True, slots=True)
class Settled:
    """How much of a topic was affirmed, denied and asked at its best place, each from 0 to 1, and where."""

    shares: dict[Stance, float]
    mentions: dict[Stance, tuple[Mention, ...]] = field(repr=False)

    def share(self, *stances: Stance) -> float:
        """Return the best share of any of the stances."""
        return max(self.shares.get(stance, 0.0) for stance in stances)


def topics_of(passage: Passage, terms: Sequence[Term], skipped: Sequence[tuple[int, int]] = ()) -> Iterator[Topic]:
    """Yield the topics of a claim in order; words inside the character spans ``skipped`` name none."""
    group: list[Term] = []
    generic = False
    for term in terms:
        start, end = passage.span(term.first, term.last)
        if any(first <= start and end <= last for first, last in skipped):
            continue
        if group and not _joins(passage, group[-1], term):
            yield from _topic(group, generic=generic)
            group, generic = [], False
        if term.names <= _GENERIC:
            generic = generic or (bool(group) and bool(term.names & _COMPLAINTS))
            group = group and [*group[:-1], _extended(group[-1], term)]
        elif len(group) < _MOST_TERMS:
            group.append(term)
    yield from _topic(group, generic=generic)


def settled(topic: Topic, index: TranscriptIndex) -> Settled:
    """Return what was said of a topic: for each stance its best share, by weight, of terms said together."""
    weights = [index.weight(term.names) for term in topic.terms]
    places = [_around(index, term) for term in topic.terms]
    shares: dict[Stance, float] = {}
    mentions: dict[Stance, list[Mention]] = {}
    leading = [t for t, weight in zip(topic.terms, weights, strict=True) if weight * 2 >= max(weights)]
    for term in leading:
        for mention in index.mentions(term.names):
            together = sum(w for w, where in zip(weights, places, strict=True) if mention.utterance in where)
            share = together / sum(weights)
            if share > shares.get(mention.stance, 0.0) + 1e-9:
                shares[mention.stance], mentions[mention.stance] = share, [mention]
            elif share >= shares[mention.stance] - 1e-9:
                mentions[mention.stance].append(mention)
    return Settled(shares, {stance: tuple(found) for stance, found in mentions.items()})


def _around(index: TranscriptIndex, term: Term) -> frozenset[int]:
    """Return the utterances with the term, those that answer one, and those that an answer with it answers."""
    own = index.where(term.names)
    answers = {answer.utterance for n in own if (answer := index.utterances[n].answer) is not None}
    asked = {question for n in own if (question := index.question_of(n)) is not None}
    return own | answers | asked


def _joins(passage: Passage, last: Term, term: Term) -> bool:
    between = [word.form for word in passage.words[last.last : term.first]]
    return last.clause == term.clause and last.negated == term.negated and all(form in _LINKS for form in between)


def _topic(group: Sequence[Term], *, generic: bool) -> Iterator[Topic]:
    if group:
        yield Topic(tuple(group), group[0].negated, generic)


def _extended(term: Term, by: Term) -> Term:
    return Term(term.names, term.first, by.last, term.negated, term.clause)

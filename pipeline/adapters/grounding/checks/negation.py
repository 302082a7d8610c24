"""Negation: a denial needs to have been said or asked, and what was denied must not be stated."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Mention, Stance
from pipeline.adapters.grounding.lexicon import words_in
from pipeline.adapters.grounding.passage import Term
from pipeline.domain.evidence import EvidenceSpan, Finding
from pipeline.domain.note import SentenceKind

CHECK = "negation"


class Topic(NamedTuple):
    """Neighbouring terms that together name one thing, as "chest pain" does."""

    terms: tuple[Term, ...]
    negated: bool


def check_negation(ground: Ground) -> Outcome:
    """Hold what the claim affirms and denies against what was affirmed, denied and asked."""
    if ground.claim.kind in {SentenceKind.PLAN, SentenceKind.SESSION_FACT, SentenceKind.NOT_ASSESSED}:
        return NOT_APPLICABLE
    topics = tuple(topics_of(ground))
    if not topics:
        return NOT_APPLICABLE
    findings = tuple(finding for topic in topics if (finding := _finding(topic, ground)) is not None)
    return failed(*findings) if findings else PASSED


def topics_of(ground: Ground) -> Iterator[Topic]:
    """Yield the things a claim names, without its empty words."""
    quoted = ground.claim.quotations
    passage = ground.claim.passage
    group: list[Term] = []
    for term in passage.terms:
        start, end = passage.span(term.first, term.last)
        inside_quote = any(first <= start and end <= last for first, last in quoted)
        joins = group and group[-1].last == term.first and group[-1].negated == term.negated
        if group and (not joins or len(group) > 1):
            yield Topic(tuple(group), group[-1].negated)
            group = []
        if not inside_quote and not term.names <= _empty():
            group.append(term)
    if group:
        yield Topic(tuple(group), group[-1].negated)


def mentions_of(topic: Topic, ground: Ground) -> list[Mention]:
    """Return where all terms of a topic come up together; the stance is that of its last one."""
    places = [ground.index.where(term.names) for term in topic.terms]
    together = frozenset.intersection(*places)
    return [m for m in ground.index.mentions(topic.terms[-1].names) if m.utterance in together]


def _empty() -> frozenset[str]:
    return words_in("generic.txt")


def _finding(topic: Topic, ground: Ground) -> Finding | None:
    mentions = mentions_of(topic, ground)
    stances = {mention.stance for mention in mentions}
    words = _words(topic, ground)
    if topic.negated:
        if Stance.DENIED in stances:
            return None
        if Stance.AFFIRMED in stances:
            return Finding(CHECK, "polarity_conflict", words, _quotes(mentions, Stance.AFFIRMED, ground))
        return Finding(CHECK, "asked_not_answered" if stances else "denial_not_asked", words)
    if stances == {Stance.DENIED}:
        return Finding(CHECK, "polarity_conflict", words, _quotes(mentions, Stance.DENIED, ground))
    if stances == {Stance.ASKED} and ground.claim.kind is SentenceKind.REPORTED:
        return Finding(CHECK, "question_as_answer", words, _quotes(mentions, Stance.ASKED, ground))
    return None


def _quotes(mentions: Sequence[Mention], stance: Stance, ground: Ground) -> tuple[EvidenceSpan, ...]:
    numbers = [n for m in mentions if m.stance is stance for n in (m.utterance, m.settled_in)]
    return tuple(quote(ground.index.utterances[number]) for number in dict.fromkeys(numbers))[:4]


def _words(topic: Topic, ground: Ground) -> str:
    start, end = ground.claim.passage.span(topic.terms[0].first, topic.terms[-1].last)
    return ground.claim.text[start:end]

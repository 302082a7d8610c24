"""Causes: two true facts do not make one the cause of the other."""

import re

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import stretch
from pipeline.adapters.grounding.passage import Term
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind

CHECK = "causes"
_CLAIMED = re.compile(
    r"\b(?:due to|because(?: of)?|caused by|as a result of|resulting from|secondary to|triggered by|brought on by|"
    r"on account of|owing to|stemming from|attribut\w+ to)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    r"\b(?:because|'cause|cause|since|so|due|that's why|reason|when|after|from|over|about|made|makes|result|if)"
    r"\b",
    re.IGNORECASE,
)


_ASKED_WHY = re.compile(
    r"\b(?:why|how come|what (?:bothered|bummed|bums|brought|caused|got|gets|held|kept|keeps|led|made|makes|scared"
    r"|scares|set|stopped|stops|upset|upsets|worries|triggers|triggered)"
    r"|what's (?:behind|in the way|keeping|making|stopping)|the reason)\b",
    re.IGNORECASE,
)


def check_causes(ground: Ground) -> Outcome:
    """Look for both sides of a stated cause in one stretch of the conversation, joined by a word that joins them."""
    stated = _CLAIMED.search(ground.claim.text)
    if stated is None or ground.claim.kind is SentenceKind.ASSESSMENT:
        return NOT_APPLICABLE
    before, after = _sides(ground, stated.start(), stated.end())
    if not before or not after:
        return NOT_APPLICABLE
    joined = any(
        _holds(ground, before, number) and _holds(ground, after, number) for number in _joining_utterances(ground)
    )
    return PASSED if joined else failed(Finding(CHECK, "cause_not_said", stated.group()))


def _sides(ground: Ground, start: int, end: int) -> tuple[list[Term], list[Term]]:
    passage = ground.claim.passage
    before = [term for term in ground.terms if passage.span(term.first, term.last)[1] <= start]
    after = [term for term in ground.terms if passage.span(term.first, term.last)[0] >= end]
    return before, after


def _joining_utterances(ground: Ground) -> list[int]:
    """Return where a word joins two things, or where the answer to a "why" does."""
    return [u.number for u in stretch(ground) if _SAID.search(u.passage.text) or _answers_why(ground, u.number)]


def _answers_why(ground: Ground, number: int) -> bool:
    asking = ground.index.question_of(number)
    return asking is not None and _ASKED_WHY.search(ground.index.utterances[asking].passage.text) is not None


def _holds(ground: Ground, terms: list[Term], number: int) -> bool:
    """Say whether an utterance and its neighbours hold at least half of what was said of some terms."""
    near = {number - 1, number, number + 1}
    spoken = [(ground.index.weight(term.names), ground.index.where(term.names)) for term in terms]
    total = sum(weight for weight, where in spoken if where)
    return total > 0 and 2 * sum(weight for weight, where in spoken if near & where) >= total

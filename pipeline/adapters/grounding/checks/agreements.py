"""Agreements: what was only suggested, or met with "maybe", was not agreed to."""

import re
from collections.abc import Iterator

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.domain.evidence import Finding
from pipeline.domain.transcript import Role

CHECK = "agreement"
_CLAIMED = re.compile(
    r"\b(?:agree[sd]?|commit(?:s|ted)?|promise[sd]?|consent(?:s|ed)|accept(?:s|ed)?|(?:is|was) willing) "
    r"(?:to|that|with|for)\b|\b(?:client|patient|pt|he|she|they) will\b",
    re.IGNORECASE,
)
_HEDGES = re.compile(
    r"\b(?:maybe|i'll think|think about it|not sure|don't know|dunno|we'll see|i doubt|i'd have to|not really|"
    r"can't(?! wait)|cannot|won't|rather not|don't want|don't think|not ready|i'd prefer|no)\b",
    re.IGNORECASE,
)
#: A "no" that answers "any questions?", or that there is nothing to add.
_NOTHING_TO_ADD = re.compile(
    r"\bno\b(?=[ ,.]+(?:questions?|thanks?|thank you|(?:i+ )*(?:think|guess)? ?(?:i'm|that's|that|it's|it)\b))",
    re.IGNORECASE,
)
_NOT_NOW = re.compile(r"\bnot (?:this week|today|yet|right now|now|ready)\b|\bi'm not saying yes\b", re.IGNORECASE)
_YES = re.compile(
    r"\b(?:yes|yeah|yep|sure|okay|ok|i will|i'll do|i can|deal|definitely|of course|sounds good)\b", re.IGNORECASE
)
#: Less of what was agreed to than this in one utterance is no basis.
_BASIS = 0.5


def check_agreements(ground: Ground) -> Outcome:
    """Look at the reply to the suggestion that a claim says was agreed to."""
    stated = _CLAIMED.search(ground.claim.text)
    if stated is None or ground.claim.denies(stated.start(), stated.end()):
        return NOT_APPLICABLE
    suggestion = _suggestion(ground, stated.end())
    if suggestion is None:
        return NOT_APPLICABLE
    reply = list(_reply(suggestion, ground))
    text = " ".join(utterance.passage.text for utterance in reply).replace("\u2019", "'")
    declined = _NOT_NOW.search(text) is not None
    if not reply or (not declined and (_YES.search(text) or not _HEDGES.search(_NOTHING_TO_ADD.sub("", text)))):
        return PASSED
    counter = tuple(quote(utterance) for utterance in (suggestion, *reply))
    return failed(Finding(CHECK, "agreement_not_given", stated.group(), counter))


def _suggestion(ground: Ground, after: int) -> Utterance | None:
    """Return the clinician's utterance that holds most of what was agreed to, where no other voice holds as much."""
    passage = ground.claim.passage
    numbers = [n for n, term in enumerate(ground.terms) if passage.span(term.first, term.last)[0] >= after]
    total = ground.evidence.share(numbers)
    held: dict[int, list[int]] = {}
    for number in numbers:
        for utterance in ground.index.where(ground.terms[number].names):
            held.setdefault(utterance, []).append(number)
    best = max(held, key=lambda place: (ground.evidence.share(held[place]), -place), default=None)
    if best is None or ground.evidence.share(held[best]) < _BASIS * total:
        return None
    found = ground.index.utterances[best]
    return found if found.segment.role is Role.CLINICIAN else None


def _reply(suggestion: Utterance, ground: Ground) -> Iterator[Utterance]:
    """Yield what the next other voice says at once."""
    later = ground.index.utterances[suggestion.number + 1 :]
    voice = None
    for utterance in later:
        if utterance.segment.speaker == suggestion.segment.speaker:
            if voice is not None:
                return
            continue
        if voice not in {None, utterance.segment.speaker}:
            return
        voice = utterance.segment.speaker
        yield utterance

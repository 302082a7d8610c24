"""Hearing: what rests on a number, name, dose or negation that was heard unclearly is for a person to listen to."""

from collections.abc import Iterator

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.doubts import Doubt, doubts_in
from pipeline.adapters.grounding.index import Stance
from pipeline.adapters.grounding.medications import medicines_in, substance_of
from pipeline.adapters.grounding.passage import names_of
from pipeline.adapters.grounding.polarity import is_cue
from pipeline.adapters.grounding.quantities import Quantity
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind

CHECK = "hearing"


def check_hearing(ground: Ground) -> Outcome:
    """Look for words in doubt among those that the claim rests on."""
    doubts = doubts_in(ground.index)
    if not doubts or ground.claim.kind is SentenceKind.SESSION_FACT:
        return NOT_APPLICABLE
    near = _resting_on(ground)
    found = [
        doubt
        for doubt in doubts
        if _may_be_medicine(doubt, ground) or (doubt.utterance.number in near and _bears(doubt, ground))
    ]
    return failed(*(_finding(doubt, ground) for doubt in found)) if found else PASSED


def unsure_of(quantity: Quantity, ground: Ground) -> bool:
    """Say whether a number of the claim meets one that was heard unclearly."""
    near = _resting_on(ground)
    return any(
        _comparable(quantity, spoken)
        for doubt in doubts_in(ground.index)
        if doubt.utterance.number in near
        for spoken in _quantities(doubt, ground)
    )


def may_have_been(substance: str, ground: Ground) -> bool:
    """Say whether a word heard unclearly may have been a medicine."""
    return any(substance in _candidates(doubt) for doubt in doubts_in(ground.index))


def _resting_on(ground: Ground) -> frozenset[int]:
    """Return the utterances that a claim rests on: its evidence, questions and answers, and where its denials are."""
    found = {u.number for c in ground.evidence.candidates for u in (c.utterance, c.question) if u is not None}
    denied = [m for topic, said in ground.topics if topic.negated for m in said.mentions.get(Stance.DENIED, ())]
    found |= {place for mention in denied for place in (mention.utterance, mention.settled_in)}
    answers = {answer for number in found if (answer := ground.index.answer_of(number)) is not None}
    return frozenset(found | answers)


def _bears(doubt: Doubt, ground: Ground) -> bool:
    """Say whether a word in doubt is one of the claim's, one of its numbers, or a negation that it rests on."""
    words = [doubt.utterance.passage.words[number] for number in doubt.words()]
    if any(is_cue(word.form) for word in words):
        return any(topic.negated for topic, _ in ground.topics)
    if any(
        _comparable(claimed, spoken) for claimed in ground.claim.quantities for spoken in _quantities(doubt, ground)
    ):
        return True
    own = frozenset().union(*(term.names for term in ground.terms))
    return any(word.is_content and names_of(word) & own for word in words)


def _quantities(doubt: Doubt, ground: Ground) -> Iterator[Quantity]:
    covered = set(doubt.words())
    for spoken in ground.index.quantities:
        if spoken.utterance == doubt.utterance.number and covered & set(
            range(spoken.quantity.first, spoken.quantity.last)
        ):
            yield spoken.quantity


def _comparable(claimed: Quantity, spoken: Quantity) -> bool:
    same = claimed.unit == spoken.unit or (claimed.is_time and spoken.is_time)
    return same or not claimed.unit or not spoken.unit


def _may_be_medicine(doubt: Doubt, ground: Ground) -> bool:
    claimed = {medicine.substance for medicine in medicines_in(ground.claim.passage.words)}
    return bool(claimed & _candidates(doubt))


def _candidates(doubt: Doubt) -> frozenset[str]:
    """Return the medicines that a word may have been."""
    found = (substance_of(candidate.lower()) for candidate in doubt.heard.candidates)
    return frozenset(substance for substance in found if substance is not None)


def _finding(doubt: Doubt, ground: Ground) -> Finding:
    return Finding(CHECK, "heard_unclearly", ground.claim.text, (doubt.span,))

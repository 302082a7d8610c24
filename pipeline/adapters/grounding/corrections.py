"""Amounts that were taken back: by the voice that said them, or by the answer to a question that proposed them."""

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from pipeline.adapters.grounding.answers import Answer
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.numerals import worked_out
from pipeline.adapters.grounding.passage import Passage
from pipeline.adapters.grounding.quantities import Quantity

_CORRECTION = re.compile(
    r"\b(?:i mean|no wait|wait|sorry|actually|correction|scratch that|make that|rather(?! than)|let me correct)\b"
    r"|, no ,|\. no ,"
    r"|\bno (?:actually|more like|it's|it was|make that|that's|you know what)\b|\bno$"
)
#: Between amounts of one kind these take the first one back as well.
_SECOND_THOUGHT = re.compile(
    r"^(?:[.,] )?(?:well|okay|ok) ,? ?(?:(?:i|it|it's|he|she|they|the|more|maybe|really)\b|$)|\bnow it's$"
)
_SEEMED = re.compile(r"\b(?:felt|feels|seemed|seems) like (?:about )?$")
_BUT = re.compile(r"\bbut\b")
_CLOSE = 60
_FAR = 90
#: Words before an amount that only frame the question: "in the last two weeks", "from zero to ten".
_FRAMING = word_set("framing_amounts")
#: Words from the end of a question within which it proposes an amount: "what, three weeks?".
_PROPOSED = 2
#: Words into the answer within which its own amount stands.
_AT_ONCE = 4


def is_taken_back(passage: Passage, this: Quantity, following: Quantity) -> bool:
    """Say whether the next amount takes the place of this one: "three, I mean two weeks"."""
    if this.equals(following):
        return False
    between = " ".join(word.form for word in passage.words[this.last : following.first])
    if len(between) < _CLOSE and _CORRECTION.search(between):
        return True
    if not _comparable(this, following) or len(between) >= _FAR:
        return False
    before = " ".join(word.form for word in passage.words[max(0, this.first - 4) : this.first])
    return bool(_SECOND_THOUGHT.search(between)) or bool(_SEEMED.search(f"{before} ") and _BUT.search(between))


def taken_back_in(passage: Passage, number: int) -> Iterator[tuple[Quantity, int | None]]:
    """Yield every amount of an utterance, with the utterance's number where the same voice took it back."""
    found = passage.quantities
    for this, following in zip_longest(found, found[1:]):
        corrected = following is not None and is_taken_back(passage, this, following)
        yield this, number if corrected else None
    yield from ((amount, None) for amount in worked_out(passage.words, found))


def put_right_by(passages: Sequence[Passage], asking: int, answer: Answer | None, proposed: Quantity) -> int | None:
    """Return the answer that gives another amount than its question proposed: "three weeks?" - "Five, I think."."""
    if answer is None or answer.utterance == asking or not _is_proposed(passages[asking], proposed):
        return None
    # "Five" affirms that there were some; a "yes" before it affirms what was proposed.
    given = [q for q in passages[answer.utterance].quantities if q.first < (1 if answer.yes else _AT_ONCE)]
    if not given or any(proposed.equals(q) for q in given):
        return None
    return answer.utterance if all(_comparable(proposed, q) for q in given) else None


def _is_proposed(passage: Passage, quantity: Quantity) -> bool:
    """Say whether a question ends in an amount, as one that waits for a yes or a better figure does."""
    clause = passage.clause_at(quantity.first)
    words = [word.form for word in passage.words[clause.first : clause.last]]
    before = words[max(0, quantity.first - clause.first - 2) : quantity.first - clause.first]
    at_end = clause.last - quantity.last <= _PROPOSED
    return clause.asks and not clause.is_open and at_end and "or" not in words and not set(before) & _FRAMING


def _comparable(one: Quantity, other: Quantity) -> bool:
    """Say whether two amounts can be of one thing."""
    if one.unit and other.unit:
        return one.unit == other.unit or (one.is_time and other.is_time)
    return not (one.noun and other.noun) or one.noun == other.noun

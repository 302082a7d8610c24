"""Questions and their answers: whether the next speaker said yes, no, or something else."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.adapters.grounding.clauses import Clause
from pipeline.adapters.grounding.lexicon import phrase_set, word_set
from pipeline.adapters.grounding.passage import Passage

_YES = word_set("yes")
_NO = word_set("no")
_SKIP = word_set("before_answers")
_YES_OPENINGS = frozenset(phrase_set("yes_openings"))
_NO_OPENINGS = frozenset(phrase_set("no_openings"))
_INSISTING = frozenset(phrase_set("insisting"))
_LONGEST_OPENING = max(map(len, _YES_OPENINGS | _NO_OPENINGS | _INSISTING))
#: "Not" after these turns them round.
_TURNED_BY_NOT = frozenset(("absolutely", "definitely", "certainly", "probably", "unfortunately"))
_CLOSING_YES = frozenset(("yes", "yeah", "yep"))
_CLOSING_NO = word_set("closing_no")
_PLAIN = word_set("plain_answers")
_NOT_ANY_MORE = word_set("not_any_more")
_NUMBERS = word_set("numbers_that_affirm")
_BEFORE_NUMBERS = word_set("before_numbers")
_REACH = 4
#: A longer clause that opens with "no" states rather than asks.
_BRIEF = 12
_BEFORE_NONE = frozenset(("so", "and", "okay", "ok", "right", "then", ",", ".", "but", "um", "uh"))
_TURN = 4
_ENOUGH = 3


class Answer(NamedTuple):
    """The utterance that answers, and whether it says yes, no or (``None``) something else."""

    utterance: int
    yes: bool | None
    #: Says in words of its own that there is or was: "there is", "I did".
    insists: bool = False


def answer_to(
    number: int,
    voices: Sequence[str | None],
    passages: Sequence[Passage],
    puts: bool = False,  # noqa: FBT001, FBT002 - of the voice
) -> Answer | None:
    """Return the answer to the question in an utterance, or ``None`` where it asks nothing or is not answered.

    ``puts``: the voice asks by stating that there is none, too, as a clinician does.

    The answer is what the next voice says at once, starting at most three utterances on; one that stands in the same
    utterance, as a recognizer that missed the change of voice leaves it, counts too.
    """
    asking = [c for c in passages[number].clauses if c.asks or (puts and puts_none(passages[number], c))]
    if not asking:
        return None
    rest = [word.form for word in passages[number].words[asking[-1].last :]]
    if rest and rest[0] in _PLAIN and (inside := _polarity(rest)) is not None:
        return Answer(number, inside)
    for later in range(number + 1, min(number + _REACH, len(voices))):
        if voices[later] is None or voices[later] != voices[number]:
            turn = _turn(later, voices, passages)
            yes = _polarity(turn)
            return None if yes is None and _went_on(number, later, passages) else Answer(later, yes, _insists(turn))
    return None


def puts_none(passage: Passage, clause: Clause) -> bool:
    """Say whether a clause opens by stating that there is none of something: "so no plan"."""
    words = [word for word in passage.words[clause.first : clause.last] if word.form not in _BEFORE_NONE]
    return len(words) > 1 and words[0].form == "no" and words[1].is_content and len(words) <= _BRIEF


def _went_on(number: int, later: int, passages: Sequence[Passage]) -> bool:
    """Say whether the asker went on to something else before the other voice spoke."""
    own = [word for word in passages[number].words[_last_asking(passages[number]) :] if word.is_content]
    between = [w for passage in passages[number + 1 : later] for w in passage.words if w.is_content]
    asked_again = any(clause.asks for passage in passages[number + 1 : later] for clause in passage.clauses)
    return len(own) + len(between) >= _ENOUGH and not asked_again


def _last_asking(passage: Passage) -> int:
    return max((clause.last for clause in passage.clauses if clause.asks), default=len(passage.words))


def _turn(number: int, voices: Sequence[str | None], passages: Sequence[Passage]) -> list[str]:
    """Return the forms of what a voice says from an utterance on, before another voice breaks in."""
    last = number + 1
    while last < min(number + _TURN, len(voices)) and voices[last] is not None and voices[last] == voices[number]:
        last += 1
    return [word.form for passage in passages[number:last] for word in passage.words]


def _polarity(turn: Sequence[str]) -> bool | None:
    """Return what the opening words answer, or else a "no" that the turn ends in ("just at first, after that no")."""
    forms = list(turn)
    while forms and forms[0] in _SKIP and not _opens(forms, _YES_OPENINGS):
        forms = forms[1:]
    if not forms:
        return None
    if _opens(forms, _NO_OPENINGS) or forms[0] in _NO:
        return None if _did_once(forms) else False
    if forms[0] in _YES or _opens(forms, _YES_OPENINGS):
        return not (_turns(forms) or _no_longer(forms))
    if _counts(forms):
        return True
    return _closing(forms)


def _insists(turn: Sequence[str]) -> bool:
    """Say whether a yes is one in words of its own."""
    first = next((n for n, form in enumerate(turn) if form not in _SKIP | _CLOSING_YES), len(turn))
    return _opens(turn[first:], _INSISTING)


def _turns(forms: Sequence[str]) -> bool:
    """Say whether a "yeah" is only a start, as in "yeah, no, not really" or "absolutely not"."""
    early = [form for form in forms[1:4] if form != ","]
    return early[:1] == ["no"] or (early[:1] == ["not"] and forms[0] in _TURNED_BY_NOT)


def _did_once(forms: Sequence[str]) -> bool:
    """Say whether a no is of the present alone: "no, I haven't. I did about three years ago"."""
    triples = zip(forms, forms[1:], forms[2:], strict=False)
    return any(words[:2] == ("i", "did") and words[2] not in {"not", "n't"} for words in triples)


def _no_longer(forms: Sequence[str]) -> bool:
    """Say whether a yes is of the past alone: "I did last year, but not now"."""
    return any(first == "not" and second in _NOT_ANY_MORE for first, second in pairwise(forms))


def _counts(forms: Sequence[str]) -> bool:
    """Say whether a number answers: "one, in the shop" to "and panic attacks?"."""
    first = next((form for form in forms if form not in _BEFORE_NUMBERS), "")
    return first in _NUMBERS or (first.isdigit() and int(first) > 0)


def _closing(forms: Sequence[str]) -> bool | None:
    """Return what a yes or no at the end of the turn answers: "I missed Sunday, otherwise yes"."""
    last = next((form for form in reversed(forms) if form[0].isalnum()), "")
    return False if last in _CLOSING_NO else True if last in _CLOSING_YES else None


def _opens(forms: Sequence[str], openings: frozenset[tuple[str, ...]]) -> bool:
    return any(tuple(forms[:length]) in openings for length in range(1, _LONGEST_OPENING + 1))

"""Questions and their answers: whether the next speaker said yes, no, or something else."""

from collections.abc import Sequence
from typing import NamedTuple

from pipeline.adapters.grounding.lexicon import phrase_set, word_set
from pipeline.adapters.grounding.passage import Passage
from pipeline.domain.transcript import Segment

_YES = word_set("yes")
_NO = word_set("no")
_SKIP = word_set("before_answers")
_YES_OPENINGS = phrase_set("yes_openings")
_NO_OPENINGS = phrase_set("no_openings")
_OPENING = 14
_REACH = 4


class Answer(NamedTuple):
    """The utterance that answers, and whether it says yes, no or (``None``) something else."""

    utterance: int
    yes: bool | None


def answer_to(number: int, segments: Sequence[Segment], passages: Sequence[Passage]) -> Answer | None:
    """Return the answer to the question in a segment, or ``None`` where it asks nothing or is not answered.

    The answer is the next voice's first segment, at most three segments on; one that stands in the same segment, as a
    recognizer that missed the change of voice leaves it, counts too.
    """
    asking = [clause for clause in passages[number].clauses if clause.asks]
    if not asking:
        return None
    rest = [clause for clause in passages[number].clauses if clause.first >= asking[-1].last]
    if rest and (inside := _polarity(passages[number], rest[0].first)) is not None:
        return Answer(number, inside)
    for later in range(number + 1, min(number + _REACH, len(segments))):
        if segments[later].speaker is None or segments[later].speaker != segments[number].speaker:
            return Answer(later, _polarity(passages[later], 0))
    return None


def _polarity(passage: Passage, first: int) -> bool | None:
    """Return what the opening words answer."""
    forms = [word.form for word in passage.words[first : first + _OPENING]]
    while forms and forms[0] in _SKIP and not _opens(forms, _YES_OPENINGS):
        forms = forms[1:]
    if not forms:
        return None
    if _opens(forms, _NO_OPENINGS) or forms[0] in _NO:
        return False
    if forms[0] in _YES or _opens(forms, _YES_OPENINGS):
        return not _turns(forms)
    return None


def _turns(forms: Sequence[str]) -> bool:
    """Say whether a "yeah" is only a start, as in "yeah, no, not really"."""
    early = [form for form in forms[1:4] if form != ","]
    return bool(early) and early[0] == "no"


def _opens(forms: Sequence[str], openings: Sequence[tuple[str, ...]]) -> bool:
    return any(tuple(forms[: len(opening)]) == opening for opening in openings)

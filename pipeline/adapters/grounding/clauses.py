"""Clauses of a text, and which of them ask."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.words import Word

_ENDS = word_set("sentence_ends")
_JOINERS = word_set("joiners")
_SUBJECT_JOINERS = frozenset(("and", "so", ",", "then"))
_PRONOUNS = word_set("pronouns")
_AUXILIARIES = word_set("auxiliaries")
_SUBJECTS = word_set("auxiliary_subjects")
_QUESTION_WORDS = word_set("question_words")
_FILLERS = word_set("fillers")
#: Words at which a clause can begin.
_OPENERS = _JOINERS | _SUBJECT_JOINERS | _AUXILIARIES | {"cause", "other", "but", "any"}
_OPENING = 4
_OPENING_WORDS = 5
#: These ask only before a verb: "when did it start?", but "when it gets heated, do you shout?".
_TIMES = frozenset(("when", "where"))
#: After "and" these begin what a "denied" before them does not cover.
_NEW_VERBS = word_set("new_verbs")
#: After a comma these begin what is told besides: "denied SI, adding that".
_REPORTING_ON = word_set("reporting_on")
_TITLES = frozenset(("dr", "mr", "mrs", "ms", "prof"))
_OWNERS = word_set("owners")
#: "Any rash" asks; a longer clause that opens so need not.
_BRIEF_QUESTION = 16
#: What clinicians ask for any of, and the words before "any" that make it no question.
_ASKED_FOR = word_set("asked_for")
_BEFORE_ANY = word_set("before_any")
#: After these "have you" asks nothing: "we're gonna have you rest it".
_BEFORE_YOU = word_set("before_you")


class Clause(NamedTuple):
    """A stretch of words by index, the last one excluded."""

    first: int
    last: int
    asks: bool
    #: Asks for more than yes or no, and so takes for granted what it names: "when did the pain start?"
    is_open: bool = False


def clauses_of(words: Sequence[Word]) -> tuple[Clause, ...]:
    """Return the clauses of a text in order; together they cover every word."""
    clauses: list[Clause] = []
    first = 0
    for last in (*_boundaries(words), len(words)):
        if last > first:
            clauses.append(Clause(first, last, _asks(words, first, last), _is_open(words, first, last)))
            first = last
    return _with_late_marks(words, clauses)


def _boundaries(words: Sequence[Word]) -> Iterator[int]:
    for index, word in enumerate(words):
        if word.form in _ENDS and not _is_of_a_title(words, index):
            yield index + 1
        elif index and word.form in _OPENERS and _begins_clause(words, index):
            yield index


def _is_of_a_title(words: Sequence[Word], index: int) -> bool:
    """Say whether a full stop belongs to the "Dr" before it."""
    return words[index].form == "." and index > 0 and words[index - 1].form in _TITLES and index + 1 < len(words)


def _begins_clause(words: Sequence[Word], index: int) -> bool:
    return _joins(words, index) or _opens_clause(words, index) or _opens_question(words, index)


def _joins(words: Sequence[Word], index: int) -> bool:
    """Say whether a word joins a clause to the one before; "'cause" is two words."""
    return words[index].form in _JOINERS or (words[index].form == "cause" and words[index - 1].form in {"'", "\u2019"})


def _opens_clause(words: Sequence[Word], index: int) -> bool:
    """Say whether "and he", ", I" or "so they" opens a clause here."""
    follows = words[index + 1].form if index + 1 < len(words) else ""
    if words[index].form == "other" and follows == "than":
        return True
    if words[index].form == "," and (follows in _OWNERS or follows in _REPORTING_ON or follows == "just"):
        return True
    if words[index].form in {"and", "but"} and (follows in _NEW_VERBS or _is_negated_verb(words, index + 1)):
        return True
    return words[index].form in _SUBJECT_JOINERS and follows.split("'")[0] in _PRONOUNS


def _is_negated_verb(words: Sequence[Word], index: int) -> bool:
    """Say whether "has not" or "didn't" stands at a word: "skips lunch and has not lost weight" states two things."""
    forms = [word.form for word in words[index : index + 2]]
    return bool(forms) and (forms[0].endswith("n't") or (forms[0] in _AUXILIARIES and forms[1:] == ["not"]))


def _opens_question(words: Sequence[Word], index: int) -> bool:
    """Say whether "do you" or "any thoughts" opens a question in speech without marks."""
    if words[index].form == "any" and index + 1 < len(words) and words[index - 1].form not in _BEFORE_ANY:
        return words[index + 1].form in _ASKED_FOR
    if words[index].form not in _AUXILIARIES or index + 1 >= len(words):
        return False
    if words[index - 1].form == "," and words[index + 1].form in _SUBJECTS:
        return True
    if words[index + 1].form == "there" and words[index + 2 : index + 3] and words[index + 2].form == "any":
        return True
    if words[index + 1].form != "you":
        return False
    before = [word.form for word in words[max(0, index - _OPENING) : index]]
    return before[-1] not in _BEFORE_YOU and not (_QUESTION_WORDS | {"if", "and", "or", "than"}) & set(before)


def _asks(words: Sequence[Word], first: int, last: int) -> bool:
    return words[last - 1].form == "?" or _opens_by_asking(words, first, last)


def _opens_by_asking(words: Sequence[Word], first: int, last: int) -> bool:
    """Say whether a clause asks by its first words: "do you", "how long does it", "any rash"."""
    opening = [word.form for word in words[first:last] if word.form not in _FILLERS][:_OPENING_WORDS]
    if not opening:
        return False
    if opening[0] == "any":
        return last - first <= _BRIEF_QUESTION or any(word.form == "anything" for word in words[first:last])
    if opening[1:2] == ["about"]:
        return opening[0] in {"how", "what"}
    if opening[0] in _AUXILIARIES:
        return len(opening) > 1 and opening[1] in _SUBJECTS
    return opening[0] in _QUESTION_WORDS and _goes_on_to_ask(opening[1:])


def _goes_on_to_ask(opening: Sequence[str]) -> bool:
    """Say whether what follows a question word asks: "did it", "long does the pain", but not "I have you"."""
    if not opening or opening[0] in _AUXILIARIES:
        return bool(opening)
    return opening[0] not in _PRONOUNS and any(a in _AUXILIARIES and b in _SUBJECTS for a, b in pairwise(opening))


def _is_open(words: Sequence[Word], first: int, last: int) -> bool:
    """Say whether a question word stands among the first words of a clause; "how about" asks for yes or no."""
    forms = [word.form.split("'")[0] for word in words[first : min(last, first + _OPENING + 1)]]
    return any(
        word in _QUESTION_WORDS and following != "about" and (word not in _TIMES or following in _AUXILIARIES)
        for word, following in pairwise(forms)
    )


def _with_late_marks(words: Sequence[Word], clauses: list[Clause]) -> tuple[Clause, ...]:
    """Let a question mark count for the clauses of its sentence that lead up to it.

    What comes before a question that is one by itself is stated: "before I give you that, are you allergic?".
    """
    asks = False
    result: list[Clause] = []
    for clause in reversed(clauses):
        if words[clause.last - 1].form in _ENDS:
            asks = words[clause.last - 1].form == "?"
        result.append(clause._replace(asks=clause.asks or asks))
        asks = asks and not _opens_by_asking(words, clause.first, clause.last)
    return tuple(reversed(result))

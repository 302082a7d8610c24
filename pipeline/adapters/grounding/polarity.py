"""Clauses of a text, which of them ask, and which words stand under a negation."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from pipeline.adapters.grounding.lexicon import phrase_set, word_set
from pipeline.adapters.grounding.words import Word

_ENDS = word_set("sentence_ends")
_JOINERS = word_set("joiners")
_SUBJECT_JOINERS = frozenset(("and", "so", ",", "then"))
_PRONOUNS = word_set("pronouns")
_AUXILIARIES = word_set("auxiliaries")
_SUBJECTS = word_set("auxiliary_subjects")
_QUESTION_WORDS = word_set("question_words")
_FILLERS = word_set("fillers")
_CUES = word_set("negations")
#: Negations that negate nothing after them.
_HOLLOW = phrase_set("hollow_negations")
#: Words at which a clause can begin.
_OPENERS = _JOINERS | _SUBJECT_JOINERS | _AUXILIARIES | {"cause", "other", "but", "any"}
_OPENING = 4
_OPENING_WORDS = 5
#: A new subject ends a negation in speech without marks: "not very active i've gained weight".
_SUBJECTS_ANEW = word_set("subjects_anew")
_VERDICTS = word_set("brief_verdicts")
#: These ask only before a verb: "when did it start?", but "when it gets heated, do you shout?".
_TIMES = frozenset(("when", "where"))
#: After "and" these begin what a "denied" before them does not cover.
_NEW_VERBS = word_set("new_verbs")
#: After a comma these begin what is told besides: "denied SI, adding that".
_REPORTING_ON = word_set("reporting_on")
#: "Not every day" says that there is some.
_TOTALITIES = word_set("totalities")
_TO_TOTALITY = 5
_TITLES = frozenset(("dr", "mr", "mrs", "ms", "prof"))
_OWNERS = frozenset(("my", "our", "his", "her", "their"))
#: "If we do not do this" negates nothing that follows.
_DOING = frozenset(("do", "did"))
_POINTERS = frozenset(("this", "that", "it"))
_OPINIONS = frozenset(("think", "believe", "feel", "know", "say"))
_BRIEF = frozenset(("no", "nil", "without"))
#: "Any rash" asks; a longer clause that opens so need not.
_BRIEF_QUESTION = 16
#: Words that "without" and "non-" cover.
_WITHOUT = 2
#: Words that "instead of" covers.
_INSTEAD = 4
#: "Without" these covers what they are for: "without desire to kill himself".
_INTENTS = frozenset(("desire", "intent", "intention", "plan", "plans", "wish", "thought", "thoughts", "urge", "urges"))
#: What clinicians ask for any of, and the words before "any" that make it no question.
_ASKED_FOR = word_set("asked_for")
_BEFORE_ANY = word_set("before_any")
#: After these "have you" asks nothing: "we're gonna have you rest it".
_BEFORE_YOU = word_set("before_you")
#: Words that a trailing negation can cover.
_SHORT = 8
#: What follows the thing it negates: "Meds: nil", "SI/HI denied".
_TRAILING = word_set("trailing_negations")
#: The same only after a colon or a dash: "fever - no".
_MARKED = word_set("marked_negations")


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


def negated_words(words: Sequence[Word], clauses: Sequence[Clause], reach: int = 12) -> tuple[bool, ...]:
    """Say of each word whether a negation of its own clause, at most ``reach`` words back, covers it."""
    flags = [False] * len(words)
    for clause in clauses:
        for index in _cues(words, clause):
            for covered in range(index + 1, _end_of_reach(words, clause, index, reach)):
                flags[covered] = True
        for index in _trailing(words, clause):
            for covered in range(_after_last_comma(words, clause, index), index):
                flags[covered] = True
    return tuple(flags)


def _after_last_comma(words: Sequence[Word], clause: Clause, index: int) -> int:
    return next((n + 1 for n in range(index - 1, clause.first - 1, -1) if words[n].form == ","), clause.first)


def _end_of_reach(words: Sequence[Word], clause: Clause, cue: int, reach: int) -> int:
    """Return where a negation ends: "no" ends at a comma unless an "or" carries it on, "denies" does not."""
    last = min(clause.last, cue + 1 + _span(words, cue, reach))
    if words[cue + 2 : cue + 3] and words[cue + 1].form in _DOING and words[cue + 2].form in _POINTERS:
        return min(last, cue + 3)
    if words[cue + 1 : cue + 2] and words[cue + 1].form in _VERDICTS and _begins_anew(words, cue + 2):
        return min(last, cue + 2)
    stop = next((n for n in range(cue + 3, last) if words[n].form in _SUBJECTS_ANEW), last)
    last = last if words[cue + 1 : cue + 2] and words[cue + 1].form in _OPINIONS else stop
    if words[cue].form not in _BRIEF:
        return last
    forms = [word.form for word in words[cue + 1 : last]]
    if "some" in forms:
        return cue + 1 + forms.index("some")
    forms = [word.form for word in words[cue + 1 : clause.last]]
    if "," in forms and not {"or", "nor"} & set(forms[forms.index(",") :]):
        return min(last, cue + 1 + forms.index(","))
    return last


def _span(words: Sequence[Word], cue: int, reach: int) -> int:
    """Return how many words a negation covers at most."""
    form = words[cue].form
    if form == "non" or (form == "without" and not any(w.form in _INTENTS for w in words[cue + 1 : cue + 3])):
        return _WITHOUT
    return _INSTEAD if form == "of" else reach


def _begins_anew(words: Sequence[Word], index: int) -> bool:
    """Say whether a new statement begins at a word: "not great my husband left"."""
    return index < len(words) and (words[index].form in _SUBJECTS_ANEW or words[index].form in _OWNERS)


def cue_over(words: Sequence[Word], clauses: Sequence[Clause], index: int) -> str:
    """Return the last negation before a word in its clause, or an empty string."""
    first = next(clause.first for clause in clauses if clause.first <= index < clause.last)
    return next((word.form for word in reversed(words[first:index]) if is_cue(word.form)), "")


@lru_cache(maxsize=20_000)
def is_cue(form: str) -> bool:
    """Say whether a lower-case word negates."""
    return form in _CUES or form.endswith("n't")


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


def _cues(words: Sequence[Word], clause: Clause) -> Iterator[int]:
    for index in range(clause.first, clause.last):
        if _negates_with_its_neighbour(words, index):
            yield index
        if is_cue(words[index].form) and not _is_empty(words, clause, index):
            yield index


def _negates_with_its_neighbour(words: Sequence[Word], index: int) -> bool:
    """Say whether a word negates what follows together with one beside it: "instead of", "has yet to"."""
    if words[index].form == "yet":
        return index + 1 < len(words) and words[index + 1].form == "to"
    return words[index].form == "of" and index > 0 and words[index - 1].form == "instead"


def _trailing(words: Sequence[Word], clause: Clause) -> Iterator[int]:
    """Yield a negation that ends its clause after a colon, a dash or nothing: "Meds: nil"."""
    for index in range(clause.first + 1, min(clause.last, clause.first + _SHORT + 1)):
        form = words[index].form
        trails = form in _TRAILING or (form in _MARKED and words[index - 1].form in {":", "-"})
        trails = trails or (form == "no" and index > 1 and words[index - 1].form == "," and words[index - 2].is_content)
        if trails and all(not word.form[0].isalnum() for word in words[index + 1 : clause.last]):
            yield index


def _is_empty(words: Sequence[Word], clause: Clause, index: int) -> bool:
    """Say whether a cue negates nothing after it."""
    asked = clause.asks and index == clause.first and words[index].form.endswith("n't")  # "isn't this the second?"
    return asked or _is_hollow(words, index) or _answers(words, clause, index) or _is_of_totality(words, clause, index)


def _is_of_totality(words: Sequence[Word], clause: Clause, index: int) -> bool:
    """Say whether only the whole, or a way, is negated: "I'm not crying every day", "haven't cried like that"."""
    if words[index].form != "not" and not words[index].form.endswith("n't"):
        return False
    covered = [word.form for word in words[index + 1 : min(clause.last, index + 1 + _TO_TOTALITY)]]
    return any(form in _TOTALITIES for form in covered) or ("like", "that") in pairwise(covered)


def _is_hollow(words: Sequence[Word], index: int) -> bool:
    return any(
        all(
            0 <= index - at + offset < len(words) and words[index - at + offset].form == form
            for offset, form in enumerate(phrase)
        )
        for phrase in _HOLLOW
        for at in range(len(phrase))
        if is_cue(phrase[at])
    )


def _answers(words: Sequence[Word], clause: Clause, index: int) -> bool:
    """Say whether a "no" is an answer, as in "No, I sleep well", and negates nothing after it."""
    if words[index].form != "no" or index + 1 >= clause.last:
        return words[index].form == "no"
    return words[index + 1].form in {",", ".", "?", "!", "no"} or words[index + 1].form.split("'")[0] in _PRONOUNS

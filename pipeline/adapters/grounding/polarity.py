"""Which words of a text stand under a negation."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from pipeline.adapters.grounding.clauses import Clause
from pipeline.adapters.grounding.lexicon import phrase_set, word_set
from pipeline.adapters.grounding.words import Word

_PRONOUNS = word_set("pronouns")
_CUES = word_set("negations")
#: Negations that negate nothing after them.
_HOLLOW = phrase_set("hollow_negations")
#: A new subject ends a negation in speech without marks: "not very active i've gained weight".
_SUBJECTS_ANEW = word_set("subjects_anew")
_VERDICTS = word_set("brief_verdicts")
#: "Not every day" says that there is some.
_TOTALITIES = word_set("totalities")
_TO_TOTALITY = 5
_OWNERS = word_set("owners")
#: "If we do not do this" negates nothing that follows.
_DOING = frozenset(("do", "did"))
_POINTERS = frozenset(("this", "that", "it"))
_OPINIONS = frozenset(("think", "believe", "feel", "know", "say"))
_BRIEF = frozenset(("no", "nil", "without"))
#: Words that "without" and "non-" cover.
_WITHOUT = 2
#: Words that "instead of" covers.
_INSTEAD = 4
#: "Without" these covers what they are for: "without desire to kill himself".
_INTENTS = frozenset(("desire", "intent", "intention", "plan", "plans", "wish", "thought", "thoughts", "urge", "urges"))
#: Words that a trailing negation can cover.
_SHORT = 8
#: What follows the thing it negates: "Meds: nil", "SI/HI denied".
_TRAILING = word_set("trailing_negations")
#: The same only after a colon or a dash: "fever - no".
_MARKED = word_set("marked_negations")


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

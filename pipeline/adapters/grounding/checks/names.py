"""People and places: a name in the note must have been said, or be near enough in sound to one that was."""

from collections.abc import Iterator
from itertools import pairwise

from pipeline.adapters.grounding.background import background
from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.lexicon import groups_in
from pipeline.adapters.grounding.medications import substance_of
from pipeline.adapters.grounding.words import Word
from pipeline.domain.evidence import Finding

CHECK = "names"
_SHORTEST = 3
_TITLES = frozenset(("dr", "mr", "mrs", "ms", "doctor"))


def check_names(ground: Ground) -> Outcome:
    """Hold each name of the claim against the words spoken and the speakers' labels."""
    named = tuple(names_in(ground))
    if not named:
        return NOT_APPLICABLE
    findings = tuple(
        Finding(CHECK, "name_not_said", ground.claim.text[word.start : word.end])
        for word in named
        if word.stem not in ground.index.postings
        and word.stem not in ground.index.labels
        and ground.index.spelled_like(word.stem) is None
    )
    return failed(*findings) if findings else PASSED


def names_in(ground: Ground) -> Iterator[Word]:
    """Yield capitalised words in mid-sentence that are no common words."""
    text = ground.claim.text
    words = ground.claim.passage.words
    for number, (before, word) in enumerate(pairwise(words)):
        form = text[word.start : word.end]
        if before.form == "." and not (number and words[number - 1].form in _TITLES):
            continue
        opens = before.form in {"?", "!", ":", '"', "\u201c", "-", "/"} or not (
            before.form[0].isalnum() or before.form == "."
        )
        opens = opens or (text[before.start : before.end][:1].isupper() and before.form not in _TITLES)
        if opens or len(form) < _SHORTEST or not form[0].isupper() or not form[1:].islower():
            continue
        if not _is_common(word):
            yield word


def _is_common(word: Word) -> bool:
    times = {name for group in groups_in("times.txt") for name in group[1:]}
    known = word.stem in background().counts or word.form in times or not word.is_content
    return known or substance_of(word.form) is not None

"""Doubt, marked beside the words and never put into them: names misheard, numbers and negations half heard."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from statistics import median

from pipeline.domain.transcript import HEARD_UNCLEARLY, Segment, Word
from pipeline.domain.turning_words import is_negation, is_number
from pipeline.stages.transcribe.misheard import misheard_names
from pipeline.stages.transcribe.terms import Terms
from pipeline.stages.transcribe.vocabulary import common_medications, medications, plain

#: Below this, relative to the session's own middle, a word that changes the meaning is doubted.
_HALF_HEARD = 0.5


def mark_doubt(segments: Sequence[Segment], names: tuple[str, ...] = ()) -> tuple[Segment, ...]:
    """Return the segments with words in doubt marked; ``names`` are those of this session beside the medications."""
    terms = _terms(names)
    middle = _middle(segments)
    return tuple(replace(segment, words=_marked(segment.words, terms, middle)) for segment in segments)


@lru_cache(maxsize=8)
def _terms(names: tuple[str, ...]) -> Terms:
    return Terms(names, medications(), common_medications())


def _middle(segments: Iterable[Segment]) -> float:
    """Return the median score: engines mean different things by a probability, so words are held to their own."""
    scores = [word.score for segment in segments for word in segment.words if word.score is not None]
    return max(median(scores), 0.1) if scores else 1.0


def _marked(words: tuple[Word, ...], terms: Terms, middle: float) -> tuple[Word, ...]:
    held = [None if word.score is None else min(1.0, word.score / middle) for word in words]
    marked = [
        replace(word, doubt=HEARD_UNCLEARLY)
        if score is not None and score < _HALF_HEARD and _matters(words, place, terms)
        else word
        for place, (word, score) in enumerate(zip(words, held, strict=True))
    ]
    for window in misheard_names([word.word for word in words], held, terms):
        for place in range(window.first, window.stop):
            marked[place] = replace(words[place], doubt=HEARD_UNCLEARLY, candidates=window.candidates)
    return tuple(marked)


def _matters(words: Sequence[Word], place: int, terms: Terms) -> bool:
    """Say whether a word is a number, a unit, a negation or somebody's name."""
    word = plain(words[place].word)
    if is_number(word) or is_negation(word):
        return True
    begins = place == 0 or words[place - 1].word.endswith((".", "?", "!"))
    return not begins and words[place].word[:1].isupper() and word not in terms.words and word.split("'")[0] != "i"

"""Words of a transcript that were heard unclearly, and where they stand in its utterances."""

from collections.abc import Iterator
from functools import lru_cache
from statistics import median
from typing import NamedTuple

from pipeline.adapters.grounding.evidence import quote_of
from pipeline.adapters.grounding.index import TranscriptIndex, Utterance
from pipeline.adapters.grounding.medications import substance_of
from pipeline.adapters.grounding.numerals import quantities_in
from pipeline.adapters.grounding.polarity import is_cue
from pipeline.adapters.grounding.words import words_of
from pipeline.domain.evidence import EvidenceSpan
from pipeline.domain.transcript import Segment, Word

#: A word of less than this share of the session's middle score, where an imported transcript has scores and no marks.
_HALF_HEARD = 0.5


class Doubt(NamedTuple):
    """A word heard unclearly: its place in an utterance's text, and what else it may have been."""

    utterance: Utterance
    first: int
    last: int
    heard: Word

    @property
    def span(self) -> EvidenceSpan:
        """Return the word as evidence, with its own times where the engine gave them."""
        found = quote_of(self.utterance, self.first, self.last)
        start = found.start if self.heard.start is None else self.heard.start
        end = found.end if self.heard.end is None else self.heard.end
        return EvidenceSpan(
            found.segment_id, found.quote, start, end, found.role, char_start=found.char_start, char_end=found.char_end
        )

    def words(self) -> Iterator[int]:
        """Yield which words of the utterance it covers."""
        for number, word in enumerate(self.utterance.passage.words):
            if word.start < self.last and self.first < word.end:
                yield number


@lru_cache(maxsize=4)
def doubts_in(index: TranscriptIndex) -> tuple[Doubt, ...]:
    """Return every word in doubt."""
    segments = {id(u.segment): u.segment for u in index.utterances}.values()
    scores = [word.score for segment in segments for word in segment.words if word.score is not None]
    least = _HALF_HEARD * median(scores) if scores else 0.0
    places = {id(segment): list(_doubted(segment, least)) for segment in segments}
    return tuple(
        Doubt(utterance, first - utterance.offset, last - utterance.offset, word)
        for utterance in index.utterances
        for first, last, word in places[id(utterance.segment)]
        if utterance.offset <= first and last <= utterance.offset + len(utterance.passage.text)
    )


def _doubted(segment: Segment, least: float) -> Iterator[tuple[int, int, Word]]:
    """Yield the characters of each word in doubt; a word that is not in the text is passed over."""
    done = 0
    for word in segment.words:
        first = segment.text.find(word.word.strip(), done)
        if first < 0 or not word.word.strip():
            continue
        done = first + len(word.word.strip())
        if word.doubt is not None or (word.score is not None and word.score < least and _matters(word.word)):
            yield first, done, word


def _matters(word: str) -> bool:
    """Say whether a word is a number, a negation or a medicine."""
    form = word.strip().strip(".,?!").lower()
    return is_cue(form) or substance_of(form) is not None or bool(quantities_in(words_of(form)))

"""Words with times, also where the engine timed only whole segments."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.domain.transcript import Segment, Word

#: Some engines give a word no length at all; every word gets at least this much (seconds).
_SHORTEST = 0.02
_CLOSING = "\"')] \N{RIGHT DOUBLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"


@dataclass(frozen=True, slots=True)
class TimedWord:
    """A word whose start and end are known or estimated, in seconds."""

    word: Word = field(repr=False)
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Return the middle of the word in seconds."""
        return (self.start + self.end) / 2

    @property
    def ends_sentence(self) -> bool:
        """Say whether a sentence ends with this word."""
        return self.word.word.rstrip(_CLOSING).endswith((".", "?", "!", "…", "。", "？", "！"))  # noqa: RUF001 - East Asian marks


def timed_words(segments: Sequence[Segment]) -> list[TimedWord]:
    """Return all words in order of time; times that are missing are spread by the length of the words."""
    words = [word for segment in segments for word in _segment_words(segment)]
    return sorted(words, key=lambda word: word.start)


def _segment_words(segment: Segment) -> Iterator[TimedWord]:
    words = segment.words or tuple(Word(text) for text in segment.text.split())
    words = tuple(word for word in words if word.word.strip())
    for word, (start, end) in zip(words, _spans(words, segment), strict=True):
        yield TimedWord(word, start, end)


def _spans(words: tuple[Word, ...], segment: Segment) -> Iterator[tuple[float, float]]:
    """Yield a span for each word: its own, or its share of the gap between its timed neighbours."""
    index, clock, floor = 0, segment.start, -math.inf
    while index < len(words):
        stop = _next_timed(words, index)
        until = _start(words[stop]) if stop < len(words) else max(segment.end, clock)
        yield from _spread(words[index:stop], clock, max(until, clock))
        if stop < len(words):
            # The order in which an engine writes its words is what was said, also where it times them otherwise.
            start, end = max(_start(words[stop]), floor), words[stop].end
            floor = start
            clock = max(start + _SHORTEST, end if end is not None else start)
            yield start, clock
        index = stop + 1


def _next_timed(words: tuple[Word, ...], index: int) -> int:
    return next((place for place in range(index, len(words)) if words[place].start is not None), len(words))


def _start(word: Word) -> float:
    return 0.0 if word.start is None else word.start


def _spread(words: tuple[Word, ...], start: float, end: float) -> Iterator[tuple[float, float]]:
    letters = sum(len(word.word) + 1 for word in words)
    for word in words:
        until = start + (end - start) * (len(word.word) + 1) / letters
        letters -= len(word.word) + 1
        yield start, until
        start = until

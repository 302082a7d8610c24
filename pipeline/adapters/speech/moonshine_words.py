"""When each word of a piece was said."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.speech.moonshine_pieces import FRAME_RATE
from pipeline.adapters.speech.moonshine_tokens import HeardWord
from pipeline.domain.transcript import Word

_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)
_PAUSING = (".", "?", "!", ",", ";", ":")
# One token that a span makes impossible says no more than this (natural logarithm).
_LEAST = -12.0

Levels = NDArray[np.float64]


def place(words: Sequence[HeardWord], likelihoods: NDArray[np.float32]) -> list[int]:
    """Return the span each word was said in: the likeliest of all ways that keep the order.

    ``likelihoods`` are those of the tokens in each span, shape (spans, tokens).
    """
    scores = np.stack([likelihoods[:, word.first : word.last + 1].sum(axis=1) for word in words], axis=1)
    totals = np.pad(np.cumsum(np.maximum(scores, _LEAST), axis=1), ((0, 0), (1, 0)))
    best, sources = totals[0], []
    for total in totals[1:]:
        # The words before ``source`` lie in earlier spans, those from it on in this one.
        gain = best - total
        source = np.maximum.accumulate(np.where(gain >= np.maximum.accumulate(gain), np.arange(len(gain)), 0))
        best = gain[source] + total
        sources.append(source)
    return _walk(sources, len(words))


def _walk(sources: Sequence[NDArray[np.intp]], count: int) -> list[int]:
    spans = [0] * count
    end = count
    for span in range(len(sources), 0, -1):
        start = int(sources[span - 1][end])
        spans[start:end] = [span] * (end - start)
        end = start
    return spans


def weight(word: str) -> float:
    """Return how long a word takes to say, in syllables or so; a mark that makes one pause adds to it."""
    syllables = len(_VOWELS.findall(word)) + sum(character.isdigit() for character in word)
    return max(1, syllables) + 0.15 * len(word) + (0.5 if word.endswith(_PAUSING) else 0.0)


def spread(words: Sequence[HeardWord], voiced: Levels, start: float, end: float) -> list[Word]:
    """Return the words with times: each gets its share, by weight, of the voiced sound.

    ``voiced`` says how much speech each 20 ms frame from ``start`` on holds, to ``end`` or a frame beyond (seconds).
    """
    if not words:
        return []
    weights = np.array([weight(word.text) for word in words])
    bounds = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    heard = np.concatenate([[0.0], np.cumsum(voiced + 1e-6)])
    times = np.minimum(start + np.interp(bounds, heard / heard[-1], np.arange(len(heard))) / FRAME_RATE, end)
    return [
        Word(word.text, round(float(begin), 3), round(float(end), 3), round(word.score, 3))
        for word, begin, end in zip(words, times[:-1], times[1:], strict=True)
    ]


def timed(words: Sequence[HeardWord], start: float, end: float, levels: Levels) -> list[Word]:
    """Return words with times inside the span in which they were said; ``levels`` is dBFS each 20 ms."""
    part = levels[round(start * FRAME_RATE) : max(round(end * FRAME_RATE), round(start * FRAME_RATE) + 1)]
    return spread(words, _voiced(part), start, end)


def _voiced(levels: Levels) -> Levels:
    """Return how much each frame is speech: 1 near the loudest of the span, 0 from 25 dB below it on."""
    if not len(levels):
        return np.ones(1)
    voiced: Levels = np.clip((levels - np.percentile(levels, 95) + 25.0) / 15.0, 0.0, 1.0)
    return voiced

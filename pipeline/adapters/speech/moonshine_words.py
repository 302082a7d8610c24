"""Words out of tokens, and when each was said."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.speech.moonshine_pieces import FRAME_RATE
from pipeline.adapters.speech.moonshine_recognizer import Token
from pipeline.domain.transcript import Word

_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
_BYTE = re.compile(rb"<0x([0-9A-Fa-f]{2})>")
_VOWELS = re.compile(r"[aeiouy]+", re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]")
_PAUSING = (".", "?", "!", ",", ";", ":")


def words_of(tokens: Sequence[Token]) -> list[Word]:
    """Return the words with their scores: the least probability of the tokens of a word, punctuation aside."""
    words: list[Word] = []
    run: list[Token] = []
    for token in tokens:
        if token.text.startswith(_SPACE.encode()) and run:
            words.append(_word(run))
            run = []
        run.append(token)
    if run:
        words.append(_word(run))
    return [word for word in words if word.word]


def _word(tokens: Sequence[Token]) -> Word:
    raw = b"".join(_plain(token.text) for token in tokens)
    text = raw.decode("utf-8", errors="ignore").replace(_SPACE, " ").strip()
    telling = [
        token.probability for token in tokens if any(map(str.isalnum, _plain(token.text).decode(errors="ignore")))
    ]
    score = min(telling, default=min((token.probability for token in tokens), default=0.0))
    return Word(text, score=round(score, 3))


def _plain(text: bytes) -> bytes:
    byte = _BYTE.fullmatch(text)
    return bytes([int(byte[1], 16)]) if byte else text


def weight(word: str) -> float:
    """Return how long a word takes to say, in syllables or so; a mark that makes one pause adds to it."""
    syllables = len(_VOWELS.findall(word)) + sum(character.isdigit() for character in word)
    return max(1, syllables) + 0.15 * len(word) + (0.5 if word.endswith(_PAUSING) else 0.0)


def spread(words: Sequence[Word], voiced: NDArray[np.float64], start: float) -> list[Word]:
    """Return the words with times: each gets its share, by weight, of the voiced sound.

    ``voiced`` says how much speech each 20 ms frame from ``start`` (seconds) on holds.
    """
    if not words:
        return []
    weights = np.array([weight(word.word) for word in words])
    bounds = np.concatenate([[0.0], np.cumsum(weights) / weights.sum()])
    heard = np.concatenate([[0.0], np.cumsum(voiced + 1e-6)])
    frames = np.interp(bounds, heard / heard[-1], np.arange(len(heard)))
    times = start + frames / FRAME_RATE
    return [
        Word(word.word, round(float(begin), 3), round(float(end), 3), word.score)
        for word, begin, end in zip(words, times[:-1], times[1:], strict=True)
    ]

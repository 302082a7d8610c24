"""What tells heard words from invented ones.

Like the whisper family, whose training data it shares, the network answers noise with "You" or "Thank you for
watching!", and loops. Tried on silence, white, pink and brown noise, mains hum, ringing, DTMF, clicks and music.
"""

import re
import unicodedata
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.speech.moonshine_tokens import HeardWord, Token

# Mean log probability of a token below which nothing is believed; clear speech lies above -0.15.
_UNBELIEVABLE = -1.0
# A phrase the network falls back on is believed only where it was this sure.
_SURE = -0.25
_FALLBACKS = frozenset(
    {
        "you",
        "the",
        "bye",
        "bye bye",
        "oh",
        "so",
        "thank you",
        "thanks",
        "thank you very much",
        "thank you for watching",
        "thanks for watching",
        "please subscribe",
        "subtitles by the amara org community",
        "music",
        "applause",
        "laughter",
        "silence",
    }
)
# So many tokens with a mean log probability below this are of another language, or of sound that hides the words: most
# of what espeak-ng's voices say in ten languages lies below, clear English above -0.5, far-field speech on either side.
_RUN, _UNSURE = 20, -0.8
# Even a slow speaker says a word every two seconds of voiced sound; music is voiced without words.
_LEAST_WORDS_A_SECOND = 0.25
_RATE_SECONDS = 4.0
_LONG_SENTENCE = 20
_SHORTEST_PHRASE, _LONGEST_LOOP = 2, 12
#: A phrase said this often in a row is a loop.
LOOPS = 4
# The ratio from which Whisper's own decoder takes a text for a loop (Radford et al., 2022).
_COMPRESSIBLE, _DENSEST = 100, 2.4
# Speakers do say one word several times over ("no, no, no, no").
_SINGLE_WORD_LOOPS = 8


def invented(words: Sequence[HeardWord], confidence: float, voiced_seconds: float) -> bool:
    """Say whether the words of a piece are more likely invented than heard.

    ``confidence`` is the mean log probability of its tokens, ``voiced_seconds`` how much of it is loud.
    """
    if not words or confidence < _UNBELIEVABLE or any(map(_foreign, words)):
        return True
    if confidence < _SURE and _plain(words) in _FALLBACKS:
        return True
    return voiced_seconds > _RATE_SECONDS and len(words) < _LEAST_WORDS_A_SECOND * voiced_seconds


def unsure(tokens: Sequence[Token]) -> NDArray[np.bool_]:
    """Return which tokens lie in a passage throughout which the network was unsure."""
    found = np.zeros(len(tokens), dtype=np.bool_)
    length = min(_RUN, len(tokens))
    if length:
        sums = np.cumsum([0.0, *(np.log(token.probability) for token in tokens)])
        for start in np.flatnonzero(sums[length:] - sums[:-length] < _UNSURE * length):
            found[start : start + length] = True
    return found


def _foreign(word: HeardWord) -> bool:
    """Say whether a word is in letters English does not use, as only a network that hears no English writes."""
    return any(letter.isalpha() and not unicodedata.name(letter, "").startswith("LATIN") for letter in word.text)


def loops(words: Sequence[HeardWord], again: int = LOOPS) -> bool:
    """Say whether the same phrase comes round and round, ``again`` times or more."""
    plain = [_bare(word.text) for word in words]
    if _repeats(plain, 1) >= _SINGLE_WORD_LOOPS:
        return True
    if any(_repeats(plain, length) >= again for length in range(_SHORTEST_PHRASE, _LONGEST_LOOP + 1)):
        return True
    text = " ".join(plain).encode()
    return len(text) > _COMPRESSIBLE and len(text) / len(zlib.compress(text)) > _DENSEST


def unpunctuated(words: Sequence[HeardWord]) -> bool:
    """Say whether a long run of words has no mark at the end of any: the network then hears worse as well."""
    return len(words) >= _LONG_SENTENCE and not any(word.text.endswith((".", "?", "!")) for word in words)


def _repeats(words: Sequence[str], length: int) -> int:
    """Return how often a run of ``length`` words is said over and over without a break, at most."""
    longest = same = 0
    for index in range(length, len(words)):
        same = same + 1 if words[index] == words[index - length] else 0
        longest = max(longest, same)
    return longest // length + 1 if longest else 1


def _plain(words: Sequence[HeardWord]) -> str:
    return " ".join(_bare(word.text) for word in words)


def _bare(word: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", word.lower()).strip()

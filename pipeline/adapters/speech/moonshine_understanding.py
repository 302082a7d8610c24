"""Whether what is said was understood at all, or words were made up of another language.

The network writes fluent English whatever it hears: of Spanish, "The most important thing is to have a good
relationship". What it makes up changes when the same sound is played a little faster; what it hears does not.
"""

import re
from collections.abc import Sequence
from concurrent.futures import Executor
from typing import TYPE_CHECKING

from rapidfuzz.distance import Levenshtein

from pipeline.adapters.speech.moonshine_guards import loops
from pipeline.adapters.speech.moonshine_hearing import Listener, Sound, Take
from pipeline.adapters.speech.moonshine_tokens import words_of

if TYPE_CHECKING:
    from pipeline.adapters.speech.moonshine_recognizer import Heard

#: Share of words below which two hearings of the same sound have nothing to do with each other.
MADE_UP_BELOW = 0.2
#: Share of words below which the text may be wrong throughout.
WRONG_BELOW = 0.4
_SPEEDS = (1.05, 1.1)
_MOST_PIECES = 4
# Clear English is doubted in a tenth of its pieces, and a sentence or two tell nothing.
_DOUBTFUL_SHARE = 0.5
_LEAST_SECONDS = 10.0


def understood(listener: Listener, sound: Sound, takes: Sequence[Take], threads: Executor) -> float:
    """Return the share of words that come out the same when pieces are played faster; 1 where few are doubtful."""
    doubtful = sorted((take for take in takes if take.is_doubtful(listener.options)), key=lambda take: take.piece.start)
    doubted, spoken = _seconds(doubtful), _seconds(takes)
    if doubted < max(_LEAST_SECONDS, _DOUBTFUL_SHARE * spoken):
        return 1.0
    chosen = doubtful[:: max(1, len(doubtful) // _MOST_PIECES)][:_MOST_PIECES]
    alike = list(threads.map(lambda take: _alike(listener, sound, take), chosen))
    told = sum(share * take.piece.seconds for share, take in zip(alike, chosen, strict=True)) / _seconds(chosen)
    return (told * doubted + spoken - doubted) / spoken


def _seconds(takes: Sequence[Take]) -> float:
    return sum(take.piece.seconds for take in takes)


def _alike(listener: Listener, sound: Sound, take: Take) -> float:
    first = _words(take.heard)
    others = [_words(listener.faster(sound, take.piece, speed)) for speed in _SPEEDS]
    return sum(Levenshtein.normalized_similarity(first, other) if first else 0.0 for other in others) / len(others)


def _words(heard: "Heard") -> list[str]:
    """Return the words in lower case; none where they go round and round, which hearings may agree on."""
    words = words_of(heard.tokens)
    return [] if loops(words) else [re.sub(r"[^a-z0-9]", "", word.text.lower()) for word in words]

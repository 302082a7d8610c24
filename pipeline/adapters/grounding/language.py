"""Whether a note is written in a language that the checks do not read: they read English."""

import unicodedata
from collections.abc import Iterable

from pipeline.adapters.grounding.lexicon import words_in

_FEW = 12
#: English has few of these by chance ("die", "a la carte"); other languages have one in three or four words.
_FOREIGN = 0.15
_OTHER_SCRIPT = 0.3


def is_another_language(texts: Iterable[str]) -> bool:
    """Say whether texts are plainly not English: another script, or the small words of another language."""
    words = [word for text in texts for word in text.lower().split()]
    letters = [char for word in words for char in word if char.isalpha()]
    if not letters:
        return False
    strange = sum(not unicodedata.name(char, "").startswith("LATIN") for char in letters)
    if strange > _OTHER_SCRIPT * len(letters):
        return True
    foreign = sum(word.strip(".,;:!?()\"'") in words_in("foreign.txt") for word in words)
    return len(words) >= _FEW and foreign > _FOREIGN * len(words)

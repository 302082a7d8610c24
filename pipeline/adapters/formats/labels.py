"""Speakers' names before a colon, told from words before a colon by the document as a whole."""

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.adapters.formats.titles import stated_role
from pipeline.stages.transcribe.vocabulary import ordinary_words

#: What stands before the first colon of a piece, in brackets or not, as Zoom and whisperX write it.
_LABEL = re.compile(
    r"\s*(?:[-*>\N{BULLET}]\s+)?\[?(?P<name>[^\W_][^:\[\]*\n]{0,59}?|\+?[\d*() -]{7,20})\]?"
    r"(?:\s*\[[^\]\n]{1,40}\])?\s*:"
    r"(?:\s+(?P<said>.*)|\s*)",
    re.DOTALL,
)
#: A name of more words than this is a sentence, unless it comes again and again.
_WORDS = 5
#: From this share of labelled pieces on, a document names who speaks throughout.
_MOSTLY = 0.5
#: From this share on also those count that are ordinary words and come once: "Grace", and not "Honestly".
_NEARLY = 0.8
#: Words as short as this are left out of the list of ordinary ones.
_SHORT = 2
_DIGITS = 7


def label_of(text: str) -> tuple[str | None, str]:
    """Return what stands before a colon and what comes after it, a name or not; ``None`` without such a colon."""
    match = _LABEL.fullmatch(text)
    if match is None or not _could_name(match["name"]):
        return None, text
    return match["name"].strip(), match["said"] or ""


class Labels:
    """The speakers' names of one document."""

    def __init__(self, candidates: Sequence[str], pieces: int) -> None:
        """``candidates`` stand where a name may stand, in so many pieces of the document."""
        self._seen = Counter(map(name_key, candidates))
        self._share = len(candidates) / max(1, pieces)

    def split(self, text: str) -> tuple[str | None, str]:
        """Return the speaker's name before a colon, and the rest; ``None`` where what stands there is no name."""
        name, said = label_of(text)
        return (name, said) if name is not None and self.is_name(name) else (None, text)

    def comes_again(self, text: str | None) -> bool:
        """Say whether it stands where a name may stand more than once."""
        return self._seen[name_key(text)] > 1

    def is_name(self, text: str) -> bool:
        """Say whether it names somebody: it states a role, is spelt as a name, or labels piece after piece."""
        words = text.split()
        again = self.comes_again(text)
        known = again or not all(map(_is_ordinary, words))
        if all(not word[0].islower() for word in words) and len(words) <= _WORDS:
            return known or self._share >= _NEARLY or stated_role(text) is not None
        if len(words) <= _WORDS and (stated_role(text) is not None or "speaker" in text):
            return True
        return known and (self._share >= 1 or (again and self._share >= _MOSTLY))


def labels_in(pieces: Sequence[str]) -> Labels:
    """Return the names before colons in the pieces of a document."""
    names = (label_of(piece)[0] for piece in pieces)
    return Labels([name for name in names if name is not None], len(pieces))


def name_key(name: str | None) -> str:
    """Return a name as it is compared: spelt in small letters, blanks alike."""
    return " ".join((name or "").casefold().split())


def _could_name(text: str) -> bool:
    """Say whether there is a letter in it, or a telephone's number, as of somebody who dialled in."""
    return any(map(str.isalpha, text)) or sum(map(str.isdigit, text)) + text.count("*") >= _DIGITS


def _is_ordinary(word: str) -> bool:
    bare = "".join(filter(str.isalnum, word)).lower()
    return len(bare) <= _SHORT or bare.isdigit() or bare in ordinary_words()

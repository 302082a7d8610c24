"""The recognizer's tokens, and words out of them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

END = 2
_SPACE = "\N{LOWER ONE EIGHTH BLOCK}"
_BYTE = re.compile(rb"<0x([0-9A-Fa-f]{2})>")
_LETTER = re.compile(r"[^\W_]")


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a word and the probability the network gave it."""

    number: int = field(repr=False)
    text: bytes = field(repr=False)
    probability: float

    @property
    def starts_word(self) -> bool:
        """Say whether a word begins here."""
        return self.text.startswith(_SPACE.encode())

    @property
    def plain(self) -> bytes:
        """Return the text, a token that stands for a single byte resolved."""
        byte = _BYTE.fullmatch(self.text)
        return bytes([int(byte[1], 16)]) if byte else self.text


def read_vocabulary(packed: bytes) -> list[bytes]:
    """Return the tokens of the wheel's ``tokenizer.bin``: each its length (one or two bytes) and its UTF-8."""
    tokens, at = [], 0
    while at < len(packed):
        length, at = packed[at], at + 1
        if length >= 128:  # noqa: PLR2004  # the high bit says that a second byte follows
            length, at = packed[at] * 128 + length - 128, at + 1
        tokens.append(packed[at : at + length])
        at += length
    return tokens


@dataclass(frozen=True, slots=True)
class HeardWord:
    """A word, which tokens it is made of, and how sure the network was of it."""

    text: str = field(repr=False)
    first: int
    last: int
    #: The least probability of its tokens with a letter or digit: a word is as sure as its weakest part.
    score: float


def words_of(tokens: Sequence[Token]) -> list[HeardWord]:
    """Return the words in order; what is no word (a lone mark, music notes) is left out."""
    return [word for first, last in _runs(tokens) if (word := _word(tokens, first, last)) is not None]


def _runs(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    starts = [index for index, token in enumerate(tokens) if index == 0 or token.starts_word]
    yield from zip(starts, [*(start - 1 for start in starts[1:]), len(tokens) - 1], strict=True)


def _word(tokens: Sequence[Token], first: int, last: int) -> HeardWord | None:
    run = tokens[first : last + 1]
    text = b"".join(token.plain for token in run).decode("utf-8", errors="ignore").replace(_SPACE, " ").strip()
    if not _LETTER.search(text):
        return None
    telling = [token.probability for token in run if _LETTER.search(token.plain.decode("utf-8", errors="ignore"))]
    return HeardWord(text, first, last, min(telling or [token.probability for token in run]))

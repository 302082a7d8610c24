"""Guards against what whisper-family engines invent on silence, noise and music.

The measures and thresholds are those of Whisper's own decoder (Radford et al. 2022, section 4.5); the phrases are
what it learned from captions of videos and says when nobody speaks (Koenecke et al. 2024 counts such inventions).
"""

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

_NO_SPEECH = 0.6
_UNLIKELY = -1.0
_COMPRESSED = 2.4
#: A phrase said more often than this without a pause is a decoder caught in a loop.
_REPEATS = 4
_LONGEST_PHRASE = 12
#: Shorter texts compress too irregularly to tell anything.
_TELLING_BYTES = 60
#: A token of a name is two to three characters.
_PROMPT_CHARACTERS = 480
#: This many names of the prompt in its own order are no coincidence.
_ECHOED = 3

#: Never said in a session, whatever the probability.
_PHANTOMS = re.compile(
    r"(?:thank you|thanks) (?:so much |very much )?for (?:watching|viewing)(?: .{0,40})?"
    r"|(?:please )?(?:like and )?subscribe(?: to (?:my|our|the) channel)?(?: .{0,30})?"
    r"|(?:don't forget to|be sure to|make sure to) (?:like|subscribe).{0,40}"
    r"|(?:subtitles|captions|transcription|transcript|translated|translation) (?:provided )?by .{0,60}"
    r"|.{0,20}amara\.?\s?org.{0,20}"
    r"|see you (?:in the )?next video|(?:copyright|all rights reserved).{0,40}|www\..{0,40}"
    r"|i'll see you (?:guys )?in the next (?:video|one)",
    re.IGNORECASE,
)
#: Said in sessions too; invented where the engine itself doubts that there was speech.
_DOUBTFUL = frozenset(
    {"thank you", "thanks", "bye", "bye bye", "you", "okay", "so", "the end", "music", "silence"}
    | {"thank you for listening", "thanks for listening"}
)
_SENTENCE = re.compile(r".+?(?:[.?!]+(?=\s|$)\s*|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece of text as an engine gave it."""

    start: float
    end: float
    text: str = field(repr=False)
    #: Mean log probability of its tokens, and the probability that there was no speech; ``None`` where not given.
    avg_logprob: float | None = None
    no_speech_prob: float | None = None


def within_prompt(names: Sequence[str]) -> tuple[str, ...]:
    """Return as many of the names, in order, as Whisper reads of a prompt (224 tokens, and names are many)."""
    kept: list[str] = []
    for name in names:
        if sum(len(each) + 2 for each in (*kept, name)) > _PROMPT_CHARACTERS:
            break
        kept.append(name)
    return tuple(kept)


def believable(pieces: Iterable[Heard], prompt: Sequence[str] = ()) -> tuple[list[Heard], int]:
    """Return the pieces without what was invented, and from how many something was taken.

    ``prompt`` is what the engine was told to expect: on silence it may say just that.
    """
    kept, touched = [], 0
    for piece in pieces:
        text = piece.text if _is_speech(piece) and not _is_echo(piece.text, prompt) else ""
        text = _without_loops(_without_phantoms(text, doubtful=_is_doubtful(piece)))
        text = "" if _compresses(text) else text
        touched += text.split() != piece.text.split()
        if text.strip(" .,!?-\N{HORIZONTAL ELLIPSIS}\N{EIGHTH NOTE}\N{BEAMED EIGHTH NOTES}"):
            kept.append(replace(piece, text=text.strip()))
    return kept, touched


def _is_speech(piece: Heard) -> bool:
    """Whisper's own rule: no speech is believed only where the text is unlikely as well."""
    return (piece.no_speech_prob or 0.0) <= _NO_SPEECH or (piece.avg_logprob or 0.0) > _UNLIKELY


def _is_echo(text: str, prompt: Sequence[str]) -> bool:
    """Say whether a text is nothing but several names in the order of the prompt, which nobody recites."""
    said = _folded(text.split())
    return any(
        _folded(" ".join(prompt[first:stop]).split()) == said
        for first in range(len(prompt) - _ECHOED + 1)
        for stop in range(first + _ECHOED, min(first + len(said), len(prompt)) + 1)
    )


def _is_doubtful(piece: Heard) -> bool:
    return (piece.no_speech_prob or 0.0) > _NO_SPEECH / 2 or (piece.avg_logprob or 0.0) < _UNLIKELY


def _without_phantoms(text: str, *, doubtful: bool) -> str:
    sentences = _SENTENCE.findall(text)
    return "".join(sentence for sentence in sentences if not _is_phantom(sentence, doubtful=doubtful)) or ""


def _is_phantom(sentence: str, *, doubtful: bool) -> bool:
    plain = re.sub(r"[^\w\s'.]", "", sentence).strip(" .").lower()
    return bool(_PHANTOMS.fullmatch(plain)) or (doubtful and plain in _DOUBTFUL)


def _without_loops(text: str) -> str:
    """Return the text with every phrase that is repeated without end said once."""
    words = text.split()
    if len(words) <= _REPEATS:
        return text
    return " ".join(_unlooped(words))


def _unlooped(words: list[str]) -> Iterator[str]:
    place = 0
    while place < len(words):
        length, times = _loop_at(words, place)
        yield from words[place : place + length]
        place += length * times


def _loop_at(words: list[str], place: int) -> tuple[int, int]:
    """Return length and count of the shortest phrase repeated from here on, or one word once."""
    for length in range(1, min(_LONGEST_PHRASE, (len(words) - place) // _REPEATS) + 1):
        phrase = _folded(words[place : place + length])
        times = 1
        while _folded(words[place + length * times : place + length * (times + 1)]) == phrase:
            times += 1
        if times > _REPEATS:
            return length, times
    return 1, 1


def _folded(words: list[str]) -> list[str]:
    return [word.strip(".,!?").lower() for word in words]


def _compresses(text: str) -> bool:
    body = text.encode()
    return len(body) >= _TELLING_BYTES and len(body) / len(zlib.compress(body)) > _COMPRESSED

"""What an OpenAI-compatible engine answers in ``verbose_json``: segments with doubt, words with times."""

import difflib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.adapters.speech.whisper_guards import Heard
from pipeline.domain.documents.fields import Fields, as_fields, parse_json
from pipeline.domain.languages import language_code
from pipeline.domain.transcript import Word
from pipeline.errors import DocumentError, EndpointReplyInvalidError

#: Whisper pads sound to this much, and times nothing further behind its end (seconds).
_PADDING = 30.0
#: So much before the beginning is rounding (seconds).
_ROUNDED = 0.5
#: Text and segments may differ by punctuation that stands alone, and by no more.
_LOST, _FEW_WORDS = 1.05, 2


@dataclass(frozen=True, slots=True)
class TimedWords:
    """The words of an answer, in order, without punctuation, as most engines give them."""

    words: tuple[Word, ...] = field(repr=False)

    def within(self, piece: Heard) -> tuple[Word, ...]:
        """Return the words of a piece's text with their punctuation, timed where the engine timed them."""
        near = [word for word in self.words if piece.start - 0.2 <= (word.start or 0.0) < piece.end + 0.2]
        texts = piece.text.split()
        same = difflib.SequenceMatcher(
            None, list(map(_bare, texts)), [_bare(word.word) for word in near], autojunk=False
        )
        timed = {
            block.a + step: near[block.b + step] for block in same.get_matching_blocks() for step in range(block.size)
        }
        if not timed:
            return ()
        return tuple(_spelled(text, timed.get(place)) for place, text in enumerate(texts))


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, read."""

    pieces: tuple[Heard, ...] = field(repr=False)
    words: TimedWords = field(repr=False)
    #: ISO 639-1, or ``und`` where the answer names none.
    language: str


def read_reply(body: bytes, start: float, seconds: float) -> Reply:
    """Return what an answer says of a stretch that starts at ``start`` and is ``seconds`` long.

    Raises ``EndpointReplyInvalidError`` for anything else than ``verbose_json``.
    """
    try:
        reply = as_fields(parse_json(body, DocumentError), "", DocumentError)
        segments = list(reply.objects("segments"))
        pieces = [_piece(segment, start, start + seconds) for segment in segments]
        spoken = (reply.text("text") or "").strip()
        words = [word for fields in (reply, *segments) for word in timed_words_in(fields, start, start + seconds)]
        language = language_code(reply.text("language") or "")
    except DocumentError:
        raise EndpointReplyInvalidError(why="shape") from None
    if spoken and not pieces:
        raise EndpointReplyInvalidError(why="no_segments")
    in_segments = sum(len(piece.text.split()) for piece in pieces)
    if len(spoken.split()) > _LOST * in_segments + _FEW_WORDS:
        # What stands in the text alone has no time, and would be missing from the transcript without a word.
        raise EndpointReplyInvalidError(why="segments_incomplete")
    return Reply(tuple(piece for piece in pieces if piece.text.strip()), TimedWords(tuple(words)), language)


def _piece(fields: Fields, offset: float, until: float) -> Heard:
    """Return a piece within the bounds of its stretch: Whisper pads sound to 30 seconds and may end in the padding."""
    start, end = fields.number("start"), fields.number("end")
    if start is None or end is None or not -_ROUNDED <= start <= end or start + offset > until + _PADDING:
        raise fields.refuse("start")
    return Heard(
        start=min(max(start, 0.0) + offset, until),
        end=min(max(end, 0.0) + offset, until),
        text=fields.text("text") or "",
        avg_logprob=fields.number("avg_logprob"),
        no_speech_prob=fields.number("no_speech_prob"),
    )


def timed_words_in(fields: Fields, offset: float = 0.0, until: float = math.inf) -> Iterator[Word]:
    """Yield the words of an answer or of one of its segments that have times, moved by an offset, within bounds."""
    for word in fields.objects("words"):
        start, end = word.number("start"), word.number("end")
        if start is not None and end is not None and 0 <= start <= end and start + offset <= until:
            score = word.number("probability")
            yield Word(
                word.text("word") or "",
                start + offset,
                min(end + offset, until),
                None if score is None else min(max(score, 0.0), 1.0),
            )


def _bare(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())


def _spelled(text: str, timed: Word | None) -> Word:
    return Word(text) if timed is None else Word(text, timed.start, timed.end, timed.score)

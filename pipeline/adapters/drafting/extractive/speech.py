"""A transcript as turns of speech: sentences that can be quoted, who said them, and what they answer."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from pipeline.adapters.drafting.extractive import lexicon
from pipeline.adapters.drafting.extractive.voices import Voice, Voices
from pipeline.domain.sentences import sentence_spans
from pipeline.domain.transcript import Segment, Transcript

#: A sentence of a recognizer that sets no full stops is cut after about this many words.
_LONG_SENTENCE = 40
#: What a note's sentence may hold of what was said, in words and in spoken sentences.
_CHUNK_WORDS, _CHUNK_SENTENCES = 42, 4
_GREETS = re.compile(
    r"(?:hi|hello|hey|okay|ok|um|uh|well|so|right|mm+|mm-?hmm+|mhm|oh|thank you|thanks)[.,!]*", re.IGNORECASE
)
_TAG = re.compile(r"\b(?:you know|right|okay|ok|yeah|huh|isn't it|you see)\?$", re.IGNORECASE)
_LEAD = r"(?:(?:and|so|okay|ok|good|great|well|now|but|um|uh|right|alright|yeah|yes|then|also),? )*"
_ASKS = re.compile(
    rf"^{_LEAD}(?:(?:how|what|when|where|who|why|which)(?:'s| (?:is|are|was|were|do|did|does|have|has|can|would|could"
    r"|about|many|much|often|long|bad|sure|confident|kind|would))\b|(?:do|did|does|have|has|had|are|were|is|was|can|could|would"
    r"|will|any) (?:you|your|it|that|there|they|he|she|we|any|anything|anyone|i)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A spoken sentence, verbatim, within one segment."""

    segment: Segment
    start: int
    end: int
    #: Goes on with the sentence of the unit before it, across a cut between segments.
    continues: bool = False
    asks: bool = False

    @property
    def text(self) -> str:
        """Return the words as they stand in the segment."""
        return self.segment.text[self.start : self.end]

    @property
    def words(self) -> int:
        """Return how many words there are."""
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class Turn:
    """What one voice said until another one took over."""

    number: int
    voice: Voice
    units: tuple[Unit, ...]

    @property
    def questions(self) -> tuple[Unit, ...]:
        """Return the questions that the turn hands over with, the one to be answered last."""
        return tuple(unit for unit in self.units[-4:] if unit.asks)


@dataclass(frozen=True, slots=True)
class Statement:
    """A few sentences of one turn, short enough for a note, with the questions they answer."""

    voice: Voice
    turn: int
    #: Where in the session, from 0 to 1.
    place: float
    units: tuple[Unit, ...] = field(repr=False)
    questions: tuple[Unit, ...] = field(default=(), repr=False)
    #: Who asked.
    asker: Voice | None = None
    #: The asker's words beside the last question, for what it is about.
    lead: str = field(default="", repr=False)

    @property
    def text(self) -> str:
        """Return the words."""
        return " ".join(unit.text for unit in self.units)

    @property
    def question(self) -> str:
        """Return the last question's words, or nothing."""
        return self.questions[-1].text if self.questions else ""

    @property
    def segment_ids(self) -> tuple[str, ...]:
        """Return the segments of the questions and of the words, in order."""
        return tuple(dict.fromkeys(unit.segment.segment_id for unit in (*self.questions, *self.units)))


def turns_of(transcript: Transcript, voices: Voices) -> tuple[Turn, ...]:
    """Return the turns; a listener's "mm-hmm" interrupts nobody, and what may be made up is nobody's words."""
    turns: list[Turn] = []
    for segment in (segment for segment in transcript.segments if not segment.is_unclear):
        units = tuple(_units(segment, turns[-1] if turns else None, voices))
        if units:
            _take(turns, voices.of(segment), units)
    return tuple(replace(turn, number=number) for number, turn in enumerate(turns))


def statements_of(turns: Sequence[Turn]) -> Iterator[Statement]:
    """Yield what was said in pieces, in order; the first piece of a turn answers the question before it."""
    for turn in turns:
        before = _asking(turn, turns)
        asked = before.questions if before else ()
        for chunk in _chunks(turn.units):
            statement = Statement(turn.voice, turn.number, turn.number / len(turns), chunk)
            if asked and before:
                lead = " ".join(unit.text for unit in before.units if unit is not asked[-1])
                statement = replace(statement, questions=asked, asker=before.voice, lead=lead)
            asked = ()
            yield statement


def _asking(turn: Turn, turns: Sequence[Turn]) -> Turn | None:
    """Return the turn whose question this one answers, also as the second of two who were asked."""
    before = turns[turn.number - 1] if turn.number else None
    if before is None or before.questions or turn.number == 1:
        return before
    earlier = turns[turn.number - 2]
    return earlier if earlier.questions and earlier.voice not in {before.voice, turn.voice} else before


def is_backchannel(units: Sequence[Unit]) -> bool:
    """Say whether the words only show that somebody listens."""
    words = re.findall(r"[a-z'-]+", " ".join(unit.text for unit in units).lower())
    return len(words) <= 4 and set(words) <= lexicon.words("backchannels")  # noqa: PLR2004 - "oh okay, I see"


def _take(turns: list[Turn], voice: Voice, units: tuple[Unit, ...]) -> None:
    """Add units to the last turn, to the one that a backchannel interrupted, or as a new turn."""
    if turns and turns[-1].voice == voice:
        turns[-1] = replace(turns[-1], units=turns[-1].units + units)
        return
    interrupted = len(turns) > 1 and turns[-2].voice == voice and not turns[-2].questions
    if interrupted and is_backchannel(turns[-1].units):
        turns.pop()
        turns[-1] = replace(turns[-1], units=turns[-1].units + units)
    else:
        turns.append(Turn(0, voice, units))


def _units(segment: Segment, last: Turn | None, voices: Voices) -> Iterator[Unit]:
    same_voice = last is not None and last.voice == voices.of(segment)
    unfinished = same_voice and last is not None and not re.search(r"[.?!…][\"')]*$", last.units[-1].text)
    for start, end in sentence_spans(segment.text, lower_begins=True):
        for from_, to in _short(segment.text, start, end):
            continues = unfinished or from_ != start
            yield Unit(segment, from_, to, continues, _asks(segment.text[from_:to]))
            unfinished = False


def _asks(text: str) -> bool:
    if text.endswith("?"):
        return not _TAG.search(text) or bool(_ASKS.match(text))
    return bool(_ASKS.match(text)) and not text.lower().startswith(("when ", "and when ", "but when ", "so when "))


def _short(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut a sentence without end at commas or before conjunctions."""
    while len(text[start:end].split()) > _LONG_SENTENCE:
        words = list(re.finditer(r"\S+", text[start:end]))
        breaks = [
            index
            for index in range(_LONG_SENTENCE // 2, _LONG_SENTENCE)
            if words[index - 1][0].endswith((",", ";")) or words[index][0].lower() in {"and", "but", "so", "because"}
        ]
        at = start + words[breaks[-1] if breaks else _LONG_SENTENCE - 1].start()
        yield start, start + len(text[start:at].rstrip())
        start = at
    yield start, end


def _chunks(units: Sequence[Unit]) -> Iterator[tuple[Unit, ...]]:
    """Cut a turn into pieces between its questions; what only greets or nods is left off a piece's beginning."""
    chunk: list[Unit] = []
    for unit in units:
        words = sum(u.words for u in chunk) + unit.words
        full = not unit.continues and (words > _CHUNK_WORDS or len(chunk) == _CHUNK_SENTENCES)
        if chunk and (unit.asks or full):
            yield _without_nods(chunk)
            chunk = []
        if not unit.asks:
            chunk.append(unit)
    if chunk:
        yield _without_nods(chunk)


def _without_nods(chunk: Sequence[Unit]) -> tuple[Unit, ...]:
    empty = sum(1 for _ in takewhile(lambda unit: _GREETS.fullmatch(unit.text) or unit.words == 0, chunk))
    return tuple(chunk[empty:] if empty < len(chunk) else chunk)

"""Words and voices put together into segments that one can read and quote."""

from collections.abc import Iterator, Sequence

from pipeline.domain.transcript import Segment, Word
from pipeline.stages.transcribe.parting import binds, is_within_denial, parts_clauses
from pipeline.stages.transcribe.timing import TimedWord

#: A pause this long ends a segment, also where the same voice goes on (seconds).
_LONG_PAUSE = 2.0
#: From this length on a segment ends with its sentence, so that it can be quoted whole (seconds).
_READABLE = 5.0
#: A pause after a word that belongs to the next is a hesitation, and ends a segment only from here on (seconds).
_HESITATION = 10.0
#: A sentence longer than this is cut at its best place (seconds, and characters: grounding reads no longer pieces).
_LONGEST = 24.0
_MOST_CHARACTERS = 280
#: What a place is worth beside the length of its pause (seconds): where a clause begins people pause about so long.
_CLAUSE = 0.5
#: No pause makes up for a denial that is parted from what it denies.
_DENIAL = -20.0
_BOUND = -10.0
#: Languages written without spaces between words.
_UNSPACED = frozenset({"ja", "lo", "my", "th", "yue", "zh"})


def assemble(words: Sequence[TimedWord], voices: Sequence[str | None], language: str) -> tuple[Segment, ...]:
    """Return segments of one voice each, in order of time, numbered from ``s0001``."""
    joint = "" if language in _UNSPACED else " "
    pieces = (piece for run in _runs(words, voices) for piece in _short_enough(run))
    return tuple(_segment(number, piece, joint) for number, piece in enumerate(pieces, 1))


_Run = list[tuple[TimedWord, str | None]]


def _runs(words: Sequence[TimedWord], voices: Sequence[str | None]) -> Iterator[_Run]:
    run: _Run = []
    for word, voice in zip(words, voices, strict=True):
        if run and _ends_before(run, word, voice):
            yield run
            run = []
        run.append((word, voice))
    if run:
        yield run


def _ends_before(run: _Run, word: TimedWord, voice: str | None) -> bool:
    last, last_voice = run[-1]
    if voice != last_voice:
        return True
    if word.start - last.end > (_HESITATION if binds(last.word.word) else _LONG_PAUSE):
        return True
    return last.ends_sentence and last.end - run[0][0].start >= _READABLE


def _short_enough(run: _Run) -> Iterator[_Run]:
    words = [word.word.word for word, _ in run]
    is_short = run[-1][0].end - run[0][0].start <= _LONGEST and len(" ".join(words)) <= _MOST_CHARACTERS
    if len(run) < 2 or is_short:  # noqa: PLR2004 - one word cannot be cut
        yield run
        return
    cut = max(_cuts(len(run)), key=lambda place: _pause_worth(run, place) + _clause_worth(words, place))
    yield from _short_enough(run[:cut])
    yield from _short_enough(run[cut:])


def _cuts(count: int) -> range:
    """Return the middle places, so that the number of cuts in cuts stays small."""
    return range(max(1, count // 4), max(2, 3 * count // 4))


def _pause_worth(run: _Run, place: int) -> float:
    """Prefer long pauses, and of equal pauses the one nearest the middle."""
    pause = run[place][0].start - run[place - 1][0].end
    return round(pause, 2) - abs(place / len(run) - 0.5) / 100


def _clause_worth(words: Sequence[str], place: int) -> float:
    """Prefer places between clauses; part no denial from what it denies, and no word from the one it belongs to."""
    if is_within_denial(words, place):
        return _DENIAL
    if binds(words[place - 1]):
        return _BOUND
    return _CLAUSE if parts_clauses(words, place) else 0.0


def _segment(number: int, run: _Run, joint: str) -> Segment:
    voice = run[0][1]
    return Segment(
        segment_id=f"s{number:04d}",
        start=round(run[0][0].start, 3),
        end=round(max(word.end for word, _ in run), 3),
        text=joint.join(word.word.word.strip() for word, _ in run),
        speaker=voice,
        words=tuple(_word(word, voice) for word, _ in run),
    )


def _word(timed: TimedWord, voice: str | None) -> Word:
    return Word(
        word=timed.word.word.strip(),
        start=round(timed.start, 3),
        end=round(timed.end, 3),
        score=timed.word.score,
        speaker=voice,
        doubt=timed.word.doubt,
        candidates=timed.word.candidates,
    )

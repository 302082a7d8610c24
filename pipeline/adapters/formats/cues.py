"""Pieces of an imported transcript, put in order of time: also where times start again or run by the clock."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from pipeline.adapters.formats.labels import name_key

#: Cues of one recording may overlap; a start further back than this belongs to another part (seconds).
_BACK = 60.0
#: Nobody is silent for so long at the beginning of a session: such times are those of the day (seconds).
_BY_THE_CLOCK = 3 * 3600.0
#: Conversational English runs at about 150 words a minute.
_SECONDS_A_WORD = 0.4


@dataclass(frozen=True, slots=True)
class Cue:
    """A piece of an imported transcript: who, when and what, as written."""

    start: float
    end: float
    name: str | None = field(repr=False)
    text: str = field(repr=False)
    #: The file gave no time from the start of the session; this one follows from the words or the cues around it.
    estimated: bool = False


def speaking_seconds(text: str) -> float:
    """Return how long the words take to say."""
    return max(1, len(text.split())) * _SECONDS_A_WORD


def share_out(cue: Cue, said: Sequence[tuple[str | None, str]]) -> Iterator[Cue]:
    """Yield a cue for each voice heard within one, its time divided by what each says."""
    total = sum(speaking_seconds(text) for _, text in said)
    start = cue.start
    for name, text in said:
        end = start + (cue.end - cue.start) * speaking_seconds(text) / total
        yield replace(cue, start=round(start, 3), end=round(end, 3), name=name, text=text)
        start = end


def in_order(cues: Sequence[Cue]) -> list[Cue]:
    """Return the cues in order of time, counted from the start of the session."""
    moved = list(_in_a_row(cues))
    first = min((cue.start for cue in moved), default=0.0)
    if first >= _BY_THE_CLOCK:
        moved = [_moved(cue, -first) for cue in moved]
    return sorted(moved, key=lambda cue: cue.start)


def _in_a_row(cues: Sequence[Cue]) -> Iterator[Cue]:
    """Yield the cues, those after a break of the recording moved behind what was said before it."""
    last_said = {name_key(cue.name): place for place, cue in enumerate(cues) if cue.name}
    shift = reached = ended = 0.0
    heard_until = -1 if last_said else len(cues)
    for place, cue in enumerate(cues):
        # One voice after the other, each from the beginning, is one recording written by channel.
        if heard_until >= place and all(each.start < reached - _BACK for each in _pair(cues, place)):
            shift, reached = ended - cue.start, cue.start
        reached = max(reached, cue.start)
        heard_until = max(heard_until, last_said.get(name_key(cue.name), -1))
        moved = _moved(cue, shift) if shift else cue
        ended = max(ended, moved.end)
        yield moved


def _pair(cues: Sequence[Cue], place: int) -> Sequence[Cue]:
    """Return a cue and the next: one alone that starts too early is out of its place, and nothing starts again."""
    return cues[place : place + 2] if place + 1 < len(cues) else [*cues[place:], Cue(float("inf"), 0.0, None, "")]


def _moved(cue: Cue, seconds: float) -> Cue:
    return replace(cue, start=round(cue.start + seconds, 3), end=round(cue.end + seconds, 3), estimated=True)

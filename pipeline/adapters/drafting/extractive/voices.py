"""Who is speaking, as a note may put it."""

from collections import Counter
from dataclasses import dataclass
from string import ascii_uppercase

from pipeline.domain.transcript import Role, Segment, Transcript

#: Below this the note does not say that a voice is the client's or the clinician's.
_SURE = 0.6


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice and what a note calls it in mid-sentence."""

    label: str
    name: str
    role: Role | None
    #: Whether it is the only one of its role, so that "they" can mean nobody else.
    alone: bool = False

    @property
    def is_clinician(self) -> bool:
        """Say whether it is the clinician's."""
        return self.role is Role.CLINICIAN

    @property
    def subject(self) -> str:
        """Return the name as it begins a sentence."""
        return self.name[0].upper() + self.name[1:]


class Voices:
    """The voices of a transcript."""

    def __init__(self, transcript: Transcript) -> None:
        labels = dict.fromkeys(_label(segment) for segment in transcript.segments)
        roles = {label: _role(label, transcript) for label in labels}
        self._voices: dict[str, Voice] = {}
        for label, role in roles.items():
            alike = [other for other in roles if roles[other] is role]
            name = _name(role, alike.index(label), len(alike))
            self._voices[label] = Voice(label, name, role, alone=len(alike) == 1)

    def of(self, segment: Segment) -> Voice:
        """Return the voice of a segment."""
        return self._voices[_label(segment)]

    def all(self) -> tuple[Voice, ...]:
        """Return the voices in order of first appearance."""
        return tuple(self._voices.values())


def _label(segment: Segment) -> str:
    return segment.speaker or segment.role or ""


def _role(label: str, transcript: Transcript) -> Role | None:
    """Return the role that most of a voice's words have, where it is sure enough."""
    said: Counter[Role | None] = Counter()
    sure = words = 0.0
    for segment in transcript.segments:
        if _label(segment) == label:
            count = len(segment.text.split()) or 1
            said[segment.role] += count
            sure += count * (1.0 if segment.role_confidence is None else segment.role_confidence)
            words += count
    role = said.most_common(1)[0][0]
    return role if role is not None and sure / words >= _SURE else None


def _name(role: Role | None, place: int, alike: int) -> str:
    """Return "client", or "client B" where there are several; letters, because a figure would read as one said."""
    name = "speaker" if role is None else "other person" if role is Role.OTHER else role.value.lower()
    letter = ascii_uppercase[place % len(ascii_uppercase)]
    return name if alike == 1 and role is not None else f"{name} {letter}"

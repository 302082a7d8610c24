"""Whether each voice stays on its side: labels that change hands in mid-session put words into the wrong mouth."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from pipeline.domain.transcript import ROLE_UNCERTAIN_BELOW, Role
from pipeline.stages.transcribe.cues import word_count
from pipeline.stages.transcribe.interpreting import Attribution

#: Where the session is parted, as shares of its words; a change near a third is seen from the half.
_PARTED_AT = (0.25, 0.5, 0.75)
#: A voice that says less than this in a part does not tell which side it is on (words).
_TELLING_WORDS = 15
#: As likely as not.
_EITHER = 0.5

Turns = Sequence[tuple[str, str]]
Attribute = Callable[[Turns], Mapping[str, Attribution]]


def steady(roles: Mapping[str, Attribution], turns: Turns, attribute: Attribute) -> dict[str, Attribution]:
    """Return the roles, none sure where a voice is surely the clinician's in one part and a client's in another.

    Recorders swap channels when a call is taken up again, and a diarizer may lose a voice.
    """
    if not any(_changes_sides(turns, place, attribute) for place in _places(turns)):
        return dict(roles)
    return {voice: (role, min(sure, _EITHER)) for voice, (role, sure) in roles.items()}


def _places(turns: Turns) -> set[int]:
    """Return the turns at which the session is parted."""
    total = sum(word_count(text) for _, text in turns)
    places, said = set[int](), 0
    for place, (_, text) in enumerate(turns):
        before, said = said, said + word_count(text)
        if any(before < share * total <= said for share in _PARTED_AT):
            places.add(place + 1)
    return places


def _changes_sides(turns: Turns, place: int, attribute: Attribute) -> bool:
    before, after = turns[:place], turns[place:]
    sides = {Role.CLINICIAN, Role.CLIENT}
    first, second = _sure_roles(before, attribute), _sure_roles(after, attribute)
    return any({first[voice], second[voice]} == sides for voice in first.keys() & second.keys())


def _sure_roles(turns: Turns, attribute: Attribute) -> dict[str, Role]:
    said = Counter[str]()
    for voice, text in turns:
        said[voice] += word_count(text)
    return {
        voice: role
        for voice, (role, sure) in attribute(turns).items()
        if sure >= ROLE_UNCERTAIN_BELOW and said[voice] >= _TELLING_WORDS
    }

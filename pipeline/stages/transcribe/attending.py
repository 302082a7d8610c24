"""People in the room who are neither side, a supervisor or a guest: never silently passed for the client."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.domain.transcript import Role
from pipeline.stages.transcribe.cues import plain, word_count
from pipeline.stages.transcribe.interpreting import Attribution

#: How they speak of themselves; "is she sitting in today?" and "I'm the supervisor at the plant" are others' words.
_OF_ONESELF = re.compile(
    r"\bi(?:'m| am|'ll be| will be) (?:(?:just|only|also|here|going to be) ){0,2}"
    r"(?:sitting in|listening in|observing|shadowing)\b"
    r"|\bi supervise (?:(?:the|these|your) (?:sessions?|therapist|counselor|clinicians?)|(?:her|his|their) work)\b"
    r"|\bi(?:'m| am) (?:the |a |her |his |their |\w+'s )?clinical supervisor\b"
)
#: With fewer voices one of them is the client.
_A_THIRD = 3
_SAID_SO = 0.9
#: Which of the voices left is a client's nobody can tell: as likely as not.
_EITHER = 0.5


def with_others(
    roles: Mapping[str, Attribution], turns: Sequence[tuple[str, str]], registered: int
) -> dict[str, Attribution]:
    """Return the roles, another one for a voice that says it only attends.

    Where more supervisors and guests are ``registered`` than say so, only the client who says most is sure to be one.
    """
    if len(roles) < _A_THIRD:
        return dict(roles)
    said = {voice for voice, text in turns if _OF_ONESELF.search(plain(text))}
    found = {voice for voice in said if roles[voice][0] is not Role.CLINICIAN}
    words = Counter[str]()
    for voice, text in turns:
        words[voice] += word_count(text)
    clients = [voice for voice, (role, _) in roles.items() if role is Role.CLIENT and voice not in found]
    left = sorted(clients, key=lambda voice: -words[voice])
    unsure = {voice: (Role.CLIENT, min(roles[voice][1], _EITHER)) for voice in left[1:] if registered > len(found)}
    return {**roles, **unsure, **dict.fromkeys(found, (Role.OTHER, _SAID_SO))}

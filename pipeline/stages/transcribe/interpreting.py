"""An interpreter in the room, whose voice says what somebody else means: never silently passed for the client's."""

import re
from collections.abc import Mapping, Sequence

from pipeline.domain.transcript import Role
from pipeline.stages.transcribe.cues import plain

#: How interpreters speak of themselves; "we need an interpreter" and "this is our interpreter" are others' words.
_OF_ONESELF = re.compile(
    r"\b(?:interpreter (?:speaking|here|id)|this is interpreter"
    r"|(?:i'm|i am) (?:the|an|your|her|his|their) (?:\w+ )?interpreter|i(?:'ll| will|'m| am)(?: be)? interpreting)\b"
)
_SAID_SO = 0.9
#: Which of the voices left is the interpreter's nobody can tell: as likely as not.
_EITHER = 0.5

Attribution = tuple[Role, float]


def with_interpreters(
    roles: Mapping[str, Attribution], turns: Sequence[tuple[str, str]], registered: int
) -> dict[str, Attribution]:
    """Return the roles, another one for a voice that says it interprets.

    Where more interpreters are ``registered`` than say so, no client's voice is sure to be a client's; nor is one
    sure to be the clinician's that says it interprets.
    """
    said = {voice for voice, text in turns if _OF_ONESELF.search(plain(text))}
    found = {voice for voice in said if roles[voice][0] is not Role.CLINICIAN}
    unsure = {
        voice: (role, min(sure, _EITHER))
        for voice, (role, sure) in roles.items()
        if voice in said or (registered > len(found) and role is not Role.CLINICIAN)
    }
    return {**roles, **unsure, **dict.fromkeys(found, (Role.OTHER, _SAID_SO))}

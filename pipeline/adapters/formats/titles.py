"""What names of people say of their part in the session: titles, licences, relations."""

import re
from collections.abc import Iterable, Mapping

from pipeline.adapters.formats.names import UNCERTAIN
from pipeline.domain.transcript import Role

#: A title is an outright statement by whoever made the transcript; a slip is still possible.
TITLE_CONFIDENCE = 0.98
#: Who of several untitled people is a client, and who a colleague, no title tells.
UNTITLED_CONFIDENCE = 0.75
#: A role that the file itself calls uncertain.
_GUESSED_CONFIDENCE = 0.5

_CLINICIAN = re.compile(
    r"\b(?:clinician|(?:co-?)?therapist|counsell?or|psycholog\w*|psychiatr\w*|doctor|dr|provider|practitioner|nurse"
    r"|social worker|case ?(?:manager|worker)|facilitator|interviewer|lcsw|licsw|lmsw|lsw|msw|a?mft|lmft"
    r"|lpcc?|lmhc|lcmhc|lcpc|ladc|cadc|psyd|phd|md|np|pmhnp|rn)\b",
    re.IGNORECASE,
)
_CLIENT = re.compile(
    r"\b(?:client|patient|member|couple|partner|husband|wife|spouse|mother|father|mom|mum|dad|parent|son|daughter|brother"
    r"|sister|grandmother|grandfather|interviewee|caller)\b",
    re.IGNORECASE,
)
_INTERPRETER = re.compile(r"\b(?:interpreter|translator)\b", re.IGNORECASE)
#: How Teams and Zoom mark who comes from outside, as most clients do: it says nothing of what they are to the session.
_FROM_OUTSIDE = re.compile(r"\((?:guest|external|unverified)\)", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:interpreter|translator|supervisor|observer|guest|student)\b", re.IGNORECASE)
#: Where nobody else is left, these are the client: counselors at schools see students, meetings call outsiders guests.
_MAY_BE_CLIENT = re.compile(r"\b(?:guest|student)\b", re.IGNORECASE)
#: How a transcriber abbreviates two sides; one alone is an initial.
_ABBREVIATED = {
    **dict.fromkeys(("t", "th"), Role.CLINICIAN),
    **dict.fromkeys(("c", "cl", "p", "pt"), Role.CLIENT),
}


def stated_role(name: str) -> Role | None:
    """Return the role that a name states by itself ("Dr. Lee", "Client 2"), if it does."""
    name = _FROM_OUTSIDE.sub("", name)
    for pattern, role in ((_OTHER, Role.OTHER), (_CLIENT, Role.CLIENT), (_CLINICIAN, Role.CLINICIAN)):
        if pattern.search(name):
            return role
    return None


def stated_roles(names: Iterable[str]) -> dict[str, tuple[Role, float]]:
    """Return the roles that a session's names state together, and how sure each is.

    Unless they say who the clinician is, they state only who interprets.
    """
    read = {name: name.replace("_", " ") for name in names}
    stated = _abbreviated(read) or {name: stated_role(text) for name, text in read.items()}
    if Role.CLINICIAN not in stated.values():
        return {name: (Role.OTHER, TITLE_CONFIDENCE) for name, text in read.items() if _INTERPRETER.search(text)}
    if set(stated.values()) == {Role.CLINICIAN, Role.OTHER}:
        stated |= {name: Role.CLIENT for name, text in read.items() if _MAY_BE_CLIENT.search(text)}
    guessed = {name for name, text in read.items() if UNCERTAIN in text}
    untitled = [name for name, role in stated.items() if role is None]
    sure = TITLE_CONFIDENCE if len(untitled) == 1 and Role.CLIENT not in stated.values() else UNTITLED_CONFIDENCE
    titled = {name: _GUESSED_CONFIDENCE if name in guessed else TITLE_CONFIDENCE for name in stated}
    return {name: (Role.CLIENT, sure) if role is None else (role, titled[name]) for name, role in stated.items()}


def _abbreviated(names: Mapping[str, str]) -> dict[str, Role | None]:
    """Return the roles of "T" and "C" where every name is such an abbreviation and both sides are there."""
    found = {name: _ABBREVIATED.get(text.rstrip(" .0123456789").lower()) for name, text in names.items()}
    both = {Role.CLINICIAN, Role.CLIENT} <= set(found.values())
    return found if both and None not in found.values() else {}

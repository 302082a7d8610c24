"""What programs and typists write around a transcript that nobody said: titles, dates, who was there, credits."""

import re
from collections.abc import Sequence

#: Whole lines, wherever they stand: Teams, Otter, Google Meet, and services that type.
_NOBODY_SAYS = re.compile(
    r"\s*(?:.{1,60} (?:started|stopped) transcription|Transcribed by \S+|Transcri\w+ ended (?:after|at) [\d:]+"
    r"|This editable transcript was computer generated.*|\W*end of (?:transcript\w*|recording|audio|session)\W*)\s*",
    re.IGNORECASE,
)
#: Lines that only the head of an export has.
_HEAD = re.compile(
    r".{1,60} started transcription|SUMMARY KEYWORDS|SPEAKERS|Attendees|Transcript|.* - Transcript"
    r"|(?:\d+h )?(?:\d+m )?\d+s|(?:\w+, )?\w+ \d{1,2},? \d{4}\b.*|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}\b.*"
)
#: What typists write before a colon at the top, and which names nobody.
_FACTS = frozenset(
    {"attendees", "case", "date", "duration", "file", "id", "length", "location", "meeting", "number", "participants"}
    | {
        "present",
        "recorded",
        "recording",
        "session",
        "speakers",
        "subject",
        "time",
        "title",
        "topic",
        "by",
        "transcript",
    }
)
#: Longer than this no head is.
_HEAD_LINES = 20


def is_said_by_nobody(line: str) -> bool:
    """Say whether a line is a program's own, and no part of what was said."""
    return _NOBODY_SAYS.fullmatch(line) is not None


def is_head(lines: Sequence[str]) -> bool:
    """Say whether the lines before the first speaker are the head of an export, and not somebody's words."""
    return len(lines) <= _HEAD_LINES and any(_HEAD.fullmatch(line.strip()) for line in lines)


def is_fact(label: str) -> bool:
    """Say whether a label at the top tells of the session ("Session date: ..."), and names nobody."""
    return label.casefold().split()[-1] in _FACTS

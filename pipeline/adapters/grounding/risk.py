"""The topics that must not be missed, and the words by which people raise them."""

import re
from dataclasses import dataclass
from functools import cache

from pipeline.adapters.grounding.lexicon import lines_in

_HEADING = re.compile(r"\[(\w+)\](?: (critical))?")


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and its patterns; ``None`` where it has none of a kind."""

    name: str
    critical: bool
    explicit: re.Pattern[str] | None
    indirect: re.Pattern[str] | None
    note: re.Pattern[str] | None


@cache
def topics() -> tuple[Topic, ...]:
    """Return the topics in the order of their list, critical ones first."""
    patterns = _patterns()
    return tuple(
        Topic(name, critical, _union(kinds.get("explicit")), _union(kinds.get("indirect")), _union(kinds.get("note")))
        for (name, critical), kinds in sorted(patterns.items(), key=lambda item: not item[0][1])
        if name != "everyday"
    )


@cache
def everyday() -> re.Pattern[str]:
    """Return the idioms that sound grave and are not: "this traffic is killing me"."""
    return _union(_patterns()["everyday", False]["benign"]) or re.compile("(?!)")


def _patterns() -> dict[tuple[str, bool], dict[str, list[str]]]:
    found: dict[tuple[str, bool], dict[str, list[str]]] = {}
    kinds: dict[str, list[str]] = {}
    patterns: list[str] = []
    for line in lines_in("risk.txt"):
        heading = _HEADING.fullmatch(line)
        if heading:
            kinds = found.setdefault((heading[1], heading[2] is not None), {})
        elif line.isidentifier() or line[:-1].isidentifier():
            patterns = kinds.setdefault(line[:-1], [])
        else:
            patterns.append(line)
    return found


def _union(patterns: list[str] | None) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None

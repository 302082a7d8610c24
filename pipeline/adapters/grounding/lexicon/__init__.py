"""Word lists that the checks rest on, as text files beside this module; read once a process."""

from collections.abc import Iterator
from functools import cache
from importlib.resources import files


@cache
def words_in(name: str) -> frozenset[str]:
    """Return the blank-separated words of a list."""
    return frozenset(" ".join(lines_in(name)).split())


@cache
def word_set(name: str) -> frozenset[str]:
    """Return one of the closed classes of sets.txt."""
    return frozenset(dict(pairs_in("sets.txt"))[name].split())


@cache
def phrase_set(name: str) -> tuple[tuple[str, ...], ...]:
    """Return one of the phrase sets of sets.txt, each phrase as its words."""
    members = next(group[1:] for group in groups_in("sets.txt") if group[0] == name)
    return tuple(tuple(member.split()) for member in members)


@cache
def groups_in(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the groups of a list: one a line, members separated by bars, the first one the group's name."""
    return tuple(tuple(part.strip() for part in line.split("|")) for line in lines_in(name))


@cache
def pairs_in(name: str) -> tuple[tuple[str, str], ...]:
    """Return the ``left = right`` lines of a list."""
    lines = (line.partition(" = ") for line in lines_in(name) if " = " in line)
    return tuple((left.strip(), right.strip()) for left, _, right in lines)


def lines_in(name: str) -> Iterator[str]:
    """Yield the lines of a list that are neither blank nor comments."""
    for line in (files(__package__) / name).read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            yield line

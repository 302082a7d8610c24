"""A vocabulary: names that may come up in a session, one a line; docs/formats.md describes it."""

from collections.abc import Iterable

from pipeline.errors import VocabularyInvalidError

#: More names than this would make every second word a question.
MOST_NAMES = 300
_LONGEST = 60


def names_from_text(text: str) -> tuple[str, ...]:
    """Return the names in order, each once; blank lines and lines after ``#`` are left out.

    Raises ``VocabularyInvalidError``, which names the line and never what stands in it.
    """
    names: dict[str, None] = {}
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        name = " ".join(line.split())
        if not name or name.startswith("#"):
            continue
        if len(name) > _LONGEST or not any(character.isalpha() for character in name) or not name.isprintable():
            raise VocabularyInvalidError(where=f"line {number}")
        names[name] = None
        if len(names) > MOST_NAMES:
            raise VocabularyInvalidError(where=f"line {number}", limit=MOST_NAMES)
    return tuple(names)


def names_to_text(names: Iterable[str]) -> str:
    """Return the names, one a line."""
    return "".join(f"{name}\n" for name in names)

"""A vocabulary: names that may come up in a session, one a line; docs/formats.md describes it."""

from collections.abc import Iterable

from pipeline.errors import VocabularyInvalidError

#: More names than this would make every second word a question.
MOST_NAMES = 300
_LONGEST = 60
_COMMENT = "#"


def names_from_text(text: str) -> tuple[str, ...]:
    """Return the names in order, each once; blank lines and lines after ``#`` are left out.

    Raises ``VocabularyInvalidError``, which names the line and never what stands in it.
    """
    lines = enumerate(text.removeprefix("\ufeff").splitlines(), 1)
    found = ((f"line {number}", " ".join(line.split())) for number, line in lines)
    return _each_once((where, name) for where, name in found if name and not name.startswith(_COMMENT))


def names_from_list(given: Iterable[str]) -> tuple[str, ...]:
    """Return the names of a list in order, each once; raise ``VocabularyInvalidError``, which names the place."""
    return _each_once((f"names.{place}", name.strip(" ")) for place, name in enumerate(given))


def names_to_text(names: Iterable[str]) -> str:
    """Return the names, one a line."""
    return "".join(f"{name}\n" for name in names)


def _each_once(found: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    names: dict[str, None] = {}
    for where, name in found:
        if not _is_name(name):
            raise VocabularyInvalidError(where=where)
        names[name] = None
        if len(names) > MOST_NAMES:
            raise VocabularyInvalidError(where=where, limit=MOST_NAMES)
    return tuple(names)


def _is_name(text: str) -> bool:
    has_letter = any(character.isalpha() for character in text)
    return has_letter and text.isprintable() and len(text) <= _LONGEST and not text.startswith(_COMMENT)

"""Where one sentence of running text ends and the next begins."""

import re
from collections.abc import Iterator

#: Abbreviations after which a full stop ends nothing, without their last full stop.
_NEVER_END = frozenset({"approx", "appt", "dept", "dr", "e.g", "i.e", "mr", "mrs", "ms", "prof", "pt", "st", "vs"})
#: Those that end a sentence where a capital follows.
_MAY_END = frozenset(
    {"a.m", "p.m", "b.i.d", "t.i.d", "etc", "hr", "hrs", "jr", "max", "min", "mins", "p.r.n", "ph.d", "q.d", "q.h"}
    | {"sr", "u.s", "wk", "wks", "yr", "yrs"}
)
_BREAK = re.compile(r"(?P<stop>[.!?…]+)(?P<closing>[\"'”\u2019»)\]]*)(?=\s|$)|\n\s*(?=\n|[-*•]\s)|\n")
_BULLET = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")


def sentence_spans(text: str, *, lower_begins: bool = False) -> Iterator[tuple[int, int]]:
    """Yield the start and end of each sentence, surrounding blanks and list bullets left out.

    ``lower_begins``: a sentence may begin with a small letter, as a recognizer writes it.
    """
    start = 0
    for found in _BREAK.finditer(text):
        if found["stop"] and not _ends_sentence(text, found, lower_begins=lower_begins):
            continue
        yield from _trimmed(text, start, found.end())
        start = found.end()
    yield from _trimmed(text, start, len(text))


def split_sentences(text: str) -> tuple[str, ...]:
    """Return the sentences, each a verbatim part of the text."""
    return tuple(text[start:end] for start, end in sentence_spans(text))


def _ends_sentence(text: str, found: re.Match[str], *, lower_begins: bool) -> bool:
    if found["stop"] != ".":
        return True
    before = re.search(r"\S+$", text[: found.start()])
    word = before[0].lower().lstrip("(\"'“\u2018") if before else ""
    after = text[found.end() :].lstrip()[:1]
    if word in _NEVER_END:
        return not after
    if word in _MAY_END:
        return not after or after.isupper()
    if word.isdigit() and text[: found.start()].rpartition("\n")[2].strip() == word:
        return False
    is_initial = len(word) == 1 and word.isalpha() and word != "i"
    return not (is_initial and after.isupper()) and (lower_begins or not after.islower())


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    part = text[start:end]
    start += len(part) - len(part.lstrip())
    bullet = _BULLET.match(text[start:end])
    start += bullet.end() if bullet else 0
    end = start + len(text[start:end].rstrip())
    if any(character.isalnum() for character in text[start:end]):
        yield start, end

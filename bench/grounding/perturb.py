"""One seeded edit to a right sentence: errors of every sort a note can have, and changes that leave it right."""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from bench.grounding import wordlists as lists
from bench.grounding.data import Case
from pipeline.domain.transcript import Role

_NUMBER = re.compile(r"(?<![\w.:/$-])\d+(?:\.\d+)?(?![\w:/]|\.\d)")
_WORDED = re.compile(r"\b(?:" + "|".join(lists.NUMBER_WORDS) + r")\b", re.IGNORECASE)
_QUOTE = re.compile(r'"([^"]{8,})"')


@dataclass(frozen=True, slots=True)
class Edit:
    """An edited sentence: its sort, how grave it is, and the words that were put in."""

    sort: str
    text: str
    original: str
    put_in: str
    severity: str = "major"


Editor = Callable[[str, Case, random.Random], str | None]


def edits_of(text: str, case: Case, chance: random.Random) -> Iterator[Edit]:
    """Yield at most one edit of each sort that the sentence allows."""
    for sort, editor in EDITORS.items():
        edited = editor(text, case, chance)
        if edited is not None and edited != text:
            yield Edit(sort, edited, text, _difference(text, edited), lists.SEVERITY.get(sort, "major"))


def additions_to(case: Case, chance: random.Random) -> Iterator[Edit]:
    """Yield sentences that nobody said: denials, dangers, symptoms, interventions, homework, consent."""
    spoken = _spoken(case)
    for sort, pool in lists.INVENTED.items():
        for words, text in chance.sample(pool, len(pool)):
            if not any(re.search(rf"\b{word}", spoken) for word in words.split("|")):
                yield Edit(sort, text, "", text)
                break


def benign_of(text: str, chance: random.Random) -> Iterator[Edit]:
    """Yield changes that leave the sentence right."""
    for sort, editor in BENIGN.items():
        edited = editor(text, chance)
        if edited is not None and edited != text:
            yield Edit(sort, edited, text, _difference(text, edited), "none")


def stale_of(case: Case) -> Iterator[Edit]:
    """Yield the value a speaker took back, in the sentence that has the right one."""
    for item in case.claims:
        for stale, right in lists.CORRECTED.get(case.group, ()):
            if re.search(rf"\b{right}\b", item.claim.text):
                yield Edit("stale", re.sub(rf"\b{right}\b", stale, item.claim.text), item.claim.text, stale)


# --- errors -------------------------------------------------------------------------------------------


def _number(text: str, case: Case, chance: random.Random) -> str | None:
    found = [*_NUMBER.finditer(text), *_WORDED.finditer(text)]
    spoken = _spoken(case)
    for match in chance.sample(found, len(found)):
        value = lists.NUMBER_WORDS.get(match.group().lower())
        value = float(match.group()) if value is None else value
        changed = [value * 2, value * 10, value + 1, value + 5, value - 1, value + 3]
        for new in chance.sample(changed, len(changed)):
            words = [word for word, number in lists.NUMBER_WORDS.items() if number == new]
            said = any(re.search(rf"\b{form}\b", spoken) for form in (*words, f"{new:g}"))
            if new > 0 and not said:
                return text[: match.start()] + f"{new:g}" + text[match.end() :]
    return None


def _time(text: str, case: Case, chance: random.Random) -> str | None:
    return _swap(text, lists.TIMES, chance, _spoken(case))


def _negation(text: str, _case: Case, chance: random.Random) -> str | None:
    for pattern, replacement in chance.sample(lists.NEGATIONS, len(lists.NEGATIONS)):
        if re.search(pattern, text):
            return re.sub(pattern, replacement, text, count=1)
    return None


def _medication(text: str, case: Case, chance: random.Random) -> str | None:
    spoken = _spoken(case)
    for name in lists.MEDICINES:
        if re.search(rf"\b{name}\b", text, re.IGNORECASE):
            others = [m for m in lists.MEDICINES if m not in spoken and m != name]
            return re.sub(rf"\b{name}\b", chance.choice(others), text, count=1, flags=re.IGNORECASE)
    return None


def _relative(text: str, case: Case, chance: random.Random) -> str | None:
    spoken = _spoken(case)
    for name in lists.RELATIVES:
        if re.search(rf"\b{name}\b", text):
            others = [r for r in lists.RELATIVES if not lists.RELATIVES[r] & set(spoken.split()) and r != name]
            return re.sub(rf"\b{name}\b", chance.choice(others), text, count=1) if others else None
    return None


def _side(text: str, _case: Case, _chance: random.Random) -> str | None:
    found = re.search(
        r"\b(left|right)\b(?= (?:hand|arm|leg|knee|shoulder|eye|ear|foot|hip|ankle|wrist|side|upper|lower))", text
    )
    if found is None:
        return None
    return text[: found.start()] + {"left": "right", "right": "left"}[found[1]] + text[found.end() :]


def _quotation(text: str, _case: Case, chance: random.Random) -> str | None:
    found = _QUOTE.search(text)
    if found is None:
        return None
    words = found[1].split()
    at = chance.randrange(len(words))
    words[at] = chance.choice([w for w in lists.FILLINGS if w != words[at].lower()])
    return text[: found.start(1)] + " ".join(words) + text[found.end(1) :]


def _attribution(text: str, case: Case, chance: random.Random) -> str | None:
    roles = {segment.role for segment in case.transcript.segments}
    for pattern, others in lists.SUBJECTS:
        if re.match(pattern, text) and Role.CLINICIAN in roles:
            return re.sub(pattern, chance.choice(others), text, count=1)
    return None


def _certainty(text: str, case: Case, chance: random.Random) -> str | None:
    return _swap(text, lists.DEGREES, chance, _spoken(case))


def _cause(text: str, case: Case, chance: random.Random) -> str | None:
    others = [item.claim.text for item in case.claims if item.claim.text != text and len(item.claim.text.split()) < 14]
    if len(text.split()) > 14 or not others or " because " in text or re.match(r"\"|Next|Client will", text):
        return None
    reason = chance.choice(others).rstrip(".")
    return f"{text.rstrip('.')} because of the following: {reason[0].lower()}{reason[1:]}."


EDITORS: dict[str, Editor] = {
    "number": _number,
    "time": _time,
    "negation": _negation,
    "medication": _medication,
    "relative": _relative,
    "side": _side,
    "quotation": _quotation,
    "attribution": _attribution,
    "certainty": _certainty,
    "cause": _cause,
}


# --- changes that leave a sentence right -----------------------------------------------------------------


def _reworded(text: str, chance: random.Random) -> str | None:
    return _swap(text, lists.SYNONYMS, chance, "")


def _shortened(text: str, chance: random.Random) -> str | None:
    return _swap(text, lists.SHORT_FORMS, chance, "")


def _renumbered(text: str, _chance: random.Random) -> str | None:
    names = {f"{value:g}": word for word, value in lists.NUMBER_WORDS.items()}
    found = next((m for m in _NUMBER.finditer(text) if m.group() in names), None)
    return None if found is None else text[: found.start()] + names[found.group()] + text[found.end() :]


def _brand(text: str, _chance: random.Random) -> str | None:
    for generic, brand in lists.BRANDS.items():
        for name, other in ((generic, brand), (brand, generic)):
            if re.search(rf"\b{name}\b", text, re.IGNORECASE):
                return re.sub(rf"\b{name}\b", other, text, count=1, flags=re.IGNORECASE)
    return None


def _reordered(text: str, _chance: random.Random) -> str | None:
    halves = re.fullmatch(r"(\w[^,;]+), and ([^,;]+)\.", text) or re.fullmatch(r"([^;]+); ([^;]+)\.", text)
    if halves is None:
        return None
    return f"{halves[2][0].upper()}{halves[2][1:]}; {halves[1][0].lower()}{halves[1][1:]}."


BENIGN: dict[str, Callable[[str, random.Random], str | None]] = {
    "synonym": _reworded,
    "abbreviation": _shortened,
    "number_form": _renumbered,
    "brand": _brand,
    "order": _reordered,
}


def _swap(text: str, pairs: Sequence[tuple[str, str]], chance: random.Random, spoken: str) -> str | None:
    """Return the text with one phrase replaced by one that was not said."""
    for phrase, other in chance.sample(list(pairs), len(pairs)):
        if re.search(rf"\b{phrase}\b", text) and not (spoken and re.search(rf"\b{re.escape(other)}\b", spoken)):
            return re.sub(rf"\b{phrase}\b", other, text, count=1)
    return None


def _spoken(case: Case) -> str:
    return " ".join(segment.text for segment in case.transcript.segments).lower()


def _difference(original: str, edited: str) -> str:
    before = set(original.split())
    return " ".join(word for word in edited.split() if word not in before)

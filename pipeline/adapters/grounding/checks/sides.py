"""Sides: left and right must be as they were said of that part of the body."""

from collections.abc import Iterator, Sequence

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.lexicon import words_in
from pipeline.adapters.grounding.words import Word, stem
from pipeline.domain.evidence import Finding

CHECK = "sides"
_REACH = 4
#: Utterances back in which the part of a bare side was named.
_BEFORE = 2
_OPPOSITE = {"left": "right", "right": "left"}
_BEFORE_VERB = frozenset("and but he she they who i we had has have then to just never".split())  # noqa: SIM905 - shorter to read
_SITES = frozenset(stem(word) for word in words_in("sites.txt"))


def check_sides(ground: Ground) -> Outcome:
    """Hold each side of the claim against the sides said of the same part."""
    words = ground.claim.passage.words
    claimed = tuple(side for side in sided(words) if not _is_compared_with(words, side[2]))
    if not claimed:
        return NOT_APPLICABLE
    findings = tuple(finding for side, site, at in claimed if (finding := _finding(side, site, at, ground)))
    return failed(*findings) if findings else PASSED


def sided(words: Sequence[Word]) -> Iterator[tuple[str, str, int]]:
    """Yield each side with the part of the body it belongs to, and where it stands; "right now" has no part."""
    for index, word in enumerate(words):
        if word.form not in _OPPOSITE or _is_verb(words, index):
            continue
        after = words[index + 1 : index + 1 + _REACH]
        before = words[max(0, index - 2 * _REACH) : index]
        parts = [w.stem for w in (*after, *reversed(before)) if w.stem in _SITES and w.form not in _OPPOSITE]
        if parts:
            yield word.form, parts[0], index


def _is_compared_with(words: Sequence[Word], index: int) -> bool:
    """Say whether a side only stands for the other one: "right worse than left"."""
    return any(word.form == "than" for word in words[max(0, index - 2) : index])


def _is_verb(words: Sequence[Word], index: int) -> bool:
    """Say whether somebody left, as in "but left empty-handed"; "knee and left arm" names a part right after."""
    names_part = index + 1 < len(words) and words[index + 1].stem in _SITES
    return words[index].form == "left" and index > 0 and words[index - 1].form in _BEFORE_VERB and not names_part


def _finding(side: str, site: str, at: int, ground: Ground) -> Finding | None:
    said: dict[str, list[int]] = {"left": [], "right": []}
    for utterance in ground.index.utterances:
        parts = [(spoken, part) for spoken, part, _ in sided(utterance.passage.words)]
        for spoken, part in parts or _alone(utterance, site, ground):
            if part == site:
                said[spoken].append(utterance.number)
    if said[side] or not ground.index.utterances:
        return None
    start, end = ground.claim.passage.span(at, at + 1)
    words = ground.claim.text[start:end]
    if said[_OPPOSITE[side]]:
        counter = tuple(quote(ground.index.utterances[n]) for n in said[_OPPOSITE[side]][:3])
        return Finding(CHECK, "side_mismatch", words, counter)
    return None if side in _sides_said(ground) else Finding(CHECK, "side_not_said", words)


def _alone(utterance: Utterance, site: str, ground: Ground) -> list[tuple[str, str]]:
    """Return the sides of a part that was named just before: "and your shoulder?" - "The left one is better."."""
    before = ground.index.utterances[max(0, utterance.number - _BEFORE) : utterance.number]
    if not any(word.stem == site for earlier in before for word in earlier.passage.words):
        return []
    words = utterance.passage.words
    return [
        (word.form, site) for n, word in enumerate(words) if word.form in _OPPOSITE and n and words[n - 1].form == "the"
    ]


def _sides_said(ground: Ground) -> set[str]:
    """Return the sides said within the claim's evidence or of any part at all."""
    return {side for u in ground.index.utterances for side, _, _ in sided(u.passage.words)}

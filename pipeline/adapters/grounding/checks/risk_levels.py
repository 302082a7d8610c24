"""Degrees of danger: a passing wish is not a plan, and a plan is not a passing wish."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Stance, TranscriptIndex, Utterance
from pipeline.adapters.grounding.lexicon import pairs_in
from pipeline.adapters.grounding.mentions import plain, raised_topics, stance_in
from pipeline.domain.evidence import CheckResult, Finding
from pipeline.domain.note import SentenceKind

CHECK = "risk_level"
#: Utterances around talk of suicide in which "a plan" is a plan for it.
_NEAR = 6
_PLAN = 2
_MOST = 4
_TOLD = frozenset((Stance.AFFIRMED, Stance.SUPPOSED))
#: A claim of so few terms that says "plan" or "intent" next to talk of suicide means that.
_FEW = 3
_ABOUT = re.compile(r"suicid|\bsi\b|self[- ]harm")


class Degree(NamedTuple):
    """A degree that a claim names."""

    level: int
    words: str
    denied: bool


def check_risk_levels(ground: Ground) -> Outcome:
    """Hold the degrees that the claim states and denies against those that came up."""
    if ground.claim.kind in {SentenceKind.NOT_ASSESSED, SentenceKind.SESSION_FACT}:
        return NOT_APPLICABLE
    claimed = list(_claimed(ground))
    said = levels_said(ground.index)
    if not claimed or not said:
        return NOT_APPLICABLE
    stated = [degree for degree in claimed if not degree.denied]
    findings = [_unasked(degree) for degree in claimed if degree.denied and _PLAN <= degree.level not in said]
    findings += [_told(degree, said, ground) for degree in claimed if degree.denied and _is_told(degree, said)]
    if stated:
        findings += _mismatch(max(stated, key=lambda degree: degree.level), said, ground)
    if findings:
        return failed(*findings)
    denied = [n for degree in claimed if degree.denied for n in said.get(degree.level, {}).get(Stance.DENIED, [])]
    places = [place for n in dict.fromkeys(denied) for place in (n, ground.index.answer_of(n)) if place is not None]
    return Outcome(CheckResult.PASS, evidence=tuple(quote(ground.index.utterances[n]) for n in places[:_MOST]))


def stated_degrees(ground: Ground) -> bool:
    """Say whether a degree that the claim states came up, and not only as denied."""
    said = levels_said(ground.index)
    return any(not degree.denied and said.get(degree.level, {}).keys() - {Stance.DENIED} for degree in _claimed(ground))


def _unasked(degree: Degree) -> Finding:
    return Finding(CHECK, "risk_denial_not_asked", degree.words)


def _is_told(degree: Degree, said: dict[int, dict[Stance, list[int]]]) -> bool:
    """Say whether a passive wish that is denied was told of, and never denied as such."""
    stances = said.get(degree.level, {})
    return degree.level == 0 and not _TOLD.isdisjoint(stances) and Stance.DENIED not in stances


def _told(degree: Degree, said: dict[int, dict[Stance, list[int]]], ground: Ground) -> Finding:
    told = [number for stance in _TOLD for number in said[degree.level].get(stance, [])]
    spans = tuple(quote(ground.index.utterances[number]) for number in sorted(told))
    return Finding(CHECK, "risk_was_stated", degree.words, spans[:_MOST])


def _mismatch(degree: Degree, said: dict[int, dict[Stance, list[int]]], ground: Ground) -> list[Finding]:
    """Return a conflict where another degree was affirmed, or this one denied, and this one never affirmed."""
    affirmed = [level for level, stances in said.items() if stances.keys() - {Stance.DENIED}]
    if degree.level in affirmed:
        return []
    spans = [n for level in affirmed or [degree.level] for numbers in said.get(level, {}).values() for n in numbers]
    counter = tuple(quote(ground.index.utterances[n]) for n in dict.fromkeys(spans))[:_MOST]
    return [Finding(CHECK, "risk_level_mismatch", degree.words, counter)] if counter else []


@cache
def _levels() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for _, pattern in pairs_in("risk_levels.txt"))


def _claimed(ground: Ground) -> Iterator[Degree]:
    """Yield the degrees that the claim names outside its quotations, where it speaks of danger at all."""
    text = ground.claim.text.lower()
    found = [
        Degree(level, match.group(), ground.claim.denies(match.start(), match.end()))
        for level, pattern in enumerate(_levels())
        for match in pattern.finditer(text)
        if not ground.claim.is_quoted(match.start())
    ]
    about = _ABOUT.search(text) or any(degree.level < _PLAN for degree in found)
    if about or len(ground.terms) <= _FEW:
        yield from found


@lru_cache(maxsize=4)
def levels_said(index: TranscriptIndex) -> dict[int, dict[Stance, list[int]]]:
    """Return for each degree how it came up and where."""
    said: dict[int, dict[Stance, list[int]]] = {}
    for utterance in _near_suicide(index):
        text = plain(utterance.passage.text)
        for level, pattern in enumerate(_levels()):
            for match in pattern.finditer(text):
                stance = stance_in(utterance, match.group())
                said.setdefault(level, {}).setdefault(stance, []).append(utterance.number)
    return said


def _near_suicide(index: TranscriptIndex) -> list[Utterance]:
    suicide = raised_topics(index).get("suicide")
    hits = suicide.hits if suicide is not None else ()
    near = {hit.utterance + step for hit in hits for step in range(-_NEAR, _NEAR + 1)}
    return [utterance for utterance in index.utterances if utterance.number in near]

"""Degrees of danger: a passing wish is not a plan, and a plan is not a passing wish."""

import re
from functools import cache

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Stance, TranscriptIndex, Utterance
from pipeline.adapters.grounding.lexicon import pairs_in
from pipeline.adapters.grounding.mentions import plain, raised_topics, stance_in
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind

CHECK = "risk_level"
#: Utterances around talk of suicide in which "a plan" is a plan for it.
_NEAR = 6
_PLAN = 2
_MOST = 4


def check_risk_levels(ground: Ground) -> Outcome:
    """Hold the highest degree that the claim states against the highest that was affirmed."""
    if ground.claim.kind in {SentenceKind.NOT_ASSESSED, SentenceKind.SESSION_FACT}:
        return NOT_APPLICABLE
    claimed = _claimed(ground)
    if claimed is None:
        return NOT_APPLICABLE
    said = levels_said(ground.index)
    affirmed = [level for level, stances in said.items() if stances.keys() - {Stance.DENIED}]
    level, words = claimed
    if level in affirmed or not said:
        return PASSED
    rivals = affirmed or [level]
    spans = [n for rival in rivals for numbers in said.get(rival, {}).values() for n in numbers]
    counter = tuple(quote(ground.index.utterances[n]) for n in dict.fromkeys(spans))[:_MOST]
    return failed(Finding(CHECK, "risk_level_mismatch", words, counter)) if counter else PASSED


@cache
def _levels() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for _, pattern in pairs_in("risk_levels.txt"))


def _claimed(ground: Ground) -> tuple[int, str] | None:
    """Return the highest degree that the claim states and does not deny, and its words."""
    text = ground.claim.text.lower()
    named = raised = None
    for level, pattern in enumerate(_levels()):
        for match in pattern.finditer(text):
            if ground.claim.is_quoted(match.start()):
                continue
            named = named or level < _PLAN
            if not ground.claim.denies(match.start(), match.end()):
                raised = (level, ground.claim.text[match.start() : match.end()])
    about = named or re.search(r"suicid|\bsi\b|self[- ]harm", text)
    return raised if about else None


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

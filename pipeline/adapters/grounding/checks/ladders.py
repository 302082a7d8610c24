"""Degrees: how bad, how sure and how often must not be raised or lowered."""

from collections.abc import Iterator
from functools import cache

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import has_basis, stretch
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.lexicon import pairs_in
from pipeline.adapters.grounding.passage import Passage
from pipeline.adapters.grounding.words import stem
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind

CHECK = "degree"


def check_ladders(ground: Ground) -> Outcome:
    """Hold each word of degree in the claim against those of its scale in the evidence."""
    claimed = tuple(rungs_in(ground.claim.passage))
    if not claimed or ground.claim.kind is SentenceKind.ASSESSMENT:
        return NOT_APPLICABLE
    findings = tuple(f for scale, rung, at in claimed if (f := _finding(scale, rung, at, ground)) is not None)
    return failed(*findings) if findings else PASSED


def rungs_in(passage: Passage) -> Iterator[tuple[str, int, int]]:
    """Yield each word of degree: its scale, its rung, and which word it is."""
    table = _rungs()
    for index, word in enumerate(passage.words):
        for scale, rung in table.get(word.stem, ()):
            yield scale, rung, index
    for meaning in passage.meanings:
        for scale, rung in table.get(meaning.name, ()):
            yield scale, rung, meaning.first


@cache
def _rungs() -> dict[str, tuple[tuple[str, int], ...]]:
    table: dict[str, list[tuple[str, int]]] = {}
    for scale, rungs in pairs_in("ladders.txt"):
        for rung, names in enumerate(rungs.split("|")):
            for name in (name if name.startswith("=") else stem(name) for name in names.split()):
                table.setdefault(name, []).append((scale, rung))
    return {name: tuple(places) for name, places in table.items()}


def _finding(scale: str, rung: int, at: int, ground: Ground) -> Finding | None:
    near = stretch(ground)
    said = {(s, r) for u in near for s, r, _ in rungs_in(u.passage)}
    if (scale, rung) in said or not has_basis(ground):
        return None
    rivals = [u for u in stretch(ground, reach=0) if any(s == scale and r != rung for s, r, _ in rungs_in(u.passage))]
    if not rivals:
        return None
    start, end = ground.claim.passage.span(at, at + 1)
    counter = tuple(quote(utterance) for utterance in rivals)
    return Finding(CHECK, "degree_mismatch", ground.claim.text[start:end], counter)

"""Degrees: how bad, how sure and how often must not be raised or lowered."""

from collections.abc import Iterator
from functools import cache

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import has_basis, stretch
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.lexicon import pairs_in, word_set
from pipeline.adapters.grounding.passage import Passage
from pipeline.adapters.grounding.words import stem
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind

CHECK = "degree"
_NO_DEGREES = word_set("no_degrees")


def check_ladders(ground: Ground) -> Outcome:
    """Hold each word of degree in the claim against those of its scale in the evidence."""
    negated = ground.claim.passage.negated
    claimed = tuple(rung for rung in rungs_in(ground.claim.passage) if not negated[rung[2]])
    if not claimed or ground.claim.kind is SentenceKind.ASSESSMENT:
        return NOT_APPLICABLE
    findings = tuple(f for scale, rung, at in claimed if (f := _finding(scale, rung, at, ground)) is not None)
    return failed(*findings) if findings else PASSED


def rungs_in(passage: Passage) -> Iterator[tuple[str, int, int]]:
    """Yield each word of degree: its scale, its rung, and which word it is."""
    table = _rungs()
    found = [(word.stem, index) for index, word in enumerate(passage.words)]
    found += [(meaning.name, meaning.first) for meaning in passage.meanings]
    for name, index in found:
        if name in table and not _is_no_degree(passage, index):
            yield from ((scale, rung, index) for scale, rung in table[name])


def _is_no_degree(passage: Passage, index: int) -> bool:
    """Say whether a word only looks like one of degree: "extremities", "continues", "as soon as possible"."""
    form, before = passage.words[index].form, passage.words[index - 1].form if index else ""
    return form in _NO_DEGREES or (form == "possible" and before == "as")


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

"""Time: when something happened or will, and how often, must be as it was said."""

from collections.abc import Iterator

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import has_basis, stretch
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.lexicon import groups_in
from pipeline.adapters.grounding.passage import Passage
from pipeline.adapters.grounding.phrases import meanings_in
from pipeline.adapters.grounding.quantities import quantities_in
from pipeline.domain.evidence import EvidenceSpan, Finding

CHECK = "time"


def check_times(ground: Ground) -> Outcome:
    """Hold each word of time in the claim against those of its sort in the evidence."""
    claimed = tuple(times_in(ground.claim.passage))
    if not claimed:
        return NOT_APPLICABLE
    findings = tuple(f for sort, name, at in claimed if (f := _finding(sort, name, at, ground)) is not None)
    return failed(*findings) if findings else PASSED


def times_in(passage: Passage) -> Iterator[tuple[str, str, tuple[int, int]]]:
    """Yield each word of time: its sort, its name, and the words it takes up."""
    forms = {name: group[0] for group in groups_in("times.txt") for name in group[1:]}
    for index, word in enumerate(passage.words):
        form = word.form.removesuffix("s") if word.form.endswith("days") else word.form.removesuffix("'s")
        if form in forms and not _tells_the_hour(passage, index):
            yield forms[form], form, (index, index + 1)
    for meaning in meanings_in([word.stem for word in passage.words]):
        if meaning.name in forms:
            yield forms[meaning.name], meaning.name, (meaning.first, meaning.last)


def _tells_the_hour(passage: Passage, index: int) -> bool:
    """Say whether a part of the day belongs to a time of day: "two in the morning"."""
    before = [word.form for word in passage.words[max(0, index - 3) : index]]
    return before[-2:] == ["in", "the"] and len(quantities_in(passage.words[max(0, index - 3) : index - 2])) > 0


def _finding(sort: str, name: str, at: tuple[int, int], ground: Ground) -> Finding | None:
    start, end = ground.claim.passage.span(*at)
    words = ground.claim.text[start:end]
    if sort in {"weekday", "month"} and not _said(sort, name, ground.index.utterances):
        return Finding(CHECK, *_against(sort, name, ground, "time_not_said", words))
    near = stretch(ground)
    if sort in {"weekday", "month"} or _said(sort, name, near) or not has_basis(ground):
        return None
    reason, span, counter = _against(sort, name, ground, "", words)
    return Finding(CHECK, reason, span, counter) if counter else None


def _against(
    sort: str, name: str, ground: Ground, otherwise: str, words: str
) -> tuple[str, str, tuple[EvidenceSpan, ...]]:
    """Return the reason, the claim's words, and what the evidence says of the same sort instead."""
    rivals = [u for u in stretch(ground, reach=0) if any(s == sort and n != name for s, n, _ in times_in(u.passage))]
    counter = tuple(quote(utterance) for utterance in rivals) if has_basis(ground) else ()
    return ("time_mismatch" if counter else otherwise), words, counter


def _said(sort: str, name: str, utterances: tuple[Utterance, ...]) -> bool:
    return any((sort, name) == (s, n) for u in utterances for s, n, _ in times_in(u.passage))

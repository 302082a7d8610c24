"""Attribution: who said it, and of whom; a relative in the note must be one that was spoken of."""

from collections.abc import Container, Iterator

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import has_basis, stretch
from pipeline.adapters.grounding.claims import kin_groups
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.words import stem
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

CHECK = "attribution"
_MOSTLY = 0.6
_GAP = 0.35
_EARLY = 6


def check_attribution(ground: Ground) -> Outcome:
    """Hold the claim's speaker and relatives against who spoke and who was spoken of."""
    findings = (*_kin(ground), *_speaker(ground))
    if findings:
        return failed(*findings)
    return PASSED if ground.claim.actor is not None or _kin_in_claim(ground) else NOT_APPLICABLE


def _kin_in_claim(ground: Ground) -> list[tuple[tuple[str, ...], int]]:
    """Return the relations the claim names, and the word that names each."""
    stems = [word.stem for word in ground.claim.passage.words]
    return [
        (group, index)
        for group in kin_groups()
        for index, found in enumerate(stems)
        if found in {stem(member) for member in group}
    ]


def _kin(ground: Ground) -> Iterator[Finding]:
    """Yield relatives that nobody spoke of, or of whom something else was said than the claim credits them with."""
    if any(segment.role is Role.OTHER for segment in (u.segment for u in ground.index.utterances)):
        return  # a relative who is in the room need not be called one
    for group, word in _kin_in_claim(ground):
        start, end = ground.claim.passage.span(word, word + 1)
        words = ground.claim.text[start:end]
        if not _names_any(group, ground.index.postings):
            yield Finding(CHECK, "relative_not_mentioned", words)
        elif has_basis(ground, frozenset(map(stem, group))) and not _near(group, ground):
            others = [u for u in stretch(ground, reach=0) if _other_kin(group, u)]
            if others:
                yield Finding(CHECK, "relative_mismatch", words, tuple(quote(u) for u in others))


def _near(group: tuple[str, ...], ground: Ground) -> bool:
    return any(_names_any(group, {w.stem for w in u.passage.words}) for u in stretch(ground, reach=2))


def _other_kin(group: tuple[str, ...], utterance: Utterance) -> bool:
    said = {word.stem for word in utterance.passage.words}
    return any(_names_any(other, said) for other in kin_groups() if other is not group)


def _names_any(group: tuple[str, ...], stems: Container[str]) -> bool:
    return any(stem(member) in stems for member in group)


def _speaker(ground: Ground) -> Iterator[Finding]:
    """Yield a conflict where what is credited to one voice came from the other alone."""
    credited = ground.claim.actor
    if credited is None or ground.claim.kind in {SentenceKind.SESSION_FACT, SentenceKind.NOT_ASSESSED}:
        return
    deed = _deed(ground)
    if deed is None:
        return
    own, others, best = _shares(ground, credited, deed)
    if best is not None and others >= _MOSTLY and others - own >= _GAP:
        yield Finding(CHECK, "said_by_another", ground.claim.text, (quote(best),))


def _deed(ground: Ground) -> str | None:
    """Return whether the claim tells of a ``report`` or of an ``intervention``, by its first verb of either sort."""
    for word in ground.claim.passage.words[:_EARLY]:
        for deed in ("report", "intervention"):
            if word.stem in word_set(f"{deed}_stems"):
                return deed
    return None


def _shares(ground: Ground, credited: Role, deed: str) -> tuple[float, float, Utterance | None]:
    """Return how much of the claim its credited voice said at once, or was asked and answered, and how much another."""
    held: dict[int, set[int]] = {}
    for number, term in enumerate(ground.terms):
        for place in ground.index.where(term.names):
            held.setdefault(place, set()).add(number)
    own, others = 0.0, 0.0
    best: Utterance | None = None
    for place, terms in sorted(held.items()):
        utterance = ground.index.utterances[place]
        share = ground.evidence.share(terms)
        if _may_be(utterance, credited, deed):
            own = max(own, share)
        elif share > others:
            others, best = share, utterance
    return own, others, best


def _may_be(utterance: Utterance, credited: Role, deed: str) -> bool:
    """Say whether what is credited may rest on an utterance; a clinician's "you" tells of the client."""
    if utterance.segment.role in {None, Role.OTHER, credited}:
        return True
    if deed == "intervention" or credited is Role.CLINICIAN:
        return False
    addressed = any(word.form.split("'")[0] in {"you", "your", "yours"} for word in utterance.passage.words)
    return addressed or utterance.asks

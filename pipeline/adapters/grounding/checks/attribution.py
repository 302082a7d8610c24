"""Attribution: who said it, and of whom; a relative in the note must be one that was spoken of."""

from collections.abc import Iterator

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.claims import kin_groups
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.words import stem
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

CHECK = "attribution"


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
    for group, word in _kin_in_claim(ground):
        if not any(stem(member) in ground.index.postings for member in group):
            start, end = ground.claim.passage.span(word, word + 1)
            yield Finding(CHECK, "relative_not_mentioned", ground.claim.text[start:end])


def _speaker(ground: Ground) -> Iterator[Finding]:
    """Yield a conflict where the words credited to one voice come from the other alone."""
    credited, candidates = ground.claim.actor, ground.evidence.candidates
    reported = ground.claim.kind in {SentenceKind.REPORTED, SentenceKind.OBSERVATION}
    if credited is None or not candidates or not reported or _names_speech(ground) is None:
        return
    best = candidates[0]
    role = best.utterance.segment.role
    confirmed = best.utterance.answer is not None or best.question is not None
    if role in {None, Role.OTHER, credited} or confirmed or ground.evidence.share(best.covered) < 0.6:  # noqa: PLR2004 - less in common may be someone else's words
        return
    yield Finding(CHECK, "said_by_another", ground.claim.text, (quote(best.utterance),))


def _names_speech(ground: Ground) -> str | None:
    return next((word.form for word in ground.claim.passage.words[:6] if word.stem in word_set("speech_stems")), None)

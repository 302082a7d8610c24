"""Disputes: what one voice stated and the next voice said no to does not stand alone."""

from collections.abc import Iterator

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.checks.nearby import best_for, has_basis
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Utterance
from pipeline.adapters.grounding.lexicon import phrase_set
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind

CHECK = "disputes"
_OPENINGS = phrase_set("disputing")
#: What a reply may open with before it says no.
_SKIPPED = frozenset((",", ".", "well", "oh", "um", "uh", "but", "and", "yeah", "hm", "mm", "okay", "ok"))
_SKIP = 2


def check_disputes(ground: Ground) -> Outcome:
    """Look for a reply that says no to the statement on which the claim rests."""
    if ground.claim.kind in {SentenceKind.NOT_ASSESSED, SentenceKind.SESSION_FACT}:
        return NOT_APPLICABLE
    best = best_for(ground)
    if best is None or not has_basis(ground):
        return NOT_APPLICABLE
    findings = tuple(_disputing(best.utterance, ground))
    return failed(*findings) if findings else PASSED


def _disputing(stated: Utterance, ground: Ground) -> Iterator[Finding]:
    following = ground.index.utterances[stated.number + 1 : stated.number + 2]
    if stated.asks or ground.index.question_of(stated.number) is not None:
        return  # a no to a question answers it, and an answer is followed by what comes next
    for reply in following:
        if reply.segment.speaker != stated.segment.speaker and _says_no(reply) and not _bears_out(reply, ground):
            yield Finding(CHECK, "disputed", ground.claim.text, (quote(stated), quote(reply)))


def _says_no(reply: Utterance) -> bool:
    forms = [word.form for word in reply.passage.words]
    skipped = next((n for n, form in enumerate(forms) if form not in _SKIPPED), len(forms))
    opening = forms[min(skipped, _SKIP) :]
    return any(tuple(opening[: len(phrase)]) == phrase for phrase in _OPENINGS)


def _bears_out(reply: Utterance, ground: Ground) -> bool:
    """Say whether the reply itself holds some of the claim: then the claim may be the reply's."""
    return bool(ground.evidence.held.get(reply.number))

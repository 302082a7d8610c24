"""Quotations: quoted words must be in the transcript, in the mouth of whom they are credited to."""

from collections.abc import Sequence

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote_of
from pipeline.adapters.grounding.index import TranscriptIndex, Utterance
from pipeline.adapters.grounding.lexicon import word_set
from pipeline.adapters.grounding.words import Word, words_of
from pipeline.domain.evidence import EvidenceSpan, Finding
from pipeline.domain.transcript import Role

CHECK = "quotations"
_TELLING = word_set("report_stems") | word_set("confession_stems") | word_set("intervention_stems")
#: Words before a quotation among which the verb that credits it stands.
_TELLING_WORDS = 6


def check_quotations(ground: Ground) -> Outcome:
    """Find every quotation of the claim in the transcript."""
    if not ground.claim.quotations:
        return NOT_APPLICABLE
    findings = []
    for start, end in ground.claim.quotations:
        words = ground.claim.text[start:end]
        found = quoted_in(words, ground)
        if not found:
            findings.append(Finding(CHECK, "quotation_not_verbatim", words))
        elif _is_credited(start, ground) and _all_said_by_other(found, ground.claim.actor):
            findings.append(Finding(CHECK, "quotation_of_another", words, (found[0][1],)))
    return failed(*findings) if findings else PASSED


def _is_credited(start: int, ground: Ground) -> bool:
    """Say whether a telling verb stands shortly before a quotation; a term in quotation marks is nobody's words."""
    before = [word.stem for word in ground.claim.passage.words if word.start < start][-_TELLING_WORDS:]
    return not _TELLING.isdisjoint(before)


def quoted_in(words: str, ground: Ground) -> list[tuple[Utterance, EvidenceSpan]]:
    """Return the utterances that hold the words, marks and case aside, and where."""
    quoted = [word for word in words_of(words) if word.form[0].isalnum()]
    forms = [word.form for word in quoted]
    found = []
    for utterance in _may_hold(quoted, ground.index):
        spoken = [word for word in utterance.passage.words if word.form[0].isalnum()]
        at = _position([word.form for word in spoken], forms)
        if at is not None:
            found.append((utterance, _span(utterance, spoken[at].start, spoken[at + len(forms) - 1].end)))
    return found


def _may_hold(quoted: Sequence[Word], index: TranscriptIndex) -> Sequence[Utterance]:
    """Return the utterances in which all content words come up."""
    places = [index.where(frozenset((word.stem,))) for word in quoted if word.is_content]
    if not places:
        return index.utterances
    return [index.utterances[number] for number in sorted(frozenset.intersection(*places))]


def _position(forms: list[str], wanted: list[str]) -> int | None:
    if not wanted:
        return None
    starts = (i for i in range(len(forms) - len(wanted) + 1) if forms[i] == wanted[0])
    return next((i for i in starts if forms[i : i + len(wanted)] == wanted), None)


def _span(utterance: Utterance, start: int, end: int) -> EvidenceSpan:
    text = utterance.passage.text
    while end < len(text) and text[end] in ".?!":
        end += 1
    return quote_of(utterance, start, end)


def _all_said_by_other(found: list[tuple[Utterance, EvidenceSpan]], actor: Role | None) -> bool:
    roles = {utterance.segment.role for utterance, _ in found}
    if actor is None or actor in roles or None in roles:
        return False
    return actor is Role.CLINICIAN or Role.OTHER not in roles

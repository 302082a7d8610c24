"""Complaints: what a note has the client report was not only asked about, nor answered with no."""

from collections.abc import Iterator

from pipeline.adapters.grounding.background import background
from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Mention, Stance
from pipeline.adapters.grounding.lexicon import word_set, words_in
from pipeline.adapters.grounding.passage import Term
from pipeline.domain.evidence import EvidenceSpan, Finding
from pipeline.domain.note import SentenceKind

CHECK = "complaints"
_REPORTING = word_set("report_stems") | {"report", "endors", "complain", "experienc", "feel", "has", "have"}
_GENERIC = words_in("generic.txt")
_SOFT = word_set("soft_negations")
#: Words between "reports" and what is reported: "reports some mild dizziness".
_REACH = 3
#: A word that comes up in more conversations than this says little by itself.
_COMMON = 0.35
_MOST = 4


def check_complaints(ground: Ground) -> Outcome:
    """Hold each thing that the client is said to report against every place where it came up."""
    if ground.claim.kind is not SentenceKind.REPORTED:
        return NOT_APPLICABLE
    reported = list(_reported(ground))
    if not reported:
        return NOT_APPLICABLE
    findings = tuple(finding for term in reported if (finding := _finding(term, ground)) is not None)
    return failed(*findings) if findings else PASSED


def _reported(ground: Ground) -> Iterator[Term]:
    """Yield the first thing named after each "reports"."""
    words = ground.claim.passage.words
    if any(word.form in _SOFT for word in words):
        return  # "reports that the dizziness stopped" reports none
    for at, word in enumerate(words):
        if word.stem in _REPORTING:
            after = [t for t in ground.terms if at < t.first <= at + _REACH and not t.names <= _GENERIC]
            yield from (
                term for term in after[:1] if not term.negated and not ground.claim.is_quoted(words[term.first].start)
            )


def _finding(term: Term, ground: Ground) -> Finding | None:
    mentions = list(ground.index.mentions(term.names))
    if not mentions or background().share(term) >= _COMMON:
        return None
    start, end = ground.claim.passage.span(term.first, term.last)
    words = ground.claim.text[start:end]
    stances = {mention.stance for mention in mentions}
    if stances == {Stance.DENIED}:
        return Finding(CHECK, "polarity_conflict", words, _quotes(mentions, ground))
    if stances == {Stance.ASKED}:
        return Finding(CHECK, "answer_not_clear", words, _quotes(mentions, ground))
    return None


def _quotes(mentions: list[Mention], ground: Ground) -> tuple[EvidenceSpan, ...]:
    numbers = [number for mention in mentions for number in (mention.utterance, mention.settled_in)]
    return tuple(quote(ground.index.utterances[number]) for number in dict.fromkeys(numbers))[:_MOST]

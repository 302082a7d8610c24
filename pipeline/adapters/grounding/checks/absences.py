"""Statements that a topic was not discussed: contradicted where it was."""

from pipeline.adapters.grounding.checks.ground import NOT_APPLICABLE, PASSED, Ground, Outcome, failed
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.mentions import topics_named, utterances_on
from pipeline.domain.evidence import Finding
from pipeline.domain.note import SentenceKind

CHECK = "not_assessed"
_MOSTLY = 0.9


def check_absences(ground: Ground) -> Outcome:
    """Look for each topic that the claim says did not come up."""
    if ground.claim.kind is not SentenceKind.NOT_ASSESSED:
        return NOT_APPLICABLE
    findings = []
    for topic in topics_named(ground.claim.text):
        raised = utterances_on(topic, ground.index)
        if raised:
            findings.append(Finding(CHECK, "topic_was_raised", topic, tuple(quote(u) for u in raised[:3])))
    if not findings and not topics_named(ground.claim.text):
        findings += _by_words(ground)
    return failed(*findings) if findings else PASSED


def _by_words(ground: Ground) -> list[Finding]:
    findings = []
    for topic, said in ground.topics:
        numbers = sorted({mention.utterance for mentions in said.mentions.values() for mention in mentions})
        if numbers and max(said.shares.values()) > _MOSTLY:
            start, end = ground.claim.passage.span(*topic.span)
            quotes = tuple(quote(ground.index.utterances[number]) for number in numbers[:3])
            findings.append(Finding(CHECK, "topic_was_raised", ground.claim.text[start:end], quotes))
    return findings

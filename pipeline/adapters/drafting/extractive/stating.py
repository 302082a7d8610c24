"""Sentences that rest on rows, on silence, or on nothing: facts of the session, and what nobody spoke of."""

from collections.abc import Iterator, Sequence

from pipeline.adapters.drafting.arranging import Line
from pipeline.adapters.drafting.extractive import lexicon
from pipeline.domain.layout import Topic
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Transcript
from pipeline.ports import SessionFacts

#: Topics a reader would take silence about for a negative finding, and how the lexicon calls them.
_RISKS = (("suicide", "suicidal thoughts"), ("self_harm", "self-harm"), ("violence", "thoughts of harming others"))
_OTHERS = ((Topic.SUBSTANCE, "alcohol or drug use"), (Topic.MEDICATION, "medication"))

_JUDGEMENT = "To be written by the clinician: assessment and clinical judgement."


def lines_beside(transcript: Transcript, facts: SessionFacts) -> tuple[Line, ...]:
    """Return what a note states beside what was said: facts, silences, and a place for the judgement."""
    heard = [segment.text for segment in transcript.segments]
    return (
        *(Line(Topic.SESSION, text, SentenceKind.SESSION_FACT) for text in _facts(facts)),
        *(Line(Topic.RISK, text, SentenceKind.NOT_ASSESSED) for text in _silences(heard)),
        Line(Topic.JUDGEMENT, _JUDGEMENT, SentenceKind.ASSESSMENT),
    )


def _facts(facts: SessionFacts) -> Iterator[str]:
    """Yield attendance, length and consent as the rows have them."""
    present = [f"{count} {_plural(role, count)}" for role, count in facts.participants if count]
    if present:
        yield f"Registered as present: {_listed(present)}."
    if facts.seconds is not None:
        minutes = max(1, round(facts.seconds / 60))
        yield f"Length of the recording: {minutes} {_plural('minute', minutes)}."
    if facts.consent_statement:
        yield facts.consent_statement.rstrip(".") + "."


def _silences(texts: Sequence[str]) -> Iterator[str]:
    """Yield what was not spoken of; never a statement that there is none of it."""
    raised = frozenset(name for text in texts for name in lexicon.risk_names(text))
    risks = [wording for name, wording in _RISKS if name not in raised]
    others = [wording for topic, wording in _OTHERS if not any(lexicon.raises(topic, text) for text in texts)]
    for missing in (risks, others):
        if missing:
            verb = "was" if len(missing) == 1 and missing[0] != "suicidal thoughts" else "were"
            topics = _listed(missing, "and")
            yield f"{topics[0].upper()}{topics[1:]} {verb} not discussed in this recording and {verb} not assessed."


def _listed(items: Sequence[str], word: str = "and") -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} {word} {items[-1]}"


def _plural(noun: str, count: int) -> str:
    return noun if count == 1 else f"{noun}s"

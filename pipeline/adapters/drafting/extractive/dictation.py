"""A clinician's spoken summary: kept as it was said, sorted under the headings of the note."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.adapters.drafting.extractive import lexicon
from pipeline.adapters.drafting.extractive.person import without_fillers
from pipeline.adapters.drafting.extractive.speech import Turn, Unit
from pipeline.domain.layout import NoteLayout, SectionLayout, Topic

_BY_WORDS = (
    Topic.MEDICATION, Topic.SUBSTANCE, Topic.SLEEP, Topic.APPETITE, Topic.PROGRESS, Topic.RESPONSE,
)  # fmt: skip
#: How much longer than all others together the one voice must be.
_ONE_VOICE = 0.95


@dataclass(frozen=True, slots=True)
class Dictated:
    """A dictated sentence and where it belongs."""

    topic: Topic
    text: str
    unit: Unit
    section: str | None


def is_dictation(turns: Sequence[Turn]) -> bool:
    """Say whether one voice speaks of the client and not to one."""
    words: dict[str, int] = {}
    for turn in turns:
        words[turn.voice.label] = words.get(turn.voice.label, 0) + sum(unit.words for unit in turn.units)
    if not words or max(words.values()) < _ONE_VOICE * sum(words.values()):
        return False
    text = " ".join(unit.text for turn in turns for unit in turn.units)
    return lexicon.times_said("of_client", text) > 2 * lexicon.times_said("to_client", text)


def dictated(turns: Sequence[Turn], layout: NoteLayout) -> Iterator[Dictated]:
    """Yield the sentences; a spoken heading ("Plan.") places what follows it."""
    headings = {name: section for section in layout.sections for name in (section.title.lower(), section.key)}
    section: SectionLayout | None = None
    for unit in (unit for turn in turns for unit in turn.units):
        text = without_fillers(unit.text)
        opening = re.match(r"([a-z ]+?)(?:[:.,]|$)\s*", text.lower())
        if opening and opening[1] in headings:
            section = headings[opening[1]]
            text = text[opening.end() :]
        if len(text.split()) > 1:
            yield Dictated(_topic(text), text[0].upper() + text[1:], unit, section.key if section else None)


def _topic(text: str) -> Topic:
    if lexicon.risk_names(text):
        return Topic.RISK
    if lexicon.says("dictated_plans", text):
        return Topic.APPOINTMENT if lexicon.says("when", text) and lexicon.says("meeting", text) else Topic.PLAN
    if lexicon.says("dictated_judgements", text):
        return Topic.FORMULATION
    if lexicon.says("dictated_interventions", text) or lexicon.technique(text):
        return Topic.INTERVENTION
    return next((topic for topic in _BY_WORDS if lexicon.says_topic(topic, text)), Topic.CONCERN)

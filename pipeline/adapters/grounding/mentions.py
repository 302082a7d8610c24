"""What was said that matters, whether or not the note has it; silence here is never a statement that there was none."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from pipeline.adapters.grounding.claims import ParsedClaim
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import TranscriptIndex, Utterance
from pipeline.adapters.grounding.risk import Topic, everyday, topics
from pipeline.domain.evidence import OmissionStatus, SafetyMention
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

_MOST_QUOTES = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic raised in an utterance."""

    topic: Topic
    utterance: int
    indirect: bool


def mentions_in(index: TranscriptIndex, claims: Sequence[ParsedClaim]) -> tuple[SafetyMention, ...]:
    """Return what was raised, critical topics first, each topic's outright mentions apart from the indirect ones."""
    found = tuple(hits_in(index))
    named = {topic.name for topic in topics() for claim in claims if _names(topic, claim)}
    return tuple(
        _mention(topic, group, index, in_note=topic.name in named)
        for topic in topics()
        for indirect in (False, True)
        if (group := [hit for hit in found if hit.topic is topic and hit.indirect is indirect])
    )


def hits_in(index: TranscriptIndex) -> Iterator[Hit]:
    """Yield each topic raised in each utterance once; outright wins over indirect."""
    texts = [plain(utterance.segment.text) for utterance in index.utterances]
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    whole = "\n".join(texts)
    for topic in topics():
        outright = _utterances(topic.explicit, whole, starts)
        yield from (Hit(topic, number, indirect=False) for number in outright)
        other_words = _utterances(topic.indirect, whole, starts)
        yield from (Hit(topic, number, indirect=True) for number in other_words if number not in outright)


def utterances_on(topic: str, index: TranscriptIndex) -> tuple[Utterance, ...]:
    """Return the utterances that raise a topic outright."""
    return tuple(
        index.utterances[hit.utterance] for hit in hits_in(index) if hit.topic.name == topic and not hit.indirect
    )


def topics_named(text: str) -> tuple[str, ...]:
    """Return the topics that a note's sentence names."""
    return tuple(topic.name for topic in topics() if topic.note is not None and topic.note.search(text))


def plain(text: str) -> str:
    """Return a text in lower case with straight apostrophes and without its everyday idioms; the length may change."""
    straight = text.lower().replace("\u2019", "'").replace("\n", " ")
    return everyday().sub(" … ", straight)


def _utterances(pattern: re.Pattern[str] | None, whole: str, starts: Sequence[int]) -> list[int]:
    if pattern is None:
        return []
    return list(dict.fromkeys(bisect_right(starts, match.start()) - 1 for match in pattern.finditer(whole)))


def _names(topic: Topic, claim: ParsedClaim) -> bool:
    return (
        claim.kind is not SentenceKind.NOT_ASSESSED and topic.note is not None and bool(topic.note.search(claim.text))
    )


def _mention(topic: Topic, hits: Sequence[Hit], index: TranscriptIndex, *, in_note: bool) -> SafetyMention:
    raised = [index.utterances[hit.utterance] for hit in hits]
    answers = [u.answer.utterance for u in raised if u.asks and u.answer is not None]
    numbers = sorted({u.number for u in raised} | set(answers))[:_MOST_QUOTES]
    return SafetyMention(
        topic=topic.name,
        evidence=tuple(quote(index.utterances[number]) for number in numbers),
        critical=topic.critical,
        status=_status(raised),
        in_note=in_note,
        indirect=hits[0].indirect,
    )


def _status(raised: Sequence[Utterance]) -> OmissionStatus:
    """Return how the topic first came up: by the client, or by a question that was answered or not."""
    first = raised[0]
    if not first.asks and first.segment.role is not Role.CLINICIAN:
        return OmissionStatus.VOLUNTEERED
    answered = any(u.answer is not None or u.segment.role is Role.CLIENT for u in raised)
    return OmissionStatus.ANSWERED if answered else OmissionStatus.ASKED

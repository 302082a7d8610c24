"""What was said that matters, whether or not the note has it; silence here is never a statement that there was none."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from pipeline.adapters.grounding.claims import ParsedClaim
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Stance, TranscriptIndex, Utterance
from pipeline.adapters.grounding.risk import Topic, everyday, topics
from pipeline.adapters.grounding.words import words_of
from pipeline.domain.evidence import OmissionStatus, SafetyMention
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

_MOST_QUOTES = 6
#: Dangers that a check of their own looks after.
WATCHED = frozenset(("suicide", "self_harm", "violence", "abuse", "psychosis"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic raised in an utterance."""

    topic: Topic
    utterance: int
    indirect: bool
    stance: Stance


@dataclass(frozen=True, slots=True)
class RaisedTopic:
    """Where a topic came up outright, with what was said of it."""

    hits: tuple[Hit, ...] = ()

    def has(self, *stances: Stance) -> bool:
        """Say whether it came up in any of the ways."""
        return any(hit.stance in stances for hit in self.hits)

    def where(self, *stances: Stance) -> tuple[int, ...]:
        """Return the utterances in which it came up in any of the ways."""
        return tuple(hit.utterance for hit in self.hits if hit.stance in stances)


@dataclass(frozen=True, slots=True)
class NamedTopic:
    """A topic that a note's sentence names, and whether it says that there is none."""

    topic: str
    words: str
    denied: bool


def mentions_in(index: TranscriptIndex, claims: Sequence[ParsedClaim]) -> tuple[SafetyMention, ...]:
    """Return what was raised, critical topics first, each topic's outright mentions apart from the indirect ones."""
    found = hits_in(index)
    named = {topic.name for topic in topics() for claim in claims if _names(topic, claim)}
    return tuple(
        _mention(topic, group, index, in_note=topic.name in named)
        for topic in topics()
        for indirect in (False, True)
        if (group := _group(found, topic, indirect=indirect))
    )


def _group(found: Sequence[Hit], topic: Topic, *, indirect: bool) -> list[Hit]:
    """Return a topic's hits of one sort; what was said outright needs no prompt beside it."""
    outright = {hit.utterance for hit in found if hit.topic is topic and not hit.indirect}
    return [
        hit
        for hit in found
        if hit.topic is topic and hit.indirect is indirect and not (indirect and hit.utterance in outright)
    ]


@lru_cache(maxsize=4)
def hits_in(index: TranscriptIndex) -> tuple[Hit, ...]:
    """Return each topic raised in each utterance once; outright wins over indirect."""
    texts = [plain(utterance.passage.text) for utterance in index.utterances]
    starts = [0, *accumulate(len(text) + 1 for text in texts)]
    whole = "\n".join(texts)
    return tuple(_hits(index, whole, starts))


def _hits(index: TranscriptIndex, whole: str, starts: Sequence[int]) -> Iterator[Hit]:
    for topic in topics():
        outright = _matches(topic.explicit, whole, starts)
        for number, words in outright:
            yield Hit(topic, number, indirect=False, stance=stance_in(index.utterances[number], words))
        for number in dict.fromkeys(number for number, _ in _matches(topic.indirect, whole, starts)):
            yield Hit(topic, number, indirect=True, stance=Stance.SUPPOSED)


def raised_topics(index: TranscriptIndex) -> dict[str, RaisedTopic]:
    """Return the topics that came up, each in its own words or in others."""
    found: dict[str, list[Hit]] = {}
    for hit in hits_in(index):
        found.setdefault(hit.topic.name, []).append(hit)
    return {name: RaisedTopic(tuple(hits)) for name, hits in found.items()}


def topics_claimed(claim: ParsedClaim) -> Iterator[NamedTopic]:
    """Yield the topics that a claim names outside its quotations, with whether it denies them."""
    for topic in topics():
        matches = topic.note.finditer(claim.text) if topic.note is not None else ()
        match = next((m for m in matches if not claim.is_quoted(m.start())), None)
        if match is not None:
            yield NamedTopic(topic.name, match.group(), denied=claim.denies(match.start(), match.end()))


def risk_spans(claim: ParsedClaim) -> tuple[tuple[int, int], ...]:
    """Return the characters of a claim that name a watched danger."""
    patterns = [topic.note for topic in topics() if topic.name in WATCHED and topic.note is not None]
    return tuple(match.span() for pattern in patterns for match in pattern.finditer(claim.text))


def utterances_on(topic: str, index: TranscriptIndex) -> tuple[Utterance, ...]:
    """Return the utterances that raise a topic outright."""
    numbers = [hit.utterance for hit in hits_in(index) if hit.topic.name == topic and not hit.indirect]
    return tuple(index.utterances[number] for number in dict.fromkeys(numbers))


def topics_named(text: str) -> tuple[str, ...]:
    """Return the topics that a note's sentence names."""
    return tuple(topic.name for topic in topics() if topic.note is not None and topic.note.search(text))


def plain(text: str) -> str:
    """Return a text in lower case with straight apostrophes and without its everyday idioms; the length may change."""
    straight = text.lower().replace("\u2019", "'").replace("\n", " ")
    return everyday().sub(" … ", straight)


def stance_in(utterance: Utterance, matched: str) -> Stance:
    """Return what the utterance says of some words in it; a negation within them is their own meaning."""
    forms = [word.form for word in words_of(matched)][:2]
    words = utterance.passage.words
    at = next((n for n in range(len(words)) if [w.form for w in words[n : n + len(forms)]] == forms), None)
    return Stance.AFFIRMED if at is None else utterance.stance_of(at).stance


def _matches(pattern: re.Pattern[str] | None, whole: str, starts: Sequence[int]) -> list[tuple[int, str]]:
    """Return where a pattern matches: the utterance and the words."""
    found = pattern.finditer(whole) if pattern is not None else ()
    return list(dict.fromkeys((bisect_right(starts, match.start()) - 1, match.group()) for match in found))


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

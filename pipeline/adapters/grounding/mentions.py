"""What was said that matters, whether or not the note has it; silence here is never a statement that there was none."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import zip_longest

from pipeline.adapters.grounding.claims import ParsedClaim
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import Stance, TranscriptIndex, Utterance
from pipeline.adapters.grounding.risk import Raised, Topic, raised_by, topics, topics_raised
from pipeline.adapters.grounding.spoken import END, Spoken, spoken_words
from pipeline.adapters.grounding.words import words_of
from pipeline.domain.evidence import OmissionStatus, SafetyMention
from pipeline.domain.note import SentenceKind
from pipeline.domain.transcript import Role

_MOST_QUOTES = 6
_WITHOUT = re.compile(r"\bwithout (?:any )?(?:\w+ )?$", re.IGNORECASE)
_ABOUT = frozenset(("you", "your", "you're", "you've", "yourself"))
_TURNED = {Stance.AFFIRMED: Stance.DENIED, Stance.DENIED: Stance.AFFIRMED}
#: Dangers that a note tells of in a client's words too; "cut down on coffee" makes of others what they are not.
_TOLD_OF = frozenset(("suicide", "violence"))
#: Dangers that a check of their own looks after.
WATCHED = frozenset(("suicide", "self_harm", "violence", "abuse", "psychosis"))


@dataclass(frozen=True, slots=True)
class Hit:
    """A topic raised in an utterance."""

    topic: Topic
    utterance: int
    indirect: bool
    stance: Stance
    #: Told of people at large, as a clinician explains, and of nobody in the session.
    at_large: bool = False


@dataclass(frozen=True, slots=True)
class RaisedTopic:
    """Where a topic came up outright, with what was said of it."""

    hits: tuple[Hit, ...] = ()

    def has(self, *stances: Stance) -> bool:
        """Say whether it came up in any of the ways."""
        return any(hit.stance in stances for hit in self.hits)

    def is_of_somebody(self, *stances: Stance) -> bool:
        """Say whether it came up in any of the ways, and not of people at large."""
        return any(hit.stance in stances and not hit.at_large for hit in self.hits)

    def where(self, *stances: Stance) -> tuple[int, ...]:
        """Return the utterances in which it came up in any of the ways."""
        return tuple(hit.utterance for hit in self.hits if hit.stance in stances)


@dataclass(frozen=True, slots=True)
class NamedTopic:
    """A topic that a note's sentence names, and whether it says that there is none."""

    topic: str
    words: str
    denied: bool
    #: Named as people tell of it, and not by the topic's own name.
    in_other_words: bool = False
    #: Under a "without", which tells of a time or a manner and denies nothing: "seven weeks without self-harm".
    bare: bool = False


def mentions_in(index: TranscriptIndex, claims: Sequence[ParsedClaim]) -> tuple[SafetyMention, ...]:
    """Return what was raised, critical topics first, each topic's outright mentions apart from the indirect ones."""
    found = hits_in(index)
    named = set().union(*(_named_in(claim) for claim in claims))
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
    """Return where each topic is raised, by topic, then in order, each utterance once for each way."""
    words, places = _running_words(index)
    found: dict[tuple[str, str, int, Stance, bool], None] = {}
    for raised in _longest(raised_by(words)):
        number = places[raised.first]
        said = words[raised.first : raised.last]
        stance = _stance(index.utterances[number], said, raised.kind)
        at_large = stance is Stance.TOLD and not _is_of_the_listener(index.utterances[number], said[0].start)
        found[raised.topic, raised.kind, number, stance, at_large] = None
    hits = [
        Hit(topic, number, indirect=kind == "indirect", stance=stance, at_large=at_large)
        for topic in topics()
        for (name, kind, number, stance, at_large) in found
        if name == topic.name
    ]
    return tuple(sorted(hits, key=lambda hit: (topics().index(hit.topic), hit.indirect, hit.utterance)))


def _longest(raised: Iterable[Raised]) -> Iterator[Raised]:
    """Yield what raises a topic but for what lies within more of the same, which a "not" may turn round."""
    found = list(raised)
    ends: dict[tuple[str, str], int] = {}
    for each in sorted(found, key=lambda r: (r.first, -r.last)):
        key = each.topic, each.kind
        if each.last > ends.get(key, -1):
            yield each
        ends[key] = max(ends.get(key, -1), each.last)


def _running_words(index: TranscriptIndex) -> tuple[list[Spoken], list[int]]:
    """Return all words with the utterance of each; captions cut sentences, so an unfinished one goes on."""
    words: list[Spoken] = []
    places: list[int] = []
    for utterance, following in zip_longest(index.utterances, index.utterances[1:]):
        spoken = spoken_words(utterance.passage.text)
        goes_on = following is not None and _goes_on(utterance, following)
        words += [*spoken, *(() if goes_on else (Spoken(END, 0, 0),))]
        places += [utterance.number] * (len(words) - len(places))
    return words, places


def _goes_on(utterance: Utterance, following: Utterance) -> bool:
    """Say whether the next utterance may finish the sentence of this one."""
    here, there = utterance.segment, following.segment
    return here.speaker == there.speaker and not utterance.passage.text.rstrip().endswith((".", "?", "!"))


def _stance(utterance: Utterance, words: Sequence[Spoken], kind: str) -> Stance:
    """Return what the utterance says of what raises a topic; a negation within it is its own meaning."""
    if kind == "indirect":
        return Stance.SUPPOSED
    stance = _stance_at(utterance, words[0].start)
    return _TURNED.get(stance, Stance.ASKED) if kind == "safe" else stance


def _is_of_the_listener(utterance: Utterance, char: int) -> bool:
    """Say whether the clause at a character speaks of the listener, as "you told me that you cut yourself" does."""
    words = utterance.passage.words
    at = next((n for n, word in enumerate(words) if word.end > char), 0)
    clause = utterance.passage.clause_at(at) if words else None
    return clause is not None and any(word.form in _ABOUT for word in words[clause.first : clause.last])


def _stance_at(utterance: Utterance, char: int) -> Stance:
    at = next((n for n, word in enumerate(utterance.passage.words) if word.end > char), None)
    return Stance.AFFIRMED if at is None else utterance.stance_of(at).stance


def raised_topics(index: TranscriptIndex) -> dict[str, RaisedTopic]:
    """Return the topics that came up, each in its own words or in others."""
    found: dict[str, list[Hit]] = {}
    for hit in hits_in(index):
        found.setdefault(hit.topic.name, []).append(hit)
    return {name: RaisedTopic(tuple(hits)) for name, hits in found.items()}


def topics_claimed(claim: ParsedClaim) -> Iterator[NamedTopic]:
    """Yield the topics that a claim names outside its quotations, with whether it denies them."""
    outright = dict(_in_other_words(claim))
    for topic in topics():
        match = next((m.span() for m in topic.note.finditer(claim.text) if not claim.is_quoted(m.start())), None)
        span = match or outright.get(topic.name)
        if span is not None:
            yield NamedTopic(
                topic.name,
                claim.text[slice(*span)],
                denied=claim.denies(*span),
                in_other_words=match is None,
                bare=_WITHOUT.search(claim.text[: span[0]]) is not None,
            )


def _in_other_words(claim: ParsedClaim) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the watched dangers that a claim tells of as people do: "urges to jump from the bridge"."""
    return ((topic, span) for topic, span in _told_in(claim.text) if not claim.is_quoted(span[0]))


@lru_cache(maxsize=64)
def _told_in(text: str) -> tuple[tuple[str, tuple[int, int]], ...]:
    """Return the dangers told of in a sentence, which several checks ask for in turn."""
    words = spoken_words(text)
    return tuple(
        (raised.topic, (words[raised.first].start, words[raised.last - 1].end))
        for raised in raised_by(words)
        if raised.kind == "explicit" and raised.topic in _TOLD_OF
    )


def named_spans(claim: ParsedClaim) -> tuple[tuple[int, int], ...]:
    """Return the characters of a claim that name a watched danger by its name."""
    patterns = [topic.note for topic in topics() if topic.name in WATCHED]
    return tuple(match.span() for pattern in patterns for match in pattern.finditer(claim.text))


def risk_spans(claim: ParsedClaim) -> tuple[tuple[int, int], ...]:
    """Return the characters of a claim that name a watched danger, or tell of one in other words."""
    return (*named_spans(claim), *(span for _, span in _in_other_words(claim)))


def utterances_on(topic: str, index: TranscriptIndex) -> tuple[Utterance, ...]:
    """Return the utterances that raise a topic outright."""
    numbers = [hit.utterance for hit in hits_in(index) if hit.topic.name == topic and not hit.indirect]
    return tuple(index.utterances[number] for number in dict.fromkeys(numbers))


def topics_named(text: str) -> tuple[str, ...]:
    """Return the topics that a note's sentence names."""
    return tuple(topic.name for topic in topics() if topic.note.search(text))


def plain(text: str) -> str:
    """Return a text in lower case with straight apostrophes; the length may change."""
    return text.lower().replace("\u2019", "'").replace("\n", " ")


def stance_in(utterance: Utterance, matched: str) -> Stance:
    """Return what the utterance says of some words in it; a negation within them is their own meaning."""
    forms = [word.form for word in words_of(matched)][:2]
    words = utterance.passage.words
    at = next((n for n in range(len(words)) if [w.form for w in words[n : n + len(forms)]] == forms), None)
    return Stance.AFFIRMED if at is None else utterance.stance_of(at).stance


def _named_in(claim: ParsedClaim) -> frozenset[str]:
    """Return the topics that a sentence of the note has, by a note's words for them or by a client's."""
    if claim.kind is SentenceKind.NOT_ASSESSED:
        return frozenset()
    return topics_raised(claim.text) | frozenset(topics_named(claim.text))


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

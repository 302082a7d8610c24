"""A transcript made ready to be searched: what was said where, by whom, asked or answered."""

import math
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import zip_longest

from pipeline.adapters.grounding.answers import Answer, answer_to
from pipeline.adapters.grounding.passage import Passage, passage_of
from pipeline.adapters.grounding.phrases import meanings_in
from pipeline.adapters.grounding.quantities import Quantity, quantities_in
from pipeline.domain.transcript import Segment, Transcript

_CORRECTION = re.compile(
    r"\b(?:i mean|no wait|wait|sorry|actually|correction|scratch that|make that|rather|let me correct)\b|, no ,|\. no ,"
)
_CLOSE = 60


class Stance(Enum):
    """What was said of a thing that came up."""

    AFFIRMED = "affirmed"
    DENIED = "denied"
    #: Asked about, and the answer was neither yes nor no.
    ASKED = "asked"


@dataclass(frozen=True, slots=True)
class Utterance:
    """A segment and what was found in it."""

    number: int
    segment: Segment = field(repr=False)
    passage: Passage = field(repr=False)
    #: What the next speaker answered to the question in it, and where.
    answer: Answer | None = None

    @property
    def asks(self) -> bool:
        """Say whether any of it is a question."""
        return any(clause.asks for clause in self.passage.clauses)


@dataclass(frozen=True, slots=True)
class Mention:
    """A name that came up: in which utterance, at which word."""

    utterance: int
    word: int
    stance: Stance
    #: The utterance that settled it: the answer, or its own.
    settled_in: int


@dataclass(frozen=True, slots=True)
class SpokenQuantity:
    """An amount, where it was said, and where the same voice put it right."""

    quantity: Quantity
    utterance: int
    corrected_in: int | None = None


@dataclass(frozen=True, slots=True)
class TranscriptIndex:
    """All utterances and where each name comes up in them."""

    utterances: tuple[Utterance, ...] = field(repr=False)
    #: Name to (utterance, word) pairs.
    postings: dict[str, tuple[tuple[int, int], ...]] = field(repr=False)
    quantities: tuple[SpokenQuantity, ...] = field(repr=False)

    def weight(self, names: frozenset[str]) -> float:
        """Return the inverse document frequency of a term over the utterances."""
        found = len(self.where(names))
        return math.log(1.0 + (len(self.utterances) + 1.0) / (found + 0.5))

    def where(self, names: frozenset[str]) -> frozenset[int]:
        """Return the numbers of the utterances in which any of the names comes up."""
        return frozenset(utterance for name in names for utterance, _ in self.postings.get(name, ()))

    def mentions(self, names: frozenset[str]) -> Iterator[Mention]:
        """Yield where any of the names comes up, with what was said of it."""
        for utterance, word in sorted({place for name in names for place in self.postings.get(name, ())}):
            yield self._mention(self.utterances[utterance], word)

    def _mention(self, utterance: Utterance, word: int) -> Mention:
        passage = utterance.passage
        clause = next(c for c in passage.clauses if c.first <= word < c.last)
        negated = passage.negated[word]
        if not clause.asks:
            return Mention(utterance.number, word, Stance.DENIED if negated else Stance.AFFIRMED, utterance.number)
        if utterance.answer is None or utterance.answer.yes is None:
            return Mention(utterance.number, word, Stance.ASKED, utterance.number)
        # "No fevers?" - "No." and "No fevers?" - "Right." both deny.
        affirmed = utterance.answer.yes and not negated
        return Mention(
            utterance.number, word, Stance.AFFIRMED if affirmed else Stance.DENIED, utterance.answer.utterance
        )


def index_of(transcript: Transcript) -> TranscriptIndex:
    """Return the index of a transcript."""
    passages = tuple(passage_of(segment.text) for segment in transcript.segments)
    utterances = tuple(
        Utterance(number, segment, passage, answer_to(number, transcript.segments, passages))
        for number, (segment, passage) in enumerate(zip(transcript.segments, passages, strict=True))
    )
    quantities = tuple(_quantities(passages))
    return TranscriptIndex(utterances, _postings(passages, quantities), quantities)


def quantity_name(number: int) -> str:
    """Return the name under which the spoken amount of this number is posted."""
    return f"#{number}"


def _quantities(passages: Sequence[Passage]) -> Iterator[SpokenQuantity]:
    """Yield every amount; one that is taken back before the next is marked ("three, I mean two weeks")."""
    for number, passage in enumerate(passages):
        found = quantities_in(passage.words)
        for this, following in zip_longest(found, found[1:]):
            corrected = following is not None and _takes_back(passage, this.last, following.first)
            yield SpokenQuantity(this, number, number if corrected else None)


def _takes_back(passage: Passage, first: int, last: int) -> bool:
    between = " ".join(word.form for word in passage.words[first:last])
    return len(between) < _CLOSE and _CORRECTION.search(between) is not None


def _postings(
    passages: Sequence[Passage], quantities: Sequence[SpokenQuantity]
) -> dict[str, tuple[tuple[int, int], ...]]:
    postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for number, passage in enumerate(passages):
        stems = [word.stem for word in passage.words]
        for index, word in enumerate(passage.words):
            if word.is_content:
                postings[word.stem].append((number, index))
        for meaning in meanings_in(stems):
            postings[meaning.name].append((number, meaning.first))
    for number, spoken in enumerate(quantities):
        postings[quantity_name(number)].append((spoken.utterance, spoken.quantity.first))
    return {name: tuple(places) for name, places in postings.items()}

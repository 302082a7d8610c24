"""How much a statement tells, and which ones a note of a readable length keeps."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pipeline.adapters.drafting.extractive import lexicon
from pipeline.adapters.drafting.extractive.entries import Entry
from pipeline.adapters.drafting.extractive.speech import Statement
from pipeline.domain.layout import Topic

_WORD = re.compile(r"[a-z][a-z']+|\d+")
#: How many sentences of each topic a short session's note holds at most; longer sessions get more.
_CAPS = {
    Topic.RISK: 24, Topic.PLAN: 6, Topic.CONCERN: 5, Topic.INTERVENTION: 5, Topic.APPOINTMENT: 2, Topic.FORMULATION: 2,
    Topic.SLEEP: 3, Topic.SUBSTANCE: 5, Topic.MEDICATION: 3, Topic.HOMEWORK: 3, Topic.RESPONSE: 3, Topic.MOOD: 2,
    Topic.PROGRESS: 2, Topic.APPETITE: 1,
}  # fmt: skip
_FEWEST, _USUAL, _MOST, _WORDS_FOR_ONE_MORE = 14, 30, 42, 75
#: What is needed takes this share of its length from the rest, of which some always stays.
_SHARE_OF_NEEDED, _FEWEST_OPTIONAL = 0.9, 10
#: What the first statement on a topic has over others, and how much more each further one must tell.
_FIRST_OF_TOPIC = 2.0
_NEXT_OF_TOPIC = {Topic.HOMEWORK: 1.0, Topic.MEDICATION: 1.0, Topic.CONCERN: 1.5}


def chosen(entries: Sequence[Entry], statements: Iterable[Statement]) -> tuple[Entry, ...]:
    """Return the entries to keep, in the order in which they were said.

    What is needed is kept whatever the length; of the rest, each topic's first before another topic's second.
    """
    told = [statement.text for statement in statements]
    weighed = _weighed(entries, told)
    budget = min(_MOST, _FEWEST + sum(len(text.split()) for text in told) // _WORDS_FOR_ONE_MORE)
    ranked = sorted(_ranked(weighed, budget))
    needed = sum(weighed[number].needed for _, _, number in ranked)
    optional = max(_FEWEST_OPTIONAL, round(budget - _SHARE_OF_NEEDED * needed))
    return tuple(weighed[number] for number in sorted(number for _, _, number in ranked[: needed + optional]))


def content_words(text: str) -> list[str]:
    """Return the words that carry content, in lower case."""
    return [
        word for word in _WORD.findall(text.lower().replace("\u2019", "'")) if word not in lexicon.words("stop_words")
    ]


def _weighed(entries: Sequence[Entry], told: Sequence[str]) -> list[Entry]:
    seen_in = Counter(word for text in told for word in set(content_words(text)))
    return [replace(entry, salience=_salience(entry, seen_in, len(told))) for entry in entries]


def _salience(entry: Entry, seen_in: Counter[str], of: int) -> float:
    """Weigh rare words that come back (tf-idf), figures, distress, and the opening, where the concern is named."""
    text = entry.statement.text
    words = set(content_words(text))
    rarity = [math.log(1 + seen_in[word]) * math.log(1 + of / seen_in[word]) for word in words if seen_in[word]]
    value = sum(sorted(rarity, reverse=True)[:8]) / 4
    value += 0.7 * lexicon.says("numbers", text) + 1.2 * bool(lexicon.says("distress", text))
    value += 1.0 * (entry.topic is Topic.CONCERN and entry.statement.place < 0.2) + 0.6 * bool(entry.technique)  # noqa: PLR2004 - the opening fifth
    value += 0.8 * lexicon.times_said("when", _all_words(entry)) * (entry.topic is Topic.APPOINTMENT)
    return value + 0.8 * bool(entry.reply) - 0.8 * (len(words) < 3)  # noqa: PLR2004 - "Not at all."


def _all_words(entry: Entry) -> str:
    return f"{entry.statement.question} {entry.statement.text}"


def _ranked(entries: Sequence[Entry], budget: int) -> Iterator[tuple[bool, float, int]]:
    """Yield the most telling entries of each topic as sortable ranks; a long session's caps grow with its budget."""
    for topic, cap in _CAPS.items():
        numbers = [number for number, entry in enumerate(entries) if entry.topic is topic]
        numbers.sort(key=lambda number: (not entries[number].needed, -entries[number].salience))
        for place, number in enumerate(numbers[: max(cap, round(cap * budget / _USUAL))]):
            entry = entries[number]
            rank = _NEXT_OF_TOPIC.get(topic, 2.5) * place - _FIRST_OF_TOPIC * (not place) - entry.salience
            yield not entry.needed, rank, number

"""The words by which topics, techniques and plans are known; what matters for safety, by the grounding lexicon too."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.adapters.grounding.risk import topics_raised
from pipeline.domain.layout import Topic

#: A request to the client; ``verb`` is what the client is to do.
DIRECTIVE = re.compile(
    r"(?:(?P<homework>\bfor (?:your )?home ?work\b[ ,]*)?(?:\bplease\b|\bi(?: would|'d) like you to\b|\bi want you to\b"
    r"|\bi need you to\b|\bi(?: would|'d) (?:recommend|suggest|encourage) (?:that )?you(?: to)?\b"
    r"|\byour home ?work (?:is|will be)(?: to)?\b)) (?P<verb>.+)",
    re.IGNORECASE | re.DOTALL,
)
#: What a clinician will do; ``verb`` is what.
INTENTION = re.compile(
    r"\b(?P<subject>I)(?: will| would like to|'ll|'d like to| am going to|'m going to|'m gonna) "
    r"(?P<verb>(?:send|call|write|refer|talk|speak|contact|email|check|order|prescribe|put|give|schedule|book|reach|get|set"
    r"|have|print|share|increase|decrease|start|keep|bring)\b.+)",
    re.IGNORECASE | re.DOTALL,
)
#: The grounding lexicon's topics that belong under risk, and what it calls two of ours.
_RISK_NAMES = frozenset({"suicide", "self_harm", "violence", "abuse", "psychosis", "means", "crisis"})
_GROUNDING_NAMES = {Topic.SUBSTANCE: "substance_use", Topic.MEDICATION: "medication"}


def says(name: str, text: str) -> bool:
    """Say whether the words match a list of the lexicon."""
    return bool(_pattern(name).search(text))


def times_said(name: str, text: str) -> int:
    """Return how often the words match a list of the lexicon."""
    return sum(1 for _ in _pattern(name).finditer(text))


@cache
def words(name: str) -> frozenset[str]:
    """Return a list of plain words."""
    return frozenset(_lists()[name])


def says_topic(topic: Topic, text: str) -> bool:
    """Say whether the words are about a topic."""
    return bool(_group("topics")[topic].search(text))


def leans_on_question(text: str) -> bool:
    """Say whether an answer so opened means something only with its question."""
    return bool(_pattern("dependent").match(text))


def technique(text: str) -> str | None:
    """Return what the clinician's words call or show to be their technique."""
    return next((name for name, pattern in _group("techniques").items() if pattern.search(text)), None)


def risk_names(text: str) -> frozenset[str]:
    """Return which risk topics the words raise, outright or in other words."""
    found = topics_raised(text) & _RISK_NAMES
    return found | {name for name, pattern in _group("risk").items() if pattern.search(_plain(text))}


def raises(topic: Topic, text: str) -> bool:
    """Say whether the words raise substance use or medication, by either lexicon."""
    return says_topic(topic, text) or _GROUNDING_NAMES[topic] in topics_raised(text)


def _plain(text: str) -> str:
    return text.lower().replace("\u2019", "'").replace("\n", " ")


@cache
def _lists() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))


@cache
def _pattern(name: str) -> re.Pattern[str]:
    return _union(_lists()[name])


@cache
def _group(name: str) -> Mapping[str, re.Pattern[str]]:
    return {key: _union(patterns) for key, patterns in _lists()[name].items()}


def _union(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)

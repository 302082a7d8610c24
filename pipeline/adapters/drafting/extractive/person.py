"""First person into third by rules, and only where the rules are safe."""

import re
from collections.abc import Sequence

from pipeline.adapters.drafting.extractive import lexicon
from pipeline.adapters.drafting.extractive.speech import Unit

_FILLER = re.compile(
    r"(?:(?<=^)|(?<=[\s,]))(?:um+|uh+|er+|erm|hmm+|hm|mm+|you know|i mean)(?:,|\.{3})?(?=[\s,.?!]|$)|,? like,(?= )",
    re.IGNORECASE,
)
_REPEATED = re.compile(
    r"\b(i|the|a|an|my|and|but|so|to|it|was|we|in|of|it's|i'm|he|she|they)(?:,? \1\b)+", re.IGNORECASE
)
_REPEATED_PHRASE = re.compile(r"\b((?:[\w']+ ){1,4}[\w']+),? \1\b", re.IGNORECASE)
_OPENING = re.compile(
    r"^(?:(?:and|but|so|well|then|also|okay|oh|like|anyway|honestly|actually|basically),? )+", re.IGNORECASE
)
#: Words after which "they" would be somebody else, or speech within speech: such a sentence is quoted instead.
_ADVERBS = r"((?: (?:\w+ly|just|also|still|always|never|kind of|sort of|not))*)"
_TO_THIRD = (
    (re.compile(rf"\bI{_ADVERBS} am\b", re.IGNORECASE), r"they\1 are"),
    (re.compile(rf"\bI{_ADVERBS} was\b", re.IGNORECASE), r"they\1 were"),
    (re.compile(rf"\bI{_ADVERBS} wasn't\b", re.IGNORECASE), r"they\1 were not"),
    (re.compile(r"\bam I\b", re.IGNORECASE), "are they"),
    (re.compile(r"\bwas I\b", re.IGNORECASE), "were they"),
    (re.compile(r"\bI'm\b", re.IGNORECASE), "they are"),
    (re.compile(r"\bI've\b", re.IGNORECASE), "they have"),
    (re.compile(r"\bI'll\b", re.IGNORECASE), "they will"),
    (re.compile(r"\bI'd\b", re.IGNORECASE), "they'd"),
    (re.compile(r"\bI\b"), "they"),
    (re.compile(r"\bi\b"), "they"),
    (re.compile(r"\bmyself\b", re.IGNORECASE), "themselves"),
    (re.compile(r"\bmine\b", re.IGNORECASE), "theirs"),
    (re.compile(r"\bmy\b", re.IGNORECASE), "their"),
    (re.compile(r"\bme\b", re.IGNORECASE), "them"),
)
_YOU = (
    (re.compile(r"\byou're\b", re.IGNORECASE), "they are"),
    (re.compile(r"\byou've\b", re.IGNORECASE), "they have"),
    (re.compile(r"\byou'll\b", re.IGNORECASE), "they will"),
    (re.compile(r"\byourself\b", re.IGNORECASE), "themselves"),
    (re.compile(r"\byours\b", re.IGNORECASE), "theirs"),
    (re.compile(r"\byour\b", re.IGNORECASE), "their"),
    (
        re.compile(
            r"\byou(?= (?:are|were|have|had|can|could|will|would|should|might|may|do|did|don't|want|need|feel|get|got"
            r"|go|wake|notice|think|start|see|know|say|talk|like|find|hear|meet)\b)",
            re.IGNORECASE,
        ),
        "they",
    ),
)
_YOU_LEFT = re.compile(r"\byou\b", re.IGNORECASE)
_PERSONS = re.compile(r"\b(?:i|i'm|i've|i'd|i'll|me|my|we|us|our|they|them|their|let's)\b", re.IGNORECASE)


def without_fillers(text: str) -> str:
    """Return the text without fillers, stammers and opening discourse words; hedges and negations stay."""
    text = text.replace("\u2019", "'")
    text = _FILLER.sub("", text)
    text = re.sub(r"\s+", " ", text).strip(" ,")
    text = re.sub(r"\s+,|,(?:\s*,)+", ",", text)
    text = _REPEATED_PHRASE.sub(r"\1", _REPEATED.sub(r"\1", text))
    return _OPENING.sub("", text).strip(" ,")


def in_third_person(units: Sequence[Unit], known_lower: frozenset[str]) -> str | None:
    """Return what one person said as clauses after "reported that", or ``None`` where it must be quoted."""
    clauses = []
    for unit in units:
        clause = None if unit.continues or unit.asks else _clause(unit.text)
        if clause is None:
            return None
        clauses.append(_lower_first(clause, known_lower))
    return "; ".join(clauses) or None


def to_client(directive: str) -> str | None:
    """Return a directive's verb phrase with the client in the third person, or ``None`` where it must be quoted."""
    phrase = directive.strip().rstrip(".!").replace("\u2019", "'")
    replaced = _replaced(phrase, _YOU)
    return None if re.search(r"[\"“”?]", phrase) or _PERSONS.search(phrase) or _YOU_LEFT.search(replaced) else replaced


def _clause(text: str) -> str | None:
    text = without_fillers(text).rstrip(" .!,;:")
    if not text or lexicon.says("not_in_third_person", text) or not lexicon.says("finite_verbs", text):
        return None
    return _replaced(text, _TO_THIRD)


def _replaced(text: str, rules: Sequence[tuple[re.Pattern[str], str]]) -> str:
    for pattern, replacement in rules:
        text = pattern.sub(replacement, text)
    return text


def _lower_first(text: str, known_lower: frozenset[str]) -> str:
    """Take the capital of a sentence's beginning away, unless the word may be a name."""
    first = re.match(r"[\w']+", text)
    if first and (first[0].lower() in lexicon.words("small_openings") or first[0].lower() in known_lower):
        return text[0].lower() + text[1:]
    return text

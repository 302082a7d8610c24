"""Where talk without full stops may be parted, so that nothing denied stands without its denial."""

from collections.abc import Sequence

from pipeline.domain.turning_words import is_negation
from pipeline.stages.transcribe.vocabulary import plain

#: A word of these is no end: what it denies, asks, names or joins comes next.
_BINDING = frozenset((
    "am", "are", "be", "been", "being", "can", "could", "did", "do", "does", "had", "has", "have", "is", "may", "might",
    "must", "shall", "should", "was", "were", "will", "would", "gonna", "going", "used", "supposed", "wish",
    "a", "an", "the", "my", "your", "his", "her", "our", "their", "this", "these", "those", "any", "some", "more",
    "about", "at", "by", "for", "from", "in", "into", "like", "of", "on", "to", "with", "without", "hardly", "barely",
    "and", "because", "but", "cause", "if", "or", "nor", "so", "than", "that", "unless", "until", "when", "while",
    "i", "i'm", "i've", "i'd", "i'll", "he", "she", "it's", "we", "we're", "they", "you're", "who", "which", "just",
    "really", "very", "ever", "even", "still", "um", "uh",
    # What is thought or said comes next, and "I don't think I would" denies what is thought.
    "think", "thought", "thinking", "believe", "feel", "felt", "feeling", "know", "knew", "say", "said", "saying",
    "mean", "guess", "suppose", "hope", "hoping", "remember", "tell", "told", "telling", "sure", "afraid", "worried",
    "want",
))  # fmt: skip
#: Words that only begin a clause: "it" and "you" may also end one.
_SUBJECTS = frozenset(
    {"i", "i'm", "i've", "i'd", "i'll", "he", "he's", "she", "she's", "it's", "we", "we're", "we've", "we'll", "they"}
    | {"they're", "they've", "there's", "that's"}
)
_OPENERS = frozenset({"and", "because", "but", "cause", "so", "then", "well", "yeah", "yes", "okay", "anyway", "now"})
#: A denial reaches over the words after it until another clause begins, at most this far (words).
_REACH = 14


def binds(word: str) -> bool:
    """Say whether a word belongs to the one after it: a negation, an auxiliary, a preposition, a joining word."""
    bare = plain(word)
    return bare in _BINDING or is_negation(bare)


def parts_clauses(words: Sequence[str], place: int) -> bool:
    """Say whether a clause ends before the word at a place, and another begins with it."""
    if binds(words[place - 1]):
        return False
    if words[place - 1].endswith((",", ";", ":")):
        return True
    word = plain(words[place])
    after = plain(words[place + 1]) if place + 1 < len(words) else ""
    return word in _SUBJECTS or (word in _OPENERS and (after in _SUBJECTS or after in _OPENERS))


def is_within_denial(words: Sequence[str], place: int) -> bool:
    """Say whether a denial before a place reaches over it."""
    for back in range(place - 1, max(-1, place - 1 - _REACH), -1):
        if is_negation(plain(words[back])):
            return not any(parts_clauses(words, clause) for clause in range(back + 2, place + 1))
    return False

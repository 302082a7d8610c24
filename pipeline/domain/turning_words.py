"""The words that turn a sentence about when they are misheard: negations and numbers."""

import re

_NEGATION = re.compile(r"(?:no|not|none|never|nothing|nobody|without|denies|denied|cannot|\w+n't)")
_NUMBER = re.compile(
    r"\d[\d.,:]*(?:mg|mcg|st|nd|rd|th)?|(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|half|hundred|thousand)"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-\w+)?"
    r"|milligrams?|mgs?|micrograms?|mcg"
)


def is_negation(word: str) -> bool:
    """Say whether a word, in lower case and without marks around it, denies something."""
    return _NEGATION.fullmatch(word) is not None


def is_number(word: str) -> bool:
    """Say whether a word, in lower case and without marks around it, is a number or a unit of a dose."""
    return _NUMBER.fullmatch(word) is not None

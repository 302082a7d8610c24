"""How English words sound, coarsely, from their spelling: enough to say that "sirs only" may have been "Serzone".

In the manner of Metaphone (Philips 1990): consonants in classes of what recognizers confuse, every vowel alike.
"""

import re
from functools import lru_cache

#: Spellings and the classes they sound as, tried in this order at each place. P is p or b, F is f or v, T is t or d,
#: K is k or g, S is s or z, J is sh, ch or j, A is any vowel.
_SPELLINGS = (
    (r"^(?:kn|gn|pn|mn)", "N"),
    (r"^wr", "R"),
    (r"^ps|^x", "S"),
    (r"tch|dg(?=[eiy])|sch(?=[eiy])", "J"),
    (r"[ts]ion|cian|tian", "JAN"),
    (r"[ts]ia|cia", "JA"),
    (r"ch(?=[lr])|ch(?=o[lr])|sc(?=[aou])", "K"),
    (r"ch|sh", "J"),
    (r"ph", "F"),
    (r"th", "T"),
    (r"gh(?=[aeiou])", "K"),
    (r"igh|ough|augh|eigh", "A"),
    (r"ck|cc(?=[aou])|qu?|kh", "K"),
    (r"sc(?=[eiy])|c(?=[eiy])", "S"),
    (r"c", "K"),
    (r"g(?=[eiy])|j", "J"),
    (r"gg|g", "K"),
    (r"x", "KS"),
    (r"ng$", "N"),
    (r"mb$", "M"),
    (r"bb|b|pp|p", "P"),
    (r"ff|f|vv|v", "F"),
    (r"dd|d|tt|t", "T"),
    (r"k", "K"),
    (r"ss|s|zz|z", "S"),
    (r"mm|m", "M"),
    (r"nn|n", "N"),
    (r"ll|l", "L"),
    (r"rr|r", "R"),
    (r"wh?(?=[aeiou])|^y(?=[aeou])", "W"),
    (r"(?<=[^aeiouy])es?$", ""),
    (r"[aeiouy]+", "A"),
    (r".", ""),
)
_PATTERNS = tuple((re.compile(spelling), sound) for spelling, sound in _SPELLINGS)
_REPEATED = re.compile(r"(.)\1+")

SOUNDS = "PFTKSJMNLRWA"
#: Sounds that recognizers confuse often, and less often; any other consonants cost a whole change.
_NEAR = dict.fromkeys(map(frozenset, ("PF", "SJ", "MN", "LR", "WF", "WP", "WL", "WR", "TJ")), 0.4) | dict.fromkeys(
    map(frozenset, ("KJ", "TS", "TP", "TK", "PK", "NL", "NT")), 0.65
)
#: Vowels hardly tell anything, and some consonants come and go in clusters.
_WEIGHTS = {"A": 0.15, "W": 0.4, "R": 0.6, "L": 0.7, "N": 0.7, "T": 0.7}


@lru_cache(maxsize=65_536)
def sound_of(text: str) -> str:
    """Return the sounds of a word, or of several run together."""
    words = re.findall(r"[a-z]+", text.lower().replace("'", ""))
    return _REPEATED.sub(r"\1", "".join(_word_sound(word) for word in words))


def weight_of(sounds: str) -> float:
    """Return how much the sounds tell: about one for each consonant."""
    return sum(_WEIGHTS.get(sound, 1.0) for sound in sounds)


def change_of(heard: str, meant: str) -> float:
    """Return what it costs to hear one sound for another."""
    if heard == meant:
        return 0.0
    if "A" in {heard, meant}:
        return weight_of(heard) + weight_of(meant)
    return _NEAR.get(frozenset((heard, meant)), 1.0)


def _word_sound(word: str) -> str:
    sounds, place = [], 0
    while place < len(word):
        match, sound = next(
            (found, sound) for pattern, sound in _PATTERNS if (found := pattern.match(word, place)) and found[0]
        )
        sounds.append(sound)
        place = match.end()
    return "".join(sounds)

"""Untrusted text made harmless to read: nothing in it can steer a terminal or turn a line around."""

import unicodedata

#: Other controls, formats (bidirectional overrides among them), private use, lone surrogates, line separators.
_STEERING = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
#: Zero-width joiners carry meaning in several scripts and in emoji, and steer nothing.
_HARMLESS = frozenset("\u200c\u200d")
_BLANKS = frozenset("\t\n\r\v\f")


def inert(text: str) -> str:
    """Return the text with every steering character shown by its code point, and every break as a space.

    Against reordering of what is read: Unicode TR36 and CVE-2021-42574.
    """
    return "".join(_shown(character) for character in text)


def _shown(character: str) -> str:
    if character in _BLANKS:
        return " "
    if character in _HARMLESS or unicodedata.category(character) not in _STEERING:
        return character
    return f"\u27e8U+{ord(character):04X}\u27e9"

"""Names of languages as recognizers write them."""

_CODES = {"english": "en", "spanish": "es", "french": "fr", "german": "de", "portuguese": "pt", "chinese": "zh"}
_CODE_LETTERS = 2
_UNDETERMINED = "und"


def language_code(name: str) -> str:
    """Return the ISO 639-1 code of a language that is written "en", "en-US" or "english"; ``und`` for others."""
    plain = name.strip().lower().replace("_", "-").split("-")[0]
    return plain if len(plain) == _CODE_LETTERS else _CODES.get(plain, _UNDETERMINED)

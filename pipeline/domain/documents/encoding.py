"""The text of a file that somebody else wrote, by the mark at its beginning."""

import codecs

#: The longer mark first: UTF-32's begins with UTF-16's. Word processors and meeting programs write UTF-16.
_MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


def text_of(body: bytes) -> str:
    """Return the text, UTF-8 where no mark says otherwise; raise ``UnicodeDecodeError``."""
    return body.decode(next((name for mark, name in _MARKS.items() if body.startswith(mark)), "utf-8-sig"))

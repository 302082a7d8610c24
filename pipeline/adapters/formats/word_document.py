"""The text of a Word document (ECMA-376, WordprocessingML) by paragraphs; nothing in it is followed or run."""

import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped] # ships no types
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped] # ships no types

from pipeline.errors import NoteInvalidError

_BODY = "word/document.xml"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
#: A document body that unpacks to more than this is no note (200 pages are under 2 MB).
_MOST_BYTES = 32_000_000
_BREAKS = {f"{_W}tab": " ", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}


def paragraphs_of(body: bytes) -> Iterator[str]:
    """Yield the paragraphs; raise ``NoteInvalidError`` for what is no Word document or unpacks without measure."""
    try:
        with zipfile.ZipFile(BytesIO(body)) as archive, archive.open(_BODY) as part:
            xml = part.read(_MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError, ValueError, RuntimeError):
        raise NoteInvalidError(where="the Word document") from None
    if len(xml) > _MOST_BYTES:
        raise NoteInvalidError(where="the Word document", problem="it unpacks to more than a note could be")
    try:
        yield from _paragraphs(xml)
    except (ParseError, DefusedXmlException, LookupError):
        raise NoteInvalidError(where=_BODY) from None


def _paragraphs(xml: bytes) -> Iterator[str]:
    for _, element in iterparse(BytesIO(xml), forbid_dtd=True):
        if element.tag == f"{_W}p":
            yield _text(element)
            element.clear()


def _text(paragraph: Element) -> str:
    """Return what a paragraph says: deleted text is not part of it, a heading style makes a heading of it."""
    parts = (part.text or "" if part.tag == f"{_W}t" else _BREAKS.get(part.tag, "") for part in paragraph.iter())
    text = "".join(parts).strip()
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    is_heading = style is not None and style.get(f"{_W}val", "").lower().startswith(("heading", "title"))
    return f"# {text}" if text and is_heading else text

"""How long a container's own header says that it is, where ffmpeg corrects it by the file's size instead."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

#: Recorders that cannot seek back, and those that died, leave such sizes: the length is unknown then.
_UNKNOWN_SIZES = {0, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF}
_UNKNOWN_ABOVE = 0xFFFF0000
_MOST_CHUNKS = 4096
_WAV_FORMAT_BYTES = 16
_LARGE_BOX = 1
_OGG_PAGE = b"OggS"
_WAVE64 = b"riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb\x04\xc1\x00\x00"
#: GUIDs of the Advanced Systems Format (its specification, section 10).
_ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
_ASF_FILE_PROPERTIES = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
#: WAV formats of one size for each sample: PCM, float, A-law, mu-law, and the extensible spelling of these.
_SIZED = {0x0001, 0x0003, 0x0006, 0x0007, 0xFFFE}
_PAGE_HEAD = 27
_LARGEST_PAGE = 65_307


@dataclass(frozen=True, slots=True)
class _Chunk:
    name: bytes
    body_at: int
    size: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What a header says about the file that it stands in."""

    #: Length of the sound in seconds; ``None`` where the header does not say.
    seconds: float | None = None
    #: The header speaks of bytes that are not there.
    cut_off: bool = False
    #: Share of the file's declared bytes that are missing, where its length cannot be told from its header.
    missing_share: float = 0.0


def read_claim(file: BinaryIO) -> Claim:
    """Return what a WAV, AIFF, MP4 or Ogg header claims; nothing for other files."""
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    start = file.read(12)
    if start[:4] in {b"RIFF", b"RF64"} and start[8:] == b"WAVE":
        return _wav(file, size)
    if start[:4] == b"FORM" and start[8:] in {b"AIFF", b"AIFC"}:
        return _aiff(file, size)
    if start[4:8] == b"ftyp":
        return Claim(cut_off=any(box.body_at + box.size > size for box in _boxes(file, size)))
    if start[:4] == _OGG_PAGE:
        return Claim(cut_off=_last_page_is_cut(file, size))
    return Claim(missing_share=_missing_share(_declared_size(file, start), size))


def _declared_size(file: BinaryIO, start: bytes) -> int:
    """Return how large an AVI, Wave64 or ASF file says that it is; 0 where it does not."""
    if start[:4] == b"RIFF" and start[8:] == b"AVI ":
        declared = 8 + int.from_bytes(start[4:8], "little")
        return 0 if declared - 8 in _UNKNOWN_SIZES or declared >= _UNKNOWN_ABOVE else declared
    if start == _WAVE64[:12]:
        return int.from_bytes(_bytes_at(file, 16, 8), "little")
    if start == _ASF[:12]:
        head = _bytes_at(file, 0, _LARGEST_PAGE)
        at = head.find(_ASF_FILE_PROPERTIES)
        return int.from_bytes(head[at + 40 : at + 48], "little") if at >= 0 else 0
    return 0


def _missing_share(declared: int, size: int) -> float:
    return (declared - size) / declared if declared > size else 0.0


def _wav(file: BinaryIO, size: int) -> Claim:
    bytes_per_second = 0
    for chunk in _chunks(file, size, "little"):
        if chunk.name == b"fmt " and chunk.size >= _WAV_FORMAT_BYTES:
            # Compressed formats (recorders write ADPCM) give an average that is not their own length.
            sized = int.from_bytes(_bytes_at(file, chunk.body_at, 2), "little") in _SIZED
            bytes_per_second = int.from_bytes(_bytes_at(file, chunk.body_at + 8, 4), "little") if sized else 0
        if chunk.name == b"data":
            return _claim(chunk, size, bytes_per_second)
    return Claim()


def _aiff(file: BinaryIO, size: int) -> Claim:
    for chunk in _chunks(file, size, "big"):
        if chunk.name == b"SSND":
            return _claim(chunk, size, 0)
    return Claim()


def _claim(data: _Chunk, size: int, bytes_per_second: int) -> Claim:
    if data.size in _UNKNOWN_SIZES or data.size >= _UNKNOWN_ABOVE:
        return Claim()
    seconds = data.size / bytes_per_second if bytes_per_second else None
    return Claim(seconds, data.body_at + data.size > size)


def _chunks(file: BinaryIO, size: int, byte_order: str) -> Iterator[_Chunk]:
    at = 12
    for _ in range(_MOST_CHUNKS):
        head = _bytes_at(file, at, 8)
        if at >= size or len(head) < 8:  # noqa: PLR2004 # a chunk's head
            return
        length = int.from_bytes(head[4:], "little" if byte_order == "little" else "big")
        yield _Chunk(head[:4], at + 8, length)
        at += 8 + length + length % 2


def _boxes(file: BinaryIO, size: int) -> Iterator[_Chunk]:
    """Yield the outermost boxes (ISO/IEC 14496-12, 4.2); one of size 0 runs to the end by definition."""
    at = 0
    for _ in range(_MOST_CHUNKS):
        head = _bytes_at(file, at, 16)
        if len(head) < 8:  # noqa: PLR2004 # a box's head
            return
        length = int.from_bytes(head[:4], "big")
        if length == _LARGE_BOX:
            length = int.from_bytes(head[8:], "big")
        if length < 8:  # noqa: PLR2004 # to the end, or damaged
            return
        yield _Chunk(head[4:8], at, length)
        at += length
        if at >= size:
            return


def _last_page_is_cut(file: BinaryIO, size: int) -> bool:
    """Say whether the last page (RFC 3533, 6) names more bytes than are there."""
    tail_at = max(0, size - 2 * _LARGEST_PAGE)
    tail = _bytes_at(file, tail_at, 2 * _LARGEST_PAGE)
    page = tail[tail.rfind(_OGG_PAGE) :]
    table = page[_PAGE_HEAD:][: page[_PAGE_HEAD - 1]] if len(page) >= _PAGE_HEAD else b""
    complete = bool(table) and len(table) == page[_PAGE_HEAD - 1]
    return not complete or len(page) < _PAGE_HEAD + len(table) + sum(table)


def _bytes_at(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(count)

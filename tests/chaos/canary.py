"""A search for what was spoken in a session in everything a deployment leaves behind."""

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import redis

from pipeline.ports import ObjectStore
from tests.chaos.phrase import PHRASE

Trace = tuple[str, bytes]


def spellings(phrase: str = PHRASE) -> set[bytes]:
    """Return each word as it would stand in text, in UTF-16, in hexadecimal, and in base64 at each of its offsets."""
    words = [word.encode() for word in phrase.split()]
    wide = {"".join(f"{char}\0" for char in word).encode() for word in phrase.split()}
    return {*words, *wide, *(word.hex().encode() for word in words), *(s for w in words for s in _base64(w))}


def _base64(word: bytes) -> Iterator[bytes]:
    """Yield the characters that do not depend on what stands before or after the word."""
    for before in range(3):
        encoded = base64.b64encode(b"\0" * before + word)
        whole = (before + len(word)) // 3 * 4
        yield encoded[-(-before * 4 // 3) + (1 if before else 0) : whole].lower()


def hits(traces: Iterable[Trace]) -> list[str]:
    """Return where the phrase is found."""
    sought = spellings()
    return [where for where, body in traces if any(spelling in body.lower() for spelling in sought)]


def files_under(*folders: Path) -> Iterator[Trace]:
    """Yield every file, its name too."""
    for folder in folders:
        for path in folder.rglob("*"):
            yield f"name of {path}", path.name.encode()
            if path.is_file():
                yield str(path), path.read_bytes()


def rows_of(url: str) -> Iterator[Trace]:
    """Yield every table of a PostgreSQL database, as COPY writes it."""
    with psycopg.connect(url) as connection:
        named = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        for (table,) in named:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copied:
                yield f"table {table}", b"".join(bytes(block) for block in copied)


def keys_of(url: str) -> Iterator[Trace]:
    """Yield every key of a Redis with all that lies under it."""
    with redis.Redis.from_url(url) as client:
        for key in client.scan_iter():
            yield f"Redis key {key!r}", bytes(key) + (client.dump(key) or b"")


def objects_of(store: ObjectStore) -> Iterator[Trace]:
    """Yield every object, its key too."""
    for version in store.versions(""):
        with store.open(version.key) as body:
            yield f"object {version.key}", version.key.encode() + body.read()

"""How long a recording seems to be before it is decoded, for forecasts only."""

from collections.abc import Mapping

from pipeline.domain.session import SessionKind

#: Bytes a second of what is handed in most: speech compressed at 64 kbit/s; a transcript with every word's times.
_BYTES_PER_SECOND: Mapping[SessionKind, int] = {
    SessionKind.RECORDED: 8_000,
    SessionKind.DICTATED: 8_000,
    SessionKind.IMPORTED: 250,
}


def guessed_ms(kind: SessionKind, size: int) -> int:
    """Return a length by size alone; a forecast corrects it by what decoded recordings turned out to be."""
    return size * 1000 // _BYTES_PER_SECOND[kind]

"""A request's body as a stream that synchronous code reads, in constant memory; the only place where we await."""

import io
from typing import Any

import anyio.from_thread
from anyio import fail_after
from fastapi import Request
from starlette.requests import ClientDisconnect

from pipeline.errors import UploadInterruptedError

_SILENT_AT_MOST_SECONDS = 30
#: Crossing to the event loop costs, so several pieces are fetched at once.
_FETCH = 512 * 1024


class RequestBody(io.RawIOBase):
    """The body, fetched from the event loop by the thread that reads it; raises ``UploadInterruptedError``."""

    def __init__(self, request: Request) -> None:
        self._pieces = request.stream()
        self._pending = memoryview(b"")
        self._ended = False

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the signature of io.RawIOBase
        """Fill the buffer; 0 at the end."""
        if not self._pending and not self._ended:
            self._pending = memoryview(anyio.from_thread.run(self._fetch))
        count = min(len(buffer), len(self._pending))
        buffer[:count] = self._pending[:count]
        self._pending = self._pending[count:]
        return count

    async def _fetch(self) -> bytes:
        fetched = bytearray()
        try:
            while len(fetched) < _FETCH and not self._ended:
                with fail_after(_SILENT_AT_MOST_SECONDS):
                    piece = await anext(self._pieces, b"")
                fetched += piece
                self._ended = not piece
        except (ClientDisconnect, TimeoutError):
            raise UploadInterruptedError from None
        return bytes(fetched)

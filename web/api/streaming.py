"""A request's body as a stream that synchronous code reads, in constant memory; the only place where we await."""

import asyncio
import io
from concurrent.futures import Future
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
        self._coming: Future[bytes] | None = None

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the signature of io.RawIOBase
        """Fill the buffer; 0 at the end."""
        if not self._pending and (self._coming is not None or not self._ended):
            self._pending = memoryview(self._next())
        count = min(len(buffer), len(self._pending))
        buffer[:count] = self._pending[:count]
        self._pending = self._pending[count:]
        return count

    def close(self) -> None:
        """Fetch no more."""
        if self._coming is not None:
            self._coming.cancel()
        super().close()

    def _next(self) -> bytes:
        """Return what has come, and have more fetched while it is worked on."""
        block = (self._coming or self._begin()).result()
        self._coming = None if self._ended else self._begin()
        return block

    def _begin(self) -> "Future[bytes]":
        loop = anyio.from_thread.run_sync(asyncio.get_running_loop)
        return asyncio.run_coroutine_threadsafe(self._fetch(), loop)

    async def _fetch(self) -> bytes:
        fetched: list[bytes] = []
        size = 0
        try:
            while size < _FETCH and not self._ended:
                with fail_after(_SILENT_AT_MOST_SECONDS):
                    piece = await anext(self._pieces, b"")
                fetched.append(piece)
                size += len(piece)
                self._ended = not piece
        except (ClientDisconnect, TimeoutError):
            raise UploadInterruptedError from None
        return b"".join(fetched)

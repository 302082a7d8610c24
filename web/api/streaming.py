"""A request's body as a stream that synchronous code reads, in constant memory; the only place where we await."""

import asyncio
import io
import threading
from collections import deque
from collections.abc import AsyncIterator
from concurrent.futures import Future
from typing import Any

import anyio.from_thread
from anyio import fail_after
from fastapi import Request
from starlette.requests import ClientDisconnect

from pipeline.errors import UploadInterruptedError

_SILENT_AT_MOST_SECONDS = 30
#: Crossing between event loop and thread costs, so several pieces cross at once.
_BLOCK = 1024 * 1024
#: How much may have come that nobody has read: enough that neither side waits for the other.
_AHEAD = 4 * _BLOCK


class RequestBody(io.RawIOBase):
    """The body, which the event loop fetches while a thread works on what came before.

    A read returns at most a block, as it came. Raises ``UploadInterruptedError``.
    """

    def __init__(self, request: Request) -> None:
        self._pieces = request.stream()
        self._crossing: _Crossing | None = None
        self._block = b""
        self._at = 0

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Return what has come, at most ``size`` bytes; nothing at the end."""
        if size < 0:
            return self.readall()
        if self._at == len(self._block):
            self._block, self._at = self._next(), 0
        start, self._at = self._at, min(len(self._block), self._at + size)
        # Of bytes, a slice that is the whole is no copy.
        return self._block[start : self._at]

    def readinto(self, buffer: Any) -> int:  # noqa: ANN401 - the signature of io.RawIOBase
        """Fill the buffer; 0 at the end."""
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def close(self) -> None:
        """Fetch no more."""
        if self._crossing is not None:
            self._crossing.stop()
        super().close()

    def _next(self) -> bytes:
        if self._crossing is None:
            loop = anyio.from_thread.run_sync(asyncio.get_running_loop)
            self._crossing = _Crossing(self._pieces, loop)
        return self._crossing.take()


class _Crossing:
    """What the event loop has fetched and the thread has not taken."""

    def __init__(self, pieces: AsyncIterator[bytes], loop: asyncio.AbstractEventLoop) -> None:
        self._pieces = pieces
        self._loop = loop
        self._blocks: deque[bytes] = deque()
        self._waiting = 0
        self._over = False
        self._changed = threading.Condition()
        self._room = asyncio.Event()
        self._fetching: Future[None] = asyncio.run_coroutine_threadsafe(self._fetch(), loop)
        self._fetching.add_done_callback(self._end)

    def take(self) -> bytes:
        """Return the next block; nothing at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._blocks or self._over)
            if not self._blocks:
                self._fetching.result()
                return b""
            block = self._blocks.popleft()
            self._waiting -= len(block)
        self._loop.call_soon_threadsafe(self._room.set)
        return block

    def stop(self) -> None:
        """Fetch no more."""
        self._fetching.cancel()

    async def _fetch(self) -> None:
        try:
            while block := await self._gathered():
                with self._changed:
                    self._blocks.append(block)
                    self._waiting += len(block)
                    self._changed.notify()
                while self._waiting >= _AHEAD:
                    self._room.clear()
                    await self._room.wait()
        except (ClientDisconnect, TimeoutError):
            raise UploadInterruptedError from None

    async def _gathered(self) -> bytes:
        """Return the pieces that come next as one block; nothing at the end."""
        fetched: list[bytes] = []
        size = 0
        while size < _BLOCK:
            with fail_after(_SILENT_AT_MOST_SECONDS):
                piece = await anext(self._pieces, None)
            if piece is None:
                break
            fetched.append(piece)
            size += len(piece)
        return b"".join(fetched)

    def _end(self, _fetching: "Future[None]") -> None:
        with self._changed:
            self._over = True
            self._changed.notify()

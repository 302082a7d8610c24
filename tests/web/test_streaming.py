"""A request's body between event loop and thread: whole, in order, bounded, and cut off."""

import io
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from fastapi import Request
from starlette.types import Message

from pipeline.errors import UploadInterruptedError
from web.api.streaming import RequestBody

T = TypeVar("T")
MEBIBYTE = 1024 * 1024


class Sender:
    """A client that sends pieces for as long as it is asked, then says that it is done, or goes away."""

    def __init__(self, pieces: Iterator[bytes], *, goes_away: bool = False) -> None:
        self._pieces = pieces
        self._last: Message = {"type": "http.disconnect"} if goes_away else {"type": "http.request", "body": b""}
        self.sent = 0

    async def receive(self) -> Message:
        """Return the next message."""
        await anyio.lowlevel.checkpoint()
        piece = next(self._pieces, None)
        if piece is None:
            return self._last
        self.sent += len(piece)
        return {"type": "http.request", "body": piece, "more_body": True}


def worked_on(sender: Sender, work: Callable[[RequestBody], T]) -> T:
    """Let a thread work on the body while an event loop fetches it."""

    async def serve() -> T:
        request = Request({"type": "http", "method": "PUT", "headers": []}, sender.receive)
        with RequestBody(request) as body:
            return await anyio.to_thread.run_sync(work, body)

    return anyio.run(serve)


def pieces(count: int, size: int = 65_536) -> Iterator[bytes]:
    """Yield pieces that can be told apart."""
    return (bytes([number % 251]) * size for number in range(count))


@pytest.mark.parametrize("size", [MEBIBYTE, 2 * MEBIBYTE, 100_003, -1])
def test_what_is_sent_is_read(size: int) -> None:
    """Whatever is read at a time, twelve megabytes come whole and in order, and then nothing."""

    def work(body: RequestBody) -> bytes:
        read = b"".join(iter(lambda: body.read(size), b""))
        assert body.read(1) == b""
        return read

    assert worked_on(Sender(pieces(180)), work) == b"".join(pieces(180))


def test_it_can_be_read_through_a_buffer() -> None:
    """Where lines or exact counts are wanted, the standard library's buffer reads it."""
    assert (
        worked_on(Sender(pieces(3, 10)), lambda body: io.BufferedReader(body).read(25)) == b"".join(pieces(3, 10))[:25]
    )


def test_a_fast_sender_is_held_back() -> None:
    """While nobody reads no more than some megabytes are held, however much there is to come."""
    sender = Sender(pieces(10_000))

    def work(body: RequestBody) -> int:
        body.read(1)
        time.sleep(0.5)
        return sender.sent

    assert worked_on(sender, work) <= 7 * MEBIBYTE


def test_a_sender_that_goes_away_is_named() -> None:
    """What came before is handed over; the end is an error, and not a shorter body."""

    def work(body: RequestBody) -> tuple[bytes, bool]:
        read = body.read(MEBIBYTE)
        with pytest.raises(UploadInterruptedError):
            body.read(MEBIBYTE)
        return read, True

    assert worked_on(Sender(pieces(16), goes_away=True), work) == (b"".join(pieces(16)), True)


def test_what_is_closed_fetches_no_more() -> None:
    """Whoever stops reading in the middle, as where a part is too large, leaves nobody waiting for room."""
    sender = Sender(pieces(10_000))

    assert len(worked_on(sender, lambda body: body.read(10))) == 10
    assert sender.sent <= 7 * MEBIBYTE

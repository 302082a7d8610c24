"""A TCP proxy before a server, which can be shut, or keep every answer to itself."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_BLOCK = 65_536
_LOOK_SECONDS = 0.2


class Interruption:
    """Passes connections on to a port of the loopback until told otherwise."""

    def __init__(self, target: int) -> None:
        """Listen on a free port of the loopback."""
        self._target = target
        self._open = threading.Event()
        self._open.set()
        self._swallow = threading.Event()
        self._marked: bytes | None = None
        self._doomed: set[socket.socket] = set()
        self._closed = threading.Event()
        self._live: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(_LOOK_SECONDS)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def shut(self) -> None:
        """Cut every connection, and every new one at once."""
        self._open.clear()
        for connection in tuple(self._live):
            _cut(connection)

    def open(self) -> None:
        """Pass connections on again."""
        self._swallow.clear()
        self._open.set()

    def keep_answers(self) -> None:
        """Pass requests on, and cut the connection where the answer comes: what was asked for was done."""
        self._swallow.set()

    def lose_one_answer(self, request: bytes) -> None:
        """Cut the connection where the answer to the next request comes that has these bytes in it."""
        self._marked = request

    @property
    def has_lost_it(self) -> bool:
        """Say whether that request came."""
        return self._marked is None

    def close(self) -> None:
        """End."""
        self._closed.set()
        self.shut()
        self._thread.join()
        self._listener.close()

    def _accept(self) -> None:
        while not self._closed.is_set():
            with contextlib.suppress(TimeoutError):
                client, _ = self._listener.accept()
                client.settimeout(None)
                self._begin(client)

    def _begin(self, client: socket.socket) -> None:
        if not self._open.is_set():
            client.close()
            return
        server = socket.create_connection(("127.0.0.1", self._target))
        self._live |= {client, server}
        for here, there, answers in ((client, server, False), (server, client, True)):
            threading.Thread(target=self._pass_on, args=(here, there, answers), daemon=True).start()

    def _pass_on(self, here: socket.socket, there: socket.socket, answers: bool) -> None:  # noqa: FBT001 - which way
        with contextlib.suppress(OSError):
            while (block := here.recv(_BLOCK)) and not (answers and self._is_lost(here, block)):
                if not answers and self._marked and self._marked in block:
                    self._marked = None
                    self._doomed.add(there)
                there.sendall(block)
        for connection in (here, there):
            self._live.discard(connection)
            _cut(connection)

    def _is_lost(self, server: socket.socket, answer: bytes) -> bool:
        # "100 Continue" asks for the body; the answer comes after it (RFC 9110, 15.2.1).
        is_final = not answer.startswith(b"HTTP/1.1 100")
        return self._swallow.is_set() or (server in self._doomed and is_final)


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def interruption(target: int) -> Iterator[Interruption]:
    """Stand before a port for a while."""
    proxy = Interruption(target)
    try:
        yield proxy
    finally:
        proxy.close()

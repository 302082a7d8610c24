"""Storing in a process of its own, so that encrypting one hundred sessions does not keep their rows waiting.

It makes the data keys and hands back what wraps them: keys in the clear never cross.
"""

import contextlib
import socket
import subprocess
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Self

from pipeline.domain.artifact import StoredArtifact
from pipeline.errors import PipelineError
from pipeline.storing import Incoming, Writers

_Stored = Sequence[StoredArtifact | PipelineError]


class WritingProcess:
    """Stores in a child that ends when this is left or its parent is gone.

    ``command`` starts the child; the number of its channel's file descriptor is appended, and ``setup`` is the first
    that it hears. Should it die, ``here`` stores what it was to store.
    """

    def __init__(
        self, command: Sequence[str], environment: Mapping[str, str], setup: Mapping[str, object], here: Writers
    ) -> None:
        """Start the child, so that it gets ready while there is nothing to store yet."""
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program, by its full path
                [*command, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                # What a child prints is kept nowhere.
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        self._channel = Connection(ours.detach())
        self._here = here
        with contextlib.suppress(OSError):
            self._channel.send(setup)

    def store_all(self, incoming: Sequence[Incoming]) -> _Stored:
        """Have the child store; one caller at a time."""
        try:
            self._channel.send(incoming)
            stored: _Stored = self._channel.recv()
        except (EOFError, OSError):
            return self._here.store_all(incoming)
        return stored

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the child end, which it does at the end of what it is doing."""
        self._channel.close()
        self._process.wait()


def write_for(channel: Connection, writers: Writers) -> None:
    """Store what the parent sends until it is gone."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            channel.send(writers.store_all(channel.recv()))

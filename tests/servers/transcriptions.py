"""A server on this machine that answers as an OpenAI-compatible speech engine, as told, and the engine that asks it."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from pipeline.adapters.speech.openai import OpenAIOptions, OpenAITranscriber
from pipeline.domain.transcript import Transcript
from pipeline.ports import SAMPLE_RATE, Samples

SOUND = np.zeros(2 * SAMPLE_RATE, np.float32)
REPLY = {
    "text": "Hello, there. Thanks for watching!",
    "segments": [
        {"start": 0.5, "end": 1.5, "text": " Hello, there.", "avg_logprob": -0.1, "no_speech_prob": 0.01},
        {"start": 1.5, "end": 2.0, "text": " Thanks for watching!", "avg_logprob": -0.9, "no_speech_prob": 0.4},
    ],
    "words": [{"word": "Hello", "start": 0.5, "end": 0.8}, {"word": "there", "start": 0.9, "end": 1.4}],
}


@dataclass
class Endpoint:
    """A server that answers with these statuses in turn, and 200 after them."""

    statuses: list[int] = field(default_factory=list)
    reply: bytes = json.dumps(REPLY).encode()
    #: Answers given in turn before ``reply`` is.
    first: list[bytes] = field(default_factory=list)
    asked: list[tuple[str, str | None, bytes]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    #: Seconds before each answer, until it is told to end.
    slow: float = 0.0
    ended: threading.Event = field(default_factory=threading.Event)
    pauses: list[float] = field(default_factory=list)
    port: int = 0


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Return a running server."""
    told = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.asked.append((self.path, self.headers["authorization"], body))
            told.ended.wait(told.slow)
            self.send_response(told.statuses.pop(0) if told.statuses else 200)
            for name, value in told.headers.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(told.first.pop(0) if told.first else told.reply)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield told
    told.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


def ask(endpoint: Endpoint, sound: Samples = SOUND, *, allowed: bool = True, **wanted: Any) -> Transcript:  # noqa: ANN401 - any option
    """Return what the engine makes of the sound, two seconds where none is given."""
    options = replace(OpenAIOptions(f"http://127.0.0.1:{endpoint.port}/v1", "whisper-1", "key"), **wanted)
    engine = OpenAITranscriber(options, lambda _: allowed, pause=endpoint.pauses.append)
    return engine.transcribe(sound, tuple, ("Zoloft", "Ada Byron", "Elm House"))

"""A small server of the OpenAI-compatible chat protocol, on loopback, that says what a test tells it to."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

#: A status, headers, and either a whole body or the words of the model.
Answer = tuple[int, dict[str, str], Any]


@dataclass
class ChatServer:
    """What was asked, and how to answer the request of each number."""

    answer: Callable[[int, dict[str, Any]], Answer]
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    base_url: str = ""


def words(content: str, finish_reason: str = "stop") -> Answer:
    """Return an answer with these words of the model."""
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": finish_reason}
    return 200, {}, {"object": "chat.completion", "choices": [choice]}


@contextmanager
def chat_server(answer: Callable[[int, dict[str, Any]], Answer]) -> Iterator[ChatServer]:
    """Serve on a free port until the end."""
    state = ChatServer(answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    state.base_url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(state: ChatServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            state.requests.append(asked)
            state.headers.append({name.lower(): value for name, value in self.headers.items()})
            known = self.path == "/v1/chat/completions"
            status, headers, body = state.answer(len(state.requests), asked) if known else (404, {}, {})
            payload = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"content-length": str(len(payload)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, *_args: object) -> None:
            """Stay silent."""

    return Handler

"""``nightscribe transcribe --engine openai``: one command, a real server, the names that were given."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.e2e.deployment import Deployment, excerpt

pytestmark = [pytest.mark.models, pytest.mark.slow]

REPLY = {
    "language": "english",
    "text": "How has the Lamictal been?",
    "segments": [{"start": 0.5, "end": 8.0, "text": " How has the Lamictal been?"}],
    "words": [],
}


@dataclass
class Endpoint:
    """What a speech server was asked."""

    port: int = 0
    asked: list[bytes] = field(default_factory=list)


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    """Return a speech server that always hears the same."""
    told = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.asked.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(REPLY).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield told
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_endpoint_of_ones_own(embedded_commands: Deployment, endpoint: Endpoint) -> None:
    """The sound and the names go to the server that the settings name, and what it hears comes back with roles."""
    folder = embedded_commands.folder
    audio = excerpt(folder, "visit.wav", 14, "-ar", "16000", "-ac", "1", start=20)
    (folder / "names.txt").write_text("Zimba\n")
    embedded_commands.environment["NIGHTSCRIBE_SPEECH__BASE_URL"] = f"http://127.0.0.1:{endpoint.port}/v1"
    told = ("transcribe", audio, "--engine", "openai", "--vocabulary", folder / "names.txt", "-o", folder)
    embedded_commands.done(*told)
    transcript = json.loads((folder / "visit.json").read_text())

    assert " ".join(segment["text"] for segment in transcript["segments"]) == "How has the Lamictal been?"
    assert transcript["engine"]["name"] == "openai"
    assert b"Zimba, sertraline" in endpoint.asked[0]


def test_a_host_that_is_not_on_the_list(embedded_commands: Deployment) -> None:
    """Nothing goes to a host that the settings do not allow, and the command says which rule forbade it."""
    folder = embedded_commands.folder
    audio = excerpt(folder, "visit.wav", 14, "-ar", "16000", "-ac", "1", start=20)
    embedded_commands.environment["NIGHTSCRIBE_SPEECH__BASE_URL"] = "http://speech.example.org/v1"
    result = embedded_commands.run("transcribe", audio, "--engine", "openai", "-o", folder)

    assert result.returncode == 1
    assert result.stderr.startswith("endpoint_not_allowed")

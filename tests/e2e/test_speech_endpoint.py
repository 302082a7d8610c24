"""``nightscribe transcribe --engine openai``: one command, a real server, the names that were given."""

import json

import pytest

from tests.e2e.deployment import Deployment, excerpt
from tests.servers.transcriptions import Endpoint

pytestmark = [pytest.mark.models, pytest.mark.slow]

REPLY = {
    "language": "english",
    "text": "How has the Lamictal been?",
    "segments": [{"start": 0.5, "end": 8.0, "text": " How has the Lamictal been?"}],
    "words": [],
}


def test_an_endpoint_of_ones_own(embedded_commands: Deployment, endpoint: Endpoint) -> None:
    """The sound and the names go to the server that the settings name, and what it hears comes back with roles."""
    endpoint.reply = json.dumps(REPLY).encode()
    folder = embedded_commands.folder
    audio = excerpt(folder, "visit.wav", 14, "-ar", "16000", "-ac", "1", start=20)
    (folder / "names.txt").write_text("Zimba\n")
    embedded_commands.environment["NIGHTSCRIBE_SPEECH__BASE_URL"] = f"http://127.0.0.1:{endpoint.port}/v1"
    told = ("transcribe", audio, "--engine", "openai", "--vocabulary", folder / "names.txt", "-o", folder)
    embedded_commands.done(*told)
    transcript = json.loads((folder / "visit.json").read_text())

    assert " ".join(segment["text"] for segment in transcript["segments"]) == "How has the Lamictal been?"
    assert transcript["engine"]["name"] == "openai"
    _, _, body = endpoint.asked[0]
    assert b"Zimba, sertraline" in body


def test_a_host_that_is_not_on_the_list(embedded_commands: Deployment) -> None:
    """Nothing goes to a host that the settings do not allow, and the command says which rule forbade it."""
    folder = embedded_commands.folder
    audio = excerpt(folder, "visit.wav", 14, "-ar", "16000", "-ac", "1", start=20)
    embedded_commands.environment["NIGHTSCRIBE_SPEECH__BASE_URL"] = "http://speech.example.org/v1"
    result = embedded_commands.run("transcribe", audio, "--engine", "openai", "-o", folder)

    assert result.returncode == 1
    assert result.stderr.startswith("endpoint_not_allowed")

"""The language that an OpenAI-compatible engine hears, and what becomes of another one than was asked for."""

import json

import numpy as np
import pytest

from pipeline.errors import SpeechNotUnderstoodError
from pipeline.ports import SAMPLE_RATE
from tests.servers.transcriptions import REPLY, Endpoint, ask


@pytest.mark.parametrize(("named", "language"), [("english", "en"), ("es", "es"), ("klingon", "und")])
def test_the_language_that_was_heard(endpoint: Endpoint, named: str, language: str) -> None:
    """Where no language was asked for, the one that the engine heard is kept, as a code."""
    endpoint.reply = json.dumps({**REPLY, "language": named}).encode()

    assert ask(endpoint, language="").language == language


def test_another_language_than_expected_is_no_transcript(endpoint: Endpoint) -> None:
    """A server that hears Spanish throughout where English was expected ends in a reason."""
    endpoint.reply = json.dumps({**REPLY, "language": "spanish"}).encode()

    with pytest.raises(SpeechNotUnderstoodError):
        ask(endpoint)


def test_a_part_in_another_language_is_flagged(endpoint: Endpoint) -> None:
    """Where one stretch of several is in another language, the transcript stands and says so."""
    endpoint.first = [json.dumps({**REPLY, "language": named}).encode() for named in ("english", "spanish")]

    transcript = ask(endpoint, np.zeros(700 * SAMPLE_RATE, np.float32))

    assert "other_language" in transcript.flags
    assert len(transcript.segments) == len(endpoint.asked) == 2


def test_a_stretch_without_words_has_no_language(endpoint: Endpoint) -> None:
    """What a server takes silence for says nothing of the language that is spoken."""
    silent = {"text": "", "segments": [], "language": "spanish"}
    endpoint.first = [json.dumps(reply).encode() for reply in ({**REPLY, "language": "english"}, silent)]

    assert "other_language" not in ask(endpoint, np.zeros(700 * SAMPLE_RATE, np.float32)).flags

"""The OpenAI-compatible engine, against a server on this machine that answers as told."""

import json

import numpy as np
import pytest

from pipeline.adapters.speech.openai_sound import stretches
from pipeline.domain.transcript import Word
from pipeline.errors import (
    EndpointNotAllowedError,
    EndpointReplyInvalidError,
    EndpointUnavailableError,
    EngineUnavailableError,
    NoSpeechError,
)
from pipeline.ports import SAMPLE_RATE, VoiceTurn
from pipeline.stages.transcribe.timing import timed_words
from tests.servers.transcriptions import SOUND, Endpoint, ask
from tests.waiting import until


def test_segments_and_words(endpoint: Endpoint) -> None:
    """Segments come with their words, spelt with punctuation and timed, and what was invented is taken out."""
    transcript = ask(endpoint)

    assert [(segment.start, segment.end, segment.text) for segment in transcript.segments] == [
        (0.5, 1.5, "Hello, there.")
    ]
    assert transcript.segments[0].words == (Word("Hello,", 0.5, 0.8), Word("there.", 0.9, 1.4))
    assert transcript.flags == ("invented_text_removed",)
    assert transcript.segments[0].end <= len(SOUND) / SAMPLE_RATE
    assert (transcript.engine.name, transcript.engine.model) == ("openai", "whisper-1")


def test_what_is_sent(endpoint: Endpoint) -> None:
    """The request asks for timed words, carries the key, the names as prompt, and sound that says nothing else."""
    ask(endpoint)
    ((path, key, body),) = endpoint.asked

    assert (path, key) == ("/v1/audio/transcriptions", "Bearer key")
    assert [part in body for part in (b"verbose_json", b"whisper-1", b"Zoloft", b"word", b"RIFF")] == [True] * 5


def test_host_not_allowed(endpoint: Endpoint) -> None:
    """Nothing is sent to a host that is not allowed."""
    with pytest.raises(EndpointNotAllowedError):
        ask(endpoint, allowed=False)

    assert endpoint.asked == []


@pytest.mark.parametrize("statuses", [[503], [429, 500]])
def test_busy_server_is_asked_again(endpoint: Endpoint, statuses: list[int]) -> None:
    """A busy server is asked again, within the tries."""
    endpoint.statuses = list(statuses)

    assert ask(endpoint).segments[0].text == "Hello, there."
    assert len(endpoint.asked) == len(statuses) + 1


def test_server_that_stays_busy(endpoint: Endpoint) -> None:
    """A server that stays busy is a transient failure with its status."""
    endpoint.statuses = [503] * 9
    with pytest.raises(EndpointUnavailableError) as caught:
        ask(endpoint)

    assert caught.value.facts == {"status": 503}
    assert len(endpoint.asked) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 413, 302])
def test_refusal_is_final(endpoint: Endpoint, status: int) -> None:
    """A server that refuses the request is not asked again, and a redirect is not followed."""
    endpoint.statuses = [status]
    with pytest.raises(EngineUnavailableError):
        ask(endpoint)

    assert len(endpoint.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        b"secret",
        b"[]",
        b"",
        b"\xff\xfe secret",
        b"[" * 100_000,
        b'{"text": "secret"}',
        b'{"segments": "secret"}',
        b'{"segments": [{"text": "secret"}]}',
        b'{"segments": [{"start": -1, "end": 2, "text": "secret"}]}',
        b'{"segments": [{"start": 3, "end": 2, "text": "secret"}]}',
        b'{"segments": [{"start": 3000, "end": 4000, "text": "secret"}]}',
        b'{"text": "a long secret that is not there", "segments": [{"start": 0, "end": 1, "text": "a"}]}',
        b'{"segments": [{"start": 1e999, "end": 2, "text": "secret"}]}',
        b'{"segments": [{"start": 0, "end": 1' + b"0" * 400 + b', "text": "secret"}]}',
    ],
)
def test_odd_reply(endpoint: Endpoint, reply: bytes) -> None:
    """An answer of another form is refused without being quoted."""
    endpoint.reply = reply
    with pytest.raises(EndpointReplyInvalidError) as caught:
        ask(endpoint)

    assert "secret" not in str(caught.value)


def test_an_endless_answer_is_cut_off(endpoint: Endpoint) -> None:
    """An answer larger than any transcript is refused before it fills the memory."""
    endpoint.reply = b" " * 1_000_000

    with pytest.raises(EndpointReplyInvalidError) as caught:
        ask(endpoint, most_bytes=100_000)

    assert caught.value.facts == {"why": "too_large"}


def test_a_silent_server_is_given_up(endpoint: Endpoint) -> None:
    """A server that does not answer in time is asked again, and then is a transient failure."""
    endpoint.slow = 30.0

    with pytest.raises(EndpointUnavailableError):
        ask(endpoint, timeout=0.1, tries=2)

    # The server may hear of a question only after it was given up.
    assert until(lambda: len(endpoint.asked) == 2)


def test_no_server_at_all(endpoint: Endpoint) -> None:
    """A server that is not there is a transient failure without a status."""
    with pytest.raises(EndpointUnavailableError) as caught:
        ask(endpoint, base_url="http://127.0.0.1:1/v1")

    assert caught.value.facts == {}


def test_a_server_that_asks_for_patience_gets_it(endpoint: Endpoint) -> None:
    """The pause before the next try is at least what the server asks for, within reason."""
    endpoint.statuses = [429, 429]
    endpoint.headers = {"retry-after": "7"}
    ask(endpoint)
    endpoint.statuses = [429]
    endpoint.headers = {"retry-after": "86400"}
    ask(endpoint)

    assert endpoint.pauses == [7.0, 7.0, 20.0]


def test_a_redirect_takes_nothing_elsewhere(endpoint: Endpoint) -> None:
    """What was said is not sent on to another address that a server names."""
    endpoint.statuses = [307]
    endpoint.headers = {"location": f"http://127.0.0.1:{endpoint.port}/elsewhere"}

    with pytest.raises(EngineUnavailableError):
        ask(endpoint)

    assert [path for path, _, _ in endpoint.asked] == ["/v1/audio/transcriptions"]


def test_answers_without_words_say_so(endpoint: Endpoint) -> None:
    """Where the engine times no words, the transcript says that their times are estimates."""
    endpoint.reply = b'{"segments": [{"start": 0, "end": 30, "text": "Hello, there."}]}'

    transcript = ask(endpoint)

    assert [(s.start, s.end, s.text, s.words) for s in transcript.segments] == [(0.0, 2.0, "Hello, there.", ())]
    assert transcript.flags == ("alignment_missing",)


def test_the_prompt_said_back_is_no_speech(endpoint: Endpoint) -> None:
    """On silence Whisper may say what it was told to expect; nobody recites a list of names."""
    endpoint.reply = b'{"segments": [{"start": 0, "end": 2, "text": "Zoloft, Ada Byron, Elm House."}]}'

    with pytest.raises(NoSpeechError):
        ask(endpoint)


@pytest.mark.parametrize(
    "words",
    [
        [{"word": "not", "start": 0.1, "end": 1e9}],
        [{"word": "I", "start": 0.9, "end": 0.2}, {"word": "do", "start": 0.2, "end": 0.4}],
        [{"word": "I", "start": 0.9, "end": 1.0}, {"word": "do", "start": 0.2, "end": 0.4}],
        [{"word": "I", "start": 9e9, "end": 9e9}, {"word": "do", "start": None, "end": None}],
        [{"word": "do", "start": 0.2, "end": 0.4, "probability": 1.0000001}],
    ],
)
def test_odd_times_of_words(endpoint: Endpoint, words: list[dict[str, object]]) -> None:
    """Words whose times make no sense keep their order, and no time lies beyond the sound."""
    segment = {"start": -0.02, "end": 1.0, "text": " I do not."}
    endpoint.reply = json.dumps({"text": "I do not.", "segments": [segment], "words": words}).encode()

    timed = timed_words(ask(endpoint).segments)

    assert [word.word.word for word in timed] == ["I", "do", "not."]
    assert all(0 <= word.start <= word.end <= 2 for word in timed)


def test_nothing_heard(endpoint: Endpoint) -> None:
    """An answer without segments is no speech."""
    endpoint.reply = b'{"text": "", "segments": []}'
    with pytest.raises(NoSpeechError):
        ask(endpoint)


def test_words_inside_segments(endpoint: Endpoint) -> None:
    """Words that stand inside segments with a probability are read too."""
    words = [{"word": " Hi.", "start": 0.5, "end": 0.8, "probability": 0.9}]
    endpoint.reply = json.dumps({"segments": [{"start": 0.5, "end": 1, "text": "Hi.", "words": words}]}).encode()

    assert ask(endpoint).segments[0].words == (Word("Hi.", 0.5, 0.8, 0.9),)


def test_long_recordings_are_cut_in_pauses() -> None:
    """A long recording goes in stretches that end in a pause and together are the whole."""
    sound = np.zeros(1500 * SAMPLE_RATE, np.float32)
    turns = [VoiceTurn(start, start + 9.0, "A") for start in range(0, 1500, 10)]
    parts = list(stretches(sound, turns))

    assert sum(len(part.samples) for part in parts) == len(sound)
    assert all(part.start % 10 == pytest.approx(9.5) for part in parts[1:])
    assert max(len(part.samples) for part in parts) <= 600 * SAMPLE_RATE


def test_long_speech_without_a_pause_is_cut_where_it_is_quiet() -> None:
    """Where nobody pauses the quietest moment is taken."""
    sound = np.full(700 * SAMPLE_RATE, 0.5, np.float32)
    sound[570 * SAMPLE_RATE : 571 * SAMPLE_RATE] = 0.0
    parts = list(stretches(sound, [VoiceTurn(0, 700, "A")]))

    assert [round(part.start) for part in parts] == [0, 570]

"""The drafter behind a language model, over the real protocol on loopback."""

import json
import socket
from typing import Any

import pytest

from pipeline.adapters.drafting.llm import LlmDrafter, LlmOptions
from pipeline.adapters.drafting.llm.endpoint import ChatEndpoint
from pipeline.domain.note import Note, NoteFormat, SentenceKind
from pipeline.domain.transcript import Engine
from pipeline.errors import (
    EndpointNotAllowedError,
    EndpointReplyInvalidError,
    EndpointUnavailableError,
    EngineUnavailableError,
)
from pipeline.ports import SessionFacts
from tests.chat_server import Answer, ChatServer, chat_server, words
from tests.unit.adapters.drafting.talk import LAYOUTS, an_exchange

TALK = an_exchange("How do you sleep?", "I sleep four hours a night. My secret is the marzipan.")


def a_reply(*sentences: dict[str, Any], key: str = "data") -> str:
    """Return a model's answer with these sentences in one section."""
    return json.dumps({"sections": [{"key": key, "sentences": list(sentences)}]})


GOOD = a_reply({"text": 'Client said: "I sleep four hours a night."', "kind": "reported", "segment_ids": ["s0001"]})


def draft(server: ChatServer, *, allowed: bool = True, tries: int = 3, facts: SessionFacts | None = None) -> Note:
    """Draft a DAP note of the talk with the server's model."""
    options = LlmOptions(server.base_url, "tiny-model", api_key="key-1", timeout=60, tries=tries)
    drafter = LlmDrafter(LAYOUTS, options, lambda _host: allowed)
    return drafter.draft(TALK, NoteFormat.DAP, facts or SessionFacts())


def said_in(note: Note) -> list[tuple[str, tuple[str, ...]]]:
    """Return the sentences that the model wrote, with their citations."""
    kinds = {SentenceKind.SESSION_FACT, SentenceKind.NOT_ASSESSED, SentenceKind.ASSESSMENT}
    return [(s.text, s.segment_ids) for s in note.sentences() if s.kind not in kinds]


def test_model_is_asked_for_the_sections_of_the_format_and_shown_every_segment() -> None:
    """The request names the model, carries the schema with the format's sections, and each segment under its id."""
    with chat_server(lambda *_: words(GOOD)) as server:
        draft(server)
    asked = server.requests[0]
    section = asked["response_format"]["json_schema"]["schema"]["properties"]["sections"]["items"]

    assert asked["model"] == "tiny-model"
    assert section["properties"]["key"]["enum"] == ["data", "assessment", "plan"]
    assert "[s0000] CLINICIAN: How do you sleep?" in asked["messages"][1]["content"]
    assert server.headers[0]["authorization"] == "Bearer key-1"


def test_answer_becomes_a_note_with_facts_and_silences_added() -> None:
    """The model's sentences stand in their section beside facts from rows and what nobody raised."""
    with chat_server(lambda *_: words(f"```json\n{GOOD}\n```")) as server:
        note = draft(server, facts=SessionFacts(seconds=60.0))
    kinds = [sentence.kind for sentence in note.sections[0].sentences]

    assert said_in(note) == [('Client said: "I sleep four hours a night."', ("s0001",))]
    assert kinds == [SentenceKind.SESSION_FACT, SentenceKind.REPORTED, *[SentenceKind.NOT_ASSESSED] * 2]
    assert note.engine == Engine("llm", "1", "tiny-model")


def test_citations_that_do_not_exist_are_dropped() -> None:
    """An invented segment is not cited; the sentence stays, so that verification shows it uncited."""
    reply = a_reply({"text": "Client ate.", "kind": "reported", "segment_ids": ["s0001", "s9999", "s0001"]},
                    {"text": "Client ran.", "kind": "reported", "segment_ids": ["u1"]})  # fmt: skip
    with chat_server(lambda *_: words(reply)) as server:
        note = draft(server)

    assert said_in(note) == [("Client ate.", ("s0001",)), ("Client ran.", ())]


def test_model_states_no_consent() -> None:
    """A statement of consent that no cited segment speaks of is left out: consent comes from rows."""
    reply = a_reply({"text": "Client consented to recording.", "kind": "reported", "segment_ids": ["s0001"]})
    with chat_server(lambda *_: words(reply)) as server:
        note = draft(server)

    assert said_in(note) == []


@pytest.mark.parametrize(
    "reply",
    [
        "The client slept. marzipan",
        '{"sections": [{"key": "data", "sentences": [{"text": "marzipan"}]}]}',
        a_reply({"text": "marzipan", "kind": "session_fact", "segment_ids": []}),
        a_reply({"text": "marzipan", "kind": "reported", "segment_ids": []}, key="marzipan"),
        a_reply({"text": "marzipan" * 200, "kind": "reported", "segment_ids": []}),
    ],
)
def test_answer_in_another_form_is_asked_for_again_then_refused(reply: str) -> None:
    """After the last try the error says why by code, and repeats nothing of the answer."""
    with chat_server(lambda *_: words(reply)) as server, pytest.raises(EndpointReplyInvalidError) as caught:
        draft(server, tries=2)

    assert [request["seed"] for request in server.requests] == [0, 1]
    assert "marzipan" not in f"{caught.value!s} {caught.value!r} {caught.value.__cause__}"


def test_second_answer_counts() -> None:
    """A model that fails once and then keeps to the form has written the note."""
    with chat_server(lambda number, _: words("no" if number == 1 else GOOD)) as server:
        note = draft(server)

    assert len(said_in(note)) == 1


@pytest.mark.parametrize(
    "answer", [words(GOOD, "length"), (200, {}, {"choices": []}), (200, {}, b"<html>"), (200, {}, [1])]
)
def test_answer_cut_short_or_misshapen_is_refused(answer: Answer) -> None:
    """An answer that ended at its limit of tokens is not taken for a whole one."""
    with chat_server(lambda *_: answer) as server, pytest.raises(EndpointReplyInvalidError):
        draft(server, tries=1)


def test_nothing_is_sent_to_a_host_that_is_not_allowed() -> None:
    """Without leave for the host the request is never made."""
    with chat_server(lambda *_: words(GOOD)) as server, pytest.raises(EndpointNotAllowedError):
        draft(server, allowed=False)

    assert server.requests == []


def test_redirect_is_not_followed() -> None:
    """An allowed host cannot pass the transcript on to another one."""
    with chat_server(lambda *_: words(GOOD)) as other:
        elsewhere = {"location": f"{other.base_url}/chat/completions"}
        with chat_server(lambda *_: (307, elsewhere, {})) as server, pytest.raises(EngineUnavailableError):
            draft(server)

    assert other.requests == []


def test_server_without_schemas_is_asked_once_more_without() -> None:
    """A server that refuses the schema gets the same question plain; its answer is checked all the same."""
    with chat_server(lambda _, asked: (400, {}, {}) if "response_format" in asked else words(GOOD)) as server:
        note = draft(server)

    assert ["response_format" in request for request in server.requests] == [True, False]
    assert len(said_in(note)) == 1


@pytest.mark.parametrize("status", [401, 403, 404])
def test_refusal_by_the_server_is_permanent(status: int) -> None:
    """A wrong key or model is not tried again."""
    with chat_server(lambda *_: (status, {}, {})) as server, pytest.raises(EngineUnavailableError) as caught:
        draft(server)

    assert caught.value.facts == {"status": status}
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_busy_server_is_tried_again_with_patience(status: int) -> None:
    """Waits grow, a Retry-After of the server counts, and the last failure is transient."""
    waits: list[float] = []
    with chat_server(lambda *_: (status, {"retry-after": "3"}, {})) as server:
        endpoint = ChatEndpoint(LlmOptions(server.base_url, "m", tries=3), lambda _host: True, waits.append)
        with pytest.raises(EndpointUnavailableError) as caught:
            endpoint.ask([], {})

    assert caught.value.facts == {"status": status}
    assert len(server.requests) == 3
    assert waits == [3.0, 3.0]


def test_dead_server_is_transient() -> None:
    """Nobody listening is a failure that may pass."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    waits: list[float] = []
    endpoint = ChatEndpoint(LlmOptions(url, "m", tries=3), lambda _host: True, waits.append)

    with pytest.raises(EndpointUnavailableError):
        endpoint.ask([], {})

    assert waits == [1.0, 2.0]


def test_slow_server_is_given_up() -> None:
    """A model that takes longer than the limit is a transient failure."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        options = LlmOptions(f"http://127.0.0.1:{deaf.getsockname()[1]}/v1", "m", timeout=0.2, tries=1)

        with pytest.raises(EndpointUnavailableError):
            ChatEndpoint(options, lambda _host: True).ask([], {})


def test_key_is_never_shown() -> None:
    """The options print without the key."""
    assert "key-1" not in repr(LlmOptions("http://127.0.0.1/v1", "m", api_key="key-1"))

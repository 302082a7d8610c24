"""An OpenAI-compatible chat endpoint: one question, one answer in a given JSON schema, with bounded tries."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httpx

from pipeline.adapters.vendors import TRY_AGAIN, bearer, require_allowed, retry_after
from pipeline.errors import (
    EndpointReplyInvalidError,
    EndpointUnavailableError,
    EngineUnavailableError,
)

#: Servers that know no JSON schema answer with one of these; they are asked once more without it.
_NO_SCHEMA = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})

Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LlmOptions:
    """Where the model is and how it is asked."""

    #: Up to and with the version, as in ``http://127.0.0.1:8000/v1``.
    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    #: Seconds for a whole answer; a model on a CPU is slow.
    timeout: float = 600.0
    tries: int = 3
    max_tokens: int = 4096


class ChatEndpoint:
    """Asks one model; sends nothing to a host that is not allowed, follows no redirect, uses no proxy."""

    def __init__(
        self,
        options: LlmOptions,
        is_allowed: Callable[[str], bool],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._options = options
        self._is_allowed = is_allowed
        self._pause = pause

    def ask(self, messages: list[dict[str, str]], schema: Json, seed: int = 0) -> str:
        """Return the model's answer; another seed may give another one.

        Raises ``EndpointNotAllowedError``, ``EndpointUnavailableError`` after the last try,
        ``EndpointReplyInvalidError`` for an answer cut short, and ``EngineUnavailableError`` where the server
        refuses the request itself.
        """
        require_allowed(self._options.base_url, self._is_allowed)
        body = {**self._body(messages, schema), "seed": seed}
        with httpx.Client(
            timeout=self._options.timeout, trust_env=False, headers=bearer(self._options.api_key)
        ) as client:
            response = self._answer(client, body)
            if response.status_code in _NO_SCHEMA:
                response = self._answer(client, {name: body[name] for name in body if name != "response_format"})
        if response.status_code != HTTPStatus.OK:
            raise EngineUnavailableError(status=response.status_code)
        return _content(response)

    def _body(self, messages: list[dict[str, str]], schema: Json) -> dict[str, Any]:
        return {
            "model": self._options.model,
            "messages": messages,
            "temperature": 0,
            "max_tokens": self._options.max_tokens,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "note", "strict": True, "schema": schema},
            },
        }

    def _answer(self, client: httpx.Client, body: Json) -> httpx.Response:
        """Return the first answer that another try would not better."""
        url = f"{self._options.base_url.rstrip('/')}/chat/completions"
        status: int | None = None
        wait = 0.0
        for number in range(self._options.tries):
            if number:
                self._pause(max(2.0 ** (number - 1), wait))
            wait = 0.0
            try:
                response = client.post(url, json=body)
            except httpx.TransportError:
                continue
            if response.status_code not in TRY_AGAIN:
                return response
            status, wait = response.status_code, retry_after(response)
        raise EndpointUnavailableError(status=status)


def _content(response: httpx.Response) -> str:
    try:
        choice = response.json()["choices"][0]
        content = choice["message"]["content"]
    except (ValueError, LookupError, TypeError):
        raise EndpointReplyInvalidError(why="shape") from None
    if choice.get("finish_reason") == "length":
        raise EndpointReplyInvalidError(why="cut_short")
    if not isinstance(content, str):
        raise EndpointReplyInvalidError(why="shape")
    return content

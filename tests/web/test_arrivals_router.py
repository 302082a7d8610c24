"""Where a bucket's notifications come in: who may ring, and what is answered."""

import asyncio
import base64
import json
from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from pipeline.errors import SettingsInvalidError, StoreUnavailableError
from pipeline.ports.arrivals import Announcement
from web.api.arrivals import arrivals_router

TOKEN = "a-token-of-the-test"  # noqa: S105 # invented
BASIC = "Basic " + base64.b64encode(f"notify:{TOKEN}".encode()).decode()
EVENT = json.dumps(
    {
        "Records": [
            {
                "eventName": "s3:ObjectCreated:Put",
                "s3": {"bucket": {"name": "inbound"}, "object": {"key": "inbound/session-0001", "versionId": "v1"}},
            }
        ]
    }
)


@pytest.fixture
def received() -> list[Announcement]:
    """Return what was received."""
    return []


@dataclass
class Client:
    """Speaks to the interface without a socket."""

    receive: Callable[[Announcement], object]

    def post(self, content: str | bytes, authorization: str) -> httpx.Response:
        """Return the answer, once what it set off is done."""
        return asyncio.run(self._post(content, authorization))

    async def _post(self, content: str | bytes, authorization: str) -> httpx.Response:
        app = FastAPI()
        app.include_router(arrivals_router(self.receive, TOKEN))
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            headers = {b"Authorization": authorization.encode("latin-1")} if authorization else {}
            return await client.post("/api/arrivals", content=content, headers=headers)


@pytest.fixture
def client(received: list[Announcement]) -> Client:
    """Return a client of the interface."""
    return Client(received.append)


def test_a_bucket_that_knows_the_token_is_heard(client: Client, received: list[Announcement]) -> None:
    """The event is accepted and its object received."""
    answer = client.post(EVENT, f"Bearer {TOKEN}")

    assert answer.status_code == 202
    assert [(each.bucket, each.key, each.version_id) for each in received] == [
        ("inbound", "inbound/session-0001", "v1")
    ]


def test_the_token_can_stand_in_the_address(client: Client, received: list[Announcement]) -> None:
    """Buckets that can send no header of their own give it as a password."""
    answer = client.post(EVENT, BASIC)

    assert (answer.status_code, len(received)) == (202, 1)


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        TOKEN,
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        f"Bearer {TOKEN}x",
        "Basic !!!",
        f"Basic {TOKEN}",
        "Digest x",
        "Bearer é",
    ],
)
def test_whoever_does_not_know_the_token_is_not_heard(
    client: Client, received: list[Announcement], authorization: str
) -> None:
    """Without the token nothing is read or received."""
    answer = client.post(EVENT, authorization)

    assert (answer.status_code, received) == (401, [])


def test_what_is_no_event_is_named(client: Client, received: list[Announcement]) -> None:
    """A malformed notification is refused with its reason code and none of its text."""
    answer = client.post("canary", f"Bearer {TOKEN}")

    assert (answer.status_code, answer.json(), received) == (400, {"detail": "announcement_invalid"}, [])


def test_an_event_without_end_is_cut_off(client: Client, received: list[Announcement]) -> None:
    """More than a mebibyte is no notification."""
    answer = client.post(b" " * (1024 * 1024 + 1), f"Bearer {TOKEN}")

    assert (answer.status_code, received) == (413, [])


def test_what_is_transient_is_left_to_the_next_listing() -> None:
    """A store that is away for a moment breaks neither the answer nor the process."""

    def unavailable(_: Announcement) -> None:
        raise StoreUnavailableError

    assert Client(unavailable).post(EVENT, BASIC).status_code == 202


def test_an_empty_token_opens_nothing() -> None:
    """A token that anyone can give is refused when the interface is built."""
    with pytest.raises(SettingsInvalidError):
        arrivals_router(lambda _: None, "")

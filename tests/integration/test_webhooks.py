"""Webhooks sent to a real receiver: signed, tried again, and to nowhere they should not go."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.adapters.webhooks.addresses import is_public, target_of
from pipeline.domain.account import Role
from pipeline.domain.consent import PersonRef, Purpose
from pipeline.domain.webhook import DeliveryState, WebhookEvent
from pipeline.errors import WebhookAddressError
from tests.factories import accepted_session, make_session
from tests.servers.receiver import Receiver, running_receiver
from tests.web.site import Site, make_test_site


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver that runs."""
    with running_receiver() as running:
        yield running


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Return a site that may call this machine."""
    made = make_test_site(tmp_path, webhooks={"allow_private": True, "tries": 3})
    yield made
    made.wiring.ledger.close()


def added(site: Site, url: str, *events: WebhookEvent) -> dict[str, str]:
    """Make a webhook and return its id and secret."""
    wanted = [event.value for event in events or tuple(WebhookEvent)]
    answer = site.as_role(Role.ADMINISTRATOR).ask("POST", "/v1/webhooks", json={"url": url, "events": wanted})
    assert answer.status_code == 201, answer.text
    return answer.json()


def signatures(headers: dict[str, str]) -> tuple[str, list[str]]:
    """Return a delivery's time and its signatures."""
    pairs = [each.split("=") for each in headers["nightscribe-signature"].split(",")]
    return pairs[0][1], [value for name, value in pairs if name == "v1"]


def signed(secret: str, at: str, body: bytes) -> str:
    """Return the signature a receiver expects."""
    return hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()


def test_what_happens_is_told_by_ids_and_signed(site: Site, receiver: Receiver) -> None:
    """A receiver gets the event, the session's id and a signature it can check, and no more."""
    webhook = added(site, receiver.url, WebhookEvent.SESSION_ACCEPTED)
    session_id = accepted_session(site.wiring.ledger, make_session()).session_id

    site.whole.deliveries.deliver_due()

    headers, body = receiver.received[0]
    at, found = signatures(headers)
    assert found == [signed(webhook["secret"], at, body)]
    assert set(json.loads(body)) == {"event_id", "event", "happened_at", "session_id"}
    assert json.loads(body)["session_id"] == session_id
    assert headers["nightscribe-event-id"] == json.loads(body)["event_id"]
    assert len(receiver.received) == 1


def test_nothing_is_told_of_what_was_rolled_back(site: Site, receiver: Receiver) -> None:
    """A delivery is written in the transaction of what happened, so a withdrawal told of is one that counts."""
    added(site, receiver.url, WebhookEvent.CONSENT_WITHDRAWN)
    session = accepted_session(site.wiring.ledger, make_session())
    site.wiring.ledger.withdraw(session.people[0].person, (Purpose.RECORD,), session.session_id, "test")

    site.whole.deliveries.deliver_due()

    assert [json.loads(body)["event"] for _, body in receiver.received] == ["consent.withdrawn"]
    assert PersonRef(session.people[0].person) not in receiver.received[0][1].decode()


def test_a_receiver_that_is_away_is_tried_again(site: Site, receiver: Receiver) -> None:
    """After a failure the same event comes again later, under the same event id, until it is taken."""
    webhook = added(site, receiver.url, WebhookEvent.SESSION_ACCEPTED)
    accepted_session(site.wiring.ledger, make_session())
    receiver.status = 500
    site.whole.deliveries.deliver_due()
    site.whole.deliveries.deliver_due()
    tried_at_once = len(receiver.received)
    receiver.status = 200
    site.time.advance(timedelta(minutes=1))

    site.whole.deliveries.deliver_due()

    log = site.whole.deliveries.webhooks.deliveries(webhook["webhook_id"], 10)
    assert tried_at_once == 1
    assert len({headers["nightscribe-event-id"] for headers, _ in receiver.received}) == 1
    assert [(each.state, each.tries, each.status) for each in log] == [(DeliveryState.DELIVERED, 2, 200)]


def test_a_delivery_is_given_up_in_the_end(site: Site, receiver: Receiver) -> None:
    """After the last try it stands in the log as failed, with the last answer."""
    webhook = added(site, receiver.url, WebhookEvent.SESSION_ACCEPTED)
    accepted_session(site.wiring.ledger, make_session())
    receiver.status = 302
    for _ in range(5):
        site.whole.deliveries.deliver_due()
        site.time.advance(timedelta(hours=7))

    log = site.whole.deliveries.webhooks.deliveries(webhook["webhook_id"], 10)

    assert len(receiver.received) == 3
    assert [(each.state, each.status) for each in log] == [(DeliveryState.FAILED, 302)]


def test_after_a_rotation_both_secrets_sign_for_a_day(site: Site, receiver: Receiver) -> None:
    """A receiver can change over in its own time: the older secret signs beside the new one until it ends."""
    webhook = added(site, receiver.url, WebhookEvent.SESSION_ACCEPTED)
    path = f"/v1/webhooks/{webhook['webhook_id']}/rotate"
    newer = site.as_role(Role.ADMINISTRATOR).ask("POST", path).json()["secret"]
    accepted_session(site.wiring.ledger, make_session())
    site.whole.deliveries.deliver_due()
    site.time.advance(timedelta(days=1, minutes=1))
    accepted_session(site.wiring.ledger, make_session())
    site.whole.deliveries.deliver_due()

    (headers, body), (later_headers, later_body) = receiver.received

    at, found = signatures(headers)
    assert found == [signed(newer, at, body), signed(webhook["secret"], at, body)]
    at, found = signatures(later_headers)
    assert found == [signed(newer, at, later_body)]


def test_a_paused_webhook_is_told_nothing(site: Site, receiver: Receiver) -> None:
    """While it is paused nothing is written for it, and nothing comes later."""
    webhook = added(site, receiver.url)
    client = site.as_role(Role.ADMINISTRATOR)
    client.ask("POST", f"/v1/webhooks/{webhook['webhook_id']}/pause")
    accepted_session(site.wiring.ledger, make_session())
    client.ask("POST", f"/v1/webhooks/{webhook['webhook_id']}/resume")

    assert site.whole.deliveries.deliver_due() == 0
    assert receiver.received == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_this_machine_is_not_called(site: Site, receiver: Receiver, host: str) -> None:
    """Unless settings allow it, a delivery to the loopback is not sent and the log says why."""
    webhook = added(site, receiver.url.replace("127.0.0.1", host), WebhookEvent.SESSION_ACCEPTED)
    accepted_session(site.wiring.ledger, make_session())

    strict = replace(site.whole.deliveries, allow_private=False)
    strict.deliver_due()

    log = strict.webhooks.deliveries(webhook["webhook_id"], 10)
    assert (receiver.received, [each.failure for each in log]) == ([], ["scheme"])


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",  # noqa: S104 - refused
        "224.0.0.1", "255.255.255.255", "::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::",
        "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "",
    ],
)  # fmt: skip
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    """Private, loopback, link-local, shared, multicast and reserved addresses, also inside IPv6, lead nowhere."""
    assert not is_public(address)
    with pytest.raises(WebhookAddressError):
        target_of("https://hook.example/", allow_private=False, look_up=lambda *_: ["93.184.215.14", address])


def test_what_was_checked_is_what_is_called() -> None:
    """The name is looked up once, and the address found then stands in the request, with the name beside it."""
    answers = iter([["93.184.215.14"], ["127.0.0.1"]])

    target = target_of("https://hook.example:8443/a?b=c", allow_private=False, look_up=lambda *_: next(answers))

    assert (target.url, target.host_header) == ("https://93.184.215.14:8443/a?b=c", "hook.example:8443")
    assert target.host == "hook.example"


@pytest.mark.parametrize(
    "url",
    [
        "http://hook.example/", "ftp://hook.example/", "https://", "https://user:pass@hook.example/",
        "https://hook.example/#x", "https://hook.example:0/", "https://hook.example:99999/", "https://höök.example/",
        "https://hook.example/\nHost: x", "javascript:alert(1)", "https://[::1", "https://" + "a" * 600,
    ],
)  # fmt: skip
def test_what_is_no_receivers_address_is_refused(url: str) -> None:
    """Plain HTTP, other schemes, credentials and malformed addresses are refused before any look-up."""
    with pytest.raises(WebhookAddressError):
        target_of(url, allow_private=False, look_up=lambda *_: ["93.184.215.14"])

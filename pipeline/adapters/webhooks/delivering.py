"""Deliveries: signed, sent to the address that was checked, tried again later where they fail."""

import hashlib
import hmac
import json
from dataclasses import dataclass

import httpx

from pipeline.adapters.database.sql_webhooks import Errand, Reply, SqlWebhooks
from pipeline.adapters.webhooks.addresses import Resolve, resolve, target_of
from pipeline.domain.webhook import Delivery, secret_bound_to
from pipeline.errors import PipelineError
from pipeline.ports import KeyWrapper

_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Makes the deliveries that are due."""

    webhooks: SqlWebhooks
    keys: KeyWrapper
    tries: int
    allow_private: bool = False
    look_up: Resolve = resolve

    def deliver_due(self) -> int:
        """Make what is due now, one after the other; return how many were taken."""
        delivered = 0
        for errand in self.webhooks.take_due():
            delivery = errand.delivery
            reply = self._deliver(errand)
            self.webhooks.settle(delivery.delivery_id, reply, self.tries)
            delivered += reply.is_good
        return delivered

    def _deliver(self, errand: Errand) -> Reply:
        try:
            target = target_of(errand.url, allow_private=self.allow_private, look_up=self.look_up)
            secrets = [self.keys.unwrap(each, secret_bound_to(errand.delivery.webhook_id)) for each in errand.secrets]
        except PipelineError as error:
            return Reply(None, str(error.facts.get("problem", error.reason_code)))
        body = body_of(errand.delivery)
        headers = {
            "Host": target.host_header,
            "Content-Type": "application/json",
            "User-Agent": "Nightscribe",
            "Nightscribe-Event-Id": errand.delivery.event_id,
            "Nightscribe-Signature": signature(secrets, int(errand.now.timestamp()), body),
        }
        return _sent(target.url, body, headers, target.host)


def body_of(delivery: Delivery) -> bytes:
    """Return what a receiver reads: ids, a code and a moment."""
    told = {
        "event_id": delivery.event_id,
        "event": delivery.event,
        "happened_at": delivery.happened_at.isoformat(),
        "session_id": delivery.session_id,
        "run_id": delivery.run_id,
        "reason_code": delivery.reason_code,
    }
    return json.dumps({name: value for name, value in told.items() if value is not None}).encode()


def signature(secrets: list[bytes], at: int, body: bytes) -> str:
    """Return ``t=SECONDS,v1=HEX`` with one HMAC-SHA256 over ``t.body`` for each secret that counts."""
    signed = f"{at}.".encode() + body
    return ",".join([f"t={at}", *(f"v1={hmac.new(each, signed, hashlib.sha256).hexdigest()}" for each in secrets)])


def _sent(url: str, body: bytes, headers: dict[str, str], host: str) -> Reply:
    """Send to the address that was checked, by its certificate's name, and follow nowhere else."""
    try:
        with (
            httpx.Client(trust_env=False, follow_redirects=False, timeout=_SECONDS) as client,
            # What a receiver says beside its status is not read, however long it is.
            client.stream("POST", url, content=body, headers=headers, extensions={"sni_hostname": host}) as answer,
        ):
            return Reply(answer.status_code)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Reply(None, type(error).__name__)

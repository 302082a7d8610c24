"""Recordings that arrive in the inbound bucket by themselves: taken in where consent is there, else removed in time."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from pipeline.domain.artifact import ObjectKey
from pipeline.domain.consent import INTAKE_PURPOSES, require_consent
from pipeline.domain.session import SessionId, parse_session_id
from pipeline.errors import ObjectMissingError, PermanentError, SessionIdInvalidError, TransientError
from pipeline.intake import Intake, Submission
from pipeline.ports import Clock, ObjectVersion, Registry
from pipeline.ports.arrivals import (
    Announcement,
    Arrival,
    ArrivalLedger,
    ArrivalState,
    ExpectedSession,
    InboundStore,
    Unsealer,
)

PREFIX = "inbound/"
#: More refusals than a bucket of uploads ever holds at once.
_MOST_REFUSALS = 100_000


@dataclass(frozen=True, slots=True)
class Arrivals:
    """Takes in what arrives; hearing of the same object again changes nothing."""

    ledger: ArrivalLedger
    registry: Registry
    intake: Intake
    inbound: InboundStore
    bucket: str
    unsealer: Unsealer
    clock: Clock
    #: How long a refused object may wait for consent.
    keep_refused: timedelta

    def receive(self, announcement: Announcement) -> ArrivalState | None:
        """Take the object in and remove it, or refuse it; return which, or ``None`` where there is nothing to do.

        Raises what is transient: then the object stays, and hearing of it again tries again.
        """
        if announcement.bucket != self.bucket:
            return None
        try:
            self.inbound.open(announcement.key).close()
        except ObjectMissingError:
            return None
        arrival_id = self.ledger.record_arrival(self.bucket, _digest(announcement.key), announcement.version_id)
        try:
            session_id = session_of(announcement.key)
            self._accept(session_id, announcement.key)
        except PermanentError as refusal:
            known = _known_session(announcement.key)
            self.ledger.settle_arrival(arrival_id, ArrivalState.REFUSED, refusal.reason_code, known)
            return ArrivalState.REFUSED
        self.ledger.settle_arrival(arrival_id, ArrivalState.ACCEPTED, None, session_id)
        self._remove(announcement.key, (arrival_id,))
        return ArrivalState.ACCEPTED

    def reconcile(self) -> Mapping[ArrivalState, int]:
        """List the bucket: receive what was not announced, try refused objects again, remove those whose time is up.

        Returns how many were accepted, refused, removed, and only seen (unfinished or deleted ones). Goes through all
        of them before it raises what was transient.
        """
        counts = dict.fromkeys(ArrivalState, 0)
        waiting = self._waiting()
        failure: TransientError | None = None
        for key, newest in _newest_by_key(self.inbound.versions("")).items():
            try:
                counts[self._tend(key, newest, waiting.get(_digest(key), ()))] += 1
            except TransientError as error:
                failure = error
        if failure is not None:
            raise failure
        return counts

    def _tend(self, key: ObjectKey, newest: ObjectVersion, waiting: Sequence[Arrival]) -> ArrivalState:
        state = self.receive(Announcement(self.bucket, key, newest.version_id))
        if state is ArrivalState.ACCEPTED:
            return state
        since = max([newest.modified_at, *(arrival.first_seen_at for arrival in waiting)])
        # What is refused for the first time in this very listing may still be waiting for its consent.
        if self.clock.now() - since < self.keep_refused or (state is ArrivalState.REFUSED and not waiting):
            return state or ArrivalState.SEEN
        self._remove(key, (arrival.arrival_id for arrival in waiting))
        return ArrivalState.REMOVED

    def _accept(self, session_id: SessionId, key: ObjectKey) -> None:
        expected = self.ledger.expected(session_id)
        self._require_consent(expected)
        submission = Submission(
            expected.session, expected.participants, expected.policy, voices=expected.voices, actor="arrival"
        )
        with self.inbound.open(key) as upload, self.unsealer.unsealed(upload, session_id) as recording:
            self.intake.accept(submission, recording)

    def _require_consent(self, expected: ExpectedSession) -> None:
        """Ask without a trace: intake asks again under lock, and a listing every few minutes is no audit event."""
        session_id = expected.session.session_id
        _, decisions = self.registry.consents(session_id)
        require_consent(session_id, INTAKE_PURPOSES, expected.participants, decisions, self.clock.now())

    def _waiting(self) -> Mapping[str, Sequence[Arrival]]:
        """Return the refused objects by their keys' digests."""
        waiting = defaultdict[str, list[Arrival]](list)
        for arrival in self.ledger.arrivals(ArrivalState.REFUSED, _MOST_REFUSALS):
            waiting[arrival.key_digest].append(arrival)
        return waiting

    def _remove(self, key: ObjectKey, arrival_ids: Iterable[str]) -> None:
        self.inbound.remove(key)
        for arrival_id in arrival_ids:
            self.ledger.settle_arrival(arrival_id, ArrivalState.REMOVED)


def session_of(key: ObjectKey) -> SessionId:
    """Return the session that an inbound key names; raise ``SessionIdInvalidError`` for a key of another form."""
    if not key.startswith(PREFIX):
        raise SessionIdInvalidError
    return parse_session_id(key.removeprefix(PREFIX))


def _known_session(key: ObjectKey) -> SessionId | None:
    with suppress(SessionIdInvalidError):
        return session_of(key)
    return None


def _newest_by_key(versions: Iterable[ObjectVersion]) -> Mapping[ObjectKey, ObjectVersion]:
    newest: dict[ObjectKey, ObjectVersion] = {}
    for version in versions:
        if version.key not in newest or version.modified_at > newest[version.key].modified_at:
            newest[version.key] = version
    return newest


def _digest(key: ObjectKey) -> str:
    """Return what the ledger knows a key by; the key itself may hold a name."""
    return hashlib.sha256(key.encode()).hexdigest()

"""Check the log: chain, order, heads, clock, the index from sessions, and every checkpoint that vouches for it."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from pipeline.audit.chain import GENESIS, Entry, Head, chain_digest
from pipeline.audit.checkpoint import CheckpointUnreadableError, is_signed_by, parse_checkpoint
from pipeline.audit.events import Stream
from pipeline.audit.mentions import Mentions
from pipeline.audit.source import AuditLog, AuditSnapshot, PublishedSigner
from pipeline.domain.documents.canonical import canonical
from pipeline.domain.session import SessionId


class ProblemKind(StrEnum):
    """What can be wrong with a log."""

    #: The body is not the canonical JSON that entries are written in.
    UNREADABLE = "unreadable"
    #: An entry is missing, doubled or in another's place.
    OUT_OF_ORDER = "out_of_order"
    #: The digest does not follow from the one before and the body.
    CHAIN_BROKEN = "chain_broken"
    #: The stream does not end where its head says.
    HEAD_DIFFERS = "head_differs"
    #: A signed checkpoint knows an entry that is not there any more.
    TAIL_MISSING = "tail_missing"
    #: A signed checkpoint knows another entry of this number.
    REWRITTEN = "rewritten"
    #: The index from sessions to entries lacks this entry, or leads to it from another session.
    MENTION_ASTRAY = "mention_astray"
    #: A checkpoint is not readable or not signed by the key at hand.
    CHECKPOINT_INVALID = "checkpoint_invalid"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong, and the first place where it shows."""

    kind: ProblemKind
    seq: int


@dataclass(frozen=True, slots=True)
class StreamReport:
    """What a check found in one stream."""

    stream: Stream
    entries: int
    problem: Problem | None = None
    #: Entries dated before the one they follow: the database's clock was set back. Not tampering by itself.
    clock_went_back: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a check found in the whole log."""

    streams: tuple[StreamReport, ...]
    checkpoints: int = 0
    #: Numbers of checkpoints, from 1, that cannot be relied on.
    bad_checkpoints: tuple[int, ...] = ()

    @property
    def intact(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.bad_checkpoints and all(stream.problem is None for stream in self.streams)


def check_audit(log: AuditLog, signer: PublishedSigner | None, kept: Sequence[str] = ()) -> AuditReport:
    """Check the log as it is now; without a signer, checkpoints are not looked at."""
    with log.audit_snapshot() as snapshot:
        return check_snapshot(snapshot, signer, kept)


def check_snapshot(snapshot: AuditSnapshot, signer: PublishedSigner | None, kept: Sequence[str] = ()) -> AuditReport:
    """Check one moment of the log, by its own checkpoints and by those that were kept elsewhere."""
    vouched: defaultdict[Stream, dict[int, bytes]] = defaultdict(dict)
    notes = [] if signer is None else [*snapshot.checkpoints(), *kept]
    trusted = [] if signer is None else [_trust(note, signer, vouched) for note in notes]
    bad = tuple(number for number, is_good in enumerate(trusted, start=1) if not is_good)
    heads = {head.stream: head for head in snapshot.heads()}
    streams = tuple(
        check_stream(
            heads.get(stream, Head(stream)), snapshot.entries(stream), vouched[stream], snapshot.mentions(stream)
        )
        for stream in Stream
    )
    return AuditReport(streams, len(trusted), bad)


def check_stream(
    head: Head,
    entries: Iterable[Entry],
    vouched: Mapping[int, bytes] | None = None,
    mentions: Iterator[tuple[int, SessionId]] | None = None,
) -> StreamReport:
    """Walk one stream from its first entry; stop at the first that is wrong."""
    walk = _Walk(head.stream, dict(vouched or {}), None if mentions is None else Mentions(mentions))
    for entry in entries:
        problem = walk.step(entry)
        if problem is not None:
            return walk.report(Problem(problem, walk.seq + 1))
    if (walk.seq, walk.digest) != (head.seq, head.digest):
        return walk.report(Problem(ProblemKind.HEAD_DIFFERS, walk.seq + 1))
    missing = min((seq for seq in walk.vouched if seq > walk.seq), default=None)
    if missing is not None:
        return walk.report(Problem(ProblemKind.TAIL_MISSING, walk.seq + 1))
    astray = walk.mentions is not None and not walk.mentions.are_over
    return walk.report(Problem(ProblemKind.MENTION_ASTRAY, walk.seq + 1) if astray else None)


@dataclass(slots=True)
class _Walk:
    """How far a walk along a stream has come; nothing but the last entry is kept."""

    stream: Stream
    vouched: dict[int, bytes]
    mentions: Mentions | None
    seq: int = 0
    digest: bytes = GENESIS
    at: str = ""
    went_back: list[int] = field(default_factory=list)

    def step(self, entry: Entry) -> ProblemKind | None:
        """Take the next entry in, or return what is wrong with it."""
        body = _readable(entry.body)
        if body is None:
            return ProblemKind.UNREADABLE
        place = (body.get("stream"), body.get("seq"))
        if place != (self.stream, self.seq + 1) or place != (entry.stream, entry.seq):
            return ProblemKind.OUT_OF_ORDER
        if entry.digest != chain_digest(self.digest, entry.body):
            return ProblemKind.CHAIN_BROKEN
        if self.vouched.get(entry.seq, entry.digest) != entry.digest:
            return ProblemKind.REWRITTEN
        if self.mentions is not None and not self.mentions.lead_to(entry.seq, _session_of(body)):
            return ProblemKind.MENTION_ASTRAY
        self._advance(entry, str(body.get("at")))
        return None

    def report(self, problem: Problem | None) -> StreamReport:
        """Return what was found."""
        return StreamReport(self.stream, self.seq, problem, tuple(self.went_back))

    def _advance(self, entry: Entry, at: str) -> None:
        self.seq, self.digest = entry.seq, entry.digest
        if at < self.at:
            self.went_back.append(entry.seq)
        self.at = max(at, self.at)


def _readable(body: bytes) -> dict[str, object] | None:
    try:
        found = json.loads(body)
        return found if isinstance(found, dict) and canonical(found) == body else None
    except (ValueError, TypeError):
        return None


def _session_of(body: Mapping[str, object]) -> object:
    facts = body.get("facts")
    return facts.get("session_id") if isinstance(facts, dict) else None


def _trust(note: str, signer: PublishedSigner, vouched: defaultdict[Stream, dict[int, bytes]]) -> bool:
    try:
        checkpoint = parse_checkpoint(note)
    except CheckpointUnreadableError:
        return False
    if not is_signed_by(checkpoint, signer):
        return False
    for head in checkpoint.heads:
        if head.seq:
            vouched[head.stream].setdefault(head.seq, head.digest)
    return True


def problems(report: AuditReport) -> Iterator[tuple[str, Problem]]:
    """Yield what is wrong, with the stream, or ``checkpoints``, it is wrong in."""
    for stream in report.streams:
        if stream.problem is not None:
            yield stream.stream, stream.problem
    for number in report.bad_checkpoints:
        yield "checkpoints", Problem(ProblemKind.CHECKPOINT_INVALID, number)

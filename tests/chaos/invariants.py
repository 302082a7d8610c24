"""What must hold after every fault, found by one audit of rows, audit log and objects."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from itertools import pairwise

from sqlalchemy import select

from pipeline.adapters.database import SqlLedger
from pipeline.adapters.database.tables import stage_runs
from pipeline.audit.chain import stamp
from pipeline.audit.check import check_audit, problems
from pipeline.audit.source import PublishedSigner
from pipeline.domain.artifact import ArtifactKind, StoredArtifact, kind_prefix
from pipeline.domain.session import SessionId, Stage, StageStatus
from pipeline.errors import PipelineError
from pipeline.ports import ArtifactStore, Certificate, ObjectStore
from tests.chaos.evidence import Evidence, Row, gather
from tests.ledger_views import replayed_states, row_states


class Rule(StrEnum):
    """The invariants, by number."""

    NOTHING_LOST = "I1 nothing is lost"
    ONE_OUTPUT = "I2 one committed output for each stage"
    TRUE_POINTERS = "I3 committed pointers are true"
    IN_ORDER = "I4 no stage before its predecessor"
    NO_EARLY_DELETION = "I5 nothing is deleted before its time, and what is deleted is gone"
    AUDIT_REPLAYS = "I6 the audit log is intact and replays to the rows"


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach, and where it shows."""

    rule: Rule
    where: str


@dataclass(frozen=True, slots=True)
class Site:
    """What an audit looks at."""

    ledger: SqlLedger
    objects: ObjectStore
    artifacts: ArtifactStore
    signer: PublishedSigner


def violations(site: Site, expected: Collection[SessionId]) -> list[Violation]:
    """Audit a deployment in which nothing moves any more; ``expected`` are the sessions it accepted."""
    evidence = gather(site.ledger, site.objects)
    by_rule: dict[Rule, Callable[[], Iterator[str]]] = {
        Rule.NOTHING_LOST: lambda: _lost(evidence, expected),
        Rule.ONE_OUTPUT: lambda: _doubled(evidence),
        Rule.TRUE_POINTERS: lambda: _untrue(evidence, site),
        Rule.IN_ORDER: lambda: _out_of_order(evidence),
        Rule.NO_EARLY_DELETION: lambda: _deleted_wrongly(evidence, site),
        Rule.AUDIT_REPLAYS: lambda: _unreplayable(site),
    }
    return [Violation(rule, where) for rule, found in by_rule.items() for where in found()]


def unsettled(ledger: SqlLedger) -> list[str]:
    """Return the runs in which something is still to happen by itself; asked often, so one small query."""
    final = [status for status in StageStatus if status.is_final]
    going_on = select(stage_runs.c.run_id).where(stage_runs.c.status.not_in(final))
    return [row["run_id"] for row in ledger.database.read(lambda transaction: transaction.rows(going_on))]


def _lost(evidence: Evidence, expected: Collection[SessionId]) -> Iterator[str]:
    accepted = {row["session_id"] for row in evidence.sessions if row["accepted_at"]}
    yield from (f"{session_id} is not there" for session_id in expected if session_id not in accepted)
    for run in evidence.runs:
        if not StageStatus(run["status"]).is_final:
            yield f"{run['run_id']} is {run['status']}"
    for session_id in expected:
        yield from _stuck(evidence, session_id)


def _stuck(evidence: Evidence, session_id: SessionId) -> Iterator[str]:
    """Yield where a session stopped although nothing stopped it."""
    if not evidence.runs_of(session_id, Stage.TRANSCRIBE):
        yield f"{session_id} was never opened"
    for before, after in pairwise((Stage.TRANSCRIBE, Stage.DRAFT, Stage.VERIFY)):
        done = any(run["status"] == StageStatus.SUCCEEDED for run in evidence.runs_of(session_id, before))
        if done and not evidence.runs_of(session_id, after):
            yield f"{session_id} ends after {before}"
    now = datetime.now(UTC)
    waiting = {StageStatus.HELD, StageStatus.FAILED, StageStatus.QUARANTINED}
    if any(run["status"] in waiting for run in evidence.runs_of(session_id, Stage.PURGE)):
        return
    for clock in evidence.clocks:
        if clock["session_id"] == session_id and clock["due_at"] and clock["due_at"] <= now and not clock["stopped_at"]:
            yield f"{session_id} still has its {clock['kind']}, which is due"


def _doubled(evidence: Evidence) -> Iterator[str]:
    made = Counter((row["run_id"], row["kind"]) for row in evidence.artifacts if row["run_id"])
    yield from (f"{run_id} committed {count} {kind}s" for (run_id, kind), count in made.items() if count > 1)
    done = Counter(h.facts["run_id"] for h in evidence.log if h.name in {"stage_succeeded", "purge_confirmed"})
    for run in evidence.runs:
        wanted = int(run["status"] == StageStatus.SUCCEEDED)
        if done[run["run_id"]] != wanted:
            yield f"{run['run_id']} succeeded {done[run['run_id']]} times and is {run['status']}"
    stages = Counter((r["session_id"], r["stage"]) for r in evidence.runs if r["status"] == StageStatus.SUCCEEDED)
    yield from (f"{s} has {n} results of {g}" for (s, g), n in stages.items() if n > 1 and g != Stage.PURGE)
    certified = Counter(row["run_id"] for row in evidence.certificates)
    yield from (f"{run_id} has {count} certificates" for run_id, count in certified.items() if count > 1)


def _untrue(evidence: Evidence, site: Site) -> Iterator[str]:
    runs = {run["run_id"]: run for run in evidence.runs}
    for row in evidence.artifacts:
        if row["deleted_at"] or row["superseded_at"]:
            continue
        found = evidence.objects.get(row["object_key"])
        if found is None or found.sha256 != row["ciphertext_sha256"] or found.size != row["ciphertext_bytes"]:
            yield f"{row['session_id']} {row['kind']}: the object is not the one committed"
        run = runs.get(row["run_id"])
        if run is not None and (run["status"], run["attempt"]) != (StageStatus.SUCCEEDED, row["attempt"]):
            yield f"{row['session_id']} {row['kind']}: made by attempt {row['attempt']}, which did not succeed"
    for session in site.ledger.sessions(100_000):
        yield from (f"{a.session_id} {a.kind}: {code}" for a in session.artifacts if (code := _unreadable(site, a)))


def _unreadable(site: Site, artifact: StoredArtifact) -> str | None:
    try:
        with site.artifacts.read(artifact) as body:
            body.read()
    except PipelineError as error:
        return error.reason_code
    return None


def _out_of_order(evidence: Evidence) -> Iterator[str]:
    for before, after in pairwise((Stage.TRANSCRIBE, Stage.DRAFT, Stage.VERIFY)):
        for started in evidence.happened("stage_started", stage=after.value):
            session_id = started.facts["session_id"]
            ends = [h.at for h in evidence.happened("stage_succeeded", stage=before.value, session_id=session_id)]
            if not ends or started.at < min(ends):
                yield f"{session_id} began {after} before {before} was done"


def _deleted_wrongly(evidence: Evidence, site: Site) -> Iterator[str]:
    for key in evidence.keys:
        if key["destroyed_at"]:
            yield from _too_early(evidence, key)
    named = {row["object_key"] for row in evidence.artifacts if not row["deleted_at"]}
    yield from (f"{key} is an object no row speaks of" for key in evidence.objects if key not in named)
    for row in evidence.artifacts:
        prefix = kind_prefix(row["session_id"], ArtifactKind(row["kind"]))
        if row["deleted_at"] and any(key.startswith(prefix) and key not in named for key in evidence.objects):
            yield f"{row['session_id']} {row['kind']} is deleted and still there"
    for row in evidence.certificates:
        certificate = Certificate(row["certificate_id"], row["body"], row["signature"], row["signing_key_id"])
        if not site.signer.check(certificate.body, certificate.signature):
            yield f"{certificate.certificate_id} is not signed"


def _too_early(evidence: Evidence, key: Row) -> Iterator[str]:
    session_id, kind, when = key["session_id"], key["kind"], key["destroyed_at"]
    if key["wrapped"]:
        yield f"{session_id} {kind}: the key is destroyed and still there"
    clock = next((c for c in evidence.clocks if (c["session_id"], c["kind"]) == (session_id, kind)), None)
    if clock is None or clock["due_at"] is None or clock["due_at"] > when:
        yield f"{session_id} {kind}: destroyed before it was due"
    asked = evidence.happened("deletion_requested", session_id=session_id)
    verified = evidence.happened("stage_succeeded", stage=Stage.VERIFY.value, session_id=session_id)
    if not any(h.at <= stamp(when) for h in (*asked, *verified)):
        yield f"{session_id} {kind}: destroyed before its trigger"
    for hold in evidence.holds:
        if hold["session_id"] == session_id and hold["placed_at"] <= when <= (hold["lifted_at"] or when):
            yield f"{session_id} {kind}: destroyed under a hold"


def _unreplayable(site: Site) -> Iterator[str]:
    report = check_audit(site.ledger, site.signer)
    yield from (f"{stream}: {problem.kind} at {problem.seq}" for stream, problem in problems(report))
    told, rows = replayed_states(site.ledger), row_states(site.ledger)
    for run_id in sorted(told.keys() | rows.keys()):
        if told.get(run_id) != rows.get(run_id):
            yield f"{run_id} is {rows.get(run_id)}, and its entries say {told.get(run_id)}"

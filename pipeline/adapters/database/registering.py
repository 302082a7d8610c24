"""Registration of many new sessions at once: every row they need, table by table."""

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.adapters.database.admitting import check_all, lock_everyone, only_new
from pipeline.adapters.database.completing import artifact_values, key_values
from pipeline.adapters.database.intake import Announcement, session_values
from pipeline.adapters.database.rows import policy_text
from pipeline.adapters.database.tables import (
    artifacts,
    data_keys,
    participants,
    retention_clocks,
    retention_moments,
    retention_policies,
    sessions,
    stage_runs,
)
from pipeline.adapters.database.transactions import Transaction
from pipeline.adapters.database.turns import Queue
from pipeline.audit.events import artifact_fact
from pipeline.audit.session_events import SessionAccepted
from pipeline.audit.stage_events import StageOpened
from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.length import guessed_ms
from pipeline.domain.retention import RetentionTrigger, clocks
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus, first_stage
from pipeline.errors import ConsentError
from pipeline.ports.bulk import Candidate

Row = Mapping[str, object]


def register_all(
    tx: Transaction, accepted: Sequence[tuple[Candidate, StoredArtifact]]
) -> list[RunId | ConsentError | None]:
    """Accept what is new and permitted; return each session's run, its refusal, or ``None`` where it is not new."""
    candidates = [candidate for candidate, _ in accepted]
    lock_everyone(tx, candidates)
    new = only_new(tx, candidates)
    checked = check_all(tx, list(new.values()))
    rows = _Rows()
    rows.look_up_turns(tx, list(new.values()))
    answers: list[RunId | ConsentError | None] = []
    for candidate, recording in accepted:
        rev = checked.pop(candidate.session.session_id, None)
        answers.append(rows.add(tx, candidate, recording, rev) if isinstance(rev, int) else rev)
    rows.insert(tx)
    return answers


@dataclass
class _Rows:
    """What is inserted at the end, table by table."""

    sessions: list[Row] = field(default_factory=list)
    participants: list[Row] = field(default_factory=list)
    policies: list[Row] = field(default_factory=list)
    moments: list[Row] = field(default_factory=list)
    clocks: list[Row] = field(default_factory=list)
    keys: list[Row] = field(default_factory=list)
    artifacts: list[Row] = field(default_factory=list)
    runs: list[Row] = field(default_factory=list)
    queues: dict[tuple[Stage, int], Queue] = field(default_factory=dict)

    def add(self, tx: Transaction, candidate: Candidate, recording: StoredArtifact, rev: int) -> RunId:
        """Add all the rows of one session; return its first run."""
        session = candidate.session
        announced = announcement(candidate)
        row = {"session_id": session.session_id, "audio_ms": None, **session_values(announced)}
        row["expected_ms"] = row["expected_ms"] or guessed_ms(session.kind, recording.ciphertext_bytes)
        self.sessions.append({**row, "accepted_at": tx.now, "input_sha256": recording.ciphertext_sha256})
        self.participants.extend(_participants(candidate))
        self._keep_retention(tx, candidate)
        self.keys.append(key_values(tx, recording))
        self.artifacts.append(artifact_values(tx, recording, None))
        fact = artifact_fact(recording)
        count = len(candidate.participants)
        tx.record(SessionAccepted(session.session_id, session.kind, candidate.policy.policy_id, count, rev, fact))
        return self._open(tx, row, first_stage(session.kind))

    def insert(self, tx: Transaction) -> None:
        """Insert every row."""
        tx.insert_all(sessions, self.sessions)
        tx.insert_all(participants, self.participants)
        tx.insert_all(retention_policies, self.policies)
        tx.insert_all(retention_moments, self.moments)
        tx.insert_all(retention_clocks, self.clocks)
        tx.insert_all(data_keys, self.keys)
        tx.insert_all(artifacts, self.artifacts)
        tx.insert_all(stage_runs, self.runs)

    def _keep_retention(self, tx: Transaction, candidate: Candidate) -> None:
        mine = {"session_id": candidate.session.session_id}
        policy = candidate.policy
        self.policies.append({**mine, "policy_id": policy.policy_id, "rules": policy_text(policy)})
        self.moments.append({**mine, "trigger": RetentionTrigger.INTAKE, "at": tx.now})
        for clock in clocks(policy, {RetentionTrigger.INTAKE: tx.now}):
            values = {"kind": clock.kind, "due_at": clock.due_at, "basis": clock.basis}
            self.clocks.append({**mine, **values, "forced": False})

    def _open(self, tx: Transaction, session: Mapping[str, object], stage: Stage) -> RunId:
        priority, clinician = int(str(session["priority"])), session["clinician_ref"]
        run_id = RunId(f"run-{uuid.uuid4().hex}")
        session_id = SessionId(str(session["session_id"]))
        run = {
            "run_id": run_id,
            "session_id": session_id,
            "stage": stage,
            "generation": 1,
            "status": StageStatus.READY,
            "attempt": 0,
            "failures": 0,
            "crash_count": 0,
            "priority": priority,
            "turn": self._turn(tx, stage, priority, None if clinician is None else str(clinician)),
            "clinician_ref": clinician,
            "batch_id": session["batch_id"],
            "audio_ms": session["expected_ms"],
            "created_at": tx.now,
            "rung_at": tx.now,
        }
        self.runs.append(run)
        tx.record(StageOpened(run_id, session_id, stage, 1, 0))
        return run_id

    def _turn(self, tx: Transaction, stage: Stage, priority: int, clinician: str | None) -> int:
        return self.queues.setdefault((stage, priority), Queue(tx, stage, priority)).draw(clinician)

    def look_up_turns(self, tx: Transaction, candidates: Sequence[Candidate]) -> None:
        """Find every clinician's last turn with one query a queue."""
        wanted: defaultdict[tuple[Stage, int], set[str]] = defaultdict(set)
        for candidate in candidates:
            row = session_values(announcement(candidate))
            if row["clinician_ref"] is not None:
                queue = first_stage(candidate.session.kind), candidate.session.priority
                wanted[queue].add(str(row["clinician_ref"]))
        for queue, clinicians in wanted.items():
            self.queues[queue] = Queue(tx, *queue)
            self.queues[queue].look_up(clinicians)


def announcement(candidate: Candidate) -> Announcement:
    """Return the candidate as intake announces it."""
    return Announcement(candidate.session, candidate.participants, candidate.policy, candidate.voices)


def _participants(candidate: Candidate) -> Iterator[Row]:
    people = {person.person: person for person in candidate.participants}
    for person in people.values():
        yield {"session_id": candidate.session.session_id, "person_ref": person.person, "role": person.role}

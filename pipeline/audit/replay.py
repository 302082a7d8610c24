"""One session's story out of its audit entries alone, and where it leaves each run."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.audit.chain import Entry
from pipeline.audit.events import Stream
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus

#: What each event says its run has become.
BECOMES: Mapping[str, StageStatus] = {
    "stage_opened": StageStatus.READY,
    "stage_started": StageStatus.RUNNING,
    "stage_succeeded": StageStatus.SUCCEEDED,
    "purge_confirmed": StageStatus.SUCCEEDED,
    "stage_refused": StageStatus.REFUSED,
    "stage_crashed": StageStatus.READY,
    "lease_expired": StageStatus.READY,
    "stage_quarantined": StageStatus.QUARANTINED,
    "stage_released": StageStatus.READY,
    "stage_retried": StageStatus.READY,
    "stage_cancelled": StageStatus.CANCELLED,
    "stage_held": StageStatus.HELD,
    "stage_resumed": StageStatus.READY,
}


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry, read."""

    at: datetime
    stream: Stream
    seq: int
    event: str
    facts: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ReplayedRun:
    """Where the entries leave a run."""

    run_id: RunId
    stage: Stage
    generation: int
    status: StageStatus


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened to a session, in order, and where that leaves its runs."""

    session_id: SessionId
    happenings: tuple[Happening, ...]
    runs: tuple[ReplayedRun, ...]

    def differences(self, statuses: Mapping[RunId, StageStatus]) -> tuple[RunId, ...]:
        """Return the runs of which log and ledger tell different things; one that only one of them knows is such."""
        told = {run.run_id: run.status for run in self.runs}
        return tuple(sorted(run_id for run_id in {*told, *statuses} if told.get(run_id) is not statuses.get(run_id)))


def replay(session_id: SessionId, entries: Iterable[Entry]) -> Timeline:
    """Return the story that these entries tell."""
    happenings = sorted((_read(entry) for entry in entries), key=lambda h: (h.at, h.stream, h.seq))
    runs: dict[str, ReplayedRun] = {}
    # A run's entries all stand in its stage's stream, whose own order holds even where a clock was set back.
    for happening in sorted(happenings, key=lambda h: (h.stream, h.seq)):
        status = _status_after(happening)
        if status is not None:
            run = _run(happening, status)
            runs[run.run_id] = run
    return Timeline(session_id, tuple(happenings), tuple(runs.values()))


def _read(entry: Entry) -> Happening:
    body = json.loads(entry.body)
    return Happening(datetime.fromisoformat(body["at"]), entry.stream, entry.seq, body["event"], body["facts"])


def _status_after(happening: Happening) -> StageStatus | None:
    if happening.event == "stage_failed":
        return StageStatus.READY if happening.facts["will_retry"] else StageStatus.FAILED
    return BECOMES.get(happening.event)


def _run(happening: Happening, status: StageStatus) -> ReplayedRun:
    facts = happening.facts
    return ReplayedRun(RunId(str(facts["run_id"])), Stage(str(facts["stage"])), int(str(facts["generation"])), status)

"""One session's story: what its audit entries say, in words, beside what the ledger says now."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.audit.replay import Happening, Timeline
from pipeline.domain.session import RunId, Stage, StageStatus
from pipeline.ports import SessionRow
from web.ops.charts import Attempt, Lane, lanes

#: Facts that the line itself or the page already tells, and whose consent it is, which an operator need not know.
_TOLD = frozenset(
    {"session_id", "stage", "artifacts", "engines", "counts", "keys", "deletions", "artifact", "run_id", "person"}
)
_GOOD = frozenset({"stage_succeeded", "purge_confirmed", "session_accepted"})
_BAD = frozenset(
    {"stage_failed", "stage_crashed", "lease_expired", "stage_quarantined", "stage_refused", "intake_refused"}
)
_ENDS = _BAD | {"stage_succeeded", "purge_confirmed", "stage_released", "stage_held", "stage_cancelled"}


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, in words."""

    at: datetime
    place: str
    text: str
    tone: str
    facts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Story:
    """Everything the page of a session shows."""

    lines: tuple[Line, ...]
    lanes: tuple[Lane, ...]
    #: Runs of which log and ledger tell different things.
    differences: tuple[RunId, ...]
    runs: int


def story_of(timeline: Timeline, row: SessionRow, now: datetime) -> Story:
    """Return the story that the entries tell."""
    statuses = {run.run_id: run.status for run in row.runs}
    return Story(
        tuple(_line(happening) for happening in timeline.happenings),
        lanes(_tries(timeline), now),
        timeline.differences(statuses),
        len(statuses),
    )


def _line(happening: Happening) -> Line:
    event, facts = happening.event, happening.facts
    stage = f"{facts['stage']}: " if "stage" in facts else ""
    tone = "bad" if event in _BAD else "good" if event in _GOOD else ""
    return Line(
        happening.at,
        f"{happening.stream} {happening.seq}",
        f"{stage}{event.removeprefix('stage_').replace('_', ' ')}",
        tone,
        tuple(_said(facts)),
    )


def _said(facts: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in facts.items():
        if name not in _TOLD and not isinstance(value, list | dict):
            yield name.replace("_", " "), str(value)
    for engine in _dicts(facts.get("engines")):
        yield "engine", " ".join(str(engine.get(part, "")) for part in ("name", "version", "model")).strip()
    artifacts = facts.get("artifacts") or [facts["artifact"]] if "artifacts" in facts or "artifact" in facts else []
    for artifact in _dicts(artifacts):
        yield f"{artifact.get('kind')} digest", str(artifact.get("ciphertext_sha256", ""))[:16]
    for deletion in _dicts(facts.get("deletions")):
        yield f"{deletion.get('kind')} found after", str(deletion.get("versions_found_after"))


def _dicts(value: object) -> Iterator[Mapping[str, object]]:
    if isinstance(value, list):
        yield from (item for item in value if isinstance(item, dict))


def _tries(timeline: Timeline) -> Mapping[str, list[Attempt]]:
    """Return each stage's tries: from a start to whatever ended it."""
    tries: dict[str, list[Attempt]] = {stage.value: [] for stage in Stage}
    begun: dict[str, datetime] = {}
    for happening in timeline.happenings:
        run = str(happening.facts.get("run_id", ""))
        if happening.event == "stage_started":
            begun[run] = happening.at
        elif happening.event in _ENDS and run in begun:
            outcome = _outcome(happening.event)
            tries[str(happening.facts["stage"])].append(Attempt(begun.pop(run), happening.at, outcome))
    running = {run.run_id: run.stage.value for run in timeline.runs if run.status is StageStatus.RUNNING}
    for run, start in begun.items():
        if run in running:
            tries[running[RunId(run)]].append(Attempt(start, None, "running"))
    return tries


def _outcome(event: str) -> str:
    if event in _GOOD:
        return "succeeded"
    return {"stage_refused": "refused", "stage_quarantined": "quarantined", "stage_held": "held"}.get(event, "failed")

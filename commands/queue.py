"""Steer the queues: show, pause, resume, drain, cancel, retry, release, discard, reorder."""

from typing import Annotated

import typer
from rich.table import Column, Table

from commands.actor import ActorOption
from commands.handing_in import make_doorbell
from commands.opening import console, open_wiring
from config.wiring import Wiring
from pipeline.domain.night import BatchId
from pipeline.domain.operating import ENDED_BADLY, Decision, QueueState, RunFilter
from pipeline.domain.session import RunId, Stage, StageStatus, WorkerId, parse_session_id

app = typer.Typer(no_args_is_help=True)

ReasonOption = Annotated[str, typer.Option(help="Why, as a code such as engine-upgrade or INC-1234.")]
SessionArgument = Annotated[str, typer.Argument(help="The session's id.")]
RunArgument = Annotated[str, typer.Argument(help="The stage run's id, as `nightscribe queue failed` lists it.")]
StageArgument = Annotated[Stage, typer.Argument(help="The stage.")]


@app.command()
def show() -> None:
    """Show each stage's depth and state, and the workers that live."""
    wiring = open_wiring()
    console.print(_stages(wiring))
    console.print(_workers(wiring))


@app.command()
def failed(
    stage: Annotated[Stage | None, typer.Option(help="Of this stage alone.")] = None,
    reason_code: Annotated[str | None, typer.Option("--code", help="With this reason code alone.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
) -> None:
    """List the runs that ended badly, the latest first."""
    for run in open_wiring().ledger.failed_runs(stage, reason_code, limit):
        console.print(f"{run.run_id}  {run.session_id}  {run.stage}  {run.status}  {run.reason_code}")


@app.command()
def pause(stage: StageArgument, reason: ReasonOption, actor: ActorOption = "cli") -> None:
    """Start nothing more of a stage, on any machine; runs in progress finish."""
    _steer(stage, QueueState.PAUSED, Decision(actor, reason))


@app.command()
def drain(
    reason: ReasonOption,
    stage: Annotated[Stage | None, typer.Option(help="Work off what is ready of it; what comes later waits.")] = None,
    worker: Annotated[str, typer.Option(help="Let this worker finish its run and take no other.")] = "",
    actor: ActorOption = "cli",
) -> None:
    """Drain a stage, or one worker."""
    if (stage is None) == (not worker):
        raise typer.BadParameter("give either --stage or --worker")
    if stage is not None:
        _steer(stage, QueueState.DRAINING, Decision(actor, reason))
        return
    open_wiring().ledger.drain_worker(WorkerId(worker), Decision(actor, reason))
    console.print("The worker takes no further run.")


@app.command()
def resume(
    reason: ReasonOption,
    stage: Annotated[Stage | None, typer.Option(help="Open this stage again.")] = None,
    worker: Annotated[str, typer.Option(help="Let this worker take runs again.")] = "",
    actor: ActorOption = "cli",
) -> None:
    """Open a stage again, or let a drained worker take runs again."""
    if (stage is None) == (not worker):
        raise typer.BadParameter("give either --stage or --worker")
    if stage is not None:
        _steer(stage, QueueState.OPEN, Decision(actor, reason))
        return
    open_wiring().ledger.resume_worker(WorkerId(worker), Decision(actor, reason))
    console.print("The worker takes runs again.")


@app.command()
def cancel(
    reason: ReasonOption,
    session: Annotated[str, typer.Option(help="The session.")] = "",
    batch: Annotated[str, typer.Option(help="Every session of this batch that still has work to come.")] = "",
    actor: ActorOption = "cli",
) -> None:
    """End what is ready, runs or is awaited of a session or a batch; nothing is deleted before its retention ends."""
    if bool(session) == bool(batch):
        raise typer.BadParameter("give either --session or --batch")
    ledger = open_wiring().ledger
    if session:
        ended = ledger.cancel_session(parse_session_id(session), Decision(actor, reason))
        console.print(f"The session is cancelled; {len(ended)} run(s) ended.")
        return
    cancelled = ledger.cancel_batch(BatchId(batch), Decision(actor, reason))
    console.print(f"{len(cancelled)} session(s) cancelled.")


@app.command()
def retry(
    reason: ReasonOption,
    stage: Annotated[Stage | None, typer.Option(help="Of this stage alone.")] = None,
    reason_code: Annotated[str | None, typer.Option("--code", help="With this reason code alone.")] = None,
    batch: Annotated[str | None, typer.Option(help="Of this batch alone.")] = None,
    refused: Annotated[bool, typer.Option("--refused", help="Refused runs too; consent is asked for again.")] = False,  # noqa: FBT002 - an option
    actor: ActorOption = "cli",
) -> None:
    """Make every failed or quarantined run that matches ready again, with fresh tries."""
    wiring = open_wiring()
    statuses = ENDED_BADLY if refused else (StageStatus.FAILED, StageStatus.QUARANTINED)
    which = RunFilter(stage, reason_code, None if batch is None else BatchId(batch), statuses)
    ready = wiring.ledger.retry_matching(which, Decision(actor, reason))
    doorbell = make_doorbell(wiring)
    for ready_stage, run_id in ready:
        doorbell.ring(ready_stage, run_id)
    console.print(f"{len(ready)} run(s) made ready again.")


@app.command()
def release(run: RunArgument, reason: ReasonOption, actor: ActorOption = "cli") -> None:
    """Release one run from quarantine, with fresh tries."""
    open_wiring().ledger.release_quarantined(RunId(run), Decision(actor, reason))
    console.print("Ready again.")


@app.command()
def discard(run: RunArgument, reason: ReasonOption, actor: ActorOption = "cli") -> None:
    """Set one run that ended badly aside for good."""
    open_wiring().ledger.discard(RunId(run), Decision(actor, reason))
    console.print("Set aside. What exists of the session stays until its retention ends.")


@app.command()
def priority(
    session: SessionArgument,
    number: Annotated[int, typer.Argument(min=0, max=1000, help="Lower goes first.")],
    reason: ReasonOption,
    actor: ActorOption = "cli",
) -> None:
    """Give a session another priority, for what waits now and for the stages that follow."""
    open_wiring().ledger.change_priority(parse_session_id(session), number, Decision(actor, reason))
    console.print(f"Priority {number}.")


def _steer(stage: Stage, state: QueueState, decision: Decision) -> None:
    open_wiring().ledger.steer(stage, state, decision)
    console.print(f"{stage}: {state}.")


def _stages(wiring: Wiring) -> Table:
    table = Table("Stage", "State", "Ready", "Runs", "Failed", "Refused", "Set aside", "Audio", "Oldest")
    now = wiring.clock.now()
    for depth in wiring.ledger.stage_depths():
        counts = (depth.runs[status] for status in (StageStatus.READY, StageStatus.RUNNING, *_BADLY))
        oldest = "" if depth.oldest_ready is None else f"{(now - depth.oldest_ready).total_seconds() / 60:.0f} min"
        table.add_row(
            depth.stage, depth.control.state, *map(str, counts), f"{depth.ready_audio_seconds / 3600:.1f} h", oldest
        )
    return table


_BADLY = (StageStatus.FAILED, StageStatus.REFUSED, StageStatus.QUARANTINED)


def _workers(wiring: Wiring) -> Table:
    table = Table(
        Column("Worker", overflow="fold", min_width=30), "Stage", "State", "Beat", "Memory", "Engine", "Session"
    )
    now = wiring.clock.now()
    for worker in wiring.ledger.living_workers(3 * wiring.settings.queue.heartbeat):
        memory = "" if worker.memory_bytes is None else f"{worker.memory_bytes / 2**20:.0f} MB"
        beat = f"{(now - worker.beat_at).total_seconds():.0f} s"
        table.add_row(
            worker.worker_id, worker.stage, worker.state, beat, memory, worker.engine or "", worker.session_id or ""
        )
    return table

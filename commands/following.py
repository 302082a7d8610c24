"""Progress on the terminal: per stage, per batch, and the forecast."""

import time
from datetime import timedelta

from rich.console import Group
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Column, Table

from commands.opening import console
from config.wiring import Wiring
from pipeline.domain.forecast import forecast
from pipeline.domain.forecast.wording import sentence
from pipeline.domain.night import BatchId
from pipeline.domain.session import Stage, StageStatus
from pipeline.ports.queue_view import BatchProgress

_LOOK_SECONDS = 2.0


def follow(wiring: Wiring, batch_id: BatchId) -> BatchProgress:
    """Show a batch's progress until nothing of it is ready, running or still to come."""
    with Live(console=console, refresh_per_second=2, transient=False) as live:
        while True:
            progress = wiring.ledger.batch_progress(batch_id)
            live.update(Group(stages(wiring), batches([progress]), foretold(wiring, batch_id)))
            if not progress.running and not progress.waiting and not progress.awaited:
                return progress
            time.sleep(_LOOK_SECONDS)


def stages(wiring: Wiring) -> Table:
    """Return a row for each stage: what waits, what runs, what ended badly, how fast it goes."""
    table = Table("Stage", "State", "Waiting", "Running", "Failed", "Audio waiting", "Done in an hour")
    for depth in wiring.ledger.stage_depths():
        badly = depth.runs[StageStatus.FAILED] + depth.runs[StageStatus.QUARANTINED] + depth.runs[StageStatus.REFUSED]
        table.add_row(
            str(depth.stage).capitalize() if depth.stage is not Stage.PURGE else "Delete",
            depth.control.state,
            str(depth.runs[StageStatus.READY]),
            str(depth.runs[StageStatus.RUNNING]),
            str(badly),
            f"{depth.ready_audio_seconds / 3600:.1f} h",
            str(depth.succeeded_last_hour),
        )
    return table


def batches(found: list[BatchProgress]) -> Table:
    """Return a row for each batch."""
    table = Table(Column("Batch", overflow="fold", min_width=36), "Done", "Runs", "Waits", "Ended badly")
    for each in found:
        badly = each.failed + each.quarantined + each.refused + each.turned_away + each.cancelled
        # In a column of its own it would not fit beside the others on a terminal of 80 columns.
        deadline = "" if each.batch.deadline is None else f"\nby {each.batch.deadline:%Y-%m-%d %H:%M} UTC"
        bar = ProgressBar(total=max(each.sessions, 1), completed=each.done, width=8)
        done = Group(f"{each.done} of {each.sessions}", bar)
        name = f"{each.batch.batch_id}\n{each.batch.label}{deadline}"
        waits = f"{each.waiting}\n{each.awaited} to come" if each.awaited else str(each.waiting)
        table.add_row(name, done, str(each.running), waits, str(badly))
    return table


def foretold(wiring: Wiring, batch_id: BatchId | None = None) -> str:
    """Return the forecast in a sentence."""
    night = wiring.settings.night
    patience: timedelta = 3 * wiring.settings.queue.heartbeat
    inputs = wiring.ledger.forecast_inputs(patience, batch_id)
    return f"Forecast: {sentence(forecast(inputs), night.zone)}."

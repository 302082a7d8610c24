"""One session through every stage inside this process, with its progress shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from commands.handing_in import accept
from commands.opening import console
from commands.status import SYMBOLS, latest_run
from config.settings import LogSettings, Settings
from config.wiring import Wiring
from pipeline.domain.session import SessionId, Stage, StageStatus
from pipeline.errors import PipelineError
from pipeline.intake import Submission
from pipeline.ports import SessionRow
from workers.process import WorkerProcess

#: How often what begins is shown; what ends is known at once.
_LOOK = timedelta(milliseconds=100)

WORDS = {
    Stage.TRANSCRIBE: "Listening and telling voices apart",
    Stage.DRAFT: "Drafting the note",
    Stage.VERIFY: "Holding every sentence against what was said",
    Stage.PURGE: "Deleting what is due, with proof",
}


def in_this_process(settings: Settings) -> Settings:
    """Return the settings with queues inside this process, and tries a person can wait for.

    What goes well is shown, not logged, unless a log was asked for.
    """
    queue = settings.queue.model_copy(update={"tries": 2, "backoff": timedelta(seconds=1)})
    log = settings.log if "log" in settings.model_fields_set else LogSettings(level="WARNING")
    return settings.model_copy(update={"redis_url": type(settings.redis_url)(""), "queue": queue, "log": log})


@contextmanager
def four_workers(wiring: Wiring) -> Iterator[WorkerProcess]:
    """Run a worker for every stage, each on its own queue, until the block ends."""
    workers = WorkerProcess(wiring, tuple(Stage))
    workers.start()
    try:
        yield workers
    except BaseException:
        workers.abandon()
        raise
    finally:
        workers.stop()


def travel(wiring: Wiring, submission: Submission, audio: Path) -> SessionRow:
    """Take a recording through every stage and return where it ended."""
    with four_workers(wiring) as workers, _progress() as progress:
        accept(wiring, workers.doorbell, submission, audio)
        return _follow(wiring, workers, submission.session.session_id, progress)


def failure_of(row: SessionRow) -> str | None:
    """Return the reason code of the stage that ended the journey early, or ``None``."""
    bad = {StageStatus.FAILED, StageStatus.REFUSED, StageStatus.QUARANTINED, StageStatus.CANCELLED}
    return next((run.reason_code or run.status for run in row.runs if run.status in bad), None)


def sentence_of(reason_code: str) -> str:
    """Return the sentence that goes with a reason code."""
    kinds = [PipelineError]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    return next((kind.sentence for kind in kinds if kind.reason_code == reason_code), PipelineError.sentence)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(finished_text=" "),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        disable=not console.is_terminal,
        transient=True,
    )


def _follow(wiring: Wiring, workers: WorkerProcess, session_id: SessionId, progress: Progress) -> SessionRow:
    lines = {stage: progress.add_task(WORDS[stage], total=1, start=False) for stage in Stage}
    while True:
        row = wiring.ledger.session(session_id)
        for stage in Stage:
            run = latest_run(row, stage)
            if run is not None:
                _show(progress, lines[stage], stage, run.status)
        if all(run.status.is_final for run in row.runs):
            return row
        workers.ended.wait(_LOOK.total_seconds())
        workers.ended.clear()


def _show(progress: Progress, line: TaskID, stage: Stage, status: StageStatus) -> None:
    if status is StageStatus.RUNNING:
        progress.start_task(line)
    progress.update(line, description=f"{WORDS[stage]}  {SYMBOLS[status]}", completed=int(status.is_final))

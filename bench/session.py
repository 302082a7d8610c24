"""Time the sample session: seconds and real-time factor a stage, peak memory a process, the pipeline's own share.

The pipeline's share is what is left of the time from handing in to the last stage's end when the engines' own
seconds (work, and waiting for models to load) are taken away.
"""

import json
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.table import Table

from commands.consent import read_consent_form
from commands.demo import SAMPLE, demo_settings
from commands.handing_in import Wishes, make_submission
from commands.journey import failure_of, travel
from commands.session_report import audit_lines
from config.logging import configure_logging
from config.wiring import Wiring, wire
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionId, Stage, new_session_id
from pipeline.ports import SessionRow, StageRunRow


@dataclass
class PeakMemory:
    """Watches this process and its children and keeps the most memory each held, in bytes."""

    peaks: dict[str, int] = field(default_factory=dict)
    _done: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Self:
        """Start watching."""
        threading.Thread(target=self._watch, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop watching."""
        self._done.set()

    def _watch(self) -> None:
        while not self._done.wait(0.1):
            for process in _family():
                name, peak = process
                self.peaks[name] = max(peak, self.peaks.get(name, 0))


def _family() -> list[tuple[str, int]]:
    """Return each process's name and peak resident bytes: ours and our children's."""
    children = Path("/proc/self/task").glob("*/children")
    pids = ["self", *(pid for path in children for pid in path.read_text().split())]
    return [peak for pid in pids if (peak := _peak(pid)) is not None]


def _peak(pid: str) -> tuple[str, int] | None:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        command = Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmHWM")), "VmHWM: 0")
    return _name(pid, command.split("\0")), int(line.split()[1]) * 1024


def _name(pid: str, command: list[str]) -> str:
    if pid == "self":
        return "worker process"
    if "config.stage_process" in command:
        return f"{command[command.index('config.stage_process') + 1]}'s model process"
    return "other"


def main() -> None:
    """Run the sample session and print the table."""
    configure_logging("ERROR")
    console = Console()
    with tempfile.TemporaryDirectory() as folder, PeakMemory() as memory:
        wiring = wire(demo_settings(Path(folder)))
        form = read_consent_form(SAMPLE / "consent.json")
        recording = SAMPLE / "session.opus"
        submission = make_submission(
            wiring, form, form.session_id or new_session_id(), recording, Wishes(NoteFormat.DAP)
        )
        began = time.monotonic()
        row = travel(wiring, submission, recording)
        total = time.monotonic() - began
        if failure_of(row) is not None:
            sys.exit(f"the session did not finish: {failure_of(row)}")
        _print(console, row, total, _engine_seconds(wiring, row.session.session_id), memory.peaks)


def _engine_seconds(wiring: Wiring, session_id: SessionId) -> dict[str, float]:
    """Return the engines' own seconds of each stage, as the audit log has them."""
    seconds: dict[str, float] = {}
    for line in audit_lines(wiring, session_id).splitlines():
        body = json.loads(line)["facts"]
        counts = dict(body.get("counts", {}))
        spent = (counts.get("engine_ms", 0) + counts.get("load_ms", 0)) / 1000
        if spent:
            seconds[body["stage"]] = spent
    return seconds


def _print(console: Console, row: SessionRow, total: float, engine: dict[str, float], peaks: dict[str, int]) -> None:
    audio = row.audio_seconds or 0.0
    table = Table(
        "stage", "seconds", "engine seconds", "times real time", title=f"Sample session, {audio:.0f} s of audio"
    )
    for stage in Stage:
        spent = _seconds(next(run for run in row.runs if run.stage is stage))
        table.add_row(stage, f"{spent:.2f}", f"{engine.get(stage, 0.0):.2f}", f"{audio / max(spent, 1e-3):.0f}")
    table.add_row("whole run", f"{total:.2f}", f"{sum(engine.values()):.2f}", f"{audio / total:.1f}")
    console.print(table)
    share = (total - sum(engine.values())) / total
    console.print(f"Pipeline's own share of the run: {share:.1%} (target: at most 3 %)")
    for name, peak in sorted(peaks.items()):
        if name == "other":
            continue
        console.print(f"Peak memory, {name}: {peak / 1e6:.0f} MB")


def _seconds(run: StageRunRow) -> float:
    if run.started_at is None or run.finished_at is None:
        return 0.0
    return (run.finished_at - run.started_at).total_seconds()


if __name__ == "__main__":
    main()

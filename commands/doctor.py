"""Check this machine and its settings, and say what to do about what is wrong."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import typer

from commands.opening import console
from config.engine_lacks import engine_checks
from config.settings import Settings, load_settings
from config.storing import object_store
from config.wiring import wire
from pipeline.adapters.database import check_schema
from pipeline.adapters.decoding.sandbox import Sandbox, available_sandbox
from pipeline.errors import PipelineError
from workers.broker import make_broker, reachable

_ROOM = 5_000_000_000


class State(StrEnum):
    """How one check came out."""

    GOOD = "✔ good"
    WARNING = "! warning"
    BAD = "✘ bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's outcome, with what to do."""

    name: str
    state: State
    sentence: str = ""


def run() -> None:
    """Check this machine and its settings; exit 1 where something is bad."""
    findings = list(examine(load_settings()))
    for finding in findings:
        console.print(f"{finding.state:<10} {finding.name}" + (f": {finding.sentence}" if finding.sentence else ""))
    if any(finding.state is State.BAD for finding in findings):
        raise typer.Exit(1)


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield what was found."""
    yield _sandbox()
    yield _attempt("keys and database", lambda: check_schema(wire(settings).ledger.database.engine))
    yield _attempt("store", lambda: next(iter(object_store(settings).versions("doctor/")), None))
    for stage, check in engine_checks(settings):
        yield _attempt(f"engine of {stage}", check)
    yield _queue(settings)
    yield _room(settings.folder)
    yield _swap()


def _attempt(name: str, check: Callable[[], object]) -> Finding:
    try:
        check()
    except PipelineError as error:
        return Finding(name, State.BAD, str(error))
    return Finding(name, State.GOOD)


def _sandbox() -> Finding:
    try:
        sandbox = available_sandbox()
    except PipelineError as error:
        return Finding("sandbox", State.BAD, str(error))
    if sandbox is Sandbox.NAMESPACES:
        return Finding("sandbox", State.GOOD, "recordings are decoded in a namespace without network or files")
    sentence = "user namespaces are off: recordings are decoded under resource limits alone. Install bubblewrap."
    return Finding("sandbox", State.WARNING, sentence)


def _queue(settings: Settings) -> Finding:
    url = settings.redis_url.get_secret_value()
    if not url:
        return Finding("queue", State.GOOD, "inside the process; set NIGHTSCRIBE_REDIS_URL for several machines")
    if reachable(make_broker(url)):
        return Finding("queue", State.GOOD)
    return Finding("queue", State.WARNING, "Redis does not answer. Work goes on by polling, some seconds later.")


def _room(folder: Path) -> Finding:
    existing = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(existing).free
    if free < _ROOM:
        return Finding("disk", State.WARNING, f"{free / 1e9:.1f} GB free where the data lies; make room")
    return Finding("disk", State.GOOD, f"{free / 1e9:.0f} GB free")


def _swap() -> Finding:
    swaps = Path("/proc/swaps")
    if swaps.exists() and len(swaps.read_text().splitlines()) > 1:
        return Finding("swap", State.WARNING, "memory may be written to swap. Encrypt it, or switch it off.")
    return Finding("swap", State.GOOD, "off")

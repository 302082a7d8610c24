"""Hand in many recordings at once, from a manifest or a watched folder."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from commands.actor import ActorOption
from commands.batching import HandedIn, check_manifest, hand_in, manifest_digest
from commands.following import follow as follow_batch
from commands.opening import console, open_wiring
from commands.watching import WatchedFolder
from config.wiring import Wiring
from pipeline.domain.documents.manifest import COLUMNS
from pipeline.domain.night import Batch, new_batch_id
from pipeline.domain.operating import Decision
from pipeline.errors import ManifestInvalidError

EXAMPLE = f"""{",".join(COLUMNS)}
monday/0900.wav,monday/0900.consent.json,,DAP,2,100,,clin-0042
monday/1000.m4a,monday/1000.consent.json,visit-20261120-1000,SOAP,,50,monday/1000.names.txt,
"""
_LOOK_SECONDS = 2.0
_KEPT = "Accepted recordings move to done/ and lie there IN THE CLEAR: empty it, or leave out --keep."
_FOR_A_WHILE = "IN THE CLEAR, until NIGHTSCRIBE_ARRIVALS__KEEP_FAILED is over"
_REMOVED = "Accepted recordings are stored encrypted and removed from the folder. --keep moves them to done/."

KeepOption = Annotated[
    bool, typer.Option("--keep/--remove", help="Move accepted recordings to done/, in the clear, or remove them.")
]


def run(
    manifest: Annotated[
        Path | None, typer.Argument(help="CSV, or JSON Lines where it ends in .jsonl.", exists=True, dir_okay=False)
    ] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a manifest to start from.")] = False,  # noqa: FBT002 - an option
    follow: Annotated[bool, typer.Option("--follow", help="Stay, and show progress to the end.")] = False,  # noqa: FBT002 - an option
    label: Annotated[str, typer.Option(help="A code for the batch; the manifest's name by default.")] = "",
    deadline: Annotated[str, typer.Option(help="When it must be ready: 06:00, or a date and time with zone.")] = "",
    watch: Annotated[Path | None, typer.Option(help="Take in what appears in this folder.", file_okay=False)] = None,
    settle: Annotated[float, typer.Option(min=0, help="Seconds a watched file must stand still.")] = 10.0,
    once: Annotated[bool, typer.Option("--once", help="Watch until nothing new is whole, then stop.")] = False,  # noqa: FBT002 - an option
    keep: KeepOption = False,  # noqa: FBT002 - an option
    actor: ActorOption = "cli",
) -> None:
    """Hand in many recordings at once; the manifest is checked whole before anything starts."""
    if example:
        typer.echo(EXAMPLE, nl=False)
        return
    if watch is not None:
        _watch(WatchedFolder(watch, open_wiring(), actor, settle, keep), once=once)
        return
    if manifest is None:
        raise typer.BadParameter("give a manifest, --watch FOLDER, or --example for a manifest to start from")
    wiring = open_wiring()
    decided = Decision(actor, label or _code(manifest.stem))
    due = _deadline(wiring, deadline)
    batch = Batch(new_batch_id(), decided.reason, actor, due, manifest_digest(manifest))
    found = _hand_in(wiring, manifest, batch)
    if follow:
        follow_batch(wiring, found.batch.batch_id)
    if found.refused:
        raise typer.Exit(1)


def _hand_in(wiring: Wiring, path: Path, batch: Batch) -> HandedIn:
    """Hand in every row, or name everything that is wrong and raise."""
    prepared, problems = check_manifest(wiring, path, batch)
    if problems:
        for problem in problems:
            typer.echo(f"line {problem.line}: {problem.problem}", err=True)
        raise ManifestInvalidError(problems=len(problems))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        line = progress.add_task("Handing in", total=len(prepared))
        found = hand_in(wiring, batch, prepared, lambda done, _all: progress.update(line, completed=done))
    for number, session_id, error in sorted(found.refused, key=lambda refusal: refusal[0]):
        typer.echo(f"line {number}: {session_id}: {error}", err=True)
    console.print(f"Handed in {len(found.accepted)} of {len(prepared)} recordings as {found.batch.batch_id}.")
    return found


def _watch(folder: WatchedFolder, *, once: bool) -> None:
    """Say what becomes of the files, then look again and again, until told to stop."""
    if folder.keep:
        typer.echo(_KEPT, err=True)
    else:
        console.print(_REMOVED)
    quiet_since = time.monotonic()
    while True:
        for found in folder.look():
            quiet_since = time.monotonic()
            console.print(f"{found.batch.batch_id}: {len(found.accepted)} accepted, {len(found.refused)} turned away.")
        if set_aside := folder.set_aside():
            quiet_since = time.monotonic()
            typer.echo(f"{set_aside} set aside in failed/, each with its reason beside it, {_FOR_A_WHILE}.", err=True)
        if stale := folder.remove_stale():
            console.print(f"{stale} file(s) removed from failed/: they lay there for as long as is set.")
        if once and time.monotonic() - quiet_since > folder.settle_seconds + _LOOK_SECONDS:
            return
        time.sleep(min(_LOOK_SECONDS, folder.settle_seconds or _LOOK_SECONDS))


def _code(text: str) -> str:
    """Return a file's name as a code."""
    code = "".join(c if c.isalnum() and c.isascii() else "-" for c in text)[:40].strip("-")
    return code if len(code) > 1 else "batch"


def _deadline(wiring: Wiring, text: str) -> datetime | None:
    """Return the moment; an hour alone is the next time the agency's clock shows it."""
    if not text:
        return None
    try:
        return _moment(wiring, text)
    except ValueError:
        raise typer.BadParameter(
            "--deadline is an hour such as 06:00, or a moment such as 2026-11-21T06:00-05:00"
        ) from None


def _moment(wiring: Wiring, text: str) -> datetime:
    zone = wiring.settings.night.zone
    if len(text) == len("06:00"):
        now = wiring.clock.now().astimezone(zone)
        due = datetime.combine(now.date(), datetime.strptime(text, "%H:%M").time(), zone)  # noqa: DTZ007 - an hour of the local clock
        return (due if due > now else due + timedelta(days=1)).astimezone(UTC)
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)

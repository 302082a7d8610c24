"""Hand in many recordings at once, from a manifest."""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from commands.consent import read_consent_form
from commands.documents import names_in
from commands.handing_in import Wishes, accept, choose_session_id, make_doorbell, make_submission
from commands.opening import console, open_wiring, read_document
from config.wiring import Wiring
from pipeline.domain.documents.manifest import COLUMNS, ManifestProblem, ManifestRow, read_manifest
from pipeline.domain.session import SessionId
from pipeline.errors import ManifestInvalidError, PipelineError
from pipeline.intake import Submission

NAME = "batch"

EXAMPLE = f"""{",".join(COLUMNS)}
monday/0900.wav,monday/0900.consent.json,,DAP,2,100,
monday/1000.m4a,monday/1000.consent.json,visit-20261120-1000,SOAP,,50,monday/1000.names.txt
"""


def run(
    manifest: Annotated[Path | None, typer.Argument(help="CSV, or JSON Lines where it ends in .jsonl.")] = None,
    example: Annotated[bool, typer.Option("--example", help="Print a manifest to start from.")] = False,  # noqa: FBT002 - an option
    follow: Annotated[bool, typer.Option("--follow", help="Stay, and show progress to the end.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Hand in many recordings at once; the manifest is checked whole before anything starts."""
    if example:
        typer.echo(EXAMPLE, nl=False)
        return
    if manifest is None or not manifest.is_file():
        raise typer.BadParameter("give a manifest, or --example for one to start from")
    wiring = open_wiring()
    submissions = _prepare(wiring, manifest)
    accepted = _hand_in(wiring, submissions)
    console.print(f"Handed in {len(accepted)} of {len(submissions)} recordings.")
    if follow:
        _follow(wiring, accepted)
    if len(accepted) < len(submissions):
        raise typer.Exit(1)


def _prepare(wiring: Wiring, path: Path) -> list[tuple[Submission, Path]]:
    """Return every row as a submission, or name everything that is wrong and raise."""
    manifest = read_manifest(read_document(path, ManifestInvalidError), json_lines=path.suffix == ".jsonl")
    problems = list(manifest.problems)
    submissions: list[tuple[Submission, Path]] = []
    for row in manifest.rows:
        try:
            submissions.append(_submission(wiring, path.parent, row))
        except PipelineError as error:
            problems.append(ManifestProblem(row.line, str(error)))
    if problems:
        for problem in sorted(problems, key=lambda p: p.line):
            typer.echo(f"line {problem.line}: {problem.problem}", err=True)
        raise ManifestInvalidError(problems=len(problems))
    return submissions


def _submission(wiring: Wiring, folder: Path, row: ManifestRow) -> tuple[Submission, Path]:
    audio, consent = folder / row.audio, folder / row.consent
    if not audio.is_file():
        raise ManifestInvalidError(where="audio", problem="no such file")
    form = read_consent_form(consent)
    chosen = choose_session_id(row.session_id or "", form)
    wishes = Wishes(row.note_format, row.voices, row.priority, names=_names(folder, row))
    return make_submission(wiring, form, chosen, audio, wishes), audio


def _names(folder: Path, row: ManifestRow) -> tuple[str, ...]:
    return names_in(None if row.vocabulary is None else folder / row.vocabulary)


def _hand_in(wiring: Wiring, submissions: list[tuple[Submission, Path]]) -> list[SessionId]:
    """Accept one after the other; one that is refused is named and the next one tried."""
    doorbell = make_doorbell(wiring)
    accepted: list[SessionId] = []
    with _bar() as progress:
        line = progress.add_task("Handing in", total=len(submissions))
        for submission, audio in submissions:
            try:
                accept(wiring, doorbell, submission, audio)
                accepted.append(submission.session.session_id)
            except PipelineError as error:
                typer.echo(f"{submission.session.session_id}: {error}", err=True)
            progress.advance(line)
    return accepted


def _follow(wiring: Wiring, session_ids: list[SessionId]) -> None:
    with _bar() as progress:
        line = progress.add_task("Finished", total=len(session_ids))
        waiting = set(session_ids)
        while waiting:
            for session_id in sorted(waiting):
                if all(run.status.is_final for run in wiring.ledger.session(session_id).runs):
                    waiting.discard(session_id)
                    progress.advance(line)
            time.sleep(1)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)

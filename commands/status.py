"""Show where sessions stand."""

import json
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from commands.following import batches, foretold, stages
from commands.opening import console, open_wiring
from config.wiring import Wiring
from pipeline.domain.session import Stage, StageStatus, parse_session_id
from pipeline.ports import SessionRow, StageRunRow

#: What fits on a screen or two; a night has thousands.
_SHOWN = 40

SYMBOLS = {
    StageStatus.READY: "… waiting",
    StageStatus.RUNNING: "▶ running",
    StageStatus.SUCCEEDED: "✔ done",
    StageStatus.FAILED: "✘ failed",
    StageStatus.REFUSED: "⊘ refused",
    StageStatus.QUARANTINED: "⚠ quarantined",
    StageStatus.HELD: "⏸ held",
    StageStatus.CANCELLED: "⊗ cancelled",
}


def run(
    session: Annotated[str, typer.Argument(help="One session's id; all by default.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="As JSON, for scripts.")] = False,  # noqa: FBT002 - an option
) -> None:
    """Show where sessions stand."""
    wiring = open_wiring()
    ledger = wiring.ledger
    rows = (ledger.session(parse_session_id(session)),) if session else ledger.sessions()
    if as_json:
        print(json.dumps([as_document(row) for row in rows], indent=2, default=str))  # noqa: T201 - for pipes
    elif session:
        console.print(_table(rows))
    elif rows:
        console.print(_table(rows[:_SHOWN]))
        _overview(wiring, len(rows))
    else:
        console.print("No session yet. `nightscribe submit AUDIO --consent CONSENT.json` hands one in.")


def _overview(wiring: Wiring, sessions: int) -> None:
    """Show the stages, the newest batches and the forecast under the sessions."""
    if sessions > _SHOWN:
        console.print(f"The newest {_SHOWN} sessions; --json lists more, and one session's id shows it alone.")
    console.print(stages(wiring))
    newest = list(wiring.ledger.batches_progress(5))
    if newest:
        console.print(batches(newest))
    console.print(foretold(wiring))


def as_document(row: SessionRow) -> dict[str, Any]:
    """Return a session as JSON for scripts: ids, states, times and codes."""
    return {
        "session_id": row.session.session_id,
        "kind": row.session.kind,
        "note_format": row.session.note_format,
        "submitted_at": row.session.submitted_at.isoformat(),
        "audio_seconds": row.audio_seconds,
        "held": row.held,
        "stages": [asdict(stage_run) for stage_run in row.runs],
        "artifacts": [{"kind": a.kind, "ciphertext_bytes": a.ciphertext_bytes} for a in row.artifacts],
        "retention": [
            {"kind": c.kind, "due_at": None if c.due_at is None else c.due_at.isoformat(), "basis": c.basis}
            for c in row.clocks
        ],
    }


def _table(rows: tuple[SessionRow, ...]) -> Table:
    table = Table(Column("Session", overflow="fold", min_width=36), "Handed in")
    for stage in Stage:
        table.add_column(str(stage).capitalize())
    for row in rows:
        cells = (_cell(row, stage) for stage in Stage)
        table.add_row(row.session.session_id, f"{row.session.submitted_at:%Y-%m-%d %H:%M} UTC", *cells)
    return table


def _cell(row: SessionRow, stage: Stage) -> str:
    latest = latest_run(row, stage)
    if latest is None:
        return ""
    reason = f"\n{latest.reason_code}" if latest.reason_code else ""
    return f"{SYMBOLS[latest.status]}{reason}"


def latest_run(row: SessionRow, stage: Stage) -> StageRunRow | None:
    """Return the newest generation's run of a stage."""
    return max((r for r in row.runs if r.stage is stage), key=lambda r: r.generation, default=None)

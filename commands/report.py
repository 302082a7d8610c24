"""Write the morning report: what became of the night's sessions, for each clinician and for the agency."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from commands.opening import console, open_wiring, write_private
from pipeline.adapters.report.morning import render_morning_html, render_morning_text
from pipeline.domain.morning import morning
from pipeline.domain.night import BatchId


def run(
    hours: Annotated[float, typer.Option(min=0.1, help="How far to look back.")] = 16.0,
    batch: Annotated[str, typer.Option(help="Of one batch alone, however old.")] = "",
    clinician: Annotated[str, typer.Option(help="Of one clinician alone, by reference.")] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write an HTML page here.")] = None,
) -> None:
    """Write the morning report: ready, flagged, failed and why, waiting for consent; ids and reasons only."""
    wiring = open_wiring()
    until = wiring.clock.now()
    since = until - timedelta(hours=hours)
    rows = wiring.ledger.morning_rows(since, BatchId(batch) if batch else None)
    found = morning(since, until, (row for row in rows if clinician in {"", row.clinician}))
    zone = wiring.settings.night.zone
    if output is None:
        typer.echo(render_morning_text(found, zone), nl=False)
        return
    write_private(output, render_morning_html(found, zone))
    console.print(f"Written to {output}.")

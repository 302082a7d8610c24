"""Try a stage again that failed, was refused or was quarantined."""

from typing import Annotated

import typer

from commands.actor import ActorOption
from commands.handing_in import make_doorbell
from commands.opening import console, open_wiring
from pipeline.domain.session import StageStatus, parse_session_id

_ENDED_BADLY = {StageStatus.FAILED, StageStatus.REFUSED, StageStatus.QUARANTINED, StageStatus.CANCELLED}


def run(
    session: Annotated[str, typer.Argument(help="The session's id.")],
    actor: ActorOption = "cli",
) -> None:
    """Make what ended badly of a session ready again, with fresh tries; consent is asked for again."""
    wiring = open_wiring()
    row = wiring.ledger.session(parse_session_id(session))
    runs = [run for run in row.runs if run.status in _ENDED_BADLY]
    doorbell = make_doorbell(wiring)
    for each in runs:
        wiring.ledger.retry(each.run_id, actor)
        doorbell.ring(each.stage, each.run_id)
    console.print(f"{len(runs)} stage(s) made ready again.")

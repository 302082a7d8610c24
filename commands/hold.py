"""Place and lift legal holds."""

from typing import Annotated

import typer

from commands.actor import ActorOption
from commands.opening import console, open_wiring
from pipeline.domain.operating import require_code
from pipeline.domain.session import parse_session_id

app = typer.Typer(no_args_is_help=True)

SessionArgument = Annotated[str, typer.Argument(help="The session's id.")]


@app.command()
def place(
    session: SessionArgument,
    reason: Annotated[str, typer.Option(help="A reason code, such as litigation.")] = "litigation",
    actor: ActorOption = "cli",
) -> None:
    """Forbid deletion of a session until the hold is lifted."""
    require_code(reason)
    open_wiring().ledger.place_hold(parse_session_id(session), reason, actor)
    console.print("The hold stands. Nothing of this session is deleted until it is lifted.")


@app.command()
def lift(session: SessionArgument, actor: ActorOption = "cli") -> None:
    """Allow deletion again; what is overdue is deleted with the next sweep."""
    open_wiring().ledger.lift_hold(parse_session_id(session), actor)
    console.print("The hold is lifted.")

"""Delete a session now, and prove it."""

from typing import Annotated

import typer

from commands.actor import ActorOption
from commands.opening import console, open_wiring
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.operating import require_code
from pipeline.domain.session import parse_session_id


def run(
    session: Annotated[str, typer.Argument(help="The session's id.")],
    kind: Annotated[list[ArtifactKind] | None, typer.Option(help="One kind only; may be repeated.")] = None,
    basis: Annotated[str, typer.Option(help="Why, as a code for the audit log.")] = "erasure_request",
    actor: ActorOption = "cli",
) -> None:
    """Make a session's artifacts due now; the purge worker deletes them and signs a certificate."""
    session_id = parse_session_id(session)
    require_code(basis)
    ledger = open_wiring().ledger
    ledger.make_due(session_id, tuple(kind or ArtifactKind), basis, actor)
    if ledger.session(session_id).held:
        console.print("Due, and kept by a legal hold: it is deleted once `nightscribe hold lift` ends the hold.")
        return
    console.print(f"Due now. `nightscribe status {session_id}` shows when the deletion is certified.")

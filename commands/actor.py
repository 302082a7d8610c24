"""Who does what a command does, as it stands in the audit log: a name, never words of one's own."""

from typing import Annotated

import typer

from pipeline.domain.operating import require_code


def _named(actor: str) -> str:
    require_code(actor)
    return actor


ActorOption = Annotated[
    str, typer.Option("--actor", help="Who does it, for the audit log: a name without blanks.", callback=_named)
]

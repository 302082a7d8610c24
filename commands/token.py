"""Make tokens for programs, with scopes and an end; list and revoke them."""

from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from commands.account import accounts
from commands.actor import ActorOption
from commands.opening import console
from pipeline.adapters.database.accounts.tokens import TokenOrder
from pipeline.domain.account import Permission, parse_account_name

app = typer.Typer(no_args_is_help=True)

_LONGEST_DAYS = 366


@app.command()
def create(
    account: Annotated[str, typer.Argument(help="The account the program acts as; never a person's.")],
    scope: Annotated[list[Permission], typer.Option("--scope", help="May be given several times.")],
    days: Annotated[int, typer.Option(min=1, max=_LONGEST_DAYS, help="How long it is good for.")] = 90,
    label: Annotated[str, typer.Option(help="What it is for, in a word.")] = "",
    actor: ActorOption = "cli",
) -> None:
    """Make a token and print it, this one time."""
    order = TokenOrder(parse_account_name(account), label[:64], tuple(scope), timedelta(days=days))
    row, token = accounts().create_token(order, actor)
    console.print(f"{row.token_id} is good until {row.ends_at:%Y-%m-%d}. Keep it now: it is not shown again.")
    typer.echo(token)


@app.command("list")
def show(account: Annotated[str, typer.Argument(help="One account's only.")] = "") -> None:
    """Show tokens, the newest first; never a token itself."""
    table = Table("Token", "Account", "Label", "Scopes", "Until", "Last used", "State")
    for row in accounts().tokens(parse_account_name(account) if account else None):
        table.add_row(
            row.token_id,
            row.account_name,
            row.label,
            ", ".join(row.scopes),
            f"{row.ends_at:%Y-%m-%d}",
            "never" if row.used_at is None else f"{row.used_at:%Y-%m-%d %H:%M}",
            "revoked" if row.revoked_at else "",
        )
    console.print(table)


@app.command()
def revoke(token: Annotated[str, typer.Argument(help="The token's id, tok-…")], actor: ActorOption = "cli") -> None:
    """Make a token count no more, from its next request on."""
    accounts().revoke_token(token, actor)
    console.print(f"{token} is revoked.", markup=False)

"""Give people and programs accounts, with the roles that say what each may do."""

import sys
from typing import Annotated

import typer
from rich.table import Table

from commands.actor import ActorOption
from commands.opening import console, open_wiring
from pipeline.adapters.database.accounts import Proof, SqlAccounts
from pipeline.adapters.identity.passwords import Passwords
from pipeline.domain.account import Role, parse_account_name

app = typer.Typer(no_args_is_help=True)

NameArgument = Annotated[str, typer.Argument(help="The account's name.")]
RoleOption = Annotated[list[Role], typer.Option("--role", help="May be given several times.")]


def accounts() -> SqlAccounts:
    """Return this deployment's accounts."""
    return SqlAccounts(open_wiring().ledger.database)


@app.command()
def add(
    name: NameArgument,
    role: RoleOption,
    oidc_issuer: Annotated[str, typer.Option(help="Whose word is taken instead of a password.")] = "",
    oidc_subject: Annotated[str, typer.Option(help="What the issuer calls this person (`sub`).")] = "",
    actor: ActorOption = "cli",
) -> None:
    """Make an account; the password is asked for, or read from standard input, and never an argument."""
    chosen = parse_account_name(name)
    proof = Proof(oidc_issuer=oidc_issuer, oidc_subject=oidc_subject) if oidc_subject else _proof(chosen)
    accounts().add(chosen, role, proof, actor)
    console.print(f"Added {chosen}: {', '.join(sorted(role))}.", markup=False)


@app.command("list")
def show() -> None:
    """Show every account, its roles, and when it last signed in."""
    table = Table("Name", "Roles", "Second factor", "Last sign-in", "State")
    for account in accounts().everyone():
        table.add_row(
            account.name,
            ", ".join(sorted(account.roles)),
            "yes" if account.has_second_factor else "no",
            "never" if account.signed_in_at is None else account.signed_in_at.isoformat(timespec="seconds"),
            "disabled" if account.disabled else "",
        )
    console.print(table)


@app.command()
def roles(name: NameArgument, role: RoleOption, actor: ActorOption = "cli") -> None:
    """Give an account these roles instead of those it has; they count from its next request on."""
    accounts().set_roles(parse_account_name(name), role, actor)
    console.print(f"{name} is now {', '.join(sorted(role))}.", markup=False)


@app.command()
def reset(name: NameArgument, actor: ActorOption = "cli") -> None:
    """Give an account a new password and end its sign-ins."""
    chosen = parse_account_name(name)
    accounts().set_password(chosen, Passwords().hash(ask_password(), chosen), actor)
    console.print(f"{chosen} has a new password; whoever was signed in no longer is.", markup=False)


@app.command("reset-code")
def reset_code(name: NameArgument, actor: ActorOption = "cli") -> None:
    """Take an account's second factor away, as for a lost telephone, and end its sign-ins."""
    accounts().remove_second_factor(parse_account_name(name), actor)
    console.print(f"{name} has no second factor any more.", markup=False)


@app.command()
def disable(name: NameArgument, actor: ActorOption = "cli") -> None:
    """Let an account in no more: its sign-ins end, and its tokens are refused."""
    accounts().disable(parse_account_name(name), actor)
    console.print(f"{name} is disabled.", markup=False)


@app.command()
def enable(name: NameArgument, actor: ActorOption = "cli") -> None:
    """Let an account in again."""
    accounts().enable(parse_account_name(name), actor)
    console.print(f"{name} is enabled.", markup=False)


def _proof(name: str) -> Proof:
    return Proof(password_hash=Passwords().hash(ask_password(), name))


def ask_password() -> str:
    """Return a password from a prompt that does not show it, or the first line of standard input."""
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\r\n")

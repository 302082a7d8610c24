"""Record, withdraw and show consent."""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from commands.actor import ActorOption
from commands.opening import console, open_wiring, read_document
from pipeline.domain.consent import PersonRef, Purpose
from pipeline.domain.documents.consent import ConsentForm, consent_form_from_json, parse_reference
from pipeline.domain.session import parse_session_id
from pipeline.errors import ConsentFormInvalidError

_SHOWN = ("Person", "Role", "Purpose", "Decision", "From", "Until", "Revision")
app = typer.Typer(no_args_is_help=True)

EXAMPLE = {
    "session_id": "the-session-id-or-leave-this-line-out-for-standing-consent",
    "participants": [{"person": "clinician-17", "role": "clinician"}, {"person": "client-204", "role": "client"}],
    "consents": [
        {
            "person": person,
            "purposes": ["record", "store_audio", "transcribe", "ai_draft", "ground_verify"],
            "decision": "permit",
            "valid_from": "2026-11-01T00:00:00Z",
            "valid_to": None,
            "method": "signed",
            "form_version": "2026-01",
        }
        for person in ("clinician-17", "client-204")
    ],
}


def read_consent_form(path: Path) -> ConsentForm:
    """Return the form in a file; raise ``ConsentFormInvalidError`` that names the field."""
    try:
        document = json.loads(read_document(path, ConsentFormInvalidError))
    except json.JSONDecodeError as error:
        raise ConsentFormInvalidError(where=f"line {error.lineno}, not JSON") from None
    except RecursionError:
        raise ConsentFormInvalidError(where="the document, nested too deep") from None
    return consent_form_from_json(document)


@app.command()
def grant(
    form: Annotated[Path, typer.Argument(help="CONSENT.json", exists=True, dir_okay=False)],
    actor: ActorOption = "cli",
) -> None:
    """Record the decisions in a consent file; without a session_id they stand for every session of the person."""
    decisions = read_consent_form(form).consents
    revision = open_wiring().ledger.record_consents(decisions, actor)
    console.print(f"Recorded {len(decisions)} decisions; the newest is revision {revision}.")


@app.command()
def withdraw(
    person: Annotated[str, typer.Argument(help="The person's opaque reference.")],
    session: Annotated[str, typer.Option(help="One session only; without it, all of the person's sessions.")] = "",
    purpose: Annotated[list[Purpose] | None, typer.Option(help="One purpose only; may be repeated.")] = None,
    actor: ActorOption = "cli",
) -> None:
    """Withdraw consent: what runs is stopped, and what was made is deleted."""
    session_id = parse_session_id(session) if session else None
    purposes = tuple(purpose or Purpose)
    touched = open_wiring().ledger.withdraw(PersonRef(parse_reference(person)), purposes, session_id, actor)
    if touched:
        console.print(f"Withdrawn. {len(touched)} session(s) stopped and made due for deletion.")
    else:
        console.print("Withdrawn for what comes. It touches no session that is here: check the id, if one was meant.")
    for touched_id in touched:
        console.print(f"  {touched_id}")


@app.command()
def show(session: Annotated[str, typer.Argument(help="The session's id.")]) -> None:
    """Show who took part in a session and what each decided."""
    ledger = open_wiring().ledger
    participants, consents = ledger.consents(ledger.session(parse_session_id(session)).session.session_id)
    roles = {p.person: p.role for p in participants}
    # Cut short, two people's references or two purposes would read the same.
    table = Table(*(Column(name, overflow="fold") for name in _SHOWN))
    for row in consents:
        until = "no end" if row.valid_to is None else row.valid_to.isoformat()
        table.add_row(
            row.person,
            roles.get(row.person, ""),
            row.purpose,
            row.decision,
            row.valid_from.isoformat(),
            until,
            str(row.rev),
        )
    console.print(table)


@app.command()
def example() -> None:
    """Print a consent file to start from."""
    console.print_json(data=EXAMPLE)

"""Run the whole main job on the bundled sample session."""

import secrets
import shutil
import time
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr

from commands import web
from commands.consent import read_consent_form
from commands.handing_in import Wishes, make_submission
from commands.journey import failure_of, four_workers, in_this_process, travel
from commands.opening import console, open_wiring
from commands.process import finish
from config.settings import KeySettings, Settings, StoreSettings
from config.wiring import Wiring
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionId, new_session_id

SAMPLE = Path(__file__).parents[1] / "samples" / "session"
FOLDER = Path(".nightscribe") / "demo"
_OPERATOR = "demo"

ServeOption = Annotated[bool, typer.Option("--serve", help="Then serve the pages, and print a demonstration login.")]


def run(
    serve: ServeOption = False,  # noqa: FBT002 - an option
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port of the pages.")] = 8080,
) -> None:
    """Run the whole main job on the bundled sample session: consent, four workers, note, verdicts, deletion."""
    if serve:
        # Before the work: a port that is taken is said at once, and a demo that still runs keeps its folder.
        web.require_free("127.0.0.1", port)
    began = time.monotonic()
    shutil.rmtree(FOLDER, ignore_errors=True)
    wiring = open_wiring(demo_settings(FOLDER))
    form = read_consent_form(SAMPLE / "consent.json")
    recording = SAMPLE / "session.opus"
    submission = make_submission(wiring, form, form.session_id or new_session_id(), recording, Wishes(NoteFormat.DAP))
    console.print("The sample session is synthetic: invented, and spoken by two computer voices.\n")
    row = travel(wiring, submission, recording)
    seconds = time.monotonic() - began
    if failure_of(row) is None and row.audio_seconds:
        console.print(
            f"{row.audio_seconds / 60:.1f} minutes of session in {seconds:.0f} s "
            f"({row.audio_seconds / seconds:.0f} times as fast as it was spoken).\n"
        )
    finish(wiring, row, FOLDER / "output")
    if serve:
        _serve(wiring, port, row.session.session_id)


def _serve(wiring: Wiring, port: int, session_id: SessionId) -> None:
    """Leave the pages running over the demo's own folder, with workers and an operator to look at them."""
    password = secrets.token_urlsafe(9)
    _add_operator(wiring, password)
    console.print(
        f"\nThe pages: http://127.0.0.1:{port}/ops\n"
        f"The sample session's story: http://127.0.0.1:{port}/ops/sessions/{session_id}\n"
        f"Sign in as {_OPERATOR} with {password}\n"
        "This login is of the demo's own folder and ends with it. Ctrl+C stops.",
        markup=False,
    )
    with four_workers(wiring) as workers:
        web.serve(wiring, workers.doorbell, "127.0.0.1", port)


def _add_operator(wiring: Wiring, password: str) -> None:
    from pipeline.adapters.database.accounts import Proof, SqlAccounts
    from pipeline.adapters.identity.passwords import Passwords
    from pipeline.domain.account import Role

    proof = Proof(Passwords().hash(password, _OPERATOR))
    SqlAccounts(wiring.ledger.database).add(_OPERATOR, [Role.OPERATOR, Role.PRIVACY_OFFICER], proof, "demo")


def demo_settings(folder: Path) -> Settings:
    """Return settings that keep everything of the demo in one folder, keys beside the data and not inside."""
    logs = Settings().log.model_copy(update={"level": "WARNING"})
    settings = Settings(
        data_dir=folder / "data",
        keys=KeySettings(folder=folder / "keys"),
        database_url=SecretStr(""),
        store=StoreSettings(),
        log=logs,
    )
    return in_this_process(settings)

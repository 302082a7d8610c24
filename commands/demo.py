"""Run the whole main job on the bundled sample session."""

import shutil
import time
from pathlib import Path

from pydantic import SecretStr

from commands.consent import read_consent_form
from commands.handing_in import Wishes, make_submission
from commands.journey import failure_of, in_this_process, travel
from commands.opening import console, open_wiring
from commands.process import finish
from config.settings import KeySettings, Settings, StoreSettings
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import new_session_id

NAME = "demo"

SAMPLE = Path(__file__).parents[1] / "samples" / "session"
FOLDER = Path(".nightscribe") / "demo"


def run() -> None:
    """Run the whole main job on the bundled sample session: consent, four workers, note, verdicts, deletion."""
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

"""Hand in one recording; workers do the rest."""

from pathlib import Path
from typing import Annotated

import typer

from commands.consent import read_consent_form
from commands.opening import console, open_wiring
from config.settings import Settings
from config.wiring import Wiring
from pipeline.domain.documents.consent import ConsentForm
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import Session, SessionId, SessionKind, new_session_id, parse_session_id
from pipeline.intake import Intake, Submission
from pipeline.ports import Doorbell
from workers.broker import make_broker
from workers.doorbell import DramatiqDoorbell

NAME = "submit"

AudioArgument = Annotated[
    Path, typer.Argument(help="The recording: audio, or video with sound.", exists=True, dir_okay=False)
]
ConsentOption = Annotated[
    Path, typer.Option(help="CONSENT.json; see `nightscribe consent example`.", exists=True, dir_okay=False)
]
FormatOption = Annotated[NoteFormat | None, typer.Option("--format", help="Note format.", case_sensitive=False)]
SessionOption = Annotated[str, typer.Option("--session-id", help="An opaque id; a random one by default.")]
SpeakersOption = Annotated[int | None, typer.Option("--num-speakers", min=1, max=20, help="How many voices to expect.")]


def run(
    audio: AudioArgument,
    consent: ConsentOption,
    note_format: FormatOption = None,
    session_id: SessionOption = "",
    num_speakers: SpeakersOption = None,
    priority: Annotated[int, typer.Option(help="Lower goes first.")] = 100,
) -> None:
    """Hand in one recording: it is encrypted into the store, and the workers take it from there."""
    wiring = open_wiring()
    doorbell = DramatiqDoorbell(make_broker(wiring.settings.redis_url.get_secret_value()))
    chosen = choose_session_id(session_id, form := read_consent_form(consent))
    submission = make_submission(wiring, form, chosen, note_format, num_speakers, priority)
    accept(wiring, doorbell, submission, audio)
    console.print(f"Accepted as {chosen}. `nightscribe status {chosen}` follows it.")


def choose_session_id(given: str, form: ConsentForm) -> SessionId:
    """Return the id given, else the one the consent names, else a new one."""
    if given:
        return parse_session_id(given)
    return form.session_id or new_session_id()


def make_submission(
    wiring: Wiring,
    form: ConsentForm,
    session_id: SessionId,
    note_format: NoteFormat | None,
    voices: int | None,
    priority: int = 100,
) -> Submission:
    """Return a submission; raise ``ConsentSessionMismatchError`` where the form is another session's."""
    settings: Settings = wiring.settings
    bound = form.for_session(session_id)
    session = Session(
        session_id,
        SessionKind.RECORDED,
        note_format or NoteFormat(settings.note_format),
        settings.jurisdiction,
        wiring.clock.now(),
        priority,
    )
    return Submission(session, bound.participants, wiring.policy, bound.consents, voices or len(bound.participants))


def accept(wiring: Wiring, doorbell: Doorbell, submission: Submission, audio: Path) -> None:
    """Take a recording in from a file."""
    intake = Intake(wiring.ledger, wiring.artifacts, doorbell, wiring.settings.recording.max_bytes)
    with audio.open("rb") as recording:
        intake.accept(submission, recording)

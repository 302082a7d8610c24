"""Hand in one recording, dictation or transcript; workers do the rest."""

from typing import Annotated

import typer

from commands.consent import read_consent_form
from commands.documents import names_in
from commands.handing_in import (
    ConsentOption,
    DictationOption,
    FormatOption,
    SessionOption,
    SourceArgument,
    SpeakersOption,
    VocabularyOption,
    Wishes,
    accept,
    choose_session_id,
    make_doorbell,
    make_submission,
)
from commands.opening import console, open_wiring
from pipeline.domain.documents.consent import parse_reference


def run(
    audio: SourceArgument,
    consent: ConsentOption,
    note_format: FormatOption = None,
    session_id: SessionOption = "",
    num_speakers: SpeakersOption = None,
    priority: Annotated[int, typer.Option(help="Lower goes first.")] = 100,
    dictation: DictationOption = False,  # noqa: FBT002 - an option
    clinician: Annotated[
        str | None, typer.Option(help="Whose session it is, as an opaque reference; sessions of clinicians take turns.")
    ] = None,
    vocabulary: VocabularyOption = None,
) -> None:
    """Hand in one recording: it is encrypted into the store, and the workers take it from there."""
    wiring = open_wiring()
    form = read_consent_form(consent)
    chosen = choose_session_id(session_id, form)
    whose = None if clinician is None else parse_reference(clinician)
    wishes = Wishes(note_format, num_speakers, priority, dictation, names_in(vocabulary), whose)
    accept(wiring, make_doorbell(wiring), make_submission(wiring, form, chosen, audio, wishes), audio)
    console.print(f"Accepted as {chosen}. `nightscribe status {chosen}` follows it.")

"""Announce a session whose recording will arrive in the inbound bucket by itself."""

from pathlib import Path

from commands.consent import read_consent_form
from commands.documents import names_in
from commands.handing_in import (
    ConsentOption,
    FormatOption,
    SessionOption,
    SpeakersOption,
    VocabularyOption,
    Wishes,
    choose_session_id,
    make_submission,
)
from commands.opening import console, open_wiring
from config.arrivals import make_vocabularies
from pipeline.arrivals import PREFIX


def run(
    consent: ConsentOption,
    note_format: FormatOption = None,
    session_id: SessionOption = "",
    num_speakers: SpeakersOption = None,
    vocabulary: VocabularyOption = None,
) -> None:
    """Announce a session, so that an upload under its id is taken in; prints the key to upload it to."""
    wiring = open_wiring()
    form, names = read_consent_form(consent), names_in(vocabulary)
    chosen = choose_session_id(session_id, form)
    submission = make_submission(wiring, form, chosen, Path(), Wishes(note_format, num_speakers))
    wiring.ledger.record_consents(submission.consents, "cli")
    wiring.ledger.expect_session(submission.session, submission.participants, submission.policy, submission.voices)
    if names:
        make_vocabularies(wiring).keep(chosen, names, "cli")
    console.print(f"{PREFIX}{chosen}")

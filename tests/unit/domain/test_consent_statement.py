"""What a note says of consent."""

from datetime import UTC, datetime

from pipeline.domain.consent import Consent, ConsentDecision, Participant, ParticipantRole, PersonRef, Purpose
from pipeline.domain.consent_statement import consent_statement

CLIENT = Participant(PersonRef("client"), ParticipantRole.CLIENT)
CLINICIAN = Participant(PersonRef("clinician"), ParticipantRole.CLINICIAN)


def decision(
    person: Participant, purpose: Purpose, decided: ConsentDecision = ConsentDecision.PERMIT, form: str = ""
) -> Consent:
    """Return one decision."""
    return Consent(person.person, purpose, decided, datetime(2026, 1, 1, tzinfo=UTC), form_version=form)


def test_what_all_agreed_to_is_said_with_the_form() -> None:
    """The sentence lists the purposes everyone permitted, how many they are, and on which form."""
    consents = [
        decision(person, purpose, form="2026-01")
        for person in (CLIENT, CLINICIAN)
        for purpose in (Purpose.RECORD, Purpose.TRANSCRIBE, Purpose.AI_DRAFT)
    ]

    statement = consent_statement([CLIENT, CLINICIAN], consents)

    assert statement == ("Consent to record, transcribe and draft was on file for all 2 participants (form 2026-01).")


def test_what_one_person_did_not_permit_is_not_said() -> None:
    """A purpose that one participant never agreed to does not appear."""
    consents = [
        decision(CLIENT, Purpose.RECORD),
        decision(CLINICIAN, Purpose.RECORD),
        decision(CLIENT, Purpose.AI_DRAFT),
    ]

    statement = consent_statement([CLIENT, CLINICIAN], consents)

    assert statement == "Consent to record was on file for all 2 participants."


def test_what_was_withdrawn_is_not_said() -> None:
    """A later withdrawal counts, whatever was permitted before."""
    consents = [
        decision(CLIENT, Purpose.RECORD),
        decision(CLIENT, Purpose.TRANSCRIBE),
        decision(CLIENT, Purpose.TRANSCRIBE, ConsentDecision.WITHDRAW),
    ]

    assert consent_statement([CLIENT], consents) == "Consent to record was on file for the participant."


def test_nothing_is_said_of_nothing() -> None:
    """Without a shared permission, or without people, no sentence is made up."""
    assert consent_statement([CLIENT, CLINICIAN], [decision(CLIENT, Purpose.RECORD)]) == ""
    assert consent_statement([], []) == ""

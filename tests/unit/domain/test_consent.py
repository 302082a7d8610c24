"""Consent: what covers a stage, and what does not."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.consent import (
    STAGE_PURPOSES,
    Consent,
    ConsentDecision,
    Participant,
    ParticipantRole,
    PersonRef,
    Purpose,
    require_consent,
)
from pipeline.domain.session import SessionId, Stage
from pipeline.errors import (
    ConsentDeniedError,
    ConsentError,
    ConsentExpiredError,
    ConsentMissingError,
    ConsentNotYetValidError,
    ConsentWithdrawnError,
)
from tests.fakes import NOON

SESSION = SessionId("session-0001")
CLIENT = Participant(PersonRef("client-1"), ParticipantRole.CLIENT)
CLINICIAN = Participant(PersonRef("clinician-1"), ParticipantRole.CLINICIAN)
DAY = timedelta(days=1)


def permit(person: PersonRef = CLIENT.person, **changes: object) -> Consent:
    consent = Consent(person, Purpose.TRANSCRIBE, ConsentDecision.PERMIT, NOON - DAY, rev=1)
    return replace(consent, **changes)  # type: ignore[arg-type]  # a test's shorthand


def decide(*consents: Consent, now: datetime = NOON) -> int:
    return require_consent(SESSION, [Purpose.TRANSCRIBE], [CLIENT], consents, now)


def test_a_current_permit_covers() -> None:
    """A permit within its dates is relied on by its revision."""
    assert decide(permit(rev=7)) == 7


@pytest.mark.parametrize(
    ("consents", "error"),
    [
        ((), ConsentMissingError),
        ((permit(purpose=Purpose.RECORD),), ConsentMissingError),
        ((permit(person=PersonRef("somebody-else")),), ConsentMissingError),
        ((permit(session_id=SessionId("session-0002")),), ConsentMissingError),
        ((permit(valid_to=NOON),), ConsentExpiredError),
        ((permit(valid_from=NOON + DAY),), ConsentNotYetValidError),
        ((permit(decision=ConsentDecision.DENY),), ConsentDeniedError),
        ((permit(), permit(decision=ConsentDecision.WITHDRAW, rev=2)), ConsentWithdrawnError),
    ],
)
def test_anything_less_is_refused_with_its_reason(consents: tuple[Consent, ...], error: type[ConsentError]) -> None:
    """Absent, foreign, expired, early, denied and withdrawn consent each have a reason of their own."""
    with pytest.raises(error):
        decide(*consents)


def test_expiry_counts_to_the_microsecond() -> None:
    """A consent covers until the instant it ends, and not at it."""
    end = NOON + timedelta(microseconds=1)

    assert decide(permit(valid_to=end)) == 1


def test_consent_given_again_after_withdrawal_covers() -> None:
    """The latest decision counts, whichever way it goes."""
    withdrawn = permit(decision=ConsentDecision.WITHDRAW, rev=2)

    assert decide(permit(), withdrawn, permit(rev=3)) == 3


def test_everyone_in_the_room_must_have_consented() -> None:
    """One person without consent refuses the stage for all."""
    with pytest.raises(ConsentMissingError):
        require_consent(SESSION, [Purpose.TRANSCRIBE], [CLIENT, CLINICIAN], [permit()], NOON)


def test_a_session_of_nobody_is_refused() -> None:
    """An empty room cannot consent."""
    with pytest.raises(ConsentMissingError):
        require_consent(SESSION, [Purpose.TRANSCRIBE], [], [permit()], NOON)


def test_a_purge_needs_nobodys_leave() -> None:
    """Deletion goes on after consent has gone."""
    assert require_consent(SESSION, STAGE_PURPOSES[Stage.PURGE], [], [], NOON) == 0


@given(st.permutations([permit(rev=1), permit(decision=ConsentDecision.WITHDRAW, rev=2), permit(rev=3)]))
def test_the_order_of_rows_does_not_matter(consents: list[Consent]) -> None:
    """Revisions decide, not the order in which a query returns them."""
    assert decide(*consents) == 3

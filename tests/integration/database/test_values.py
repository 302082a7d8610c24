"""Values that no row can hold, as they come from addresses and forms that somebody made up."""

from datetime import datetime

import pytest

from pipeline.adapters.database import SqlLedger
from pipeline.domain.consent import Consent, ConsentDecision, PersonRef, Purpose
from pipeline.domain.session import RunId
from pipeline.errors import RunUnknownError, ValueUnusableError


def test_a_null_character_is_an_answer_and_no_fault(ledger: SqlLedger) -> None:
    """PostgreSQL keeps no NUL and says so by the driver, SQLite finds nothing: neither is an error of ours."""
    with pytest.raises((RunUnknownError, ValueUnusableError)):
        ledger.retry(RunId("run-\x00"), "operator-1")


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_beyond_the_calendar_is_named(ledger: SqlLedger, moment: str) -> None:
    """A moment that cannot be put in UTC is refused by name."""
    valid_from = datetime.fromisoformat(moment)
    given = Consent(PersonRef("client-1"), Purpose.RECORD, ConsentDecision.PERMIT, valid_from)

    with pytest.raises(ValueUnusableError):
        ledger.record_consents([given], "operator-1")

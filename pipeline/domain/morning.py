"""The morning report: what became of a night's sessions, for each clinician and for the agency; no content in it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipeline.domain.session import SessionId


class Standing(StrEnum):
    """How a session stands in the morning."""

    #: Verified, and nothing in the draft calls for special care.
    READY = "ready"
    #: Verified; some sentences are not supported, or something that matters is not in the note.
    FLAGGED = "flagged"
    UNDER_WAY = "under_way"
    #: Someone's consent is missing, expired or withdrawn; nothing is done until it is there.
    WAITING_FOR_CONSENT = "waiting_for_consent"
    FAILED = "failed"
    SET_ASIDE = "set_aside"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class MorningRow:
    """One session in the morning."""

    session_id: SessionId
    clinician: str
    standing: Standing
    reason_code: str | None = None


@dataclass(frozen=True, slots=True)
class ClinicianMorning:
    """One clinician's sessions, those that call for something first."""

    clinician: str
    rows: tuple[MorningRow, ...]

    @property
    def counts(self) -> Counter[Standing]:
        """Return how many sessions stand how."""
        return Counter(row.standing for row in self.rows)


@dataclass(frozen=True, slots=True)
class Morning:
    """A night, looked back upon."""

    since: datetime
    until: datetime
    clinicians: tuple[ClinicianMorning, ...]

    @property
    def counts(self) -> Counter[Standing]:
        """Return how many sessions of the agency stand how."""
        return Counter(row.standing for each in self.clinicians for row in each.rows)

    @property
    def reasons(self) -> tuple[tuple[Standing, str, int], ...]:
        """Return why sessions are not ready, the most frequent first."""
        found = Counter(
            (row.standing, row.reason_code) for each in self.clinicians for row in each.rows if row.reason_code
        )
        return tuple((standing, code or "", count) for (standing, code), count in found.most_common())


def morning(since: datetime, until: datetime, rows: Iterable[MorningRow]) -> Morning:
    """Return the report, clinicians in the order of their references."""
    by_clinician: dict[str, list[MorningRow]] = {}
    for row in rows:
        by_clinician.setdefault(row.clinician, []).append(row)
    return Morning(since, until, tuple(_clinician(name, by_clinician[name]) for name in sorted(by_clinician)))


def _clinician(name: str, rows: Sequence[MorningRow]) -> ClinicianMorning:
    order = list(Standing)
    urgent_last = sorted(rows, key=lambda row: (-order.index(row.standing), row.session_id))
    return ClinicianMorning(name, tuple(urgent_last))

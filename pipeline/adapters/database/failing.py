"""Fail and release: what a stage raised decides whether it is tried again."""

from datetime import timedelta

from pipeline.adapters.database.completing import lock_lease
from pipeline.adapters.database.locking import Row, is_held
from pipeline.adapters.database.runs import about, change_run, refuse_run
from pipeline.adapters.database.transactions import LedgerLimits, Transaction
from pipeline.audit.stage_events import StageCrashed, StageFailed, StageHeld, StageQuarantined, StageReleased
from pipeline.domain.session import Stage, StageStatus
from pipeline.errors import (
    LegalHoldError,
    PermanentError,
    PipelineError,
    RefusedError,
    StageCrashedError,
)
from pipeline.ports import Lease


def fail(tx: Transaction, lease: Lease, error: PipelineError) -> None:
    """Record what the stage raised."""
    _, run = lock_lease(tx, lease)
    if isinstance(error, LegalHoldError):
        _hold(tx, run)
    elif isinstance(error, RefusedError):
        refuse_run(tx, run, error.reason_code)
    elif isinstance(error, StageCrashedError):
        crash(tx, run)
    else:
        _fail(tx, run, error)


def release(tx: Transaction, lease: Lease) -> None:
    """Make the run ready again as if it had not been claimed, but for its fence."""
    _, run = lock_lease(tx, lease)
    tx.record(StageReleased(**about(run), worker_id=run["worker_id"]))
    change_run(tx, run, StageStatus.READY)


def crash(tx: Transaction, run: Row) -> None:
    """Count a death of the model's process; the last one allowed quarantines the run."""
    crashes = run["crash_count"] + 1
    if not quarantined(tx, run, crashes):
        tx.record(StageCrashed(**about(run), crash_count=crashes))
        change_run(tx, run, StageStatus.READY, crash_count=crashes, reason_code=StageCrashedError.reason_code)


def quarantined(tx: Transaction, run: Row, crashes: int) -> bool:
    """Quarantine the run where it crashed too often; say whether it did."""
    if crashes < tx.limits.crashes:
        return False
    reason_code = StageCrashedError.reason_code
    tx.record(StageQuarantined(**about(run), reason_code=reason_code, crash_count=crashes))
    change_run(tx, run, StageStatus.QUARANTINED, crash_count=crashes, reason_code=reason_code)
    return True


def backoff(limits: LedgerLimits, failures: int) -> timedelta:
    """Return how long to wait after so many failures: doubling, within a cap."""
    # Beyond 2^20 the cap holds for every sensible setting, and the product stays small.
    return min(limits.backoff * (1 << min(failures - 1, 20)), limits.longest_backoff)


def _hold(tx: Transaction, run: Row) -> None:
    if not is_held(tx, run["session_id"]):
        # The hold was lifted between the refusal and this record of it.
        change_run(tx, run, StageStatus.READY)
        tx.record(StageReleased(**about(run), worker_id=run["worker_id"]))
        return
    tx.record(StageHeld(**about(run)))
    change_run(tx, run, StageStatus.HELD, reason_code=LegalHoldError.reason_code)


def _fail(tx: Transaction, run: Row, error: PipelineError) -> None:
    failures = run["failures"] + 1
    will_retry = _will_retry(tx, run, error, failures)
    name = str(error.facts.get("kind", type(error).__name__))
    tx.record(StageFailed(**about(run), reason_code=error.reason_code, error=name, will_retry=will_retry))
    values = {"failures": failures, "reason_code": error.reason_code}
    if will_retry:
        not_before = tx.now + backoff(tx.limits, failures)
        change_run(tx, run, StageStatus.READY, not_before=not_before, **values)
    else:
        change_run(tx, run, StageStatus.FAILED, **values)


def _will_retry(tx: Transaction, run: Row, error: PipelineError, failures: int) -> bool:
    """Say whether to try again; a deletion that is due is never given up for a passing reason."""
    if isinstance(error, PermanentError):
        return False
    return run["stage"] is Stage.PURGE or failures < tx.limits.tries

"""The sweep: put right what messages, workers and clocks left behind, and ring for what nobody heard of."""

from datetime import timedelta

import structlog

from pipeline.ports import Doorbell, Registry, SweepReport

log = structlog.get_logger(__name__)


def sweep(registry: Registry, doorbell: Doorbell, unrung_after: timedelta) -> SweepReport:
    """Sweep once and ring again for ready runs; safe to run twice at once."""
    report = registry.sweep(unrung_after)
    for stage, run_id in report.unrung:
        doorbell.ring(stage, run_id)
    if report.leases_expired or report.quarantined or report.purges_opened:
        log.info(
            "sweep_finished",
            leases_expired=report.leases_expired,
            quarantined=report.quarantined,
            purges_opened=report.purges_opened,
        )
    return report

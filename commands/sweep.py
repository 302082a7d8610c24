"""Put right what crashed workers, lost messages and passed deadlines left behind."""

from datetime import timedelta

from commands.handing_in import make_doorbell
from commands.opening import console, open_wiring
from pipeline.orphans import remove_orphans
from workers import sweep as sweeping

#: Longer than any stage may take.
_OLD = timedelta(hours=24)


def run() -> None:
    """Sweep once: expire leases, open due purges, ring again, remove orphan objects; safe to repeat."""
    wiring = open_wiring()
    report = sweeping.sweep(wiring.ledger, make_doorbell(wiring), wiring.settings.queue.sweep)
    orphans = remove_orphans(wiring.objects, wiring.ledger.object_keys, wiring.clock.now(), _OLD)
    console.print(
        f"Leases expired: {report.leases_expired}. Quarantined: {report.quarantined}. "
        f"Purges opened: {report.purges_opened}. Rung again: {len(report.unrung)}. "
        f"Orphan objects removed: {orphans}."
    )

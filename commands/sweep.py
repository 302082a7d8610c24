"""Put right what crashed workers, lost messages and passed deadlines left behind."""

from commands.opening import console, open_wiring
from workers import sweep as sweeping
from workers.broker import make_broker
from workers.doorbell import DramatiqDoorbell

NAME = "sweep"


def run() -> None:
    """Sweep once: expire leases, open due purges, ring again; safe to repeat, and to run from a timer."""
    wiring = open_wiring()
    doorbell = DramatiqDoorbell(make_broker(wiring.settings.redis_url.get_secret_value()))
    report = sweeping.sweep(wiring.ledger, doorbell, wiring.settings.queue.sweep)
    console.print(
        f"Leases expired: {report.leases_expired}. Quarantined: {report.quarantined}. "
        f"Purges opened: {report.purges_opened}. Rung again: {len(report.unrung)}."
    )

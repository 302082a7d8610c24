"""A deployment's wiring -> the dashboard's room."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from config.wiring import Wiring
from pipeline.adapters.database.sql_watch import SqlWatch
from pipeline.domain.forecast import Forecast, forecast
from pipeline.ports import Doorbell
from pipeline.ports.queue_view import BatchProgress, QueueView
from web.ops.charts import Fan
from web.ops.feed import Feed
from web.ops.room import OpsRoom
from web.ops.snapshot import Outlook, take_snapshot

#: A worker that was not heard of for this long does not count towards a forecast.
_PATIENCE = timedelta(seconds=90)


def make_room(wiring: Wiring, doorbell: Doorbell) -> OpsRoom:
    """Return the room; nothing is looked at before somebody watches."""
    ledger, every = wiring.ledger, wiring.settings.ops.refresh
    beside = SqlWatch(ledger.database)
    window = ledger.database.limits.window
    outlook = partial(foreseen, ledger, None if window is None else window.closing_after)
    feed = Feed(partial(take_snapshot, ledger, beside, outlook), wiring.clock, every)
    zone = ZoneInfo("UTC") if window is None else window.zone
    return OpsRoom(feed, beside, ledger, ledger.session, doorbell, wiring.clock, zone)


def foreseen(
    queues: QueueView,
    closing: Callable[[datetime], datetime] | None,
    batches: Sequence[BatchProgress],
    now: datetime,
) -> Outlook:
    """Return when all that is open is expected to be done, held against when it is wanted."""
    wanted = [p.batch.deadline for p in batches if p.batch.deadline is not None and p.running + p.waiting]
    due = min(wanted, default=None) or (None if closing is None else closing(now))
    return outlook_of(forecast(queues.forecast_inputs(_PATIENCE, deadline=due)))


def outlook_of(found: Forecast) -> Outlook:
    """Return a forecast as the page says it."""
    if found.expected is None or found.earliest is None or found.latest is None:
        return Outlook(
            None, found.at_risk, found.deadline, unknown=f"No end in sight: nobody works at {found.slowest}."
        )
    advice = ""
    if found.need is not None:
        workers = found.need.workers
        advice = f"{workers} more {found.need.stage} worker{'' if workers == 1 else 's'} would do."
    if not found.measured:
        advice = f"{advice} A guess until the first runs are measured.".strip()
    return Outlook(Fan(found.earliest, found.expected, found.latest), found.at_risk, found.deadline, advice)

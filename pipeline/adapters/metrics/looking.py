"""One look at the ledger, for the collector."""

from collections.abc import Iterator
from datetime import timedelta

from pipeline.adapters.metrics.collector import BatchOutlook, LedgerView
from pipeline.domain.forecast import forecast
from pipeline.ports.promises import PromiseView
from pipeline.ports.queue_view import QueueView

_WORKERS_OF = timedelta(hours=1)
#: A worker that was not heard of for this long does not count towards a forecast.
_PATIENCE = timedelta(seconds=90)
_BATCHES = 5


def look(queues: QueueView, promises: PromiseView) -> LedgerView:
    """Return what the queues and the promises are now."""
    return LedgerView(
        promises.promises(),
        queues.stage_depths(),
        queues.ready_counts(),
        queues.running(),
        queues.living_workers(_WORKERS_OF),
        tuple(_batches(queues)),
    )


def _batches(queues: QueueView) -> Iterator[BatchOutlook]:
    for progress in queues.batches_progress(_BATCHES):
        if progress.running + progress.waiting:
            foretold = forecast(queues.forecast_inputs(_PATIENCE, progress.batch.batch_id))
            if foretold.expected is not None:
                yield BatchOutlook(progress.batch.batch_id, foretold.expected, progress.batch.deadline)

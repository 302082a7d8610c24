"""One small actor a stage: a message arrives, and the stage's worker looks for work."""

from collections.abc import Callable

import dramatiq

from workers.doorbell import actor_name
from workers.stage_worker import StageWorker


def declare_actor(
    broker: dramatiq.Broker, worker: StageWorker, in_vain: Callable[[], object] = lambda: None
) -> dramatiq.Actor[[str], None]:
    """Declare the actor that answers the doorbell of the worker's stage.

    The id in the message says who rang; what is most urgent is the ledger's to say. No failure crosses to
    dramatiq, so nothing of a traceback can lie in Redis, and no message is tried again. ``in_vain`` hears of
    messages that found nothing to do, as doubled ones do.
    """

    def answer(_run_id: str) -> None:
        if worker.work_off():
            in_vain()

    return dramatiq.Actor(
        answer,
        broker=broker,
        actor_name=actor_name(worker.stage),
        queue_name=worker.stage,
        priority=0,
        options={},
    )

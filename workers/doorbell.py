"""Ringing for work: one message, one opaque id."""

import dramatiq
import structlog

from pipeline.domain.session import RunId, Stage

log = structlog.get_logger(__name__)


def actor_name(stage: Stage) -> str:
    """Return the name of a stage's actor."""
    return f"{stage}_session"


class DramatiqDoorbell:
    """Rings through a broker; a broker out of reach is logged, and the sweep rings again later."""

    def __init__(self, broker: dramatiq.Broker) -> None:
        """Ring through this broker."""
        self._broker = broker

    def ring(self, stage: Stage, run_id: RunId) -> None:
        """Put one message on the stage's queue."""
        message: dramatiq.Message[None] = dramatiq.Message(
            queue_name=stage, actor_name=actor_name(stage), args=(run_id,), kwargs={}, options={}
        )
        try:
            self._broker.enqueue(message)
        # Away, full, read-only, loading: brokers have many ways to fail, and none is a reason to fail the caller.
        except Exception as error:  # noqa: BLE001
            log.warning("doorbell_unrung", stage=stage, run_id=run_id, error=type(error).__name__)

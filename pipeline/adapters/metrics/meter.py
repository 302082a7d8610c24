"""What a process saw of its own runs: how long they waited and took, and how they ended."""

from datetime import timedelta

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from pipeline.domain.session import Stage

_MINUTE = 60
_HOUR = 3600
#: Up to six hours, for a long session on a slow machine.
_BUCKETS = (
    0.1, 0.5, 1, 2, 5, 10, 20, 30, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 20 * _MINUTE, 30 * _MINUTE,
    45 * _MINUTE, _HOUR, 2 * _HOUR, 3 * _HOUR, 4 * _HOUR, 6 * _HOUR,
)  # fmt: skip


class RunMeter:
    """Counts and times the stage runs of one process; labels are stages and outcomes, never ids."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Add this process's metrics to a registry."""

        def counter(name: str, says: str, *labels: str) -> Counter:
            return Counter(f"nightscribe_{name}", says, labels, registry=registry)

        def histogram(name: str, says: str) -> Histogram:
            return Histogram(f"nightscribe_{name}", says, ("stage",), buckets=_BUCKETS, registry=registry)

        self._waits = histogram("stage_wait_seconds", "Seconds between a run being ready and its start.")
        self._takes = histogram("stage_duration_seconds", "Seconds from a run's start to its end.")
        self._attempts = counter("stage_attempts", "Runs that this process ended, by outcome.", "stage", "outcome")
        self._audio = counter("audio_seconds", "Seconds of recording that this process worked off.", "stage")
        self._fenced = counter("fence_rejected", "Results of this process that came too late and were turned away.")
        self._expired = counter("lease_expired", "Leases that a sweep of this process found lapsed.")
        self._quarantined = counter("crash_quarantined", "Runs that a sweep of this process quarantined.")
        self._duplicates = counter("hint_duplicates", "Doorbell messages to this process that found nothing to do.")
        swept = "When this process last finished a sweep (Unix time)."
        self._swept = Gauge("nightscribe_sweeper_last_success_timestamp_seconds", swept, registry=registry)

    def ran(self, stage: Stage, outcome: str, waited: timedelta, took: timedelta, audio_seconds: float) -> None:
        """Note a run that ended; only a success has worked its recording off."""
        self._waits.labels(stage).observe(max(0.0, waited.total_seconds()))
        self._takes.labels(stage).observe(took.total_seconds())
        self._attempts.labels(stage, outcome).inc()
        if outcome == "succeeded":
            self._audio.labels(stage).inc(audio_seconds)
        if outcome == "lease_lost":
            self._fenced.inc()

    def swept(self, leases_expired: int, quarantined: int) -> None:
        """Note a sweep that came to its end."""
        self._expired.inc(leases_expired)
        self._quarantined.inc(quarantined)
        self._swept.set_to_current_time()

    def rang_in_vain(self) -> None:
        """Note a message that found nothing to do."""
        self._duplicates.inc()

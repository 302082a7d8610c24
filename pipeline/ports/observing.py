"""Who counts and times what a process does; nothing depends on it."""

from datetime import timedelta
from typing import Protocol

from pipeline.domain.session import Stage


class RunObserver(Protocol):
    """Sees stage runs end."""

    def ran(self, stage: Stage, outcome: str, waited: timedelta, took: timedelta, audio_seconds: float) -> None:
        """Note a run that ended; ``audio_seconds`` is the length of its recording, 0 where it is not known."""
        ...


class Unobserved:
    """Nobody looks."""

    def ran(self, stage: Stage, outcome: str, waited: timedelta, took: timedelta, audio_seconds: float) -> None:
        """Note nothing."""

"""How fast a stage's workers are, measured over the runs they finished."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.domain.session import Stage, WorkerId

#: Taken where nothing was ever measured, as multiples of the speed of sound, with little trust in them.
_ASSUMED_SPEED: Mapping[Stage, float] = {Stage.TRANSCRIBE: 10.0, Stage.DRAFT: 200.0, Stage.VERIFY: 100.0}
_ASSUMED_SPREAD = 0.7
#: A worker's own speed counts as soon as it has a few runs; until then it is taken to be like the others.
_PRIOR_RUNS = 3.0
#: Runs differ from each other by at least this much, however alike the few were that were seen.
_LEAST_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Sample:
    """A finished run: who did it, how long its recording was, how long the work took, in seconds."""

    worker_id: WorkerId
    audio: float
    work: float
    #: What the recording seemed to be before it was decoded.
    expected_audio: float | None = None


@dataclass(frozen=True, slots=True)
class Pace:
    """What the living workers of a stage do together."""

    workers: int
    #: Finished runs behind these figures.
    measured: int
    #: Seconds of sound a second, all living workers together.
    capacity: float
    #: How much single runs differ from the mean, as a part of it.
    spread: float
    #: Seconds of work on an average recording.
    run_seconds: float
    #: How much longer recordings turn out than they seemed.
    stretch: float = 1.0

    @property
    def worker_speed(self) -> float:
        """Return what one worker does on average."""
        return self.capacity / self.workers if self.workers else 0.0


def measured_pace(stage: Stage, samples: Sequence[Sample], workers: Sequence[WorkerId], mean_audio: float) -> Pace:
    """Return the pace of these workers; ``mean_audio`` is an average recording's length where none was finished."""
    good = [sample for sample in samples if sample.audio > 0 and sample.work > 0]
    if not good:
        speed = _ASSUMED_SPEED[stage]
        return Pace(len(workers), 0, speed * len(workers), _ASSUMED_SPREAD, mean_audio / speed)
    audio, work = sum(s.audio for s in good), sum(s.work for s in good)
    speeds = _speeds(good, audio / len(good), work / len(good))
    usual = audio / work
    capacity = sum(speeds.get(worker, usual) for worker in workers)
    return Pace(len(workers), len(good), capacity, _spread(good, speeds), work / len(good), _stretch(good))


def _speeds(samples: Sequence[Sample], mean_audio: float, mean_work: float) -> dict[WorkerId, float]:
    """Return each worker's speed, drawn towards that of all the more the fewer runs it has."""
    audio: defaultdict[WorkerId, float] = defaultdict(float)
    work: defaultdict[WorkerId, float] = defaultdict(float)
    for sample in samples:
        audio[sample.worker_id] += sample.audio
        work[sample.worker_id] += sample.work
    return {
        worker: (audio[worker] + _PRIOR_RUNS * mean_audio) / (work[worker] + _PRIOR_RUNS * mean_work)
        for worker in audio
    }


def _spread(samples: Sequence[Sample], speeds: dict[WorkerId, float]) -> float:
    """Return how far runs lie from what their worker's speed would give."""
    away = [sample.work * speeds[sample.worker_id] / sample.audio - 1 for sample in samples]
    return max(_LEAST_SPREAD, math.sqrt(sum(a * a for a in away) / len(away)))


def _stretch(samples: Sequence[Sample]) -> float:
    known = [(s.audio, s.expected_audio) for s in samples if s.expected_audio]
    expected = sum(seemed for _, seemed in known)
    return sum(audio for audio, _ in known) / expected if expected else 1.0

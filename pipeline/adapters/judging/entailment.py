"""A judge by textual entailment: weights in a local folder that read a stretch of talk and a claim."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from pipeline.adapters.grounding.checks import Ground
from pipeline.adapters.grounding.judging import Judgement
from pipeline.adapters.judging.readers import reader_of
from pipeline.domain.transcript import Engine
from pipeline.errors import EngineUnavailableError

#: Utterances before and after a candidate that are read with it.
_AROUND = 2
#: How much the model's log-odds count beside those of the shared words.
_SHARE = 0.6
_CERTAIN = 0.995


class EntailmentJudge:
    """Reads the best stretches of the conversation and says how likely they entail the claim."""

    def __init__(self, folder: str) -> None:
        """Raise ``EngineUnavailableError`` where the folder has no such weights; nothing is downloaded."""
        path = Path(folder).expanduser()
        if not folder or not path.is_dir():
            raise EngineUnavailableError(engine="entailment", why="no_folder")
        try:
            self._reader = reader_of(path)
        except Exception as error:  # noqa: BLE001 - a folder of anything: whatever is wrong with it has one name
            raise EngineUnavailableError(engine="entailment", why=type(error).__name__) from None
        self._name = path.name

    @property
    def engine(self) -> Engine:
        """Return what judges."""
        return Engine("entailment", "2", self._name)

    def judge(self, grounds: Sequence[Ground], own: Sequence[float]) -> Sequence[Judgement]:
        """Return the judgements; see ``Judge``. A claim that nothing speaks of keeps its own log-odds."""
        pairs = [(number, text) for number, ground in enumerate(grounds) for text in _stretches(ground)]
        claims = [grounds[number].claim.text for number, _ in pairs]
        best: dict[int, float] = {}
        chances = self._reader.chances([text for _, text in pairs], claims)
        for (number, _), chance in zip(pairs, chances, strict=True):
            best[number] = max(best.get(number, 0.0), chance)
        return [Judgement(_blended(before, best.get(number))) for number, before in enumerate(own)]


def _stretches(ground: Ground) -> Iterator[str]:
    """Yield the stretches around the best utterances, each line with who speaks."""
    utterances = ground.index.utterances
    for candidate in ground.evidence.candidates:
        middle = candidate.utterance.number
        near = utterances[max(0, middle - _AROUND) : middle + _AROUND + 1]
        yield "\n".join(f"{u.segment.role or u.segment.speaker or 'SPEAKER'}: {u.passage.text}" for u in near)


def _blended(own: float, chance: float | None) -> float:
    if chance is None:
        return own
    inside = min(max(chance, 1.0 - _CERTAIN), _CERTAIN)
    return (1.0 - _SHARE) * own + _SHARE * float(np.log(inside / (1.0 - inside)))

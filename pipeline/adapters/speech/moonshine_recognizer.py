"""The Moonshine network (Jeffries et al., 2024) run on ONNX Runtime, several pieces at a time.

The weights are those of the moonshine-voice wheel. Its own C library decodes one piece at a time and tells no
probability of a word; both matter here, so the two graphs are driven directly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray

from pipeline.ports import SAMPLE_RATE, Samples

_BEGIN, _END = 1, 2
_LAYERS, _HEADS, _WIDTH = 6, 8, 36
_CACHE = [f"{layer}.decoder.{part}" for layer in range(_LAYERS) for part in ("key", "value")]
_CROSS = [f"{layer}.encoder.{part}" for layer in range(_LAYERS) for part in ("key", "value")]

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Token:
    """One piece of a word and the probability the network gave it."""

    text: bytes = field(repr=False)
    probability: float


class Recognizer:
    """Turns sound into tokens, greedily."""

    def __init__(self, folder: Path, threads: int) -> None:
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = threads
        settings.log_severity_level = 3
        self._encoder = _session(folder / "encoder_model.ort", settings)
        self._decoder = _session(folder / "decoder_model_merged.ort", settings)
        self._vocabulary = read_vocabulary((folder / "tokenizer.bin").read_bytes())

    def decode(self, pieces: Sequence[Samples], tokens_per_second: float) -> list[list[Token]]:
        """Return the tokens of each piece."""
        sound, mask = _padded(pieces)
        hidden = self._encoder.run(None, {"input_values": sound, "attention_mask": mask})[0]
        limits = np.array([int(len(piece) / SAMPLE_RATE * tokens_per_second) + 2 for piece in pieces])
        ids, probabilities = self._greedy({"encoder_attention_mask": mask, "encoder_hidden_states": hidden}, limits)
        return [self._tokens(*row) for row in zip(ids.T, probabilities.T, strict=True)]

    def _greedy(self, heard: dict[str, NDArray[np.generic]], limits: Ids) -> tuple[Ids, Floats]:
        """Return ids and probabilities, shape (steps, pieces); a piece that has ended goes on with its end token."""
        count = len(limits)
        last = np.full((count, 1), _BEGIN, dtype=np.int64)
        cache = {name: np.zeros((count, _HEADS, 0, _WIDTH), dtype=np.float32) for name in [*_CACHE, *_CROSS]}
        ended = np.zeros(count, dtype=bool)
        ids: list[Ids] = []
        probabilities: list[Floats] = []
        while not ended.all():
            logits, cache = self._step(heard, last, cache, cached=bool(ids))
            chosen, chances = _best(logits)
            ended |= (chosen == _END) | (len(ids) >= limits)
            chosen = np.where(ended, _END, chosen)
            ids.append(chosen)
            probabilities.append(chances)
            last = chosen[:, None]
        return np.stack(ids), np.stack(probabilities)

    def _step(
        self, heard: dict[str, NDArray[np.generic]], last: Ids, cache: dict[str, Floats], *, cached: bool
    ) -> tuple[Floats, dict[str, Floats]]:
        # After the first step the cross-attention cache stays as it is; not asking for it again saves copying it.
        wanted = _CACHE if cached else [*_CACHE, *_CROSS]
        feed = {f"past_key_values.{name}": value for name, value in cache.items()}
        logits, *rest = self._decoder.run(
            ["logits", *(f"present.{name}" for name in wanted)],
            {**heard, **feed, "input_ids": last, "use_cache_branch": np.array([cached])},
        )
        return logits[:, -1], {**cache, **dict(zip(wanted, rest, strict=True))}

    def _tokens(self, ids: Ids, probabilities: Floats) -> list[Token]:
        kept = ids != _END
        pairs = zip(ids[kept], probabilities[kept], strict=True)
        return [Token(self._vocabulary[index], float(probability)) for index, probability in pairs]


def _session(path: Path, settings: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(str(path), settings, providers=["CPUExecutionProvider"])


def _padded(pieces: Sequence[Samples]) -> tuple[Floats, Ids]:
    longest = max(len(piece) for piece in pieces)
    sound = np.zeros((len(pieces), longest), dtype=np.float32)
    mask = np.zeros((len(pieces), longest), dtype=np.int64)
    for row, piece in enumerate(pieces):
        sound[row, : len(piece)] = piece
        mask[row, : len(piece)] = 1
    return sound, mask


def _best(logits: Floats) -> tuple[Ids, Floats]:
    chosen = logits.argmax(axis=1)
    spread = np.exp(logits - logits.max(axis=1, keepdims=True)).sum(axis=1)
    return chosen, (1.0 / spread).astype(np.float32)


def read_vocabulary(packed: bytes) -> list[bytes]:
    """Return the tokens of the wheel's ``tokenizer.bin``: each its length (one or two bytes) and its UTF-8."""
    tokens, at = [], 0
    while at < len(packed):
        length, at = packed[at], at + 1
        if length >= 128:  # noqa: PLR2004  # the high bit says that a second byte follows
            length, at = packed[at] * 128 + length - 128, at + 1
        tokens.append(packed[at : at + length])
        at += length
    return tokens

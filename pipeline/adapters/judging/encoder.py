"""A small BERT encoder (Devlin et al. 2019) in numpy over a safetensors file: no torch, no export step, no download."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import EngineUnavailableError

Vectors = NDArray[np.float32]

_LONGEST = 256
_BATCH = 32
_MASKED = -1e9
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """What config.json says of the network."""

    layers: int
    heads: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class EncodedText:
    """A text as one unit vector for each of its word pieces, special ones left out."""

    vectors: Vectors = field(repr=False)
    #: The characters of each piece.
    offsets: tuple[tuple[int, int], ...]


class BertEncoder:
    """Turns texts into vectors; the same text gives the same vectors on the same machine."""

    def __init__(self, folder: Path) -> None:
        """Raise ``EngineUnavailableError`` where the folder has no BERT model with a fast tokenizer."""
        import json

        try:
            from safetensors.numpy import load_file
            from tokenizers import Tokenizer  # type: ignore[import-untyped] # ships no types

            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            self._shape = EncoderShape(
                config["num_hidden_layers"], config["num_attention_heads"], config["layer_norm_eps"]
            )
            loaded = load_file(folder / "model.safetensors")
            self._weights = {name.removeprefix("bert."): value.astype(np.float32) for name, value in loaded.items()}
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._tokenizer.no_padding()
            self._tokenizer.enable_truncation(min(_LONGEST, config["max_position_embeddings"]))
            self._embed(np.zeros((1, 1), dtype=np.int64))
        except Exception as error:  # noqa: BLE001 - a folder of anything: whatever is wrong with it has one name
            raise EngineUnavailableError(engine="embedding", why=type(error).__name__) from None

    def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        """Return the texts encoded, in order."""
        pieces = self._tokenizer.encode_batch(list(texts))
        order = sorted(range(len(texts)), key=lambda number: len(pieces[number].ids))
        found: dict[int, EncodedText] = {}
        for first in range(0, len(order), _BATCH):
            batch = order[first : first + _BATCH]
            states = self._forward([pieces[number].ids for number in batch])
            for row, number in enumerate(batch):
                found[number] = _without_specials(
                    states[row], pieces[number].special_tokens_mask, pieces[number].offsets
                )
        return [found[number] for number in range(len(texts))]

    def _forward(self, ids: Sequence[Sequence[int]]) -> Vectors:
        longest = max(map(len, ids))
        padded = np.zeros((len(ids), longest), dtype=np.int64)
        mask = np.zeros((len(ids), longest), dtype=np.float32)
        for row, found in enumerate(ids):
            padded[row, : len(found)] = found
            mask[row, : len(found)] = 1.0
        bias = ((1.0 - mask) * _MASKED)[:, None, None, :]
        states = self._embed(padded)
        for layer in range(self._shape.layers):
            states = self._layer(states, bias, f"encoder.layer.{layer}.")
        return states

    def _embed(self, ids: NDArray[np.int64]) -> Vectors:
        weights = self._weights
        states = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: ids.shape[1]]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        return self._normed(states, "embeddings.LayerNorm.")

    def _layer(self, states: Vectors, bias: Vectors, prefix: str) -> Vectors:
        attended = self._linear(self._attention(states, bias, prefix), f"{prefix}attention.output.dense.")
        states = self._normed(states + attended, f"{prefix}attention.output.LayerNorm.")
        inner = _gelu(self._linear(states, f"{prefix}intermediate.dense."))
        return self._normed(states + self._linear(inner, f"{prefix}output.dense."), f"{prefix}output.LayerNorm.")

    def _attention(self, states: Vectors, bias: Vectors, prefix: str) -> Vectors:
        batch, length, width = states.shape
        heads = self._shape.heads

        def split(name: str) -> Vectors:
            projected = self._linear(states, f"{prefix}attention.self.{name}.")
            return projected.reshape(batch, length, heads, width // heads).transpose(0, 2, 1, 3)

        scores = split("query") @ split("key").transpose(0, 1, 3, 2) / np.sqrt(width / heads).astype(np.float32) + bias
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        mixed = (scores / scores.sum(axis=-1, keepdims=True)) @ split("value")
        merged: Vectors = mixed.transpose(0, 2, 1, 3).reshape(batch, length, width)
        return merged

    def _linear(self, states: Vectors, name: str) -> Vectors:
        found: Vectors = states @ self._weights[f"{name}weight"].T + self._weights[f"{name}bias"]
        return found

    def _normed(self, states: Vectors, name: str) -> Vectors:
        centred = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + self._shape.epsilon)
        found: Vectors = centred / spread * self._weights[f"{name}weight"] + self._weights[f"{name}bias"]
        return found


def _gelu(states: Vectors) -> Vectors:
    from scipy.special import erf  # type: ignore[import-untyped] # ships no types

    found: Vectors = (0.5 * states * (1.0 + erf(states / np.sqrt(2.0)))).astype(np.float32)
    return found


def _without_specials(states: Vectors, special: Sequence[int], offsets: Sequence[tuple[int, int]]) -> EncodedText:
    kept = [place for place, left_out in enumerate(special) if not left_out]
    found = states[kept]
    unit = (found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), _NOTHING)).astype(np.float32)
    return EncodedText(unit, tuple(offsets[place] for place in kept))

"""The Moonshine network (Jeffries et al., 2024) run on ONNX Runtime, several pieces at a time.

The weights are those of the moonshine-voice wheel. Its own C library decodes one piece at a time, tells no
probability of a word, and times words only with a model that the wheel does not carry; so the two graphs are driven
directly.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray

from pipeline.adapters.speech.moonshine_decoder import Decoder
from pipeline.adapters.speech.moonshine_encoder import Encoder
from pipeline.adapters.speech.moonshine_tokens import END, Token, read_vocabulary
from pipeline.adapters.speech.moonshine_weights import read_decoder, read_encoder
from pipeline.ports import SAMPLE_RATE, Samples

_BEGIN = 1
#: Samples the encoder makes one frame of; the decoder reads its mask at this stride.
_STRIDE = 384
_SHORTEST_SPAN = 4
# Logits of every span, token and word of the vocabulary are large.
_SPANS_AT_ONCE = 4

Floats = NDArray[np.float32]
Ids = NDArray[np.int64]
#: A token and its probability.
Written = tuple[int, float]


@dataclass(frozen=True, slots=True)
class Heard:
    """What the network made of a piece: its tokens, and what it encoded, shape (frames, 288).

    The latter in half precision: it is kept for a whole recording until turns are known.
    """

    tokens: tuple[Token, ...] = field(repr=False)
    encoded: NDArray[np.float16] = field(repr=False)

    @property
    def confidence(self) -> float:
        """Return the mean log probability of the tokens; 0 where there is none."""
        return float(np.mean([np.log(token.probability) for token in self.tokens])) if self.tokens else 0.0


class Recognizer:
    """Turns sound into tokens, greedily."""

    def __init__(self, folder: Path) -> None:
        settings = onnxruntime.SessionOptions()
        # Several pieces are decoded side by side instead: threads inside one would mostly wait for each other.
        settings.intra_op_num_threads = 1
        settings.log_severity_level = 3
        # Its arena would keep the largest batch's memory for good.
        settings.enable_cpu_mem_arena = False
        self._encoder = Encoder(read_encoder(folder / "encoder_model.ort"), settings)
        self._decoder = Decoder(read_decoder(folder / "decoder_model_merged.ort"), settings)
        self._vocabulary = read_vocabulary((folder / "tokenizer.bin").read_bytes())

    def decode(self, pieces: Sequence[Samples], tokens_per_second: float) -> list[Heard]:
        """Return what was heard in each piece; safe to call from several threads."""
        encoded = [self._encoder.encode(piece) for piece in pieces]
        limits = np.array([_most_tokens(piece, tokens_per_second) for piece in pieces])
        written = self._greedy(encoded, limits)
        return [Heard(self._tokens(one), _kept(frames)) for one, frames in zip(written, encoded, strict=True)]

    def decode_together(self, before: Heard, variants: Sequence[Samples], most_tokens: float) -> Heard:
        """Return what is heard in a piece when the probabilities of what was heard before and of variants are averaged.

        The encoding kept is the one from before.
        """
        encoded = [before.encoded.astype(np.float32), *(self._encoder.encode(variant) for variant in variants)]
        return Heard(self._tokens(self._agreed(encoded, int(most_tokens) + 2)), before.encoded)

    def likelihoods(self, heard: Heard, spans: Sequence[tuple[float, float]]) -> Floats:
        """Return the log probability of each token, were only one span of the piece heard: (spans, tokens).

        ``spans`` are seconds from the beginning of the piece. Cross-attention carries no position (the encoder's
        rotary ones act inside it), so a span of the encoded frames can be shown to the decoder by itself.
        """
        ids = np.array([token.number for token in heard.tokens], dtype=np.int64)
        groups = [spans[at : at + _SPANS_AT_ONCE] for at in range(0, len(spans), _SPANS_AT_ONCE)]
        return np.concatenate([self._forced(_crop(heard.encoded, group), ids) for group in groups])

    def _forced(self, parts: Sequence[Floats], ids: Ids) -> Floats:
        """Return the log probability of each token given those before it and one part of what was encoded."""
        given = np.tile(np.concatenate([[_BEGIN], ids[:-1]]), (len(parts), 1))
        logits = self._decoder.follow(self._decoder.attend(parts), given)
        chosen = np.take_along_axis(logits, np.tile(ids, (len(parts), 1))[:, :, None], axis=2)[:, :, 0]
        scores: Floats = chosen - _log_total(logits)
        return scores

    def _greedy(self, encoded: Sequence[Floats], limits: Ids) -> list[list[Written]]:
        """Return the likeliest tokens of each piece, one after another, and their probabilities."""
        attended = self._decoder.attend(encoded)
        written: list[list[Written]] = [[] for _ in encoded]
        rows, last = np.arange(len(encoded)), np.full(len(encoded), _BEGIN, dtype=np.int64)
        ended = np.zeros(len(encoded), dtype=np.bool_)
        while len(rows):
            ended |= attended.length >= limits[rows]
            logits = self._decoder.follow(attended, last[:, None])[:, -1]
            last = logits.argmax(axis=1)
            chances = np.exp(np.take_along_axis(logits, last[:, None], axis=1)[:, 0] - _log_total(logits))
            ended |= last == END
            for row, token, chance in zip(rows[~ended], last[~ended], chances[~ended], strict=True):
                written[row].append((int(token), float(chance)))
            if 2 * np.count_nonzero(ended) >= len(rows):
                # Letting go copies what the others hold, so it is not done for each piece that ends.
                attended.keep(~ended)
                rows, last, ended = rows[~ended], last[~ended], ended[~ended]
        return written

    def _agreed(self, encoded: Sequence[Floats], most: int) -> list[Written]:
        """Return the tokens that are likeliest in the mean of all encodings of one piece."""
        attended = self._decoder.attend(encoded)
        written: list[Written] = []
        token = _BEGIN
        while len(written) < most:
            logits = self._decoder.follow(attended, np.full((len(encoded), 1), token))[:, -1]
            scores = logits - _log_total(logits.copy())[:, None]
            token = int(scores.mean(axis=0).argmax())
            if token == END:
                break
            written.append((token, float(np.exp(scores[:, token]).mean())))
        return written

    def _tokens(self, written: Sequence[Written]) -> tuple[Token, ...]:
        return tuple(Token(number, self._vocabulary[number], chance) for number, chance in written)


def _most_tokens(piece: Samples, tokens_per_second: float) -> int:
    return int(len(piece) / SAMPLE_RATE * tokens_per_second) + 2


def _kept(encoded: Floats) -> NDArray[np.float16]:
    return encoded.astype(np.float16)


def _crop(encoded: NDArray[np.float16], spans: Sequence[tuple[float, float]]) -> list[Floats]:
    """Return the encoded frames of each span."""
    parts = []
    for start, end in spans:
        first = max(0, min(int(start * SAMPLE_RATE / _STRIDE), len(encoded) - _SHORTEST_SPAN))
        parts.append(
            encoded[first : max(int(end * SAMPLE_RATE / _STRIDE) + 1, first + _SHORTEST_SPAN)].astype(np.float32)
        )
    return parts


def _log_total(logits: Floats) -> Floats:
    """Return the logarithm of the sum of the exponentials of the last axis; the logits are used up."""
    highest = logits.max(axis=-1, keepdims=True)
    np.subtract(logits, highest, out=logits)
    np.exp(logits, out=logits)
    total: Floats = np.log(logits.sum(axis=-1)) + highest[..., 0]
    return total

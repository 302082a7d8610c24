"""Where in a recording somebody speaks: Silero's detector, whose weights the faster-whisper wheel carries.

The recognizer writes words for music and dial tones, and a segmentation network trained on meetings takes tones for
voices. In 38 minutes of 38 synthetic sounds without speech (noises, hums, tones, dialling, melodies, hold music, sung
vowels) this detector was over one half for 0.13 s. Within a second of where it is over 0.3 lies all speech of the
development clips, but for some of what is said far from the microphone.
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import onnxruntime  # type: ignore[import-untyped]  # ships no types
from numpy.typing import NDArray

from pipeline.adapters.speech.moonshine_pieces import FRAME_RATE, Piece
from pipeline.ports import SAMPLE_RATE, Samples, VoiceTurn

_FRAME, _CONTEXT, _STATE = 512, 64, 128
_BATCH = 2_000
_POSSIBLE, _SURE = 0.3, 0.5
_NEAR_SECONDS = 0.2
# More than a note's onset reaches, and less than any word takes.
_LEAST_SECONDS = 0.15

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Speech:
    """Which 20 ms lie near what may be speech, and which surely are speech."""

    near: Mask = field(repr=False)
    sure: Mask = field(repr=False)

    @property
    def turns(self) -> list[VoiceTurn]:
        """Return the stretches in which somebody may speak, nobody knows who."""
        edges = np.flatnonzero(np.diff(np.pad(self.near, 1).astype(np.int8))).reshape(-1, 2) / FRAME_RATE
        return [VoiceTurn(float(start), float(end), "") for start, end in edges]

    def within(self, piece: Piece) -> bool:
        """Say whether there is enough speech in a piece for a word."""
        frames = self.sure[round(piece.start * FRAME_RATE) : round(piece.end * FRAME_RATE)]
        return bool(np.count_nonzero(frames) >= _LEAST_SECONDS * FRAME_RATE)


class SpeechDetector:
    """Tells speech from all other sound."""

    def __init__(self, weights: Path) -> None:
        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = 1
        settings.log_severity_level = 3
        settings.enable_cpu_mem_arena = False
        self._network = onnxruntime.InferenceSession(str(weights), settings, providers=["CPUExecutionProvider"])

    def listen(self, samples: Samples) -> Speech:
        """Return where there is speech."""
        likely = self._likely(samples)
        middles = (np.arange(len(samples) * FRAME_RATE // SAMPLE_RATE) + 0.5) / FRAME_RATE
        frames = np.minimum((middles * SAMPLE_RATE / _FRAME).astype(np.intp), max(0, len(likely) - 1))
        return Speech(_widened(likely > _POSSIBLE)[frames], (likely > _SURE)[frames])

    def _likely(self, samples: Samples) -> NDArray[np.float32]:
        """Return the probability of speech in each 32 ms; what was heard before is kept in mind."""
        count = -(-len(samples) // _FRAME)
        state = cell = np.zeros((1, 1, _STATE), dtype=np.float32)
        parts = [np.zeros(0, dtype=np.float32)]
        for at in range(0, count, _BATCH):
            feed = {"input": _framed(samples, at, min(at + _BATCH, count)), "h": state, "c": cell}
            found, state, cell = self._network.run(None, feed)
            parts.append(found.ravel())
        return np.concatenate(parts)


def _framed(samples: Samples, first: int, last: int) -> Samples:
    """Return frames of a recording, each with the end of the one before; silence beyond the recording's edges."""
    begin, end = first * _FRAME - _CONTEXT, last * _FRAME
    inside = samples[max(0, begin) : end]
    before = max(0, -begin)
    padded = np.pad(inside, (before, end - begin - before - len(inside)))
    return np.ascontiguousarray(np.lib.stride_tricks.sliding_window_view(padded, _CONTEXT + _FRAME)[::_FRAME])


def _widened(mask: Mask) -> Mask:
    """Return what lies within a second of the mask."""
    reach = round(_NEAR_SECONDS * SAMPLE_RATE / _FRAME)
    counts = np.concatenate([[0], np.cumsum(mask)])
    at = np.arange(len(mask))
    return np.asarray(counts[np.minimum(at + reach + 1, len(mask))] > counts[np.maximum(at - reach, 0)], dtype=np.bool_)

"""The segmentation network: who speaks when within five seconds, voices named only there.

PyanNet (Bredin & Laurent, 2021) with the weights the whisperx wheel carries (pyannote segmentation, April 2022).
Written out here, with the names of its tensors, because importing pyannote.audio costs more than the whole work on a
short session: docs/decisions/0013.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from asteroid_filterbanks import Encoder, ParamSincFB
from numpy.typing import NDArray
from torch.nn.functional import leaky_relu

from pipeline.adapters.diarization.checkpoint import load_tensors
from pipeline.adapters.diarization.weights import weights_in
from pipeline.ports import SAMPLE_RATE, Samples

#: Seconds the network looks at.
WINDOW = 5.0
#: Seconds from one frame to the next, and to the middle of the first one.
FRAME_STEP = 270 / SAMPLE_RATE
FRAME_MIDDLE = 991 / 2 / SAMPLE_RATE

_SIZE = int(WINDOW * SAMPLE_RATE)
_STRIDE = 10
_FILTERS, _TAPS = 80, 251
_FILTERED = (_SIZE - _TAPS) // _STRIDE + 1
_EPSILON = 1e-5

Scores = NDArray[np.float32]


class _SincNet(torch.nn.Module):
    """From sound to 60 features a frame, each window brought to one loudness first."""

    def __init__(self) -> None:
        super().__init__()
        bank = ParamSincFB(_FILTERS, _TAPS, stride=_STRIDE, sample_rate=SAMPLE_RATE, min_low_hz=50, min_band_hz=50)
        self.wav_norm1d = torch.nn.InstanceNorm1d(1, affine=True)
        self.conv1d = torch.nn.ModuleList([Encoder(bank), torch.nn.Conv1d(_FILTERS, 60, 5), torch.nn.Conv1d(60, 60, 5)])
        self.pool1d = torch.nn.MaxPool1d(3)
        self.norm1d = torch.nn.ModuleList([torch.nn.InstanceNorm1d(width, affine=True) for width in (_FILTERS, 60, 60)])

    def forward(self, filtered: torch.Tensor, gains: torch.Tensor, offsets: torch.Tensor) -> torch.Tensor:
        """Return features (windows, 60, frames) of windows that have passed the filters, and were as loud as said."""
        found = leaky_relu(self.norm1d[0](self.pool1d(torch.addcmul(offsets, filtered, gains).abs_())))
        for convolve, normalise in zip(self.conv1d[1:], self.norm1d[1:], strict=True):
            found = leaky_relu(normalise(self.pool1d(convolve(found))))
        return found


class SegmentationNetwork(torch.nn.Module):
    """Scores of up to three speakers in each frame of five seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.sincnet = _SincNet()
        self.lstm = torch.nn.LSTM(60, 128, num_layers=4, bidirectional=True, batch_first=True)
        self.linear = torch.nn.ModuleList([torch.nn.Linear(256, 128), torch.nn.Linear(128, 128)])
        self.classifier = torch.nn.Linear(128, 3)

    def forward(self, stretch: torch.Tensor, hop: int) -> torch.Tensor:
        """Return scores (windows, frames, speakers) of the windows of a stretch of sound, one each ``hop`` samples.

        The first filters, half of the work, see the stretch once and not each window: that a window is brought to
        one loudness before them can as well be done after, since they are linear.
        """
        windows = stretch.unfold(0, _SIZE, hop)
        bank: Any = self.sincnet.conv1d[0].filterbank  # a module's attributes have no type
        filters = bank.filters()
        filtered = torch.nn.functional.conv1d(stretch[None, None], filters, stride=_STRIDE)[0]
        filtered = filtered.unfold(1, _FILTERED, hop // _STRIDE).transpose(0, 1)
        found = self.sincnet(filtered, *self._levelling(windows, filters.sum(dim=(1, 2))))
        found, _ = self.lstm(found.transpose(1, 2))
        for linear in self.linear:
            found = leaky_relu(linear(found))
        return torch.sigmoid(self.classifier(found))

    def _levelling(self, windows: torch.Tensor, response: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return gain and offset of each window; ``response`` is what the filters make of a constant."""
        norm = self.sincnet.wav_norm1d
        gains = norm.weight / (windows.var(dim=1, correction=0) + _EPSILON).sqrt()
        offsets = (norm.bias - windows.mean(dim=1) * gains)[:, None] * response
        return gains[:, None, None], offsets[:, :, None]


def load_segmentation() -> SegmentationNetwork:
    """Return the network with its weights; raise ``EngineUnavailableError`` where they are not there."""
    network = SegmentationNetwork()
    network.load_state_dict(load_tensors(weights_in("whisperx", "whisperx", "assets", "pytorch_model.bin")))
    return network.eval()


@dataclass(frozen=True, slots=True)
class Windows:
    """How likely each local speaker speaks, shape (windows, frames, 3), and the seconds between windows."""

    scores: Scores
    step: float


def segment(network: SegmentationNetwork, samples: Samples, step: float, batch: int, threads: int) -> Windows:
    """Return the scores of the windows of a recording, several batches side by side; silence fills the last."""
    hop = round(step * SAMPLE_RATE / _STRIDE) * _STRIDE
    count = 1 + max(0, -(-(len(samples) - _SIZE) // hop))
    parts = [(first, min(first + batch, count)) for first in range(0, count, batch)]
    with ThreadPoolExecutor(threads) as pool:
        scores = list(pool.map(partial(_scores, network, samples, hop), parts))
    return Windows(np.concatenate(scores), hop / SAMPLE_RATE)


@torch.inference_mode()
def _scores(network: SegmentationNetwork, samples: Samples, hop: int, windows: tuple[int, int]) -> Scores:
    first, last = windows[0] * hop, (windows[1] - 1) * hop + _SIZE
    stretch = torch.from_numpy(samples[first:last])
    scores: Scores = network(torch.nn.functional.pad(stretch, (0, last - first - len(stretch))), hop).numpy()
    return scores

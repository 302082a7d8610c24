"""The segmentation network: who speaks when within five seconds, voices named only there."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import torch
from omegaconf.base import ContainerMetadata, Metadata
from omegaconf.listconfig import ListConfig
from omegaconf.nodes import AnyNode
from pyannote.audio import Model
from pyannote.audio.core.model import Introspection
from pyannote.audio.core.task import Problem, Resolution, Specifications
from pyannote.audio.models.segmentation import PyanNet
from torch.torch_version import TorchVersion

from pipeline.adapters.diarization.weights import weights_in
from pipeline.ports import SAMPLE_RATE

#: Seconds the network looks at.
WINDOW = 5.0

# What the checkpoint holds beside tensors; nothing else of it is unpickled.
_KNOWN: list[Callable[..., object] | tuple[Callable[..., object], str]] = [
    Any,
    AnyNode,
    ContainerMetadata,
    Introspection,
    ListConfig,
    Metadata,
    Problem,
    Resolution,
    Specifications,
    TorchVersion,
    defaultdict,
    dict,
    int,
    list,
]


def load_segmentation() -> Model:
    """Return the PyanNet network whose weights the whisperx wheel carries (pyannote segmentation, April 2022).

    Built by hand and filled with its tensors: ``Model.from_pretrained`` would unpickle the file unguarded, print
    advice on upgrading it, and report itself to pyannote's telemetry.
    """
    with torch.serialization.safe_globals(_KNOWN):
        saved = torch.load(
            weights_in("whisperx", "whisperx", "assets", "pytorch_model.bin"), map_location="cpu", weights_only=True
        )
    shape = saved["hyper_parameters"]
    model = PyanNet(sincnet=dict(shape["sincnet"]), lstm=dict(shape["lstm"]), linear=dict(shape["linear"]))
    model.specifications = Specifications(
        problem=Problem.MULTI_LABEL_CLASSIFICATION,
        resolution=Resolution.FRAME,
        duration=WINDOW,
        classes=["speaker#1", "speaker#2", "speaker#3"],
        permutation_invariant=True,
    )
    model.build()  # type: ignore[no-untyped-call]  # pyannote is typed in parts only
    model.load_state_dict(saved["state_dict"])
    return model.eval()


def window_batches(waveform: torch.Tensor, step: float, batch: int) -> list[torch.Tensor]:
    """Return the windows of a recording of one channel, (at most ``batch``, 1, samples) each.

    All are views of the recording but the last, which is filled with silence.
    """
    size, hop = int(WINDOW * SAMPLE_RATE), round(step * SAMPLE_RATE)
    length = waveform.shape[1]
    whole = max(0, (length - size) // hop + 1)
    views = waveform.unfold(1, size, hop).transpose(0, 1) if whole else waveform.new_empty((0, 1, size))
    batches = [views[at : at + batch] for at in range(0, whole, batch)]
    if not whole or (length - size) % hop:
        rest = waveform[:, whole * hop :]
        batches.append(torch.nn.functional.pad(rest, (0, size - rest.shape[1]))[None])
    return batches

"""The tensors of a pyannote checkpoint, read without pyannote."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch.torch_version import TorchVersion


class _Ignored:
    """Stands for whatever object lies beside the tensors."""

    def __init__(self, *_: object, **__: object) -> None:
        """Take anything."""

    def __setstate__(self, _: object) -> None:
        """Keep nothing."""


# What the checkpoint holds beside tensors; nothing else of it is unpickled, and of these nothing is run.
_KNOWN: list[Callable[..., object] | tuple[Callable[..., object], str]] = [
    Any,
    TorchVersion,
    defaultdict,
    dict,
    int,
    list,
    (_Ignored, "omegaconf.base.ContainerMetadata"),
    (_Ignored, "omegaconf.base.Metadata"),
    (_Ignored, "omegaconf.listconfig.ListConfig"),
    (_Ignored, "omegaconf.nodes.AnyNode"),
    (_Ignored, "pyannote.audio.core.model.Introspection"),
    (_Ignored, "pyannote.audio.core.task.Problem"),
    (_Ignored, "pyannote.audio.core.task.Resolution"),
    (_Ignored, "pyannote.audio.core.task.Specifications"),
]


def load_tensors(path: Path) -> dict[str, torch.Tensor]:
    """Return the tensors of a checkpoint by name."""
    with torch.serialization.safe_globals(_KNOWN):
        tensors: dict[str, torch.Tensor] = torch.load(path, map_location="cpu", weights_only=True)["state_dict"]
    return tensors

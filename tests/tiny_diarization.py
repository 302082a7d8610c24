"""A pyannote diarization pipeline in a folder: real segmentation weights, a random embedding."""

import shutil
from importlib.metadata import distribution
from importlib.metadata import version as version_of
from pathlib import Path

import numpy as np
import torch
import yaml
from pyannote.audio.core.task import Problem, Resolution, Specifications
from pyannote.audio.models.embedding import XVectorSincNet

_DIMENSION = 16


def pipeline(folder: Path) -> Path:
    """Make a folder as ``Pipeline.from_pretrained`` reads it; return where."""
    for part in ("segmentation", "embedding", "plda"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    carried = Path(str(distribution("whisperx").locate_file("whisperx/assets/pytorch_model.bin")))
    shutil.copy(carried, folder / "segmentation" / "pytorch_model.bin")
    _embedding(folder / "embedding" / "pytorch_model.bin")
    _plda(folder / "plda")
    (folder / "config.yaml").write_text(yaml.safe_dump(_CONFIG))
    return folder


def _embedding(path: Path) -> None:
    torch.manual_seed(0)
    model = XVectorSincNet(dimension=_DIMENSION)
    specifications = Specifications(
        problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0, classes=["a", "b"]
    )
    saved = {
        "state_dict": model.state_dict(),
        "hyper_parameters": {"dimension": _DIMENSION},
        "pytorch-lightning_version": version_of("pytorch-lightning"),
        "epoch": 0,
        "global_step": 0,
        "pyannote.audio": {
            "versions": {"pyannote.audio": version_of("pyannote.audio")},
            "architecture": {"module": XVectorSincNet.__module__, "class": XVectorSincNet.__name__},
            "specifications": specifications,
        },
    }
    torch.save(saved, path)


def _plda(folder: Path) -> None:
    """Write a PLDA that changes nothing; agglomerative clustering never asks it."""
    same, none = np.eye(_DIMENSION), np.zeros(_DIMENSION)
    np.savez(folder / "xvec_transform.npz", mean1=none, mean2=none, lda=same)
    np.savez(folder / "plda.npz", mu=none, tr=same, psi=np.arange(1.0, _DIMENSION + 1))


_CONFIG = {
    "pipeline": {
        "name": "pyannote.audio.pipelines.SpeakerDiarization",
        "params": {
            "segmentation": "$model/segmentation",
            "segmentation_step": 0.5,
            "embedding": "$model/embedding",
            "plda": "$model/plda",
            "clustering": "AgglomerativeClustering",
            "embedding_batch_size": 8,
            "segmentation_batch_size": 8,
        },
    },
    "params": {
        "segmentation": {"threshold": 0.5, "min_duration_off": 0.0},
        "clustering": {"method": "centroid", "min_cluster_size": 2, "threshold": 0.7},
    },
}

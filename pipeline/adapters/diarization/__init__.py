"""Engines that tell voices apart."""

from pipeline.adapters.diarization.options import DiarizerOptions
from pipeline.adapters.diarization.pyannote import PyannoteDiarizer, build_embedded_diarizer

__all__ = ["DiarizerOptions", "PyannoteDiarizer", "build_embedded_diarizer"]

"""Engines that tell voices apart."""

from pipeline.adapters.diarization.embedded import EmbeddedDiarizer
from pipeline.adapters.diarization.options import DiarizerOptions

__all__ = ["DiarizerOptions", "EmbeddedDiarizer"]

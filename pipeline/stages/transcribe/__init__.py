"""A recording becomes a diarized transcript."""

from pipeline.stages.transcribe.stage import transcribe, transcribe_dictation, transcribe_samples

__all__ = ["transcribe", "transcribe_dictation", "transcribe_samples"]

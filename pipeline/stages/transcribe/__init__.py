"""A recording becomes a diarized transcript."""

from pipeline.stages.transcribe.interim import Interim
from pipeline.stages.transcribe.roles import attribute_roles, is_certain_of_roles
from pipeline.stages.transcribe.stage import transcribe, transcribe_dictation, transcribe_samples

__all__ = [
    "Interim",
    "attribute_roles",
    "is_certain_of_roles",
    "transcribe",
    "transcribe_dictation",
    "transcribe_samples",
]

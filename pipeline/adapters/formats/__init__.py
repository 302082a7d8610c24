"""Transcripts in the formats that other programs write and read."""

from pipeline.adapters.formats.reading import IMPORT_FORMATS, read_transcript
from pipeline.adapters.formats.writing import EXPORT_FORMATS, write_transcript

__all__ = ["EXPORT_FORMATS", "IMPORT_FORMATS", "read_transcript", "write_transcript"]

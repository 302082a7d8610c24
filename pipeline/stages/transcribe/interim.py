"""What is dear of a recording, kept before its transcript is done: who spoke when and what was heard."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pipeline.domain.documents.transcript import transcript_from_json, transcript_to_json
from pipeline.domain.transcript import Transcript
from pipeline.errors import DocumentError
from pipeline.ports import Diarization


@dataclass(frozen=True, slots=True)
class Interim:
    """An earlier attempt's findings, and where this attempt's are put."""

    #: Names the engines and their settings: what others found out is not taken over.
    made_by: str
    given: bytes = field(default=b"", repr=False)
    keep: Callable[[bytes], None] | None = None

    def found(self) -> tuple[Transcript, Diarization | None] | None:
        """Return what the earlier attempt heard; ``None`` where there is nothing of these engines."""
        if not self.given:
            return None
        try:
            document = json.loads(self.given)
            return _read(document) if document["made_by"] == self.made_by else None
        except (ValueError, LookupError, TypeError, DocumentError):
            return None

    def put(self, heard: Transcript, diarization: Diarization | None) -> None:
        """Keep what was heard."""
        if self.keep is None:
            return
        document = {
            "made_by": self.made_by,
            "heard": transcript_to_json(heard),
            "voices": None if diarization is None else _voices(diarization),
        }
        self.keep(json.dumps(document, allow_nan=False).encode())


def _voices(diarization: Diarization) -> dict[str, Any]:
    """Return the diarization as a transcript without words: it has turns and an engine too."""
    overlapping = Transcript((), "und", diarization.engine, turns=diarization.overlapping)
    return {
        "turns": transcript_to_json(Transcript((), "und", diarization.engine, turns=diarization.turns)),
        "overlapping": transcript_to_json(overlapping),
        "confidence": diarization.confidence,
    }


def _read(document: dict[str, Any]) -> tuple[Transcript, Diarization | None]:
    heard, voices = transcript_from_json(document["heard"]), document["voices"]
    if voices is None:
        return heard, None
    turns, overlapping = transcript_from_json(voices["turns"]), transcript_from_json(voices["overlapping"])
    return heard, Diarization(turns.turns, turns.engine, voices["confidence"], overlapping.turns)

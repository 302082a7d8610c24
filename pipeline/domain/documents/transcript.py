"""Transcript JSON: whisperX's shape plus segment ids, roles and engines; docs/formats.md describes it."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import count
from typing import Any

from pipeline.domain.documents.fields import Fields, as_fields, parse_json
from pipeline.domain.transcript import Engine, RecordingFacts, Role, Segment, Transcript, VoiceTurn, Word
from pipeline.errors import TranscriptInvalidError

#: Eleven days: no session is that long, and times of that size are milliseconds or a slip.
_LATEST = 1_000_000.0
_ROLE_NAMES = {
    **{role.value.lower(): role for role in Role},
    **dict.fromkeys(("therapist", "counselor", "counsellor", "doctor", "provider", "clinical"), Role.CLINICIAN),
    **dict.fromkeys(("patient", "member"), Role.CLIENT),
}


def transcript_bytes(transcript: Transcript) -> bytes:
    """Return the transcript as UTF-8 JSON; the same transcript gives the same bytes."""
    return json.dumps(transcript_to_json(transcript), ensure_ascii=False, allow_nan=False, indent=1).encode() + b"\n"


def transcript_from_bytes(body: bytes) -> Transcript:
    """Return the transcript that the JSON describes; raise ``TranscriptInvalidError``."""
    return transcript_from_json(parse_json(body, TranscriptInvalidError))


def transcript_to_json(transcript: Transcript) -> dict[str, Any]:
    """Return the transcript as JSON's own types."""
    return {
        "language": transcript.language,
        "engine": _engine_to_json(transcript.engine),
        "diarizer": transcript.diarizer and _engine_to_json(transcript.diarizer),
        "recording": transcript.recording and _recording_to_json(transcript.recording),
        "flags": list(transcript.flags),
        "segments": [_segment_to_json(segment) for segment in transcript.segments],
        "turns": [{"start": turn.start, "end": turn.end, "speaker": turn.speaker} for turn in transcript.turns],
    }


def transcript_from_json(obj: object) -> Transcript:
    """Return the transcript that JSON's own types describe, whisperX's or another's of that shape.

    Segments without an id get one. Raises ``TranscriptInvalidError``, which names the place.
    """
    document = as_fields({"segments": obj} if isinstance(obj, list) else obj, "", TranscriptInvalidError)
    if document.values.get("segments") is None:
        raise document.refuse("segments")
    segments = sorted((_segment(fields) for fields in document.objects("segments")), key=lambda s: s.start)
    diarizer, recording = document.object("diarizer"), document.object("recording")
    return Transcript(
        segments=with_segment_ids(segments),
        language=document.text("language") or "und",
        engine=_engine(document),
        diarizer=None if diarizer is None else _engine_from_json(diarizer),
        recording=None if recording is None else _recording_from_json(recording),
        flags=document.texts("flags"),
        turns=tuple(_turn(turn) for turn in document.objects("turns")),
    )


def with_segment_ids(segments: Iterable[Segment]) -> tuple[Segment, ...]:
    """Return the segments, each under an id of its own; those without one are numbered from ``s0001``.

    Raises ``TranscriptInvalidError`` where two share an id, because evidence could then point at either.
    """
    given = tuple(segments)
    taken = [segment.segment_id for segment in given if segment.segment_id]
    if len(set(taken)) != len(taken):
        raise TranscriptInvalidError(where="segments[].segment_id")
    free = _free_ids(set(taken))
    return tuple(s if s.segment_id else replace(s, segment_id=next(free)) for s in given)


def _free_ids(taken: set[str]) -> Iterator[str]:
    return (name for name in (f"s{number:04d}" for number in count(1)) if name not in taken)


def _segment_to_json(segment: Segment) -> dict[str, Any]:
    return {
        "segment_id": segment.segment_id,
        "start": segment.start,
        "end": segment.end,
        "text": segment.text,
        "speaker": segment.speaker,
        "role": segment.role and segment.role.value,
        "role_confidence": segment.role_confidence,
        "words": [_word_to_json(word) for word in segment.words],
    }


def _segment(fields: Fields) -> Segment:
    words = tuple(_word(word) for word in fields.objects("words"))
    start, end = _times(fields, words)
    text = fields.text("text")
    return Segment(
        segment_id=_segment_id(fields),
        start=start,
        end=end,
        text=" ".join(word.word.strip() for word in words) if text is None else text,
        speaker=_speaker(fields),
        role=_role(fields),
        role_confidence=fields.share("role_confidence"),
        words=words,
    )


def _segment_id(fields: Fields) -> str:
    value = fields.values.get("segment_id")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else fields.text("segment_id") or ""


def _speaker(fields: Fields) -> str | None:
    """Return the label; some recognizers number their speakers."""
    value = fields.values.get("speaker")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else fields.text("speaker") or None


def _times(fields: Fields, words: tuple[Word, ...]) -> tuple[float, float]:
    start, end = fields.number("start"), fields.number("end")
    if start is None:
        start = next((word.start for word in words if word.start is not None), None)
    if end is None:
        end = next((word.end for word in reversed(words) if word.end is not None), None)
    if start is None or not 0 <= start <= _LATEST:
        raise fields.refuse("start")
    if end is None or not start <= end <= _LATEST:
        raise fields.refuse("end")
    return start, end


def _role(fields: Fields) -> Role | None:
    name = fields.text("role")
    return None if name is None else _ROLE_NAMES.get(name.strip().lower())


def _word_to_json(word: Word) -> dict[str, Any]:
    """Leave out what is not known, as whisperX does."""
    values = {
        "word": word.word,
        "start": word.start,
        "end": word.end,
        "score": word.score,
        "speaker": word.speaker,
        "doubt": word.doubt,
        "candidates": list(word.candidates) or None,
    }
    return {name: value for name, value in values.items() if value is not None}


def _word(fields: Fields) -> Word:
    word = fields.text("word")
    if word is None:
        raise fields.refuse("word")
    return Word(
        word=word,
        start=fields.number("start"),
        end=fields.number("end"),
        score=fields.share("score"),
        speaker=fields.text("speaker"),
        doubt=fields.text("doubt"),
        candidates=fields.texts("candidates"),
    )


def _turn(fields: Fields) -> VoiceTurn:
    start, end, speaker = fields.number("start"), fields.number("end"), fields.text("speaker")
    if start is None or end is None or end < start:
        raise fields.refuse("start" if start is None else "end")
    if not speaker:
        raise fields.refuse("speaker")
    return VoiceTurn(start, end, speaker)


def _engine(document: Fields) -> Engine:
    if isinstance(document.values.get("engine"), str):
        return Engine(document.text("engine") or "unknown", "")
    engine = document.object("engine")
    return Engine("unknown", "") if engine is None else _engine_from_json(engine)


def _engine_to_json(engine: Engine) -> dict[str, Any]:
    return {
        "name": engine.name,
        "version": engine.version,
        "model": engine.model,
        "options": dict(engine.options),
    }


def _engine_from_json(fields: Fields) -> Engine:
    options = fields.object("options")
    return Engine(
        name=fields.text("name") or "unknown",
        version=fields.text("version") or "",
        model=fields.text("model") or "",
        options=() if options is None else tuple((name, options.text(name) or "") for name in options.values),
    )


def _recording_to_json(facts: RecordingFacts) -> dict[str, Any]:
    return {
        "seconds": facts.seconds,
        "sample_rate": facts.sample_rate,
        "channels": facts.channels,
        "codec": facts.codec,
        "clipped": facts.clipped,
        "peak_dbfs": facts.peak_dbfs,
        "level_dbfs": facts.level_dbfs,
        "tracks": facts.tracks,
    }


def _recording_from_json(fields: Fields) -> RecordingFacts:
    return RecordingFacts(
        seconds=_or_zero(fields.number("seconds")),
        sample_rate=int(fields.number("sample_rate") or 0),
        channels=int(fields.number("channels") or 0),
        codec=fields.text("codec") or "unknown",
        clipped=_or_zero(fields.share("clipped")),
        peak_dbfs=_or_zero(fields.number("peak_dbfs")),
        level_dbfs=_or_zero(fields.number("level_dbfs")),
        tracks=int(fields.number("tracks") or 1),
    )


def _or_zero(value: float | None) -> float:
    return 0.0 if value is None else value

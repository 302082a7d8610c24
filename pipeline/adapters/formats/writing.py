"""Transcripts written as JSON, SubRip, WebVTT, plain text, tab-separated values and RTTM."""

import html
from collections.abc import Callable, Iterator, Mapping

from pipeline.adapters.formats.names import voice_names
from pipeline.adapters.formats.times import clock
from pipeline.domain.documents.transcript import transcript_bytes
from pipeline.domain.transcript import Segment, Transcript, VoiceTurn

#: Segments of one voice with no longer pause between them are one turn of RTTM (seconds).
_SAME_TURN = 0.5


def write_transcript(transcript: Transcript, name: str) -> str:
    """Return the transcript in one of ``EXPORT_FORMATS``; raise ``KeyError`` for another name."""
    return _WRITERS[name](transcript)


def _json(transcript: Transcript) -> str:
    return transcript_bytes(transcript).decode()


def _srt(transcript: Transcript) -> str:
    names = voice_names(transcript)
    return "\n".join(
        f"{number}\n{clock(segment.start, ',')} --> {clock(segment.end, ',')}\n{_spoken(segment, names)}\n"
        for number, segment in enumerate(transcript.segments, 1)
    )


def _vtt(transcript: Transcript) -> str:
    names = voice_names(transcript)
    cues = (
        f"\n{segment.segment_id}\n{clock(segment.start)} --> {clock(segment.end)}\n{_voiced(segment, names)}\n"
        for segment in transcript.segments
    )
    return "WEBVTT\n" + "".join(cues)


def _txt(transcript: Transcript) -> str:
    names = voice_names(transcript)
    return "".join(f"[{clock(segment.start)[:8]}] {_spoken(segment, names)}\n" for segment in transcript.segments)


def _tsv(transcript: Transcript) -> str:
    """Return rows whose times are whole milliseconds, as Whisper writes them."""
    rows = (
        (
            str(round(segment.start * 1000)),
            str(round(segment.end * 1000)),
            segment.speaker or "",
            segment.role or "",
            _line(segment.text),
        )
        for segment in transcript.segments
    )
    return "".join("\t".join(row) + "\n" for row in [("start", "end", "speaker", "role", "text"), *rows])


def _rttm(transcript: Transcript) -> str:
    """Return the turns of voices (NIST RT-09, appendix A), from sound where known, from segments where not."""
    return "".join(
        f"SPEAKER session 1 {turn.start:.3f} {turn.end - turn.start:.3f} <NA> <NA> {_label(turn.speaker)} <NA> <NA>\n"
        for turn in (transcript.turns or _turns(transcript.segments))
    )


def _turns(segments: tuple[Segment, ...]) -> Iterator[VoiceTurn]:
    last: VoiceTurn | None = None
    for segment in segments:
        if segment.speaker is None:
            continue
        if last is not None and last.speaker == segment.speaker and segment.start - last.end <= _SAME_TURN:
            last = VoiceTurn(last.start, max(last.end, segment.end), last.speaker)
            continue
        if last is not None:
            yield last
        last = VoiceTurn(segment.start, segment.end, segment.speaker)
    if last is not None:
        yield last


def _spoken(segment: Segment, names: Mapping[str, str]) -> str:
    text = _line(segment.text)
    return text if segment.speaker is None else f"{names[segment.speaker]}: {text}"


def _voiced(segment: Segment, names: Mapping[str, str]) -> str:
    text = html.escape(_line(segment.text), quote=False)
    return text if segment.speaker is None else f"<v {html.escape(names[segment.speaker], quote=False)}>{text}</v>"


def _line(text: str) -> str:
    """Return the text on one line: a line break would end a cue."""
    return " ".join(text.split())


def _label(speaker: str) -> str:
    return "_".join(speaker.split())


_WRITERS: Mapping[str, Callable[[Transcript], str]] = {
    "json": _json,
    "srt": _srt,
    "vtt": _vtt,
    "txt": _txt,
    "tsv": _tsv,
    "rttm": _rttm,
}
EXPORT_FORMATS = tuple(_WRITERS)

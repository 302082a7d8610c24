"""What ffprobe says that a recording is, asked inside the sandbox and only for fields that hold no content."""

import json
from dataclasses import dataclass
from typing import Any, BinaryIO

from pipeline.adapters.decoding.limits import DecodingLimits
from pipeline.adapters.decoding.sandbox import Sandbox, output_of, running
from pipeline.errors import (
    RecordingHasNoAudioError,
    RecordingUndecodableError,
)

#: Demuxers that read one file and never name another: no playlists, no concatenation, no image sequences.
DEMUXERS = (
    "wav,w64,mp3,aac,mov,mp4,m4a,3gp,3g2,mj2,flac,ogg,matroska,webm,amr,aiff,caf,asf,au,avi,flv,mpegts,mpeg,"
    "ac3,eac3,wv,dss"
)
#: The file protocol reaches the recording (in memory, as standard input) and nothing else is given to the sandbox.
INPUT_OPTIONS = ("-protocol_whitelist", "file", "-format_whitelist", DEMUXERS)
#: ffprobe's own threshold below which it would look further: noise is taken for MP3 under it.
_LEAST_SCORE = 25
_FIELDS = (
    "format=format_name,duration,probe_score"
    ":stream=codec_type,codec_name,sample_rate,channels,duration:stream_tags=DURATION"
)
_MOST_OUTPUT = 1024 * 1024
#: Where a length is measured from packets or guessed from the bit rate, it is no claim of the header's.
_GUESSED = {"aac", "amr", "ogg"}
_VBR_HEADERS = (b"Xing", b"Info", b"VBRI")
_VBR_WITHIN = 256 * 1024


@dataclass(frozen=True, slots=True)
class Probed:
    """The first sound track of a recording."""

    codec: str
    sample_rate: int
    channels: int
    #: What the container says of its length; ``None`` where it does not, or where ffprobe only guesses.
    claimed_seconds: float | None
    #: How many sound tracks there are; only the first is decoded.
    tracks: int = 1


def probe(recording: BinaryIO, limits: DecodingLimits, sandbox: Sandbox) -> Probed:
    """Return the first sound track.

    Raises ``RecordingUndecodableError`` for what is no known container and ``RecordingHasNoAudioError`` for one
    without sound.
    """
    report = _report(recording, limits, sandbox)
    container = report.get("format", {})
    if int(container.get("probe_score", 0)) < _LEAST_SCORE:
        raise RecordingUndecodableError
    streams = report.get("streams", [])
    track = next((stream for stream in streams if stream.get("codec_type") == "audio"), None)
    if track is None:
        raise RecordingHasNoAudioError
    channels, rate = int(track.get("channels", 0)), int(track.get("sample_rate", 0))
    if not 0 < channels <= limits.max_channels or rate <= 0:
        raise RecordingUndecodableError(channels=channels, sample_rate=rate)
    claimed = _claimed(recording, container, track, alone=len(streams) == 1)
    tracks = sum(stream.get("codec_type") == "audio" for stream in streams)
    return Probed(str(track.get("codec_name", "unknown")), rate, channels, claimed, tracks)


def _report(recording: BinaryIO, limits: DecodingLimits, sandbox: Sandbox) -> dict[str, Any]:
    command = ["ffprobe", "-v", "quiet", *INPUT_OPTIONS, "-of", "json", "-show_entries", _FIELDS, "-i", "/dev/stdin"]
    with running(command, limits, sandbox, recording.fileno()) as process:
        output = output_of(process).read(_MOST_OUTPUT)
        if len(output) == _MOST_OUTPUT or process.wait() != 0:
            raise RecordingUndecodableError
    try:
        report = json.loads(output)
    except ValueError:
        raise RecordingUndecodableError from None
    return dict(report)


def _claimed(recording: BinaryIO, container: dict[str, Any], track: dict[str, Any], *, alone: bool) -> float | None:
    name = str(container.get("format_name", ""))
    if name in _GUESSED or (name == "mp3" and not _has_length(recording)):
        return None
    tagged = _clock_seconds(str(track.get("tags", {}).get("DURATION", "")))
    own = _seconds(track.get("duration"))
    return own or tagged or (_seconds(container.get("duration")) if alone else None)


def _has_length(recording: BinaryIO) -> bool:
    recording.seek(0)
    start = recording.read(_VBR_WITHIN)
    return any(header in start for header in _VBR_HEADERS)


def _clock_seconds(text: str) -> float | None:
    """Return Matroska's ``HH:MM:SS.fff`` as seconds."""
    parts = text.split(":")
    try:
        hours, minutes, seconds = (float(part) for part in parts)
    except ValueError:
        return None
    return hours * 3600 + minutes * 60 + seconds


def _seconds(text: object) -> float | None:
    try:
        return float(str(text))
    except ValueError:
        return None

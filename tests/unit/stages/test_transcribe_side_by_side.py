"""The transcribe stage: telling voices apart and recognition go on at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event

import pytest

from pipeline.domain.transcript import Transcript
from pipeline.errors import EngineUnavailableError
from pipeline.ports import Diarization, Diarizer, Samples, Transcriber, Turns, VoiceCount
from pipeline.stages.transcribe import transcribe
from tests.fakes_speech import ENGINE, FakeDecoder, FakeTranscriber, dialogue, some_bytes

SEGMENTS, TURNS = dialogue(("SPEAKER_00", "How have you been?"), ("SPEAKER_01", "Not well at all."))
PATIENCE = 60.0


@dataclass
class Together:
    """A diarizer that waits until recognition has begun."""

    hearing: Event
    waited_in_vain: bool = False

    def diarize(self, samples: Samples, voices: VoiceCount) -> Diarization:
        """Return the turns."""
        self.waited_in_vain = not self.hearing.wait(PATIENCE)
        return Diarization(TURNS, ENGINE)


@dataclass
class Hearing(FakeTranscriber):
    """Says that it has begun before it asks for turns."""

    begun: Event = field(default_factory=Event)
    given: list[int] = field(default_factory=list)

    def transcribe(self, samples: Samples, turns: Turns, names: Sequence[str] = ()) -> Transcript:
        """Return the segments."""
        self.begun.set()
        self.given.append(len(turns()))
        return super().transcribe(samples, turns, names)


class Broken:
    """A diarizer without its weights."""

    def diarize(self, samples: Samples, voices: VoiceCount) -> Diarization:
        """Fail."""
        raise EngineUnavailableError(lacks="weights")


def run(diarizer: Diarizer, transcriber: Transcriber) -> None:
    """Run the stage."""
    transcribe(some_bytes(), voices=VoiceCount(), decoder=FakeDecoder(), diarizer=diarizer, transcriber=transcriber)


def test_recognition_does_not_wait_for_voices() -> None:
    """Recognition begins while voices are still being told apart, and is given the turns when it asks."""
    transcriber = Hearing(SEGMENTS)
    diarizer = Together(transcriber.begun)
    run(diarizer, transcriber)

    assert not diarizer.waited_in_vain
    assert transcriber.given == [len(TURNS)]


def test_a_diarizers_failure_is_the_stages() -> None:
    """What the diarizer raises beside recognition ends the stage with its own reason."""
    with pytest.raises(EngineUnavailableError):
        run(Broken(), FakeTranscriber(SEGMENTS))

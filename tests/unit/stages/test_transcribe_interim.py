"""What is kept while a recording is transcribed, and when the next attempt takes it over."""

import json
from dataclasses import dataclass, field

import pytest

from pipeline.domain.artifact import ArtifactKind
from pipeline.ports import StageResult, VoiceCount
from pipeline.stages.transcribe import Interim, transcribe, transcribe_dictation
from tests.fakes_speech import FakeDecoder, FakeDiarizer, FakeTranscriber, dialogue, some_bytes

SEGMENTS, TURNS = dialogue(("A", "How did you sleep?"), ("B", "I slept badly, I was up at four."))


@dataclass
class Attempts:
    """One session, tried several times with the same engines."""

    kept: list[bytes] = field(default_factory=list)
    transcriber: FakeTranscriber = field(default_factory=lambda: FakeTranscriber(SEGMENTS))
    diarizer: FakeDiarizer = field(default_factory=lambda: FakeDiarizer(TURNS, 0.9))

    def run(self, given: bytes = b"", made_by: str = "these") -> StageResult:
        """Transcribe with what an earlier attempt kept."""
        return transcribe(
            some_bytes(),
            voices=VoiceCount(),
            decoder=FakeDecoder(),
            diarizer=self.diarizer,
            transcriber=self.transcriber,
            interim=Interim(made_by, given, self.kept.append),
        )


def transcript_of(result: StageResult) -> bytes:
    """Return the transcript among the outputs."""
    return next(output.body for output in result.outputs if output.kind is ArtifactKind.TRANSCRIPT)


def test_what_was_heard_is_taken_over() -> None:
    """The next attempt hears nothing again and comes to the same transcript, byte for byte."""
    attempts = Attempts()
    first = attempts.run()
    second = attempts.run(attempts.kept[0])

    assert transcript_of(second) == transcript_of(first)
    assert len(attempts.transcriber.told) == len(attempts.diarizer.asked) == len(attempts.kept) == 1


def test_other_engines_hear_for_themselves() -> None:
    """What other engines or settings found out is not taken over."""
    attempts = Attempts()
    attempts.run()
    attempts.run(attempts.kept[0], made_by="others")

    assert len(attempts.transcriber.told) == 2


@pytest.mark.parametrize(
    "given",
    [b"", b"x", b"[]", b"{}", b"null", b'{"made_by": "these"}', b'{"made_by": "these", "heard": {}, "voices": null}'],
)
def test_what_cannot_be_used_is_as_good_as_none(given: bytes) -> None:
    """A kept result of another form is left alone and everything is heard again."""
    attempts = Attempts()
    attempts.run(given)

    assert len(attempts.transcriber.told) == 1


def test_nothing_of_a_voice_is_kept_but_its_turns() -> None:
    """What is kept holds words and times, and no embedding of a voice."""
    attempts = Attempts()
    attempts.run()
    document = json.loads(attempts.kept[0])

    assert set(document) == {"made_by", "heard", "voices"}
    assert set(document["voices"]) == {"turns", "overlapping", "confidence"}


def test_a_dictation_is_not_heard_twice_either() -> None:
    """A dictation's words are kept and taken over as well."""
    transcriber, kept = FakeTranscriber(SEGMENTS), []
    for given in (b"", None):
        interim = Interim("these", kept[0] if given is None else given, kept.append)
        transcribe_dictation(some_bytes(), decoder=FakeDecoder(), transcriber=transcriber, interim=interim)

    assert len(transcriber.told) == len(kept) == 1

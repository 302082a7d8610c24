"""A stage process for tests: it hears a phrase, notes each time that it does, and dies the first time.

The next attempt waits as long as a file ``hold`` lies in the folder.
"""

import os
import signal
import time
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from sys import argv

from pipeline.adapters.isolation.child import harden, serve
from pipeline.adapters.isolation.wire import receive_json
from pipeline.domain.artifact import ArtifactKind
from pipeline.ports import Inputs, Samples, StageFunction, StageResult, StageTask, VoiceCount
from pipeline.stages.transcribe import Interim, transcribe
from tests.chaos.phrase import PHRASE
from tests.fakes_speech import FakeDecoder, FakeDiarizer, FakeTranscriber, dialogue

_LOOK = 0.05


class DyingDecoder(FakeDecoder):
    """Encodes, or dies the first time."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._mark = folder / "died"

    def encode_flac(self, samples: Samples) -> bytes:
        """Die, once."""
        if not self._mark.exists():
            self._mark.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return super().encode_flac(samples)


def build(folder: Path) -> StageFunction:
    """Return the work."""
    return partial(work, folder)


def work(folder: Path, task: StageTask, inputs: Inputs) -> StageResult:
    """Transcribe with engines that hear the phrase."""
    while (folder / "died").exists() and (folder / "hold").exists():
        time.sleep(_LOOK)
    segments, turns = dialogue(("A", f"How are you? I heard of {PHRASE}."), ("B", "I have been tired, and I said no."))
    transcriber = FakeTranscriber(segments)
    try:
        return transcribe(
            inputs[ArtifactKind.RECORDING],
            voices=VoiceCount(),
            decoder=DyingDecoder(folder),
            diarizer=FakeDiarizer(turns),
            transcriber=transcriber,
            interim=Interim("these engines", task.interim, partial(keep, folder, task)),
        )
    finally:
        with (folder / "finished").open("a") as finished:
            finished.write("." * len(transcriber.told))


def keep(folder: Path, task: StageTask, interim: bytes) -> None:
    """Note that something was heard, and keep it."""
    with (folder / "heard").open("a") as heard:
        heard.write(".")
    task.keep(interim)


def main() -> None:
    """Serve until the parent is gone."""
    harden()
    channel = Connection(int(argv[1]))
    serve(channel, partial(build, Path(receive_json(channel)["folder"])))


if __name__ == "__main__":
    main()

"""Stage work in a child process: results, failures, deaths, and what the child can see."""

import io
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.adapters.isolation import ChildLimits, ChildProcessWork
from pipeline.domain.artifact import ArtifactKind
from pipeline.domain.note import NoteFormat
from pipeline.domain.session import SessionId, Stage
from pipeline.errors import (
    EngineUnavailableError,
    NoSpeechError,
    StageCrashedError,
    StageStalledError,
    UnexpectedError,
)
from pipeline.ports import Inputs, StageTask
from tests.waiting import until

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.programs.stage_child")
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)}


def make_work(limits: ChildLimits | None = None, **setup: object) -> ChildProcessWork:
    return ChildProcessWork(COMMAND, ENVIRONMENT, setup, limits or ChildLimits())


@pytest.fixture
def work() -> Iterator[ChildProcessWork]:
    made = make_work()
    yield made
    made.close()


def task(deed: str = "plain-work") -> StageTask:
    return StageTask(SessionId(deed), Stage.VERIFY, NoteFormat.SOAP, {"voices": 2})


def two_inputs() -> Inputs:
    return {ArtifactKind.DRAFT: io.BytesIO(b"draft"), ArtifactKind.TRANSCRIPT: io.BytesIO(b"transcript")}


def test_inputs_go_in_and_outputs_come_back(work: ChildProcessWork) -> None:
    """The child reads its inputs in order and what it makes comes back byte for byte."""
    result = work.run(task(), two_inputs())

    assert result.outputs[0].body == b"draft+transcript"
    assert [name for name, _ in result.facts.counts] == ["bytes", "engine_ms", "load_ms"]


def test_a_large_input_streams_through(work: ChildProcessWork) -> None:
    """Many megabytes pass without either side holding up the other."""
    body = os.urandom(5_000_000)

    result = work.run(task(), {ArtifactKind.RECORDING: io.BytesIO(body)})

    assert result.outputs[0].body == body


def test_one_process_does_many_tasks(work: ChildProcessWork) -> None:
    """The engines load once: the second task meets the same process."""
    first = work.run(task(), two_inputs())
    second = work.run(task(), two_inputs())

    assert first.facts.audio_seconds == second.facts.audio_seconds


def test_a_named_error_crosses_whole_even_with_input_unread(work: ChildProcessWork) -> None:
    """A stage that fails before reading its input still reports why, and the process goes on."""
    with pytest.raises(NoSpeechError):
        work.run(task("raises-named"), {ArtifactKind.RECORDING: io.BytesIO(b"x" * 3_000_000)})

    assert work.run(task(), two_inputs()).outputs[0].body == b"draft+transcript"


def test_an_unplanned_error_crosses_as_its_class_name(work: ChildProcessWork) -> None:
    """What an unknown exception says never leaves the child."""
    with pytest.raises(UnexpectedError) as caught:
        work.run(task("raises-unplanned"), two_inputs())

    assert caught.value.facts == {"kind": "ValueError"}


def test_a_killed_child_is_a_crash_and_the_next_task_gets_a_fresh_one(work: ChildProcessWork) -> None:
    """The death of a model costs one attempt and never the worker."""
    with pytest.raises(StageCrashedError):
        work.run(task("dies-by-kill"), two_inputs())

    assert work.run(task(), two_inputs()).outputs[0].body == b"draft+transcript"


def test_work_can_be_stopped_from_another_thread(work: ChildProcessWork) -> None:
    """A lost lease stops a running model within moments."""
    threading.Timer(0.5, work.stop).start()
    began = time.monotonic()

    with pytest.raises(StageCrashedError):
        work.run(task("sleeps-long"), two_inputs())

    assert time.monotonic() - began < 10


def test_a_stalled_child_is_stopped() -> None:
    """A model that takes longer than its limit is killed and named so."""
    work = make_work(ChildLimits(work=timedelta(seconds=0.5)))

    with pytest.raises(StageStalledError):
        work.run(task("sleeps-long"), two_inputs())

    work.close()


def test_an_engine_that_cannot_load_says_so() -> None:
    """A child whose engine has no weights reports the reason instead of dying."""
    work = make_work(broken=True)

    with pytest.raises(EngineUnavailableError):
        work.run(task(), two_inputs())

    work.close()


def test_a_fresh_process_takes_over_after_its_share_of_tasks() -> None:
    """A process ends after its tasks, so that what a model leaks is bounded."""
    work = make_work(ChildLimits(tasks=1))

    first = work.run(task(), two_inputs())
    second = work.run(task(), two_inputs())

    work.close()
    assert first.facts.audio_seconds != second.facts.audio_seconds


def test_the_child_sees_none_of_our_environment(work: ChildProcessWork) -> None:
    """Only what is passed on is in the child's environment, so no credential is."""
    seen = work.run(task(), two_inputs()).outputs[1].body.decode().split(",")

    assert {name for name in seen if name.startswith(("AWS", "NIGHTSCRIBE", "DATABASE"))} == set()
    assert set(ENVIRONMENT) <= set(seen)


def test_the_child_dies_with_its_parent() -> None:
    """A worker killed outright leaves no model process behind."""
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**ENVIRONMENT}
    )
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()

    assert until(lambda: is_gone(child))


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    # It may go between the opening and the reading.
    except (FileNotFoundError, ProcessLookupError):
        return True


_PARENT = textwrap.dedent(
    """
    import io, sys, time
    from pipeline.domain.artifact import ArtifactKind
    from tests.integration.test_isolation import make_work, task, two_inputs
    work = make_work()
    print(int(work.run(task(), two_inputs()).facts.audio_seconds), flush=True)
    time.sleep(60)
    """
)

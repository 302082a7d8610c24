"""One session's story out of its audit entries alone."""

from datetime import UTC, datetime

from pipeline.audit.chain import Entry, Head, append
from pipeline.audit.events import Event
from pipeline.audit.replay import replay
from pipeline.audit.session_events import HoldPlaced
from pipeline.audit.stage_events import StageFailed, StageOpened, StageRetried, StageStarted
from pipeline.domain.session import RunId, SessionId, Stage, StageStatus, WorkerId

SESSION = SessionId("session-0001")
RUN = RunId("run-1")


def about(attempt: int) -> dict[str, object]:
    """Return what every entry of the run says."""
    return {"run_id": RUN, "session_id": SESSION, "stage": Stage.DRAFT, "generation": 1, "attempt": attempt}


def entries(*events: Event) -> list[Entry]:
    """Return a chain of these events, a second apart, each in its own stream."""
    heads: dict[str, Head] = {}
    made: list[Entry] = []
    for second, event in enumerate(events):
        head = heads.get(event.stream, Head(event.stream))
        made.append(append(head, event, datetime(2026, 11, 26, 2, 0, second, tzinfo=UTC)))
        heads[event.stream] = made[-1].head
    return made


def failed(attempt: int, *, will_retry: bool) -> StageFailed:
    """Return a failure."""
    return StageFailed(**about(attempt), reason_code="transcript_empty", error="X", will_retry=will_retry)  # type: ignore[arg-type]  # the run's common facts


STORY = (
    StageOpened(**about(0)),  # type: ignore[arg-type]  # as above
    StageStarted(**about(1), worker_id=WorkerId("w"), consent_rev=1),  # type: ignore[arg-type]  # as above
    HoldPlaced(SESSION, "officer", "subpoena"),
    failed(1, will_retry=False),
)


def test_a_story_is_told_in_order_of_time() -> None:
    """Entries of every stream come in the order in which things happened."""
    timeline = replay(SESSION, reversed(entries(*STORY)))

    assert [happening.event for happening in timeline.happenings] == [
        "stage_opened",
        "stage_started",
        "hold_placed",
        "stage_failed",
    ]


def test_a_story_says_where_it_leaves_each_run() -> None:
    """A failure that is not tried again leaves the run failed, and a person's retry leaves it ready."""
    ended = replay(SESSION, entries(*STORY))
    retried = replay(SESSION, entries(*STORY, StageRetried(**about(1), actor="mira", reason="engine-upgrade")))  # type: ignore[arg-type]  # as above
    again = replay(SESSION, entries(STORY[0], STORY[1], failed(1, will_retry=True)))

    assert [run.status for run in ended.runs] == [StageStatus.FAILED]
    assert [run.status for run in retried.runs] == [StageStatus.READY]
    assert [run.status for run in again.runs] == [StageStatus.READY]


def test_a_ledger_that_says_otherwise_is_found_out() -> None:
    """A run in another state, one that only the ledger knows and one that only the log knows are all named."""
    timeline = replay(SESSION, entries(*STORY))

    assert timeline.differences({RUN: StageStatus.FAILED}) == ()
    assert timeline.differences({RUN: StageStatus.SUCCEEDED}) == (RUN,)
    assert timeline.differences({}) == (RUN,)
    assert timeline.differences({RUN: StageStatus.FAILED, RunId("run-2"): StageStatus.READY}) == (RunId("run-2"),)

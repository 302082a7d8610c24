"""Intake of many recordings: consent first, then the bytes, then the rows, some hundred sessions in a transaction."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.session import RunId, first_stage
from pipeline.errors import PipelineError
from pipeline.intake import Intake, Submission, kind_of
from pipeline.ports.bulk import BulkRegistry, Candidate, Earlier
from pipeline.storing import Incoming, Opener, Writers

#: Few enough that workers hardly wait for the transaction, many enough that its cost is shared.
_CHUNK = 100
#: Most of the time of what is compared is waiting for the disk.
_READERS = 8

Item = tuple[Submission, Opener]
#: What became of a submission: its first run, or why not.
Outcome = RunId | PipelineError


class Outcomes(Protocol):
    """Hears what became of each submission as it is known."""

    def __call__(self, submission: Submission, outcome: Outcome) -> None:
        """Take note."""
        ...


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """Items whose bytes are being stored, and what is known or found out of the others."""

    new: Sequence[Item]
    stored: Future[Sequence[StoredArtifact | PipelineError]]
    others: Sequence[tuple[Submission, Future[Outcome] | PipelineError]]


@dataclass(frozen=True, slots=True)
class BulkIntake:
    """Accepts many submissions; each ends accepted or with its own named error, and none stops another."""

    intake: Intake
    registry: BulkRegistry
    writers: Writers

    def accept_all(self, items: Sequence[Item], outcomes: Outcomes) -> None:
        """Take every item in; what is not new is compared with what is there.

        While the rows of some hundred are written, the bytes of the next hundred are.
        """
        with (
            ThreadPoolExecutor(1, thread_name_prefix="storing") as storing,
            ThreadPoolExecutor(_READERS, thread_name_prefix="comparing") as comparing,
        ):
            before: _UnderWay | None = None
            for start in range(0, len(items), _CHUNK):
                under_way = self._begin(items[start : start + _CHUNK], storing, comparing)
                self._finish(before, outcomes)
                before = under_way
            self._finish(before, outcomes)

    def _begin(self, items: Sequence[Item], storing: Executor, comparing: Executor) -> _UnderWay:
        """Record consents, have what is new stored, and what is not looked at more closely."""
        actor = items[0][0].actor
        admitted = self.registry.admit_all([_candidate(submission) for submission, _ in items], actor)
        new = [item for item, answer in zip(items, admitted, strict=True) if answer is True]
        stored = storing.submit(self.writers.store_all, [_incoming(item) for item in new])
        others = [
            (item[0], answer if isinstance(answer, PipelineError) else comparing.submit(self._look, item, answer))
            for item, answer in zip(items, admitted, strict=True)
            if answer is not True
        ]
        return _UnderWay(new, stored, others)

    def _finish(self, under_way: _UnderWay | None, outcomes: Outcomes) -> None:
        """Register what was stored, and tell what became of each."""
        if under_way is None:
            return
        for submission, found in under_way.others:
            outcomes(submission, found if isinstance(found, PipelineError) else found.result())
        whole: list[tuple[Item, StoredArtifact]] = []
        for item, stored in zip(under_way.new, under_way.stored.result(), strict=True):
            if isinstance(stored, PipelineError):
                outcomes(item[0], stored)
            else:
                whole.append((item, stored))
        for submission, outcome in self._register(whole) if whole else ():
            outcomes(submission, outcome)

    def _look(self, item: Item, answer: Earlier | Literal[False] | None) -> Outcome:
        if isinstance(answer, Earlier):
            return self._compare(item, answer)
        return self._alone(item if answer is None else _without_consents(item))

    def _register(self, whole: Sequence[tuple[Item, StoredArtifact]]) -> Iterator[tuple[Submission, Outcome]]:
        answers = self.registry.register_all([(_candidate(item[0]), found) for item, found in whole])
        for (item, _), answer in zip(whole, answers, strict=True):
            if isinstance(answer, str):
                self.intake.doorbell.ring(first_stage(item[0].session.kind), answer)
            yield item[0], self._alone(item) if answer is None else answer

    def _compare(self, item: Item, earlier: Earlier) -> Outcome:
        submission, opener = item
        try:
            with opener() as body:
                self.intake.require_same(submission.session.kind, earlier.artifacts, body)
        except PipelineError as error:
            return error
        return earlier.run_id

    def _alone(self, item: Item) -> Outcome:
        submission, opener = item
        try:
            with opener() as body:
                return self.intake.accept(submission, body)
        except PipelineError as error:
            return error


def _without_consents(item: Item) -> Item:
    """Return the item without decisions that are recorded already."""
    return replace(item[0], consents=()), item[1]


def _incoming(item: Item) -> Incoming:
    submission, opener = item
    session = submission.session
    return Incoming(session.session_id, kind_of(session.kind), opener, submission.names)


def _candidate(submission: Submission) -> Candidate:
    return Candidate(
        submission.session, submission.participants, submission.policy, submission.consents, submission.voices
    )

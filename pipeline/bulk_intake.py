"""Intake of many recordings: consent first, then the bytes, then the rows, some hundred sessions in a transaction."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.session import RunId, first_stage
from pipeline.errors import PipelineError
from pipeline.intake import Intake, Submission
from pipeline.ports.bulk import BulkRegistry, Candidate, Earlier

#: Few enough that workers hardly wait for the transaction, many enough that its cost is shared.
_CHUNK = 100
#: Most of a file's time is waiting for the disk.
_WRITERS = 8

#: Opens the bytes of a submission.
Opener = Callable[[], AbstractContextManager[BinaryIO]]
Item = tuple[Submission, Opener]
#: What became of a submission: its first run, or why not.
Outcome = RunId | PipelineError
#: An item, and what will become of its bytes.
_Storing = tuple[Item, Future[StoredArtifact | Outcome] | PipelineError]


class Outcomes(Protocol):
    """Hears what became of each submission as it is known."""

    def __call__(self, submission: Submission, outcome: Outcome) -> None:
        """Take note."""
        ...


@dataclass(frozen=True, slots=True)
class BulkIntake:
    """Accepts many submissions; each ends accepted or with its own named error, and none stops another."""

    intake: Intake
    registry: BulkRegistry

    def accept_all(self, items: Sequence[Item], outcomes: Outcomes) -> None:
        """Take every item in; what is not new is compared with what is there.

        While the rows of some hundred are written, the bytes of the next hundred are.
        """
        with ThreadPoolExecutor(_WRITERS, thread_name_prefix="intake") as writers:
            before: Sequence[_Storing] = ()
            for start in range(0, len(items), _CHUNK):
                storing = self._begin(items[start : start + _CHUNK], writers)
                self._finish(before, outcomes)
                before = storing
            self._finish(before, outcomes)

    def _begin(self, items: Sequence[Item], writers: ThreadPoolExecutor) -> Sequence[_Storing]:
        """Record consents, and let the writers store what is new and compare what is not."""
        actor = items[0][0].actor
        admitted = self.registry.admit_all([_candidate(submission) for submission, _ in items], actor)
        return [
            (item, answer if isinstance(answer, PipelineError) else writers.submit(self._handle, item, answer))
            for item, answer in zip(items, admitted, strict=True)
        ]

    def _finish(self, storing: Sequence[_Storing], outcomes: Outcomes) -> None:
        """Register what was stored, and tell what became of each."""
        whole: list[tuple[Item, StoredArtifact]] = []
        for item, under_way in storing:
            found = under_way if isinstance(under_way, PipelineError) else under_way.result()
            if isinstance(found, StoredArtifact):
                whole.append((item, found))
            else:
                outcomes(item[0], found)
        for submission, outcome in self._register(whole) if whole else ():
            outcomes(submission, outcome)

    def _handle(self, item: Item, answer: bool | Earlier | None) -> StoredArtifact | Outcome:  # noqa: FBT001 - an answer of the registry
        if answer is True:
            return self._store(item)
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

    def _store(self, item: Item) -> StoredArtifact | PipelineError:
        submission, opener = item
        try:
            with opener() as body:
                return self.intake.store(submission, body)
        except PipelineError as error:
            return error

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


def _candidate(submission: Submission) -> Candidate:
    return Candidate(
        submission.session, submission.participants, submission.policy, submission.consents, submission.voices
    )

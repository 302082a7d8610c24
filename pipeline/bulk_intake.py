"""Intake of many recordings: consent first, then the bytes, then the rows, some hundred sessions in a transaction."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import BinaryIO, Protocol

from pipeline.domain.artifact import StoredArtifact
from pipeline.domain.session import RunId, first_stage
from pipeline.errors import PipelineError
from pipeline.intake import Intake, Submission
from pipeline.ports.bulk import BulkRegistry, Candidate

#: Few enough that workers hardly wait for the transaction, many enough that its cost is shared.
_CHUNK = 100
#: Most of a file's time is waiting for the disk.
_WRITERS = 8

#: Opens the bytes of a submission.
Opener = Callable[[], AbstractContextManager[BinaryIO]]
Item = tuple[Submission, Opener]
#: What became of a submission: its first run, or why not.
Outcome = RunId | PipelineError


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
        """Take every item in; what is not new goes the way of a single one, which compares it with what is there."""
        with ThreadPoolExecutor(_WRITERS, thread_name_prefix="intake") as writers:
            for start in range(0, len(items), _CHUNK):
                for submission, outcome in self._chunk(items[start : start + _CHUNK], writers):
                    outcomes(submission, outcome)

    def _chunk(self, items: Sequence[Item], writers: ThreadPoolExecutor) -> Iterator[tuple[Submission, Outcome]]:
        actor = items[0][0].actor
        admitted = self.registry.admit_all([_candidate(submission) for submission, _ in items], actor)
        fresh = [item for item, answer in zip(items, admitted, strict=True) if answer is True]
        for item, answer in zip(items, admitted, strict=True):
            if answer is None or answer is False:
                yield item[0], self._alone(item if answer is None else _without_consents(item))
            elif isinstance(answer, PipelineError):
                yield item[0], answer
        stored = list(writers.map(self._store, fresh))
        pairs = list(zip(fresh, stored, strict=True))
        yield from ((item[0], found) for item, found in pairs if isinstance(found, PipelineError))
        yield from self._register([(item, found) for item, found in pairs if isinstance(found, StoredArtifact)])

    def _register(self, whole: Sequence[tuple[Item, StoredArtifact]]) -> Iterator[tuple[Submission, Outcome]]:
        answers = self.registry.register_all([(_candidate(item[0]), found) for item, found in whole])
        for (item, _), answer in zip(whole, answers, strict=True):
            if isinstance(answer, str):
                self.intake.doorbell.ring(first_stage(item[0].session.kind), answer)
            yield item[0], self._alone(item) if answer is None else answer

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

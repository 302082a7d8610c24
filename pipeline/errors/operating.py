"""What operators may not do, or did too late."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors.kinds import PermanentError


class OperationConflictError(PermanentError):
    """Somebody else came first, or things have moved on; ``state`` says where they stand."""

    reason_code = "operation_conflict"
    sentence = "This was done already, or no longer applies. Look at where it stands now, then decide again."


class ReasonInvalidError(PermanentError):
    """A reason, or a person's reference, is not a code."""

    reason_code = "reason_invalid"
    sentence = "Say who and why in codes such as engine-upgrade or INC-1234: 2 to 64 letters, digits and . _ : / @ + -"


class BatchUnknownError(PermanentError):
    """No such batch."""

    reason_code = "batch_unknown"
    sentence = "There is no batch with this id. `nightscribe status` lists them."


class SessionInBatchError(PermanentError):
    """A session belongs to the first batch that named it."""

    reason_code = "session_in_batch"
    sentence = "This session belongs to another batch already. Leave it out of this one."


class SessionTwiceError(PermanentError):
    """Several rows of one batch name one session."""

    reason_code = "session_twice"
    sentence = "This session stands on more than one row. Name it once."


class RecordingNotComeError(PermanentError):
    """A session that was announced and that nothing came for."""

    reason_code = "recording_not_come"
    sentence = "Nothing has come for this session. Upload its recording, or name the upload that is under way."


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row, which is counted from 1; nothing of what stood in it."""

    row: int
    problem: str
    where: str = ""


class BatchInvalidError(PermanentError):
    """A batch with rows that cannot be taken; ``wrong`` names all of them."""

    reason_code = "batch_invalid"
    sentence = "The batch has problems; none of it was taken. Mend the rows that `errors` names and send it again."

    def __init__(self, wrong: Sequence[RowProblem] = (), **facts: str | float | None) -> None:
        """Keep what is wrong, in order of rows."""
        super().__init__(**facts)
        self.wrong = tuple(sorted(wrong, key=lambda each: each.row))


class WorkerUnknownError(PermanentError):
    """No such worker."""

    reason_code = "worker_unknown"
    sentence = "No worker of this id was ever heard of. `nightscribe queue show` lists them."

"""What operators may not do, or did too late."""

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


class WorkerUnknownError(PermanentError):
    """No such worker."""

    reason_code = "worker_unknown"
    sentence = "No worker of this id was ever heard of. `nightscribe queue show` lists them."

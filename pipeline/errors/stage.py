"""Sessions and the running of their stages."""

from pipeline.errors.kinds import PermanentError, PipelineError, TransientError


class SessionUnknownError(PermanentError):
    """No such session."""

    reason_code = "session_unknown"
    sentence = "There is no session with this id. `nightscribe status` lists them."


class SessionIdInvalidError(PermanentError):
    """Not an opaque id."""

    reason_code = "session_id_invalid"
    sentence = "A session id is 8 to 64 letters, digits, '-' or '_', and never a name."


class SessionConflictError(PermanentError):
    """The id is taken by other content."""

    reason_code = "session_conflict"
    sentence = "This session id is taken by another recording. Use a new id."


class LeaseLostError(PipelineError):
    """Another worker holds the stage now, or it was stopped; this result is dropped."""

    reason_code = "lease_lost"
    sentence = "The stage was taken over or stopped while it ran; its result is dropped."


class StageCrashedError(TransientError):
    """The process that ran the model died."""

    reason_code = "stage_crashed"
    sentence = "The process that ran the model died. The stage is tried again, then quarantined."


class StageStalledError(TransientError):
    """The model made no progress within its limit."""

    reason_code = "stage_stalled"
    sentence = "The model took longer than its limit and was stopped."


class UnexpectedError(TransientError):
    """An exception nobody planned for; ``kind`` is its class name and nothing else is kept."""

    reason_code = "unexpected_error"


class PurgeIncompleteError(TransientError):
    """A version was still listed after its deletion, as under object lock."""

    reason_code = "purge_incomplete"
    sentence = "Some object versions are still listed after deletion (object lock?). The purge is tried again."


class RunUnknownError(PermanentError):
    """No such stage run."""

    reason_code = "run_unknown"
    sentence = "There is no stage run with this id. `nightscribe status` lists them."


class RetryImpossibleError(PermanentError):
    """Only a run that ended badly can be tried again."""

    reason_code = "retry_impossible"
    sentence = "Only what failed, was refused, quarantined or cancelled is retried, and only if its stage is not open."


class ArrivalUnknownError(PermanentError):
    """No such inbound object."""

    reason_code = "arrival_unknown"
    sentence = "There is no arrival with this id."


class AnnouncementInvalidError(PermanentError):
    """Not word of an inbound object."""

    reason_code = "announcement_invalid"
    sentence = "The notification is not an S3 event. Check what the bucket's notifications are set to send."

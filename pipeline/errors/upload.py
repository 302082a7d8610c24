"""Recordings that come in parts."""

from pipeline.errors.kinds import PermanentError, RefusedError, TransientError


class UploadUnknownError(PermanentError):
    """No such upload."""

    reason_code = "upload_unknown"
    sentence = "There is no upload with this id."


class UploadClosedError(PermanentError):
    """Completed, abandoned, refused or out of time."""

    reason_code = "upload_closed"
    sentence = "This upload is over and takes no more parts. Open a new one if the session has no recording yet."


class UploadExpiredError(UploadClosedError):
    """Nobody completed it in time."""

    reason_code = "upload_expired"
    sentence = "This upload was not completed in time, and what had come is deleted. Open a new one."


class UploadOffsetError(PermanentError):
    """A part that does not continue what has come; ``offset`` says where to go on."""

    reason_code = "upload_offset_wrong"
    sentence = "The part does not continue what has come. Go on from `offset`."


class UploadTooLargeError(PermanentError):
    """More bytes than the ticket is for."""

    reason_code = "upload_too_large"
    sentence = "There are more bytes than the upload was opened for. Nothing of this part was kept."


class UploadChecksumError(PermanentError):
    """What came is not what was sent."""

    reason_code = "upload_checksum_wrong"
    sentence = "What came is not what the checksum says. Nothing of it was kept: send it again."


class UploadIncompleteError(PermanentError):
    """Completed before the last part; ``offset`` says where to go on."""

    reason_code = "upload_incomplete"
    sentence = "Parts are missing. Go on from `offset`, then complete."


class UploadBusyError(TransientError):
    """Its parts are being joined, or too many uploads come at once."""

    reason_code = "upload_busy"
    sentence = "This is being worked on, or too many uploads come at once. Ask again in a moment."


class UploadInterruptedError(TransientError):
    """The sender went away, or sent nothing for too long."""

    reason_code = "upload_interrupted"
    sentence = "The connection broke off or was silent for too long. Go on from the last offset."


class TicketVoidError(RefusedError):
    """Consent was decided anew since the ticket was handed out."""

    reason_code = "ticket_void"
    sentence = "Consent was decided anew since this upload was opened. Open a new one; what had come is deleted."

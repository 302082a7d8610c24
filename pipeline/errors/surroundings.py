"""The store, keys, database and programs around the pipeline."""

from pipeline.errors.kinds import PermanentError, TransientError


class StoreUnavailableError(TransientError):
    """The object store cannot be reached."""

    reason_code = "store_unavailable"
    sentence = "The object store cannot be reached. Workers go on by themselves once it can; give a command again then."


class StoreFullError(TransientError):
    """No room is left."""

    reason_code = "store_full"
    sentence = "The disk or store is full. Make room; work goes on by itself."


class FileUnusableError(PermanentError):
    """A file or folder that somebody named cannot be read or written; ``problem`` is the system's own word for why."""

    reason_code = "file_unusable"
    sentence = "A file or folder cannot be used. Look at whether it is there, whose it is, and how full the disk is."


class ObjectMissingError(TransientError):
    """A row names an object that is not there."""

    reason_code = "object_missing"
    sentence = "An object that should exist is missing from the store. Check the store, then retry."


class ObjectExistsError(PermanentError):
    """A key is written once; this one already was."""

    reason_code = "object_exists"
    sentence = "An object of this key exists already."


class DecryptionError(PermanentError):
    """The ciphertext, its key or its associated data do not belong together."""

    reason_code = "decryption_failed"
    sentence = "An object could not be decrypted: it was changed, or it belongs to another session."


class KeyDestroyedError(PermanentError):
    """The data key was destroyed; the content is gone for good."""

    reason_code = "key_destroyed"
    sentence = "The content was deleted: its key was destroyed."


class KeyFileMissingError(PermanentError):
    """The wrapping key's file is not there."""

    reason_code = "key_file_missing"
    sentence = "The wrapping key file is missing. Restore it from its backup: without it nothing can be read."


class KeyFileUnsafeError(PermanentError):
    """The wrapping key's file can be read by others, or lies beside what it protects."""

    reason_code = "key_file_unsafe"
    sentence = "The wrapping key file must have mode 0600 and lie outside the data folder."


class KeyFileInvalidError(PermanentError):
    """The key file's content is not what the program writes."""

    reason_code = "key_file_invalid"
    sentence = "The key file is damaged or of another kind. Restore it from its backup."


class KeyInUseError(PermanentError):
    """The newest wrapping key cannot be forgotten."""

    reason_code = "key_in_use"
    sentence = "This is the key that wraps now. Rotate first, then forget the older one."


class SandboxUnavailableError(PermanentError):
    """A program the decoder needs is not installed."""

    reason_code = "decoder_missing"
    sentence = "ffmpeg is missing. Install it (apt-get install ffmpeg bubblewrap)."


class EndpointNotAllowedError(PermanentError):
    """Content was to be sent to a host that no agreement covers."""

    reason_code = "endpoint_not_allowed"
    sentence = "Content may not be sent to this host. Name it in the settings only with a signed agreement on file."


class EndpointUnavailableError(TransientError):
    """A model server does not answer, or answers that it cannot."""

    reason_code = "endpoint_unavailable"
    sentence = "The model server does not answer. Check that it runs; the stage is tried again."


class EndpointReplyInvalidError(TransientError):
    """A model server answered, and not in the form asked for."""

    reason_code = "endpoint_reply_invalid"
    sentence = "The model server's answer cannot be used. Try another model, or raise its limit of tokens."


class EngineUnavailableError(PermanentError):
    """An engine was asked for whose weights or settings are not there."""

    reason_code = "engine_unavailable"
    sentence = "The engine asked for is not set up. `nightscribe doctor` says what it lacks."


class EngineOutOfMemoryError(TransientError):
    """A model ran out of memory even on one piece at a time."""

    reason_code = "engine_out_of_memory"
    sentence = "The model ran out of memory. Use a smaller model or compute type, or free the device."


class DatabaseUnavailableError(TransientError):
    """The database cannot be reached."""

    reason_code = "database_unavailable"
    sentence = "The database cannot be reached. Workers go on by themselves once it can; give a command again then."


class DatabaseOlderError(TransientError):
    """The schema lacks what this program needs."""

    reason_code = "database_older"
    sentence = "The database was not set up for this version of Nightscribe. Run `nightscribe migrate`."


class DatabaseNewerError(PermanentError):
    """The schema is one that this program does not know."""

    reason_code = "database_newer"
    sentence = "The database belongs to a newer Nightscribe. Run that version, or restore an older backup."


class ValueUnusableError(PermanentError):
    """A character, moment or number that no row can hold was given; which one it was is not repeated."""

    reason_code = "value_unusable"
    sentence = "Something given has a character, a moment or a number that cannot be kept. Look at it and try again."


class SettingsInvalidError(PermanentError):
    """The settings contradict themselves or are unsafe."""

    reason_code = "settings_invalid"
    sentence = "The settings are not valid. `nightscribe doctor` names the one that is wrong."


class AuditBrokenError(PermanentError):
    """An audit stream does not check."""

    reason_code = "audit_broken"
    sentence = "An audit stream was altered. Keep the database as it is and tell the privacy officer."

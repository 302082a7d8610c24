"""A recording that cannot be used."""

from pipeline.errors.kinds import PermanentError


class RecordingError(PermanentError):
    """The recording itself is the trouble."""

    reason_code = "recording_invalid"


class RecordingEmptyError(RecordingError):
    """Zero bytes."""

    reason_code = "recording_empty"
    sentence = "The recording has no bytes. Upload it again from the recorder."


class RecordingUndecodableError(RecordingError):
    """No decoder makes sound of it."""

    reason_code = "recording_undecodable"
    sentence = "This is not a recording that can be decoded. Send audio, or video with sound."


class RecordingHasNoAudioError(RecordingError):
    """A container without a sound track."""

    reason_code = "recording_has_no_audio"
    sentence = "The file has no sound track. Send the file that holds the sound."


class RecordingTruncatedError(RecordingError):
    """The file ends before its own header says."""

    reason_code = "recording_truncated"
    sentence = "The recording ends before its own header says it should. Upload it again, whole."


class RecordingTooShortError(RecordingError):
    """Shorter than a session can be."""

    reason_code = "recording_too_short"
    sentence = "The recording is too short to be a session."


class RecordingTooLongError(RecordingError):
    """Longer than the configured limit."""

    reason_code = "recording_too_long"
    sentence = "The recording is longer than the limit. Split it, or raise the limit in the settings."


class RecordingTooLargeError(RecordingError):
    """More bytes than the configured limit."""

    reason_code = "recording_too_large"
    sentence = "The recording is larger than the limit. Send a compressed copy, or raise the limit."


class RecordingSilentError(RecordingError):
    """Sound, but none of it above the noise floor."""

    reason_code = "recording_silent"
    sentence = "The recording is silent. Check the microphone, and record again."


class NoSpeechError(RecordingError):
    """Sound, but no speech in it."""

    reason_code = "no_speech"
    sentence = "No speech was heard in the recording, so no note is written."


class SpeechNotUnderstoodError(RecordingError):
    """Speech, but next to nothing of it understood, or not in the language that was expected."""

    reason_code = "recording_not_understood"
    sentence = (
        "Next to nothing was understood, or it is in another language than the engine is set to, so no note is written."
    )

"""A document from outside that cannot be used."""

from pipeline.errors.kinds import PermanentError


class DocumentError(PermanentError):
    """A document given to the program cannot be used; ``where`` names the line and field."""

    reason_code = "document_invalid"
    sentence = "The document is not in the form the manual describes."


class TranscriptInvalidError(DocumentError):
    """Not a transcript."""

    reason_code = "transcript_invalid"
    sentence = "The transcript is not in the form docs/formats.md describes."


class TranscriptEmptyError(PermanentError):
    """A transcript in which nothing is said."""

    reason_code = "transcript_empty"
    sentence = "The transcript has no words, so there is nothing to write a note from."


class NoteInvalidError(DocumentError):
    """Not a note."""

    reason_code = "note_invalid"
    sentence = "The note is not in the form docs/formats.md describes."


class ClaimsInvalidError(DocumentError):
    """Not a list of claims."""

    reason_code = "claims_invalid"
    sentence = 'Each line of the claims file must be {"id": …, "text": …}.'


class VerificationInvalidError(DocumentError):
    """Not a verification."""

    reason_code = "verification_invalid"
    sentence = "The verification is not in the form docs/formats.md describes."


class VocabularyInvalidError(DocumentError):
    """Not a list of names."""

    reason_code = "vocabulary_invalid"
    sentence = "A vocabulary holds one name a line, of at most 60 characters, and at most 300 names."


class ManifestInvalidError(DocumentError):
    """Not a manifest, or one with a row that cannot be handed in."""

    reason_code = "manifest_invalid"
    sentence = "The manifest has problems; nothing was handed in. Mend the lines named above."

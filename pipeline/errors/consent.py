"""Consent and holds: a rule forbids it."""

from pipeline.errors.kinds import PermanentError, RefusedError


class ConsentError(RefusedError):
    """Consent does not cover the stage."""

    reason_code = "consent_missing"
    sentence = "Someone recorded has not consented to this. Record their consent, then submit again."


class ConsentMissingError(ConsentError):
    """No consent row covers a person and purpose."""


class ConsentExpiredError(ConsentError):
    """The consent ended before now."""

    reason_code = "consent_expired"
    sentence = "A consent has expired. Renew it with the person, then retry the stage."


class ConsentNotYetValidError(ConsentError):
    """The consent begins later."""

    reason_code = "consent_not_yet_valid"
    sentence = "A consent begins later than now. Check its dates."


class ConsentWithdrawnError(ConsentError):
    """The consent was taken back."""

    reason_code = "consent_withdrawn"
    sentence = "A consent was withdrawn. Nothing more is done with this session."


class ConsentDeniedError(ConsentError):
    """The person said no."""

    reason_code = "consent_denied"
    sentence = "Someone recorded refused this purpose. Nothing is done with this session."


class ConsentFormInvalidError(ConsentError):
    """The consent document cannot be read as one."""

    reason_code = "consent_form_invalid"
    sentence = "The consent file is not valid. Compare it with `nightscribe consent example`."


class ConsentSessionMismatchError(ConsentError):
    """The consent names another session."""

    reason_code = "consent_session_mismatch"
    sentence = "The consent belongs to another session. Give the consent for this one."


class LegalHoldError(RefusedError):
    """A legal hold forbids deletion."""

    reason_code = "legal_hold"
    sentence = "A legal hold keeps this session. It is deleted only after the hold is lifted."


class PersonUnknownError(PermanentError):
    """Nobody of this reference ever took part or decided, so there is nothing to take back."""

    reason_code = "person_unknown"
    sentence = "Nobody of this reference is known here, or in this session. Nothing was withdrawn: check its spelling."

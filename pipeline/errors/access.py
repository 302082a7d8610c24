"""Who asks, and whether they may."""

from pipeline.errors.kinds import PermanentError, RefusedError, TransientError


class AccessError(RefusedError):
    """Somebody may not do this, or is not known."""

    reason_code = "access_refused"
    sentence = "This is not permitted."


class NotSignedInError(AccessError):
    """Nobody, an ended sign-in, or a token that is not valid any more."""

    reason_code = "not_signed_in"
    sentence = "Sign in, or send a token that is still valid."


class PermissionMissingError(AccessError):
    """None of the account's roles, or of the token's scopes, permits it."""

    reason_code = "permission_missing"
    sentence = "Your role does not permit this. An administrator can say who may."


class SignInRefusedError(AccessError):
    """Wrong name, password or code; which of them is not said."""

    reason_code = "sign_in_refused"
    sentence = "The name, the password or the code is not right."


class TooManyTriesError(AccessError):
    """Tried too often; ``seconds`` says when to try again."""

    reason_code = "too_many_tries"
    sentence = "Too many tries. Wait a little, then try again; nothing stays locked."


class CrossSiteRequestError(AccessError):
    """A browser sent it from another site's page."""

    reason_code = "cross_site_request"
    sentence = "This request came from another site's page and was not carried out."


class AccountNameInvalidError(PermanentError):
    """Not a name for an account."""

    reason_code = "account_name_invalid"
    sentence = "An account's name is 2 to 64 small letters, digits, '.', '_', '@' or '-'."


class AccountUnknownError(PermanentError):
    """No such account."""

    reason_code = "account_unknown"
    sentence = "There is no account with this name. `nightscribe account list` shows them."


class AccountExistsError(PermanentError):
    """The name, or the identity at the provider, is taken."""

    reason_code = "account_exists"
    sentence = "This name or identity belongs to an account already. Names are never given twice."


class OwnAccountError(AccessError):
    """Something an administrator may do to others and not to themselves."""

    reason_code = "own_account"
    sentence = "Another administrator must do this to your account, so that somebody is always left who can."


class PasswordWrongError(PermanentError):
    """The password one has, which is asked for before it is changed, is not right."""

    reason_code = "password_wrong"
    sentence = "The password you have now is not right, or this account has none. Nothing was changed."


class PasswordsDifferError(PermanentError):
    """A new password was typed in two ways."""

    reason_code = "passwords_differ"
    sentence = "The two new passwords are not the same. Nothing was changed."


class PasswordTooWeakError(PermanentError):
    """Too short, too plain, or the account's own name."""

    reason_code = "password_too_weak"
    sentence = "A password has at least 12 characters, several different ones, and not the account's name."


class TokenUnknownError(PermanentError):
    """No such token."""

    reason_code = "token_unknown"
    sentence = "There is no token with this id. `nightscribe token list` shows them."


class PurposeInvalidError(PermanentError):
    """Not one of the purposes of an access."""

    reason_code = "purpose_invalid"
    sentence = "The purpose of an access is one of those in docs/identity.md."


class TlsNeededError(AccessError):
    """A password over plain HTTP, from another machine."""

    reason_code = "tls_needed"
    sentence = "Sign in over HTTPS. Plain HTTP is for this machine's own address, 127.0.0.1, only."


class SecondFactorNeededError(AccessError):
    """The deployment asks for a second factor, and the account has none."""

    reason_code = "second_factor_needed"
    sentence = "Set up a second factor on the page of your account first."


class ProviderUnavailableError(TransientError):
    """The identity provider does not answer as one."""

    reason_code = "provider_unavailable"
    sentence = "The identity provider does not answer. Try again; a local account lets in meanwhile."

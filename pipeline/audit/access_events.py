"""Who signed in, who looked or acted and why, and what became of accounts and tokens."""

from dataclasses import dataclass

from pipeline.audit.events import Event, Stream
from pipeline.domain.account import AccessPurpose, AccountId, Permission, Role, SignInMeans
from pipeline.domain.session import SessionId
from pipeline.domain.webhook import WebhookEvent


class AccessEvent(Event):
    """Something about who may come in, or who did."""

    __slots__ = ()

    @property
    def stream(self) -> Stream:
        """Return the chain of accesses."""
        return Stream.ACCESS


@dataclass(frozen=True, slots=True)
class AccountAdded(AccessEvent):
    """An account was made."""

    account_id: AccountId
    roles: tuple[Role, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class AccountRolesSet(AccessEvent):
    """An account was given other roles."""

    account_id: AccountId
    roles: tuple[Role, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class AccountDisabled(AccessEvent):
    """An account cannot sign in any more; its sign-ins ended."""

    account_id: AccountId
    actor: str


@dataclass(frozen=True, slots=True)
class AccountEnabled(AccessEvent):
    """An account can sign in again."""

    account_id: AccountId
    actor: str


@dataclass(frozen=True, slots=True)
class PasswordSet(AccessEvent):
    """An account has another password; its sign-ins ended."""

    account_id: AccountId
    actor: str


@dataclass(frozen=True, slots=True)
class SecondFactorSet(AccessEvent):
    """An account proves itself by codes too, from now on."""

    account_id: AccountId
    actor: str


@dataclass(frozen=True, slots=True)
class SecondFactorRemoved(AccessEvent):
    """An account's codes count no more; its sign-ins ended."""

    account_id: AccountId
    actor: str


@dataclass(frozen=True, slots=True)
class RecoveryCodeUsed(AccessEvent):
    """Somebody came in by a recovery code, which is spent."""

    account_id: AccountId
    left: int


@dataclass(frozen=True, slots=True)
class SignedIn(AccessEvent):
    """Somebody proved who they are."""

    account_id: AccountId
    sign_in_id: str
    means: SignInMeans


@dataclass(frozen=True, slots=True)
class SignInRefused(AccessEvent):
    """Somebody did not; the account is named where there is one."""

    account_id: AccountId | None
    reason_code: str


@dataclass(frozen=True, slots=True)
class SignedOff(AccessEvent):
    """A sign-in ended by its owner's hand."""

    account_id: AccountId
    sign_in_id: str


@dataclass(frozen=True, slots=True)
class TokenCreated(AccessEvent):
    """A token was handed out."""

    account_id: AccountId
    token_id: str
    scopes: tuple[Permission, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class TokenRevoked(AccessEvent):
    """A token is not valid any more."""

    account_id: AccountId
    token_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class WebhookAdded(AccessEvent):
    """Another program is told from now on what happens."""

    webhook_id: str
    events: tuple[WebhookEvent, ...]
    actor: str


@dataclass(frozen=True, slots=True)
class WebhookRotated(AccessEvent):
    """A webhook has another secret."""

    webhook_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class WebhookPaused(AccessEvent):
    """A webhook is told nothing more, by a person or because it does not answer."""

    webhook_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class WebhookResumed(AccessEvent):
    """A webhook is told again what happens."""

    webhook_id: str
    actor: str


@dataclass(frozen=True, slots=True)
class AccessMade(AccessEvent):
    """Somebody looked or acted, by which permission and for which purpose."""

    account_id: AccountId
    key_id: str
    permission: Permission
    purpose: AccessPurpose
    #: The route's own name, never an address with what was typed into it.
    route: str
    session_id: SessionId | None


@dataclass(frozen=True, slots=True)
class AccessRefused(AccessEvent):
    """Somebody asked for what their role does not permit."""

    account_id: AccountId
    key_id: str
    permission: Permission
    route: str

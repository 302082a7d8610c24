"""Who may do what: roles, permissions, and the one table that joins them."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NewType

from pipeline.errors import AccountNameInvalidError

AccountId = NewType("AccountId", str)

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,63}")


class Role(StrEnum):
    """What a person is to the agency; a person may have several."""

    OPERATOR = "operator"
    OPERATOR_READ_ONLY = "operator_read_only"
    CLINICIAN = "clinician"
    SUPERVISOR = "supervisor"
    PRIVACY_OFFICER = "privacy_officer"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """What a route may ask for; a token's scopes are these too."""

    #: Be signed in at all: one's own account, and nothing of anybody else's.
    OWN_ACCOUNT = "account:own"
    #: See where sessions stand: ids, states, times and reason codes.
    SESSIONS_READ = "sessions:read"
    #: Register sessions, upload recordings, import transcripts.
    SESSIONS_SUBMIT = "sessions:submit"
    CONSENTS_READ = "consents:read"
    CONSENTS_WRITE = "consents:write"
    #: Retry, cancel, discard, release and re-order stage runs.
    RUNS_OPERATE = "runs:operate"
    #: See depth, workers, forecasts and metrics.
    QUEUES_READ = "queues:read"
    #: Pause, resume and drain.
    QUEUES_OPERATE = "queues:operate"
    BATCHES_READ = "batches:read"
    BATCHES_SUBMIT = "batches:submit"
    RETENTION_READ = "retention:read"
    #: Place and lift holds, delete before time.
    RETENTION_OPERATE = "retention:operate"
    AUDIT_READ = "audit:read"
    ACCOUNTS_MANAGE = "accounts:manage"
    WEBHOOKS_MANAGE = "webhooks:manage"
    #: Read transcripts and notes, edit and sign.
    NOTES_REVIEW = "notes:review"


_WATCHING = frozenset(
    {
        Permission.OWN_ACCOUNT,
        Permission.SESSIONS_READ,
        Permission.QUEUES_READ,
        Permission.BATCHES_READ,
        Permission.RETENTION_READ,
    }
)

#: Nobody who runs the machines reads a note, and nobody who reads notes runs the machines.
ROLE_PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.OPERATOR: _WATCHING
    | {
        Permission.SESSIONS_SUBMIT,
        Permission.CONSENTS_READ,
        Permission.RUNS_OPERATE,
        Permission.QUEUES_OPERATE,
        Permission.BATCHES_SUBMIT,
    },
    Role.OPERATOR_READ_ONLY: _WATCHING,
    Role.CLINICIAN: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.SESSIONS_READ,
            Permission.SESSIONS_SUBMIT,
            Permission.CONSENTS_READ,
            Permission.CONSENTS_WRITE,
            Permission.NOTES_REVIEW,
        }
    ),
    Role.SUPERVISOR: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.SESSIONS_READ,
            Permission.CONSENTS_READ,
            Permission.BATCHES_READ,
            Permission.NOTES_REVIEW,
        }
    ),
    Role.PRIVACY_OFFICER: _WATCHING
    | {
        Permission.CONSENTS_READ,
        Permission.CONSENTS_WRITE,
        Permission.RETENTION_OPERATE,
        Permission.AUDIT_READ,
    },
    Role.AUDITOR: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.SESSIONS_READ,
            Permission.CONSENTS_READ,
            Permission.RETENTION_READ,
            Permission.AUDIT_READ,
        }
    ),
    Role.ADMINISTRATOR: frozenset(
        {
            Permission.OWN_ACCOUNT,
            Permission.QUEUES_READ,
            Permission.ACCOUNTS_MANAGE,
            Permission.WEBHOOKS_MANAGE,
        }
    ),
}


class AccessPurpose(StrEnum):
    """Why somebody looked or acted; each access is audited with one of these."""

    OPERATIONS = "operations"
    TREATMENT = "treatment"
    SUPERVISION = "supervision"
    QUALITY_REVIEW = "quality_review"
    PRIVACY_REQUEST = "privacy_request"
    AUDIT = "audit"
    SECURITY_INCIDENT = "security_incident"
    ADMINISTRATION = "administration"


_PURPOSES: Mapping[Permission, AccessPurpose] = {
    Permission.OWN_ACCOUNT: AccessPurpose.ADMINISTRATION,
    Permission.ACCOUNTS_MANAGE: AccessPurpose.ADMINISTRATION,
    Permission.WEBHOOKS_MANAGE: AccessPurpose.ADMINISTRATION,
    Permission.AUDIT_READ: AccessPurpose.AUDIT,
    Permission.NOTES_REVIEW: AccessPurpose.TREATMENT,
    Permission.RETENTION_OPERATE: AccessPurpose.PRIVACY_REQUEST,
}


class SignInMeans(StrEnum):
    """How somebody proved who they are."""

    PASSWORD = "password"  # noqa: S105 - a means, not a secret
    PASSWORD_AND_CODE = "password_and_code"  # noqa: S105 - as above
    OIDC = "oidc"
    TOKEN = "token"  # noqa: S105 - as above


@dataclass(frozen=True, slots=True)
class Account:
    """One person, or one program, with a name of its own; nobody shares one."""

    account_id: AccountId
    name: str
    roles: frozenset[Role]
    disabled: bool = False
    has_second_factor: bool = False
    signed_in_at: datetime | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """Return what its roles permit."""
        return permissions_of(self.roles)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who asks: an account, what it may do here, and how it signed in."""

    account_id: AccountId
    name: str
    roles: frozenset[Role]
    #: What the roles permit, cut down to a token's scopes.
    permissions: frozenset[Permission]
    means: SignInMeans
    #: Names the sign-in or the token; not a secret.
    key_id: str
    #: When this ends without further requests; ``None`` for a token.
    idle_until: datetime | None = None

    def may(self, permission: Permission) -> bool:
        """Say whether this is permitted."""
        return permission in self.permissions


def permissions_of(roles: Iterable[Role]) -> frozenset[Permission]:
    """Return what any of the roles permits."""
    return frozenset().union(*(ROLE_PERMISSIONS[role] for role in roles))


def default_purpose(permission: Permission) -> AccessPurpose:
    """Return what an access is for where nobody says so."""
    return _PURPOSES.get(permission, AccessPurpose.OPERATIONS)


def seed_bound_to(account_id: AccountId) -> bytes:
    """Return what the seed of a second factor is bound to, so that one account's does not serve another."""
    return f"nightscribe|v1|second-factor|{account_id}".encode()


def parse_account_name(text: str) -> str:
    """Return the name in lower case; raise ``AccountNameInvalidError``."""
    name = text.strip().lower()
    if not _NAME.fullmatch(name):
        raise AccountNameInvalidError
    return name

"""Accounts on SQL: every method is one transaction, audit entry included."""

from collections.abc import Sequence
from datetime import timedelta

from pipeline.adapters.database.accounts import records, second_factor, signing_in, tokens, tries, visits
from pipeline.adapters.database.accounts.records import Proof
from pipeline.adapters.database.accounts.second_factor import Matched, SecondFactor
from pipeline.adapters.database.accounts.signing_in import Credentials, Endurance, SignIn
from pipeline.adapters.database.accounts.tokens import TokenOrder, TokenRow
from pipeline.adapters.database.transactions import Database, Transaction
from pipeline.adapters.identity.provider import Visit
from pipeline.adapters.identity.secrets import digest_of, new_sign_in, new_token
from pipeline.audit.access_events import AccessMade, AccessRefused
from pipeline.domain.account import Account, AccountId, Principal, Role, SignInMeans


class SqlAccounts:
    """Who there is, who is signed in, and what each may do."""

    def __init__(self, database: Database, endurance: Endurance | None = None) -> None:
        self.database = database
        self.endurance = endurance or Endurance()

    def add(self, name: str, roles: Sequence[Role], proof: Proof, actor: str) -> Account:
        """Make an account; raise ``AccountExistsError``."""
        return self.database.write(lambda tx: records.add(tx, name, roles, proof, actor))

    def account(self, name: str) -> Account:
        """Return an account; raise ``AccountUnknownError``."""
        return self.database.read(lambda tx: records.by_name(tx, name))

    def everyone(self) -> tuple[Account, ...]:
        """Return every account by name."""
        return self.database.read(records.everyone)

    def set_roles(self, name: str, roles: Sequence[Role], actor: str) -> None:
        """Give an account other roles."""
        self.database.write(lambda tx: records.set_roles(tx, name, roles, actor))

    def set_password(self, name: str, password_hash: str, actor: str) -> None:
        """Give an account another password and end its sign-ins."""
        self.database.write(lambda tx: records.set_password(tx, name, password_hash, actor))

    def disable(self, name: str, actor: str) -> None:
        """Let an account in no more."""
        self.database.write(lambda tx: records.disable(tx, name, actor))

    def enable(self, name: str, actor: str) -> None:
        """Let an account in again."""
        self.database.write(lambda tx: records.enable(tx, name, actor))

    def count_try(self, name: str, address: str) -> timedelta:
        """Count a try to sign in, before anything is checked; return how long it must wait instead."""
        counted = tries.subjects(name, address)
        wait = self.database.read(lambda tx: tries.wait_before(tx, counted))
        if wait > timedelta(0):
            return wait
        return self.database.write(lambda tx: tries.count_try(tx, counted))

    def credentials(self, name: str) -> Credentials | None:
        """Return what a name must prove; ``None`` where it is nobody's or disabled."""
        return self.database.read(lambda tx: signing_in.credentials(tx, name))

    def open_sign_in(
        self, account: Account, means: SignInMeans, address: str, *, awaits_code: bool = False, after: str | None = None
    ) -> str:
        """Open a sign-in and return the secret for its cookie; the one it comes ``after`` ends."""
        secret = new_sign_in()

        def work(tx: Transaction) -> None:
            if after is not None:
                signing_in.replace_sign_in(tx, after)
            signing_in.open_sign_in(tx, account, means, secret, awaits_code=awaits_code, address=address)

        self.database.write(work)
        return secret.secret

    def refuse_sign_in(self, account_id: AccountId | None, reason_code: str) -> None:
        """Note that a try failed."""
        self.database.write(lambda tx: signing_in.refuse(tx, account_id, reason_code))

    def sign_in(self, secret: str, *, counts_as_use: bool = True) -> SignIn | None:
        """Return the sign-in with this secret unless it is over; using it keeps it going."""
        digest = digest_of(secret)
        found = self.database.read(lambda tx: signing_in.standing(tx, digest, self.endurance))
        if found is not None and found.is_due and counts_as_use and not found.awaits_code:
            self.database.write(lambda tx: signing_in.mark_seen(tx, found.sign_in_id))
        return found

    def set_second_factor(self, account: Account, factor: SecondFactor, matched: Matched, actor: str) -> bool:
        """Give an account a second factor; say whether its first code was right."""
        return self.database.write(lambda tx: second_factor.set_up(tx, account.account_id, factor, matched, actor))

    def remove_second_factor(self, name: str, actor: str) -> None:
        """Take an account's second factor away and end its sign-ins."""
        self.database.write(lambda tx: second_factor.remove(tx, name, actor))

    def take_code(self, account_id: AccountId, matched: Matched) -> bool:
        """Take a code once; say whether it was right and new."""
        return self.database.write(lambda tx: second_factor.take_code(tx, account_id, matched))

    def take_recovery_code(self, account_id: AccountId, digest: str) -> bool:
        """Take a recovery code once; say whether there was one."""
        return self.database.write(lambda tx: second_factor.take_recovery_code(tx, account_id, digest))

    def begin_visit(self, visit: Visit) -> None:
        """Remember a sign-in on its way to the identity provider."""
        self.database.write(lambda tx: visits.begin(tx, visit))

    def take_visit(self, state: str) -> Visit | None:
        """Return the sign-in that comes back, once and in time."""
        return self.database.write(lambda tx: visits.take(tx, state))

    def account_of_subject(self, issuer: str, subject: str) -> Account | None:
        """Return the account a provider vouches for."""
        return self.database.read(lambda tx: visits.by_subject(tx, issuer, subject))

    def sign_off(self, sign_in_id: str, account_id: AccountId) -> None:
        """End a sign-in by its owner's hand."""
        self.database.write(lambda tx: signing_in.sign_off(tx, sign_in_id, account_id))

    def create_token(self, order: TokenOrder, actor: str) -> tuple[TokenRow, str]:
        """Make a token; return its row, and the token itself, which is nowhere else from now on."""
        secret = new_token()
        return self.database.write(lambda tx: tokens.create(tx, order, secret, actor)), secret.secret

    def revoke_token(self, token_id: str, actor: str) -> None:
        """Make a token count no more; raise ``TokenUnknownError``."""
        self.database.write(lambda tx: tokens.revoke(tx, token_id, actor))

    def tokens(self, account_name: str | None = None) -> tuple[TokenRow, ...]:
        """Return tokens, the newest first."""
        return self.database.read(lambda tx: tokens.all_tokens(tx, account_name))

    def token_principal(self, secret: str) -> Principal | None:
        """Return who asks by this token, unless it ended, was revoked, or its account is disabled."""
        digest = digest_of(secret)
        found = self.database.read(lambda tx: tokens.token_use(tx, digest))
        if found is None:
            return None
        if found.is_due:
            self.database.write(lambda tx: tokens.mark_used(tx, found.principal.key_id))
        return found.principal

    def note_access(self, event: AccessMade | AccessRefused) -> None:
        """Audit an access that changes nothing else."""
        self.database.write(lambda tx: tx.record(event))

    def forget_old(self) -> None:
        """Remove sign-ins and counts of tries that were over long ago."""

        def work(tx: Transaction) -> None:
            signing_in.forget_old_sign_ins(tx, self.endurance)
            tries.forget_old_tries(tx)

        self.database.write(work)

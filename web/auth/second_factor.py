"""The second step of signing in, and its setting up."""

from dataclasses import dataclass

from pipeline.adapters.database.accounts.second_factor import SecondFactor
from pipeline.adapters.database.accounts.signing_in import SignIn
from pipeline.adapters.database.accounts.sql_accounts import SqlAccounts
from pipeline.adapters.identity.codes import matching_step, new_recovery_codes, recovery_digest
from pipeline.domain.account import Account, SignInMeans, seed_bound_to
from pipeline.errors import SignInRefusedError
from pipeline.ports import KeyWrapper


@dataclass(frozen=True, slots=True)
class SecondFactors:
    """Sets codes up and takes them; what they are made from is wrapped like a data key."""

    accounts: SqlAccounts
    keys: KeyWrapper

    def set_up(self, account: Account, seed: str, code: str) -> tuple[str, ...]:
        """Give an account codes made from this seed; return its recovery codes, which are nowhere else from now on.

        Raises ``SignInRefusedError`` where the first code is not right.
        """
        recovery = new_recovery_codes()
        wrapped = self.keys.wrap(seed.encode(), seed_bound_to(account.account_id))
        digests = [recovery_digest(each) for each in recovery]
        factor = SecondFactor(wrapped, self.keys.wrapping_key_id, digests)
        matched = self.accounts.set_second_factor(
            account, factor, lambda now: matching_step(seed, code, now), account.name
        )
        if not matched:
            raise SignInRefusedError
        return recovery

    def complete(self, found: SignIn, wrapped: bytes, code: str, address: str) -> str:
        """Return the secret of the sign-in that follows one that awaits its code; raise ``SignInRefusedError``."""
        account = found.account
        seed = self.keys.unwrap(wrapped, seed_bound_to(account.account_id)).decode()
        taken = self.accounts.take_code(account.account_id, lambda now: matching_step(seed, code, now))
        if not taken and not self.accounts.take_recovery_code(account.account_id, recovery_digest(code)):
            self.accounts.refuse_sign_in(account.account_id, SignInRefusedError.reason_code)
            raise SignInRefusedError
        return self.accounts.open_sign_in(account, SignInMeans.PASSWORD_AND_CODE, address, after=found.sign_in_id)

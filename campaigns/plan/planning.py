"""Who gets it from which account, decided once and written into the row. Pure: the store calls it in its unit of work."""

import secrets
from collections.abc import Collection, Mapping
from datetime import datetime

from core.domain.ids import AccountId

RANDOM_ID_BITS = 63
"""random_id is a signed 64-bit number in Telegram's schema; 63 bits keep it positive in every store."""


def new_random_id() -> int:
    """Unguessable and never 0. Written when the row is planned and never renewed."""
    return secrets.randbits(RANDOM_ID_BITS) or 1


def choose_account(
    accounts: Collection[AccountId], wrote_to: Mapping[AccountId, datetime], load: Mapping[AccountId, int]
) -> AccountId:
    """The account this person wrote to first; of accounts they never wrote to, the one with the least planned."""
    known = {account: at for account, at in wrote_to.items() if account in accounts}
    if known:
        return min(known, key=lambda account: (known[account], account))
    return min(accounts, key=lambda account: (load.get(account, 0), account))


def inputs_for(fields: Collection[str], values: Mapping[str, str]) -> dict[str, str]:
    """The copy of a person's values that the template uses; absent and empty ones are left out."""
    return {field: values[field] for field in sorted(fields) if values.get(field)}

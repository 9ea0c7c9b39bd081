"""Who gets it from which account, decided once and written into the row. Pure: the store calls it in its unit of work,
a rehearsal over the same facts.
"""

import heapq
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from campaigns.reasons import DeliveryReason
from core.domain.ids import AccountId, TelegramUserId

RANDOM_ID_BITS = 63
"""random_id is a signed 64-bit number in Telegram's schema; 63 bits keep it positive in every store."""


def new_random_id() -> int:
    """Unguessable and never 0. Written when the row is planned and never renewed."""
    return secrets.randbits(RANDOM_ID_BITS) or 1


class Shares:
    """How people are divided among accounts: by whom they know, then by load."""

    def __init__(self, accounts: Collection[AccountId], load: Mapping[AccountId, int]) -> None:
        """`load`: how many each account has planned already. Raises ValueError without accounts."""
        if not accounts:
            raise ValueError("nobody can be divided among no accounts")
        self._load = {account: load.get(account, 0) for account in accounts}
        self._least = [(count, account) for account, count in self._load.items()]  # a heap; too low where out of date
        heapq.heapify(self._least)

    def choose(self, wrote_to: Mapping[AccountId, datetime]) -> AccountId:
        """The account this person wrote to first; of accounts they never wrote to, the one with the least planned."""
        known = [(at, account) for account, at in wrote_to.items() if account in self._load] if wrote_to else ()
        if known:
            return min(known)[1]
        while self._least[0][0] != (count := self._load[account := self._least[0][1]]):
            heapq.heapreplace(self._least, (count, account))
        return self._least[0][1]

    def add(self, account: AccountId) -> None:
        """One more is planned for it."""
        self._load[account] += 1


def choose_account(
    accounts: Collection[AccountId], wrote_to: Mapping[AccountId, datetime], load: Mapping[AccountId, int]
) -> AccountId:
    """As `Shares`, for one person."""
    return Shares(accounts, load).choose(wrote_to)


class MemberFacts(msgspec.Struct, frozen=True):
    """What planning knows of one member of a campaign. A struct, as a million of them are made in a row."""

    user_id: TelegramUserId | None
    suppression: DeliveryReason | None
    consents: Collection[AccountId | None]  # accounts that may write; None: every one
    wrote_to: Mapping[AccountId, datetime]
    user_ids: Mapping[AccountId, TelegramUserId]  # as whom accounts know them, by their username where it must be


class Placing(msgspec.Struct, frozen=True):
    """Where a member belongs. `reason`: why they are skipped already."""

    account_id: AccountId
    user_id: TelegramUserId | None
    reason: DeliveryReason | None


def place_member(member: MemberFacts, shares: Shares, taken: set[TelegramUserId]) -> Placing:
    """Decide for one member, and remember it in `shares` and `taken` (who has a row of the campaign already)."""
    account_id = shares.choose(member.wrote_to)
    user_id = member.user_id or member.user_ids.get(account_id)
    if member.suppression is not None:
        return Placing(account_id, user_id, member.suppression)
    if None not in member.consents and account_id not in member.consents:
        return Placing(account_id, user_id, DeliveryReason.NO_CONSENT)
    if user_id is not None:
        if user_id in taken:
            return Placing(account_id, user_id, DeliveryReason.SAME_PERSON)
        taken.add(user_id)
    shares.add(account_id)
    return Placing(account_id, user_id, None)


def inputs_for(fields: Collection[str], values: Mapping[str, str]) -> dict[str, str]:
    """The copy of a person's values that the template uses; absent and empty ones are left out."""
    return {field: values[field] for field in sorted(fields) if values.get(field)}

"""What people set instead of a profile's limits: written with its event, for any number of accounts at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from campaigns.plan.account_limits import check_limit
from campaigns.plan.limits import profile_for
from campaigns.report.event_kinds import EventKind
from core.domain.account import Account, AccountLimit, LimitKind
from core.domain.change import Subject
from core.domain.ids import AccountId
from core.errors import UserInputError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.accounts import get_account
from database.stores.events import write_event
from database.stores.rows import to_ms
from database.stores.workspaces import workspace_kind

_SET: Final = """
INSERT INTO account_limit (account_id, kind, value, set_by, set_at) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET value = excluded.value, set_by = excluded.set_by, set_at = excluded.set_at
"""
_RESET: Final = "DELETE FROM account_limit WHERE account_id = ? AND kind = ?"


class AccountLimitStore:
    """The limits of accounts. The worker notices them by polling, and its lanes go on with them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def set_limits(
        self,
        account_ids: Sequence[AccountId],
        changes: Mapping[LimitKind, int | None],
        *,
        beyond_safe: bool,
        actor: str,
        now: datetime,
    ) -> Mapping[AccountId, Sequence[AccountLimit]]:
        """Set these limits of all these accounts, or of none; None goes back to the profile's number.

        Returns what was set for each of them before, for `put_back`. Raises UserInputError: no such account, a number
        that is none, or one beyond the safe range without `beyond_safe`.
        """
        correlation_id, at = current_correlation_id(), to_ms(now)

        def set_limits(work: UnitOfWork) -> Mapping[AccountId, Sequence[AccountLimit]]:
            before: dict[AccountId, Sequence[AccountLimit]] = {}
            for account_id in account_ids:
                account = get_account(work.connection, account_id)
                before[account_id] = account.limits
                is_risk = _set_limits(work, account, changes, beyond_safe=beyond_safe, actor=actor, at=at)
                _tell(work, account_id, changes, is_risk=is_risk, actor=actor, at=at, correlation_id=correlation_id)
            return before

        return await self._database.write(set_limits)

    async def put_back(
        self,
        before: Mapping[AccountId, Sequence[AccountLimit]],
        changes: Mapping[LimitKind, int | None],
        *,
        actor: str,
        now: datetime,
    ) -> Sequence[AccountId]:
        """Undo `set_limits` with these changes: the numbers of before hold, with who had set them and when.

        A number that somebody changed meanwhile stays, and an account that was removed is left out. Returns those
        whose limits are all as before.
        """
        correlation_id, at = current_correlation_id(), to_ms(now)

        def put_back(work: UnitOfWork) -> Sequence[AccountId]:
            done: list[AccountId] = []
            for account_id, limits in before.items():
                try:
                    account = get_account(work.connection, account_id)
                except UserInputError:  # removed meanwhile
                    continue
                held = {limit.kind: limit.value for limit in account.limits}
                former = {limit.kind: limit for limit in limits}
                ours = [kind for kind, value in changes.items() if held.get(kind) == value]
                is_risk = _put_back(work, account, {kind: former.get(kind) for kind in ours})
                if ours:
                    values = {kind: former[kind].value if kind in former else None for kind in ours}
                    _tell(
                        work, account_id, values, is_risk=is_risk, actor=actor, at=at, correlation_id=correlation_id
                    )
                if len(ours) == len(changes):
                    done.append(account_id)
            return done

        return await self._database.write(put_back)


def _set_limits(
    work: UnitOfWork,
    account: Account,
    changes: Mapping[LimitKind, int | None],
    *,
    beyond_safe: bool,
    actor: str,
    at: int,
) -> bool:
    """Whether one of them lies beyond the safe range."""
    profile = profile_for(account.limit_profile, account.kind, workspace_kind(work.connection))
    risks = False
    for kind, value in changes.items():
        if value is None:
            work.connection.execute(_RESET, (account.id, kind.value))
            continue
        risks |= check_limit(profile, kind, value, beyond_safe=beyond_safe)
        work.connection.execute(_SET, (account.id, kind.value, value, actor, at))
    return risks


def _put_back(work: UnitOfWork, account: Account, limits: Mapping[LimitKind, AccountLimit | None]) -> bool:
    """Whether one of them lies beyond the safe range."""
    profile = profile_for(account.limit_profile, account.kind, workspace_kind(work.connection))
    risks = False
    for kind, limit in limits.items():
        if limit is None:
            work.connection.execute(_RESET, (account.id, kind.value))
            continue
        risks |= check_limit(profile, kind, limit.value, beyond_safe=True)
        values = account.id, kind.value, limit.value, limit.set_by, to_ms(limit.set_at)
        work.connection.execute(_SET, values)
    return risks


def _tell(
    work: UnitOfWork,
    account_id: AccountId,
    values: Mapping[LimitKind, int | None],
    *,
    is_risk: bool,
    actor: str,
    at: int,
    correlation_id: str,
) -> None:
    work.touch(Subject.ACCOUNT, account_id)
    data = {kind.value: value or 0 for kind, value in values.items()}
    write_event(
        work,
        EventKind.ACCOUNT_LIMITS,
        at=at,
        actor=actor,
        level="warning" if is_risk else "info",
        account_id=account_id,
        correlation_id=correlation_id,
        data={**data, "beyond_safe": 1} if is_risk else data,
    )

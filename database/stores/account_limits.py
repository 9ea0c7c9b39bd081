"""What people set instead of a profile's limits: written with its event, for any number of accounts at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from campaigns.plan.account_limits import check_limit
from campaigns.plan.limits import profile_for
from campaigns.report.event_kinds import EventKind
from core.domain.account import Account, LimitKind
from core.domain.change import Subject
from core.domain.ids import AccountId
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
    ) -> None:
        """Set these limits of all these accounts, or of none; None goes back to the profile's number.

        Raises UserInputError: no such account, a number that is none, or one beyond the safe range without
        `beyond_safe`.
        """
        correlation_id = current_correlation_id()

        def set_limits(work: UnitOfWork) -> None:
            for account_id in account_ids:
                account = get_account(work.connection, account_id)
                risks = _set_limits(work, account, changes, beyond_safe=beyond_safe, actor=actor, at=to_ms(now))
                work.touch(Subject.ACCOUNT, account_id)
                data = {kind.value: value or 0 for kind, value in changes.items()}
                write_event(
                    work,
                    EventKind.ACCOUNT_LIMITS,
                    at=to_ms(now),
                    actor=actor,
                    level="warning" if risks else "info",
                    account_id=account_id,
                    correlation_id=correlation_id,
                    data={**data, "beyond_safe": 1} if risks else data,
                )

        await self._database.write(set_limits)


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

"""Accounts: added and steered by people, stopped by the engine, and how far each has read."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.accounts.standing import LOGGED_OUT
from campaigns.plan.limits import profile_for
from campaigns.report.event_kinds import EventKind
from core.domain.account import Account, AccountKind, AccountState, DataCentre, Freeze, Lease, UpdateState
from core.domain.change import Subject
from core.domain.ids import AccountId, TelegramUserId
from core.domain.proxy import ProxyPick
from core.domain.webhook import HookEvent
from core.errors import InvalidTransitionError, UserInputError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.lease_check import check_lease
from database.stores.proxy_taking import give_to_new_account
from database.stores.rows import ACCOUNT_COLUMNS, account_from_row, from_ms, get_row, to_ms
from database.stores.webhook_events import tell_webhooks
from database.stores.workspaces import workspace_kind

_LIST: Final = f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE removed_at IS NULL ORDER BY id"
_GET: Final = f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE id = ? AND removed_at IS NULL"
_ADD: Final = """
INSERT INTO account (kind, title, username, telegram_user_id, data_centre, session_secret, state_at, limit_profile,
    created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (telegram_user_id) DO UPDATE SET kind = excluded.kind, title = excluded.title, username = excluded.username,
    data_centre = excluded.data_centre, session_secret = excluded.session_secret, state = 'ready', state_reason = NULL,
    state_code = NULL, state_at = excluded.state_at, limit_profile = excluded.limit_profile, removed_at = NULL
WHERE removed_at IS NOT NULL RETURNING id
"""
_SET_STATE: Final = """
UPDATE account SET state = ?, state_reason = ?, state_at = ?, state_code = ?, frozen_since = ?, frozen_until = ?,
    appeal_url = ? WHERE id = ?
"""
_SET_SESSION: Final = "UPDATE account SET session_secret = ? WHERE id = ?"
_SET_PROFILE: Final = "UPDATE account SET limit_profile = ? WHERE id = ?"
_UPDATE_STATE: Final = "SELECT pts, qts, date, seq FROM update_state WHERE account_id = ?"
_PUT_UPDATE_STATE: Final = """
INSERT INTO update_state (account_id, pts, qts, date, seq) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET pts = excluded.pts, qts = excluded.qts, date = excluded.date, seq = excluded.seq
"""


class AccountStore:
    """The accounts of the workspace. Their auth keys are in the secret store; a row holds the entry's name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_accounts(self) -> Sequence[Account]:
        """All accounts, in the order in which they were added."""
        return await self._database.read(lambda raw: [account_from_row(row) for row in raw.execute(_LIST).fetchall()])

    async def get(self, account_id: AccountId) -> Account:
        """Raises UserInputError when there is no such account, or no more."""
        return await self._database.read(lambda raw: get_account(raw, account_id))

    async def update_state(self, account_id: AccountId) -> UpdateState | None:
        """How far the account has read; None: nothing was ever read."""

        def read_update_state(raw: sqlite3.Connection) -> UpdateState | None:
            row = raw.execute(_UPDATE_STATE, (account_id,)).fetchone()
            return None if row is None else UpdateState(pts=row[0], qts=row[1], date=from_ms(row[2]), seq=row[3])

        return await self._database.read(read_update_state)

    async def add_account(
        self,
        *,
        kind: AccountKind,
        title: str,
        username: str | None,
        telegram_user_id: TelegramUserId,
        data_centre: DataCentre,
        session_secret: str,
        limit_profile: str,
        actor: str,
        now: datetime,
        proxy: ProxyPick | None = None,
    ) -> AccountId:
        """Add an account that has signed in; it is ready. One that was removed is taken up again, with its history.
        `proxy`: that it signed in through, kept in the same unit.

        Raises UserInputError when it is here already, ConfigurationError for a profile that this workspace refuses.
        """
        at, correlation_id = to_ms(now), current_correlation_id()

        def add_account(work: UnitOfWork) -> AccountId:
            profile_for(limit_profile, kind, workspace_kind(work.connection))
            values = (
                kind.value,
                title,
                username,
                telegram_user_id,
                data_centre.value,
                session_secret,
                at,
                limit_profile,
                at,
            )
            row = work.connection.execute(_ADD, values).fetchone()
            if row is None:
                raise UserInputError(
                    "This Telegram account is in this workspace already.", hint="Sign in to it again there."
                )
            account_id = AccountId(row[0])
            _tell(work, EventKind.ACCOUNT_ADDED, account_id, at, actor, correlation_id)
            if proxy is not None:
                give_to_new_account(work, account_id, proxy, actor=actor, at=at)
            return account_id

        return await self._database.write(add_account)

    async def sign_in_again(
        self,
        account_id: AccountId,
        telegram_user_id: TelegramUserId,
        session_secret: str,
        *,
        actor: str,
        now: datetime,
    ) -> None:
        """The account has a new session and is ready; its rows stay with it, and open tries are settled by history.

        Raises UserInputError when somebody else signed in: rows of one account never leave from another.
        """
        correlation_id = current_correlation_id()

        def sign_in_again(work: UnitOfWork) -> None:
            if get_account(work.connection, account_id).telegram_user_id != telegram_user_id:
                raise UserInputError(
                    "Another Telegram account signed in than the one that is here.",
                    hint="Sign in to the same account, or add the other one.",
                )
            work.connection.execute(_SET_SESSION, (session_secret, account_id))
            _set_state(work, account_id, AccountState.READY, None, to_ms(now))
            _tell(work, EventKind.ACCOUNT_SIGNED_IN, account_id, to_ms(now), actor, correlation_id)

        await self._database.write(sign_in_again)

    async def stop(
        self,
        lease: Lease,
        state: AccountState,
        reason: str,
        *,
        now: datetime,
        code: str | None = None,
        freeze: Freeze | None = None,
    ) -> None:
        """The account stands still until a person acts; `reason` is what a person reads, `code` that of the error."""

        def stop_account(work: UnitOfWork) -> None:
            check_lease(work.connection, lease)
            if get_account(work.connection, lease.account_id).state is state:
                return
            _set_state(work, lease.account_id, state, reason, to_ms(now), code=code, freeze=freeze)
            write_event(
                work,
                EventKind.ACCOUNT_STOPPED,
                at=to_ms(now),
                level="error",
                account_id=lease.account_id,
                data={"state": state.value, "reason": reason},
            )
            told = {"account_id": lease.account_id, "state": state.value}
            tell_webhooks(work, HookEvent.ACCOUNT_STOPPED, at=to_ms(now), data=told)

        await self._database.write(stop_account)

    async def log_out(self, account_id: AccountId, *, lease: Lease | None = None, actor: str, now: datetime) -> None:
        """Its session has been ended and erased: the account is signed out, and its deliveries stay with it.

        `lease`: of the lane that did it; None for an account that nobody had online.
        """

        def log_out(work: UnitOfWork) -> None:
            if lease is not None:
                check_lease(work.connection, lease)
            get_account(work.connection, account_id)
            reason = f"Logged out by {actor}."
            _set_state(work, account_id, AccountState.SIGNED_OUT, reason, to_ms(now), code=LOGGED_OUT)
            _tell(work, EventKind.ACCOUNT_LOGGED_OUT, account_id, to_ms(now), actor, current_correlation_id())

        await self._database.write(log_out)

    async def pause(self, account_id: AccountId, *, actor: str, now: datetime) -> None:
        """Nothing more is claimed on it; it stays online and hears STOP. Raises InvalidTransitionError unless ready."""
        correlation_id = current_correlation_id()

        def pause_account(work: UnitOfWork) -> None:
            state = get_account(work.connection, account_id).state
            if state is AccountState.PAUSED:
                return
            if state is not AccountState.READY:
                raise InvalidTransitionError(
                    f"An account that is {state.replace('_', ' ')} sends nothing, so there is nothing to pause."
                )
            _set_state(work, account_id, AccountState.PAUSED, f"Paused by {actor}.", to_ms(now))
            _tell(work, EventKind.ACCOUNT_PAUSED, account_id, to_ms(now), actor, correlation_id)

        await self._database.write(pause_account)

    async def resume(self, account_id: AccountId, *, actor: str, now: datetime) -> None:
        """A person says that the account may send again, whatever stopped it. A demanded wait stays as it is."""
        correlation_id = current_correlation_id()

        def resume_account(work: UnitOfWork) -> None:
            if get_account(work.connection, account_id).state is AccountState.READY:
                return
            _set_state(work, account_id, AccountState.READY, None, to_ms(now))
            _tell(work, EventKind.ACCOUNT_RESUMED, account_id, to_ms(now), actor, correlation_id)

        await self._database.write(resume_account)

    async def set_limit_profile(self, account_id: AccountId, profile: str, *, actor: str, now: datetime) -> None:
        """How fast and how much it may send. Raises ConfigurationError for a profile that this workspace refuses."""
        correlation_id = current_correlation_id()

        def set_limit_profile(work: UnitOfWork) -> None:
            account = get_account(work.connection, account_id)
            profile_for(profile, account.kind, workspace_kind(work.connection))
            work.connection.execute(_SET_PROFILE, (profile, account_id))
            work.touch(Subject.ACCOUNT, account_id)
            write_event(
                work,
                EventKind.ACCOUNT_PROFILE,
                at=to_ms(now),
                actor=actor,
                account_id=account_id,
                correlation_id=correlation_id,
                data={"profile": profile},
            )

        await self._database.write(set_limit_profile)


def put_update_state(raw: sqlite3.Connection, account_id: AccountId, state: UpdateState) -> None:
    """The account has read so far; in the unit of what it read."""
    raw.execute(_PUT_UPDATE_STATE, (account_id, state.pts, state.qts, to_ms(state.date), state.seq))


def get_account(raw: sqlite3.Connection, account_id: AccountId) -> Account:
    """Raises UserInputError when there is no such account, or no more."""
    return account_from_row(get_row(raw, _GET, "account", account_id))


def _set_state(
    work: UnitOfWork,
    account_id: AccountId,
    state: AccountState,
    reason: str | None,
    at: int,
    *,
    code: str | None = None,
    freeze: Freeze | None = None,
) -> None:
    frozen = (None, None, None) if freeze is None else (to_ms(freeze.since), to_ms(freeze.until), freeze.appeal_url)
    work.connection.execute(_SET_STATE, (state.value, reason, at, code, *frozen, account_id))
    work.touch(Subject.ACCOUNT, account_id)


def _tell(work: UnitOfWork, kind: EventKind, account_id: AccountId, at: int, actor: str, correlation_id: str) -> None:
    work.touch(Subject.ACCOUNT, account_id)
    write_event(work, kind, at=at, actor=actor, account_id=account_id, correlation_id=correlation_id)

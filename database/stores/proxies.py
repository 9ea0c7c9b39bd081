"""Proxies: which there are, which account leaves through which, and how each one has been."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import Proxy, ProxyCheck, ProxyEndpoint, ProxyRoute, ProxyTimes, ProxyWish
from core.errors import UserInputError
from core.logs import current_correlation_id
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.proxy_rows import (
    PROXY_COLUMNS,
    ROUTE_COLUMNS,
    check_from_row,
    proxy_from_row,
    route_from_row,
)
from database.stores.proxy_taking import HAS_ACCOUNT, free_places, keep_place, take_proxy, tell_assigned, touch_holder
from database.stores.rows import to_ms

KEPT_CHECKS: Final = 120  # of each proxy: ten hours of a sparkline at one check in five minutes

_ADD: Final = """
INSERT INTO proxy (kind, host, port, username, secret_name, label, country, capacity, next_check_at, added_at)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, host, port, username) DO NOTHING RETURNING id
"""
# A credential that the list brought for a known proxy: its name is always the same, so only an empty one changes.
_NAME_CREDENTIAL: Final = """
UPDATE proxy SET secret_name = ? WHERE kind = ? AND host = ? AND port = ? AND username = ? AND secret_name <> ?
"""
_LIST: Final = f"SELECT {PROXY_COLUMNS} FROM proxy p ORDER BY p.id"
_GET: Final = f"SELECT {PROXY_COLUMNS} FROM proxy p WHERE p.id = ?"
_HISTORY: Final = (
    "SELECT at, tcp_ms, telegram_ms, failure FROM proxy_check WHERE proxy_id = ? ORDER BY id DESC LIMIT ?"
)
_ROUTE: Final = f"""
SELECT {ROUTE_COLUMNS} FROM proxy_assignment a LEFT JOIN proxy p ON p.id = a.proxy_id WHERE a.account_id = ?
"""
_RESERVE: Final = """
INSERT INTO proxy_reservation (proxy_id, until) SELECT id, ?2 FROM proxy WHERE id = ?1
ON CONFLICT (proxy_id) DO UPDATE SET until = excluded.until
"""
# The account keeps its row, so that it does not connect directly, and waits for another proxy.
RELEASE: Final = "UPDATE proxy_assignment SET proxy_id = NULL WHERE account_id = ? AND proxy_id IS NOT NULL"
_CONNECT_DIRECTLY: Final = "DELETE FROM proxy_assignment WHERE account_id = ?"
_HOLDERS: Final = "SELECT account_id FROM proxy_assignment WHERE proxy_id = ? AND may_move >= ? ORDER BY account_id"
_GROUP: Final = "SELECT label, country FROM proxy WHERE id = ?"
_IS_DUE: Final = "SELECT 1 FROM proxy WHERE next_check_at <= :now LIMIT 1"
# Each due proxy goes to one process: the next moment is set in the statement that finds it.
_CLAIM_DUE: Final = """
UPDATE proxy SET next_check_at = :until WHERE id IN (
    SELECT id FROM proxy WHERE next_check_at <= :now ORDER BY next_check_at LIMIT :limit) RETURNING id
"""
# A healthy proxy only: one in quarantine keeps its pause.
_CHECK_SOON: Final = "UPDATE proxy SET next_check_at = ?1 WHERE id = ?2 AND failure_count = 0 AND next_check_at > ?1"
_FAILURES: Final = "SELECT failure_count FROM proxy WHERE id = ?"
_SET_HEALTH: Final = """
UPDATE proxy SET failure_count = ?, failure = ?, quarantined_until = ?, checked_at = ?, next_check_at = ? WHERE id = ?
"""
_ADD_CHECK: Final = "INSERT INTO proxy_check (proxy_id, at, tcp_ms, telegram_ms, failure) VALUES (?, ?, ?, ?, ?)"
_FORGET_CHECKS: Final = f"""
DELETE FROM proxy_check WHERE proxy_id = ?1 AND id <= (
    SELECT id FROM proxy_check WHERE proxy_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET {KEPT_CHECKS})
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyGroup:
    """What proxies of one import have in common. `country`: two capital letters or empty; `capacity` 1: exclusive."""

    label: str = ""
    country: str = ""
    capacity: int = 1


class ProxyStore:
    """The proxies of the workspace. Passwords and secrets are in the secret store; a row holds the entry's name."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def import_proxies(
        self, endpoints: Sequence[ProxyEndpoint], group: ProxyGroup, *, actor: str, now: datetime
    ) -> Sequence[ProxyId]:
        """Add those that are not here yet; returns their numbers. A known one keeps its label, country and capacity."""
        at, correlation_id = to_ms(now), current_correlation_id()

        def import_proxies(work: UnitOfWork) -> list[ProxyId]:
            added = []
            for endpoint in endpoints:
                values = (
                    *endpoint.identity,
                    endpoint.secret_name,
                    group.label,
                    group.country,
                    group.capacity,
                    at,
                    at,
                )
                row = work.connection.execute(_ADD, values).fetchone()
                if row is None:
                    name = endpoint.secret_name
                    work.connection.execute(_NAME_CREDENTIAL, (name, *endpoint.identity, name))
                else:
                    added.append(ProxyId(row[0]))
            if added:
                work.touch(Subject.PROXY, 0)
            write_event(
                work,
                EventKind.PROXIES_IMPORTED,
                at=at,
                actor=actor,
                correlation_id=correlation_id,
                data={"added": len(added), "known": len(endpoints) - len(added)},
            )
            return added

        return await self._database.write(import_proxies)

    async def list_proxies(self) -> Sequence[Proxy]:
        """All proxies, in the order in which they were added."""
        return await self._database.read(lambda raw: [proxy_from_row(row) for row in raw.execute(_LIST).fetchall()])

    async def get(self, proxy_id: ProxyId) -> Proxy:
        """Raises UserInputError when there is no such proxy."""

        def read_proxy(raw: sqlite3.Connection) -> Proxy:
            row = raw.execute(_GET, (proxy_id,)).fetchone()
            if row is None:
                raise missing("proxy", proxy_id)
            return proxy_from_row(row)

        return await self._database.read(read_proxy)

    async def history(self, proxy_id: ProxyId, *, limit: int = KEPT_CHECKS) -> Sequence[ProxyCheck]:
        """The last checks, newest first."""
        return await self._database.read(
            lambda raw: [check_from_row(row) for row in raw.execute(_HISTORY, (proxy_id, limit)).fetchall()]
        )

    async def route(self, account_id: AccountId) -> ProxyRoute | None:
        """How the account leaves; None only for one that connects directly."""

        def read_route(raw: sqlite3.Connection) -> ProxyRoute | None:
            row = raw.execute(_ROUTE, (account_id,)).fetchone()
            return None if row is None else route_from_row(row)

        return await self._database.read(read_route)

    async def assign(
        self, account_id: AccountId, wish: ProxyWish, *, may_move: bool, actor: str, now: datetime
    ) -> ProxyId:
        """Give the account a proxy that fits; it never connects directly from then on.

        It keeps the one that it has or had where that fits. `may_move`: to a healthy one of the same label and
        country, should this one fail. Raises UserInputError, with nothing changed, when none is free.
        """
        at, correlation_id = to_ms(now), current_correlation_id()

        def assign_proxy(work: UnitOfWork) -> ProxyId:
            proxy_id = take_proxy(work, account_id, wish, may_move=may_move, now=at)
            if proxy_id is None:
                if work.connection.execute(HAS_ACCOUNT, (account_id,)).fetchone() is None:
                    raise missing("account", account_id)
                raise _none_is_free()
            tell_assigned(work, account_id, proxy_id, actor=actor, correlation_id=correlation_id, at=at)
            return proxy_id

        return await self._database.write(assign_proxy)

    async def reserve_free(self, wish: ProxyWish, *, until: datetime, now: datetime) -> ProxyId:
        """Keep a place at a healthy proxy that fits, that with the fewest accounts, for who is being signed in.

        What was kept before is free again. Raises UserInputError, with nothing changed, when there is none.
        """

        def reserve_free(work: UnitOfWork) -> ProxyId:
            kept = keep_place(work, wish, until=to_ms(until), now=to_ms(now))
            if kept is None:
                raise _none_is_free()
            return kept

        return await self._database.write(reserve_free)

    async def reserve(self, proxy_id: ProxyId, *, until: datetime) -> None:
        """Keep a place at this very proxy until then. Nothing happens when it is gone."""
        await self._database.write(lambda work: work.connection.execute(_RESERVE, (proxy_id, to_ms(until))).rowcount)

    async def unreserve(self) -> None:
        """Nobody is being signed in any more."""
        await self._database.write(free_places)

    async def release(self, account_id: AccountId, *, direct: bool, actor: str, now: datetime) -> bool:
        """Take the account's proxy from it; False when it had none. It waits for another one, or with `direct` it
        connects directly from then on.
        """
        at, correlation_id = to_ms(now), current_correlation_id()

        def release_proxy(work: UnitOfWork) -> bool:
            statement = _CONNECT_DIRECTLY if direct else RELEASE
            if not work.connection.execute(statement, (account_id,)).rowcount:
                return False
            touch_holder(work, account_id)
            write_event(
                work,
                EventKind.PROXY_RELEASED,
                at=at,
                actor=actor,
                account_id=account_id,
                correlation_id=correlation_id,
                data={"direct": int(direct)},
            )
            return True

        return await self._database.write(release_proxy)

    async def claim_due_checks(self, *, now: datetime, until: datetime, limit: int) -> Sequence[ProxyId]:
        """Proxies whose check is due, at most `limit`; nobody else is given them before `until`."""
        values = {"now": to_ms(now), "until": to_ms(until), "limit": limit}
        # Asked twice a second for nothing: only what is due takes the write lock.
        if await self._database.read(lambda raw: raw.execute(_IS_DUE, values).fetchone()) is None:
            return []
        return await self._database.write(
            lambda work: [ProxyId(row[0]) for row in work.connection.execute(_CLAIM_DUE, values).fetchall()]
        )

    async def check_soon(self, proxy_id: ProxyId, *, now: datetime) -> None:
        """An account could not connect through it: do not wait for the next regular check."""
        values = (to_ms(now), proxy_id)
        await self._database.write(lambda work: work.connection.execute(_CHECK_SOON, values).rowcount)

    async def record_check(
        self,
        proxy_id: ProxyId,
        times: ProxyTimes,
        *,
        pause_after: Callable[[int], timedelta],
        next_check_at: datetime,
        now: datetime,
    ) -> None:
        """Keep what a check found. After a failed one the proxy is in quarantine for `pause_after(failures in a row)`
        and is checked again at its end; after a good one it is healthy, and checked again at `next_check_at`.
        """
        at = to_ms(now)

        def record_check(work: UnitOfWork) -> None:
            row = work.connection.execute(_FAILURES, (proxy_id,)).fetchone()
            if row is None:
                return  # removed while it was checked
            before, failure = int(row[0]), times.failure
            after = 0 if failure is None else before + 1
            until = None if failure is None else to_ms(now + pause_after(after))
            health = (after, failure, until, at, to_ms(next_check_at) if until is None else until, proxy_id)
            work.connection.execute(_SET_HEALTH, health)
            work.connection.execute(_ADD_CHECK, (proxy_id, at, times.tcp_ms, times.telegram_ms, failure))
            work.connection.execute(_FORGET_CHECKS, (proxy_id,))
            work.touch(Subject.PROXY, proxy_id)
            if (before > 0) != (after > 0):
                _tell_health(work, proxy_id, times, at)

        await self._database.write(record_check)

    async def move_accounts(self, proxy_id: ProxyId, *, now: datetime) -> Sequence[AccountId]:
        """Move those accounts of a proxy that may move to healthy ones of its label and country, as far as there is
        room; returns them. The others keep it and wait.
        """
        at = to_ms(now)

        def move_accounts(work: UnitOfWork) -> list[AccountId]:
            label, country = work.connection.execute(_GROUP, (proxy_id,)).fetchone()
            wish = ProxyWish(label=label, country=country)
            moved = []
            for (account_id,) in work.connection.execute(_HOLDERS, (proxy_id, 1)).fetchall():
                target = take_proxy(work, account_id, wish, may_move=True, now=at)
                if target is None or target == proxy_id:
                    break  # no room for the others either; or it has recovered
                moved.append(AccountId(account_id))
                write_event(
                    work,
                    EventKind.PROXY_MOVED,
                    at=at,
                    account_id=account_id,
                    data={"from": proxy_id, "proxy": target},
                )
            return moved

        return await self._database.write(move_accounts)


def _none_is_free() -> UserInputError:
    return UserInputError(
        "No healthy proxy that fits has room for another account. Nothing was changed.",
        title="No proxy is free",
        hint="Import more proxies, release one, or ask for another label or country.",
    )


def _tell_health(work: UnitOfWork, proxy_id: ProxyId, times: ProxyTimes, at: int) -> None:
    """A change between healthy and failing is news for Activity, and for the accounts that leave through it."""
    if times.failure is None:
        write_event(work, EventKind.PROXY_RECOVERED, at=at, data={"proxy": proxy_id})
    else:
        data = {"proxy": proxy_id, "failure": times.failure.value}
        write_event(work, EventKind.PROXY_FAILED, at=at, level="warning", data=data)
    for (account_id,) in work.connection.execute(_HOLDERS, (proxy_id, 0)).fetchall():
        work.touch(Subject.ACCOUNT, account_id)

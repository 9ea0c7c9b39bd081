"""What a person changes about proxies: edit, remove, check now. Taking and giving them is `database.stores.proxies`."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import HolderFate, ProxyChange, ProxyFailure, ProxyWish, RemovedProxies
from core.errors import UserInputError
from core.logs import current_correlation_id
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.proxy_taking import take_proxy, touch_holder
from database.stores.rows import from_ms, to_ms

_CHOSEN: Final = "(SELECT value FROM json_each(:ids))"
_KNOWN: Final = f"SELECT id FROM proxy WHERE id IN {_CHOSEN}"
_MOST_HELD: Final = f"SELECT max(holder_count) FROM proxy WHERE id IN {_CHOSEN}"
_EDIT: Final = f"""
UPDATE proxy SET label = coalesce(:label, label), country = coalesce(:country, country),
    capacity = coalesce(:capacity, capacity), secret_name = coalesce(:secret_name, secret_name),
    next_check_at = CASE WHEN :secret_name IS NULL THEN next_check_at ELSE :now END
WHERE id IN {_CHOSEN}
"""
# The unique index of exclusive proxies looks at this column.
_MARK_EXCLUSIVE: Final = f"UPDATE proxy_assignment SET is_exclusive = :capacity = 1 WHERE proxy_id IN {_CHOSEN}"
_HOLDERS: Final = f"""
SELECT a.account_id, a.may_move, p.label, p.country, p.failure
FROM proxy_assignment a JOIN proxy p ON p.id = a.proxy_id WHERE p.id IN {_CHOSEN} ORDER BY a.account_id
"""
# The accounts keep their rows, so none of them connects directly.
_LET_GO: Final = f"UPDATE proxy_assignment SET proxy_id = NULL WHERE proxy_id IN {_CHOSEN}"
_REMOVE: Final = f"DELETE FROM proxy WHERE id IN {_CHOSEN} AND holder_count = 0 RETURNING id, secret_name"
_MOMENTS: Final = f"SELECT id, next_check_at FROM proxy WHERE id IN {_CHOSEN}"
_CHECK_NOW: Final = f"UPDATE proxy SET next_check_at = :now WHERE id IN {_CHOSEN}"
# Only a check that nobody has begun: whoever begins one sets another moment.
_CANCEL_CHECK: Final = "UPDATE proxy SET next_check_at = ? WHERE id = ? AND next_check_at = ?"


class ProxyDesk:
    """Each method is one unit of work; give it at most some thousand proxies at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def edit(self, proxy_ids: Sequence[ProxyId], change: ProxyChange, *, actor: str, now: datetime) -> None:
        """Change them all alike. Raises UserInputError, with nothing changed, when one is gone, or when more accounts
        leave through one than `capacity` allows.
        """
        at, correlation_id = to_ms(now), current_correlation_id()
        values = {
            "ids": json.dumps(list(proxy_ids)),
            "label": change.label,
            "country": change.country,
            "capacity": change.capacity,
            "secret_name": change.secret_name,
            "now": at,
        }

        def edit_proxies(work: UnitOfWork) -> None:
            known = {row[0] for row in work.connection.execute(_KNOWN, values)}
            for gone in (proxy_id for proxy_id in proxy_ids if proxy_id not in known):
                raise missing("proxy", gone)
            held = int(work.connection.execute(_MOST_HELD, values).fetchone()[0] or 0)
            if change.capacity is not None and held > change.capacity:
                raise UserInputError(
                    f"{held} accounts leave through one of them, and {change.capacity} would be the most. "
                    "Nothing was changed.",
                    title="There are more accounts than that",
                    hint="Release accounts first, or allow more.",
                )
            work.connection.execute(_EDIT, values)
            if change.capacity is not None:
                work.connection.execute(_MARK_EXCLUSIVE, values)
            for proxy_id in proxy_ids:
                work.touch(Subject.PROXY, proxy_id)
            data = {"changed": len(proxy_ids)}
            write_event(work, EventKind.PROXIES_CHANGED, at=at, actor=actor, correlation_id=correlation_id, data=data)

        await self._database.write(edit_proxies)

    async def remove(
        self, proxy_ids: Sequence[ProxyId], fate: HolderFate, *, actor: str, now: datetime
    ) -> RemovedProxies:
        """Remove proxies with their checks; one that is gone already is none of `removed`.

        No account connects directly because of it. Accounts of a proxy whose address Telegram limits are never moved:
        that would be a way around the limit. Raises UserInputError, with nothing changed, when `fate` is REFUSE and an
        account leaves through one of them.
        """
        at, correlation_id = to_ms(now), current_correlation_id()
        values = {"ids": json.dumps(list(proxy_ids))}

        def remove_proxies(work: UnitOfWork) -> RemovedProxies:
            holders = work.connection.execute(_HOLDERS, values).fetchall()
            if holders and fate is HolderFate.REFUSE:
                raise UserInputError(
                    f"{len(holders)} accounts leave through what is to be removed. Nothing was changed.",
                    title="Accounts use these proxies",
                    hint="Say what they shall do: wait for another proxy, or move to one of the same group.",
                )
            if fate is HolderFate.KEEP:
                holders = []
            else:
                work.connection.execute(_LET_GO, values)
            gone = work.connection.execute(_REMOVE, values).fetchall()
            moved: list[AccountId] = []
            waiting: list[AccountId] = []
            for account_id, may_move, label, country, failure in holders:
                target = None
                if fate is HolderFate.MOVE and failure != ProxyFailure.LIMITED:
                    wish = ProxyWish(label=label, country=country)
                    target = take_proxy(work, account_id, wish, may_move=bool(may_move), now=at)
                (waiting if target is None else moved).append(AccountId(account_id))
                touch_holder(work, account_id)
            if gone:
                work.touch(Subject.PROXY, 0)
                write_event(
                    work,
                    EventKind.PROXIES_REMOVED,
                    at=at,
                    actor=actor,
                    correlation_id=correlation_id,
                    data={"removed": len(gone), "moved": len(moved), "waiting": len(waiting)},
                )
            return RemovedProxies(
                removed=tuple(ProxyId(row[0]) for row in gone),
                secret_names=tuple(row[1] for row in gone if row[1]),
                moved=tuple(moved),
                waiting=tuple(waiting),
            )

        return await self._database.write(remove_proxies)

    async def check_now(self, proxy_ids: Sequence[ProxyId], *, now: datetime) -> Mapping[ProxyId, datetime]:
        """Have the worker check them next, also in quarantine; returns when they were to be checked, for
        `cancel_checks`."""
        values = {"ids": json.dumps(list(proxy_ids)), "now": to_ms(now)}

        def check_now(work: UnitOfWork) -> dict[ProxyId, datetime]:
            before = work.connection.execute(_MOMENTS, values).fetchall()
            work.connection.execute(_CHECK_NOW, values)
            for proxy_id, _ in before:
                work.touch(Subject.PROXY, proxy_id)
            return {ProxyId(proxy_id): from_ms(at) for proxy_id, at in before}

        return await self._database.write(check_now)

    async def cancel_checks(self, former: Mapping[ProxyId, datetime], *, asked_at: datetime) -> int:
        """Take back what `check_now` asked at that moment, where the check has not begun; returns how many."""
        rows = [(to_ms(at), proxy_id, to_ms(asked_at)) for proxy_id, at in former.items()]
        return await self._database.write(
            lambda work: sum(work.connection.execute(_CANCEL_CHECK, row).rowcount for row in rows)
        )

"""The accounts as the console lists them: counts, ids that answer a question, rows by id; and their labels."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from campaigns.accounts.views import (
    AccountCondition,
    AccountCounts,
    AccountQuestion,
    AccountRow,
    AccountTally,
    LimitUse,
    Route,
)
from campaigns.plan.limits import DAY, HOUR
from campaigns.report.event_kinds import EventKind
from core.domain.account import AccountKind, AccountState
from core.domain.change import Subject
from core.domain.ids import AccountId
from core.errors import UserInputError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.account_list_rows import CONDITION, FROM, ONLINE, ROUTE, moments, read_ids, read_rows
from database.stores.events import write_event
from database.stores.rows import to_ms
from database.stores.screen_lists import WITHOUT_END

if TYPE_CHECKING:
    from array import array

LABEL_LENGTH: Final = 40

_COUNTS: Final = f"""
SELECT {CONDITION}, a.kind, {ROUTE}, ifnull({ONLINE}, 0), count(*), max(a.id) {FROM} GROUP BY 1, 2, 3, 4
"""
_LABELS: Final = "SELECT label, count(*) FROM account_label GROUP BY label ORDER BY label"
_LABELS_OF: Final = "SELECT label FROM account_label WHERE account_id = ?"
_ADD: Final = "INSERT INTO account_label (account_id, label) VALUES (?, ?) ON CONFLICT DO NOTHING"
_REMOVE: Final = "DELETE FROM account_label WHERE account_id = ? AND label = ?"
_EXISTING: Final = """
SELECT j.value FROM json_each(?) AS j JOIN account AS a ON a.id = j.value AND a.removed_at IS NULL ORDER BY j.key
"""
_STATES: Final = """
SELECT a.id, a.state FROM json_each(?) AS j CROSS JOIN account AS a
ON a.id = j.value AND a.removed_at IS NULL ORDER BY j.key
"""
_LABELS_OF_MANY: Final = """
SELECT l.label, count(*) FROM json_each(?) AS j CROSS JOIN account_label AS l ON l.account_id = j.value
GROUP BY l.label ORDER BY l.label
"""
_WAITING: Final = """
SELECT ifnull(sum(n.count), 0) FROM json_each(?) AS j CROSS JOIN campaign_account AS m ON m.account_id = j.value
CROSS JOIN delivery_count AS n ON n.campaign_id = m.campaign_id AND n.account_id = m.account_id
    AND n.state IN ('planned', 'deferred', 'sending')
"""
_USE: Final = """
SELECT (SELECT count(*) FROM outgoing WHERE account_id = ?1 AND unknown_since > ?2),
    (SELECT count(*) FROM outgoing WHERE account_id = ?1 AND unknown_since > ?3),
    (SELECT count(*) FROM look_up WHERE account_id = ?1 AND at > ?3)
"""


class AccountListStore:
    """Reads for screens; all of one call are of one moment. `has_worker`: one runs, so what lanes say holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def counts(self, *, now: datetime, has_worker: bool) -> AccountCounts:
        """How many accounts there are, by condition, label and way out. A label counts in any case of its letters."""
        return await self._database.read(lambda raw: _read_counts(raw, now, has_worker=has_worker), is_long=True)

    async def ids(
        self, question: AccountQuestion, *, now: datetime, has_worker: bool, limit: int = WITHOUT_END
    ) -> "array[int]":
        """Ids of accounts that answer the question, in its order."""
        return await self._database.read(
            lambda raw: read_ids(raw, question, limit, now, has_worker=has_worker), is_long=True
        )

    async def rows(self, ids: Sequence[int], *, now: datetime, has_worker: bool) -> Mapping[int, AccountRow]:
        """These accounts by id; who is gone is missing."""
        return await self._database.read(lambda raw: read_rows(raw, ids, now, has_worker=has_worker), is_long=True)

    async def states(self, account_ids: Sequence[int]) -> Mapping[AccountId, AccountState]:
        """The states of these accounts, in their order; who is gone is missing."""
        ids = json.dumps(list(account_ids))
        return await self._database.read(
            lambda raw: {AccountId(row[0]): AccountState(row[1]) for row in raw.execute(_STATES, (ids,)).fetchall()},
            is_long=True,
        )

    async def tally(self, account_ids: Sequence[int]) -> AccountTally:
        """These accounts counted, for a sheet about thousands of them."""
        ids = json.dumps(list(account_ids))

        def read_tally(raw: sqlite3.Connection) -> AccountTally:
            states = Counter(AccountState(row[1]) for row in raw.execute(_STATES, (ids,)))
            (waiting,) = raw.execute(_WAITING, (ids,)).fetchone()
            labels = dict(raw.execute(_LABELS_OF_MANY, (ids,)).fetchall())
            return AccountTally(states=states, labels=labels, waiting=waiting)

        return await self._database.read(read_tally, is_long=True)

    async def limit_use(self, account_id: AccountId, *, now: datetime) -> LimitUse:
        """What it used of its limits in the rolling hour and day."""

        def read_use(raw: sqlite3.Connection) -> LimitUse:
            row = raw.execute(_USE, (account_id, to_ms(now - HOUR), to_ms(now - DAY))).fetchone()
            return LimitUse(tried_hour=row[0], tried_day=row[1], look_ups_day=row[2])

        return await self._database.read(read_use)

    async def set_labels(
        self,
        account_ids: Sequence[AccountId],
        *,
        add: Collection[str] = (),
        remove: Collection[str] = (),
        actor: str,
        now: datetime,
    ) -> Sequence[AccountId]:
        """Put labels on accounts and take others off, in one unit; returns those whose labels are others now.

        Raises UserInputError for a label that is empty or longer than 40 characters. Accounts that are gone are left
        out.
        """
        wanted, unwanted = [clean_label(label) for label in add], [label.strip() for label in remove]
        at, correlation_id = to_ms(now), current_correlation_id()

        def set_labels(work: UnitOfWork) -> list[AccountId]:
            raw, changed = work.connection, []
            ids = [AccountId(row[0]) for row in raw.execute(_EXISTING, (json.dumps(list(account_ids)),)).fetchall()]
            for account_id in ids:
                before = raw.execute(_LABELS_OF, (account_id,)).fetchall()
                raw.executemany(_REMOVE, [(account_id, label) for label in unwanted])
                raw.executemany(_ADD, [(account_id, label) for label in wanted])
                if raw.execute(_LABELS_OF, (account_id,)).fetchall() == before:
                    continue
                changed.append(account_id)
                work.touch(Subject.ACCOUNT, account_id)
            if changed:
                write_event(
                    work,
                    EventKind.ACCOUNTS_LABELLED,
                    at=at,
                    actor=actor,
                    account_id=changed[0] if len(changed) == 1 else None,
                    correlation_id=correlation_id,
                    data={"accounts": len(changed), "added": ", ".join(wanted), "removed": ", ".join(unwanted)},
                )
            return changed

        return await self._database.write(set_labels)


def clean_label(text: str) -> str:
    """A label without blanks around it and with single ones inside. Raises UserInputError when it cannot be one."""
    label = " ".join(text.split())
    if not label:
        raise UserInputError("A label needs at least one letter.", title="This label is empty")
    if len(label) > LABEL_LENGTH:
        raise UserInputError(
            f"It has {len(label)} characters; {LABEL_LENGTH} is the most.", title="This label is too long"
        )
    return label


def _read_counts(raw: sqlite3.Connection, now: datetime, *, has_worker: bool) -> AccountCounts:
    by_condition: dict[AccountCondition, int] = {}
    by_route: dict[Route, int] = {}
    total = bots = online = newest = 0
    for rank, kind, route, is_online, count, last in raw.execute(_COUNTS, moments(now, has_worker=has_worker)):
        condition, way = tuple(AccountCondition)[rank], Route(route)
        by_condition[condition] = by_condition.get(condition, 0) + count
        by_route[way] = by_route.get(way, 0) + count
        total += count
        bots += count if kind == AccountKind.BOT else 0
        online += count if is_online else 0
        newest = max(newest, last)
    return AccountCounts(
        total=total,
        bots=bots,
        online=online,
        newest=newest,
        by_condition=by_condition,
        by_label=dict(raw.execute(_LABELS).fetchall()),
        by_route=by_route,
    )

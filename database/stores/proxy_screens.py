"""What only the console reads about proxies: a list as ids first and rows when looked at, one proxy whole, accounts."""

import json
import sqlite3
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import Proxy, ProxyCheck
from database.database import Database
from database.stores.proxies import KEPT_CHECKS
from database.stores.proxy_rows import PROXY_COLUMNS, check_from_row, proxy_from_row
from database.stores.rows import from_ms, to_like, to_ms

if TYPE_CHECKING:
    Ids = array[int]

TREND: Final = 30  # checks in the line of a row: two and a half hours at one in five minutes
WITHOUT_END: Final = -1  # as a LIMIT

_LAST_MS: Final = "(SELECT {} FROM proxy_check WHERE proxy_id = p.id ORDER BY id DESC LIMIT 1)"
_SEARCHED: Final = """
(p.host || ':' || p.port || ' ' || p.kind || ' ' || p.username || ' ' || p.label || ' ' || p.country LIKE :like ESCAPE '\\'
OR EXISTS (SELECT 1 FROM proxy_assignment a JOIN account c ON c.id = a.account_id
    WHERE a.proxy_id = p.id AND c.title LIKE :like ESCAPE '\\'))
"""
SLOW_FACTOR, SLOW_MS, SLOW_CHECKS = 2, 100, 8
"""Slow is an answer of Telegram that takes more than twice as long as most of the last ones took, and a tenth of a second
longer: below that nobody would notice it. Fewer checks say nothing about what is usual."""
_LAST_ANSWER: Final = _LAST_MS.format("telegram_ms")
_SLOW: Final = f"""
(p.failure IS NULL AND ifnull({_LAST_ANSWER}, 0) > {SLOW_MS} AND (
    SELECT count(ms) >= {SLOW_CHECKS}
        AND 2 * sum(ms < min({_LAST_ANSWER} / {SLOW_FACTOR}, {_LAST_ANSWER} - {SLOW_MS})) > count(ms)
    FROM (SELECT telegram_ms AS ms FROM proxy_check WHERE proxy_id = p.id ORDER BY id DESC LIMIT {TREND})))
"""
_COUNTS: Final = f"""
SELECT count(*), sum(checked_at IS NOT NULL AND failure IS NULL), sum(failure IS NOT NULL),
    sum(checked_at IS NULL), sum(holder_count = 0), sum({_SLOW}) FROM proxy AS p
"""
_GROUPS: Final = "SELECT DISTINCT label FROM proxy WHERE label <> '' ORDER BY label"
_COUNTRIES: Final = "SELECT DISTINCT country FROM proxy WHERE country <> '' ORDER BY country"
_LINES: Final = f"""
SELECT {PROXY_COLUMNS}, p.next_check_at, p.added_at,
    (SELECT json_group_array(title) FROM (SELECT c.title FROM proxy_assignment a JOIN account c ON c.id = a.account_id
        WHERE a.proxy_id = p.id ORDER BY a.account_id LIMIT 3)),
    (SELECT json_group_array(telegram_ms) FROM (SELECT telegram_ms FROM proxy_check WHERE proxy_id = p.id
        ORDER BY id DESC LIMIT {TREND})),
    {_SLOW}
FROM json_each(?) AS j CROSS JOIN proxy AS p ON p.id = j.value
"""
_HISTORY: Final = f"""
SELECT at, tcp_ms, telegram_ms, failure FROM proxy_check WHERE proxy_id = ? ORDER BY id DESC LIMIT {KEPT_CHECKS}
"""
_ACCOUNTS: Final = """
SELECT c.id, c.title, c.kind, c.state, a.account_id IS NOT NULL, a.proxy_id, a.may_move, p.host, p.port
FROM account AS c LEFT JOIN proxy_assignment AS a ON a.account_id = c.id LEFT JOIN proxy AS p ON p.id = a.proxy_id
WHERE c.removed_at IS NULL
"""
_IDENTITIES: Final = "SELECT kind, host, port, username FROM proxy"
_PROGRESS: Final = """
SELECT count(*), sum(checked_at >= :since), sum(checked_at >= :since AND failure IS NOT NULL), max(checked_at)
FROM proxy WHERE id IN (SELECT value FROM json_each(:ids))
"""


class ProxyView(StrEnum):
    """The chips over the list."""

    ALL = "all"
    HEALTHY = "healthy"  # the last check was good, and as fast as usual
    SLOW = "slow"  # it was good, and took much longer than usual
    FAILING = "failing"  # the last check was not
    UNCHECKED = "unchecked"
    FREE = "free"  # no account leaves through it


class ProxyOrder(StrEnum):
    """What the list is sorted by."""

    NEED = "need"  # failing ones with accounts, failing ones, unchecked ones, slow ones, healthy ones
    ADDRESS = "address"
    TELEGRAM = "telegram"
    TCP = "tcp"
    ACCOUNTS = "accounts"
    GROUP = "group"
    CHECKED = "checked"


_VIEWS: Final[Mapping[ProxyView, str]] = {
    ProxyView.ALL: "1",
    ProxyView.HEALTHY: f"p.checked_at IS NOT NULL AND p.failure IS NULL AND NOT {_SLOW}",
    ProxyView.SLOW: _SLOW,
    ProxyView.FAILING: "p.failure IS NOT NULL",
    ProxyView.UNCHECKED: "p.checked_at IS NULL",
    ProxyView.FREE: "p.holder_count = 0",
}
_ORDERS: Final[Mapping[ProxyOrder, str]] = {
    ProxyOrder.NEED: "CASE WHEN p.failure IS NOT NULL THEN p.holder_count = 0 WHEN p.checked_at IS NULL THEN 2 "
    f"WHEN {_SLOW} THEN 3 ELSE 4 END",
    ProxyOrder.ADDRESS: "p.host {0}, p.port",
    ProxyOrder.TELEGRAM: _LAST_MS.format("telegram_ms"),
    ProxyOrder.TCP: _LAST_MS.format("tcp_ms"),
    ProxyOrder.ACCOUNTS: "p.holder_count",
    ProxyOrder.GROUP: "p.label {0}, p.country",
    ProxyOrder.CHECKED: "p.checked_at",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyQuestion:
    """Which proxies, in which order. `label` and `country` None: any."""

    view: ProxyView = ProxyView.ALL
    label: str | None = None
    country: str | None = None
    text: str = ""
    order: ProxyOrder = ProxyOrder.NEED
    is_descending: bool = False

    @property
    def is_filtered(self) -> bool:
        return self.view is not ProxyView.ALL or self.label is not None or self.country is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyLine:
    """A proxy as a list shows it. `trend`: Telegram times of the last checks, oldest first, None where one failed;
    `is_slow`: the last one took much longer than usual."""

    proxy: Proxy
    next_check_at: datetime
    added_at: datetime
    holder_titles: tuple[str, ...]  # of the first three accounts
    trend: tuple[float | None, ...]
    is_slow: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountRoute:
    """How an account leaves. Without `uses_proxy` it connects directly; with it and without a proxy it waits."""

    account_id: AccountId
    title: str
    kind: AccountKind
    state: AccountState
    uses_proxy: bool
    proxy_id: ProxyId | None
    address: str
    may_move: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyDetails:
    """One proxy whole: its checks newest first, and the accounts that leave through it."""

    line: ProxyLine
    checks: tuple[ProxyCheck, ...]
    accounts: tuple[AccountRoute, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyCounts:
    """How many of each view; then the labels and countries."""

    by_view: Mapping[ProxyView, int]
    labels: tuple[str, ...]
    countries: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckProgress:
    """Of the proxies asked about: how many there still are, were checked since, and failed then."""

    total: int
    checked: int
    failed: int
    last_at: datetime | None


class ProxyScreen:
    """Reads of the Proxies page."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ids(self, question: ProxyQuestion, *, limit: int = WITHOUT_END) -> "Ids":
        """Numbers of the proxies that answer the question, in its order; missing values stand last."""
        direction = "DESC" if question.is_descending else "ASC"
        order = _ORDERS[question.order]
        order = order.format(direction) if "{0}" in order else order
        text = question.text.strip()
        where = f"({_VIEWS[question.view]})" + (f" AND {_SEARCHED}" if text else "")
        where += " AND (:label IS NULL OR p.label = :label) AND (:country IS NULL OR p.country = :country)"
        sql = f"SELECT p.id FROM proxy AS p WHERE {where} ORDER BY {order} {direction} NULLS LAST, p.id LIMIT :limit"
        values = {
            "like": to_like(text),
            "limit": limit,
            "label": question.label,
            "country": question.country,
        }

        def read_ids(raw: sqlite3.Connection) -> "Ids":
            return array("q", [row[0] for row in raw.execute(sql, values).fetchall()])

        return await self._database.read(read_ids, is_long=True)

    async def lines(self, ids: Sequence[int]) -> Mapping[int, ProxyLine]:
        """These proxies as they are now; what is gone is missing."""
        chosen = json.dumps(list(ids))
        return await self._database.read(
            lambda raw: {row[0]: _line_from_row(row) for row in raw.execute(_LINES, (chosen,)).fetchall()}
        )

    async def details(self, proxy_id: ProxyId) -> ProxyDetails | None:
        """One proxy, or None when it is gone."""

        def read_details(raw: sqlite3.Connection) -> ProxyDetails | None:
            row = raw.execute(_LINES, (json.dumps([proxy_id]),)).fetchone()
            if row is None:
                return None
            checks = raw.execute(_HISTORY, (proxy_id,)).fetchall()
            held = raw.execute(f"{_ACCOUNTS} AND a.proxy_id = ? ORDER BY c.id", (proxy_id,)).fetchall()
            return ProxyDetails(
                line=_line_from_row(row),
                checks=tuple(check_from_row(check) for check in checks),
                accounts=tuple(_route_from_row(account) for account in held),
            )

        return await self._database.read(read_details)

    async def counts(self) -> ProxyCounts:
        """How many there are of each view, and their groups."""

        def read_counts(raw: sqlite3.Connection) -> ProxyCounts:
            total, good, failing, unchecked, free, slow = raw.execute(_COUNTS).fetchone()
            return ProxyCounts(
                by_view={
                    ProxyView.ALL: total,
                    ProxyView.HEALTHY: (good or 0) - (slow or 0),
                    ProxyView.SLOW: slow or 0,
                    ProxyView.FAILING: failing or 0,
                    ProxyView.UNCHECKED: unchecked or 0,
                    ProxyView.FREE: free or 0,
                },
                labels=tuple(row[0] for row in raw.execute(_GROUPS).fetchall()),
                countries=tuple(row[0] for row in raw.execute(_COUNTRIES).fetchall()),
            )

        return await self._database.read(read_counts)

    async def accounts(self) -> Sequence[AccountRoute]:
        """Every account and how it leaves."""
        return await self._database.read(
            lambda raw: [_route_from_row(row) for row in raw.execute(f"{_ACCOUNTS} ORDER BY c.id").fetchall()]
        )

    async def identities(self) -> frozenset[tuple[str, str, int, str]]:
        """Of all proxies, as `ProxyEndpoint.identity`: what an import would not add again."""
        return await self._database.read(lambda raw: frozenset(raw.execute(_IDENTITIES).fetchall()), is_long=True)

    async def check_progress(self, ids: Sequence[ProxyId], since: datetime) -> CheckProgress:
        """How far the worker is with checks that were asked for at this moment."""
        values = {"ids": json.dumps(list(ids)), "since": to_ms(since)}

        def read_progress(raw: sqlite3.Connection) -> CheckProgress:
            total, checked, failed, last_at = raw.execute(_PROGRESS, values).fetchone()
            return CheckProgress(total=total, checked=checked or 0, failed=failed or 0, last_at=from_ms(last_at))

        return await self._database.read(read_progress)


def _line_from_row(row: tuple[object, ...]) -> ProxyLine:
    next_check_at, added_at, titles, trend, is_slow = row[-5:]
    assert isinstance(next_check_at, int)
    assert isinstance(added_at, int)
    return ProxyLine(
        proxy=proxy_from_row(row[:-5]),
        next_check_at=from_ms(next_check_at),
        added_at=from_ms(added_at),
        holder_titles=tuple(json.loads(str(titles))),
        trend=tuple(reversed(json.loads(str(trend)))),
        is_slow=bool(is_slow),
    )


def _route_from_row(row: tuple[object, ...]) -> AccountRoute:
    account_id, title, kind, state, uses_proxy, proxy_id, may_move, host, port = row
    assert isinstance(account_id, int)
    assert proxy_id is None or isinstance(proxy_id, int)
    return AccountRoute(
        account_id=AccountId(account_id),
        title=str(title),
        kind=AccountKind(str(kind)),
        state=AccountState(str(state)),
        uses_proxy=bool(uses_proxy),
        proxy_id=None if proxy_id is None else ProxyId(proxy_id),
        address="" if host is None else f"[{host}]:{port}" if ":" in str(host) else f"{host}:{port}",
        may_move=bool(may_move),
    )

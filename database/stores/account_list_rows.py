"""The statements behind the list of accounts, and what makes an AccountRow of their answers."""

import json
import sqlite3
from array import array
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from campaigns.accounts.health_score import (
    PROXY_SLOW_MS,
    WEEK,
    HealthFacts,
    ProxyHealth,
    score_health,
)
from campaigns.accounts.views import AccountCondition, AccountOrder, AccountQuestion, AccountRow, ProxyView
from campaigns.delivery import DeliveryState
from campaigns.plan.limits import DAY, HOUR, PROFILES
from campaigns.ports import LaneStatus
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyFailure, ProxyKind
from database.stores.rows import Row, from_ms, to_like, to_ms

_RANKS: Final = tuple(AccountCondition)

# The place of an account in AccountCondition. One that a person must see to comes first, whatever its lane last said; what a
# lane said of its work holds only while a worker runs, a wait that Telegram demanded holds without one too.
CONDITION: Final = """
CASE WHEN a.state IN ('signed_out', 'banned', 'frozen', 'limited') THEN 0
    WHEN a.state = 'paused' THEN 4
    WHEN ifnull(l.status, '') = 'needs_you' OR (r.account_id IS NOT NULL AND r.proxy_id IS NULL) THEN 0
    WHEN ifnull(l.status, '') = 'waiting' OR ifnull(a.send_cooldown_until, 0) > :now THEN 1
    WHEN NOT :has_worker OR ifnull(l.status, 'offline') = 'offline' THEN 5
    WHEN l.status IN ('sending', 'connecting', 'settling') THEN 2
    WHEN l.status = 'paused' THEN 4
    ELSE 3 END
"""
# Online: what a running worker says of a lane that is connected.
ONLINE: Final = "(:has_worker AND a.state <> 'paused' AND l.status IN ('sending', 'idle', 'settling', 'waiting'))"
# A lane that a dead worker left connected was seen with that worker's last heartbeat.
SEEN: Final = """
CASE WHEN l.status IN ('sending', 'idle', 'settling', 'waiting')
    THEN CASE WHEN :has_worker THEN :now ELSE max(l.updated_at, ifnull((SELECT max(heartbeat_at) FROM worker), 0)) END
    ELSE l.updated_at END
"""
ROUTE: Final = """
CASE WHEN r.account_id IS NULL THEN 'direct' WHEN r.proxy_id IS NULL THEN 'missing'
    WHEN p.quarantined_until > :now THEN 'failing' ELSE 'proxy' END
"""
UNTIL: Final = "coalesce(l.until, CASE WHEN a.send_cooldown_until > :now THEN a.send_cooldown_until END)"
_HERE: Final = "FROM (SELECT * FROM account WHERE removed_at IS NULL) AS a"
FROM: Final = f"""
{_HERE} LEFT JOIN lane AS l ON l.account_id = a.id
LEFT JOIN proxy_assignment AS r ON r.account_id = a.id LEFT JOIN proxy AS p ON p.id = r.proxy_id
"""
# By the index outgoing_counted alone.
_TRIED: Final = "(SELECT count(*) FROM outgoing WHERE account_id = a.id AND unknown_since > {})"
ROWS: Final = f"""
SELECT a.id, a.kind, a.title, a.username, a.state, a.state_reason, a.state_at, {CONDITION}, l.status,
    ifnull(l.reason, ''), {UNTIL}, a.send_cooldown_until, a.look_up_cooldown_until, a.slowed_until, a.limit_profile,
    {_TRIED.format(":hour")}, {_TRIED.format(":day")}, r.account_id IS NOT NULL, ifnull(r.may_move, 0),
    p.id, p.kind, p.host, p.port, p.label, p.failure, p.quarantined_until,
    (SELECT telegram_ms FROM proxy_check WHERE proxy_id = p.id ORDER BY id DESC LIMIT 1),
    (SELECT group_concat(label, char(10)) FROM account_label WHERE account_id = a.id),
    {ONLINE}, {SEEN}, a.created_at,
    (SELECT max(at) FROM event WHERE account_id = a.id AND kind = 'account.signed_in'),
    (SELECT value FROM account_limit WHERE account_id = a.id AND kind = 'per_day')
{FROM.replace(_HERE, "FROM json_each(:ids) AS j CROSS JOIN account AS a ON a.id = j.value AND a.removed_at IS NULL")}
"""
# By the index event_by_account.
FLOOD_WAITS: Final = """
SELECT e.account_id, e.at FROM json_each(:ids) AS j CROSS JOIN event AS e
ON e.account_id = j.value AND e.kind = 'account.cooldown' AND e.at >= :week ORDER BY e.at DESC
"""
LEFT: Final = """
SELECT e.account_id, count(*) FROM json_each(:ids) AS j CROSS JOIN event AS e
ON e.account_id = j.value AND e.kind IN ('person.blocked', 'person.stopped') AND e.at >= :week GROUP BY e.account_id
"""
# All deliveries of an account by state, and those of campaigns that ran in the last week: by the counters, for the
# rows of a week are too many to count for a screen.
QUEUES: Final = """
SELECT n.account_id, n.state, sum(n.count),
    sum(CASE WHEN c.started_at IS NOT NULL AND ifnull(c.finished_at, :now) >= :week THEN n.count ELSE 0 END)
FROM json_each(:ids) AS j CROSS JOIN campaign_account AS m ON m.account_id = j.value
CROSS JOIN delivery_count AS n ON n.campaign_id = m.campaign_id AND n.account_id = m.account_id
JOIN campaign AS c ON c.id = n.campaign_id GROUP BY n.account_id, n.state
"""
_ORDERS: Final[Mapping[AccountOrder, str]] = {
    AccountOrder.NEED: f"{CONDITION}",
    AccountOrder.TITLE: "a.title COLLATE NOCASE",
    AccountOrder.TODAY: _TRIED.format(":day"),
    AccountOrder.UNTIL: f"{UNTIL} IS NULL, {UNTIL}",
    AccountOrder.PROXY: "p.id IS NULL, p.label COLLATE NOCASE, p.host, p.port",
    AccountOrder.SEEN: f"{SEEN}",
}
_FOUND: Final = r"""
(a.title LIKE :text ESCAPE '\' OR a.username LIKE :text ESCAPE '\' OR p.label LIKE :text ESCAPE '\'
    OR p.host LIKE :text ESCAPE '\'
    OR EXISTS (SELECT 1 FROM account_label WHERE account_id = a.id AND label LIKE :text ESCAPE '\'))
"""


def moments(now: datetime, *, has_worker: bool) -> dict[str, object]:
    """The values that all statements here take."""
    return {
        "now": to_ms(now),
        "hour": to_ms(now - HOUR),
        "day": to_ms(now - DAY),
        "week": to_ms(now - WEEK),
        "has_worker": int(has_worker),
    }


def read_ids(
    raw: sqlite3.Connection, question: AccountQuestion, limit: int, now: datetime, *, has_worker: bool
) -> "array[int]":
    """The accounts that answer the question, in its order; equal ones by title."""
    values = moments(now, has_worker=has_worker)
    where = []
    if question.condition is not None:
        where.append(f"{CONDITION} = {_RANKS.index(question.condition)}")
    if question.label is not None:
        where.append("EXISTS (SELECT 1 FROM account_label WHERE account_id = a.id AND label = :label)")
        values["label"] = question.label
    if question.route is not None:
        where.append(f"{ROUTE} = :route")
        values["route"] = question.route.value
    text = question.text.strip().removeprefix("@")
    if text:
        where.append(_FOUND)
        values["text"] = to_like(text)
    condition = f"WHERE {' AND '.join(where)}" if where else ""
    by_health = question.order is AccountOrder.HEALTH
    order = "a.id" if by_health else _directed(_ORDERS[question.order], is_descending=question.is_descending)
    sql = f"SELECT a.id {FROM} {condition} ORDER BY {order}, a.title COLLATE NOCASE, a.id LIMIT :limit"
    values["limit"] = -1 if by_health else limit
    ids = array("q", [row[0] for row in raw.execute(sql, values).fetchall()])
    if not by_health:
        return ids
    scores = {row_id: row.health.score for row_id, row in read_rows(raw, ids, now, has_worker=has_worker).items()}
    ids = array("q", sorted(ids, key=scores.__getitem__, reverse=question.is_descending))
    return ids if limit < 0 else ids[:limit]


def _directed(order: str, *, is_descending: bool) -> str:
    """What is missing stays last either way, so only the values are turned around."""
    if not is_descending:
        return order
    *kept, last = order.rsplit(", ", 1) if "IS NULL, " in order else [order]
    return ", ".join([*kept, f"{last} DESC"])


def read_rows(
    raw: sqlite3.Connection, ids: Sequence[int], now: datetime, *, has_worker: bool
) -> Mapping[int, AccountRow]:
    """These accounts as they are now, by id; who is gone is missing."""
    values = moments(now, has_worker=has_worker) | {"ids": json.dumps(list(ids))}
    waits: dict[int, list[datetime]] = defaultdict(list)
    for account_id, at in raw.execute(FLOOD_WAITS, values):
        waits[account_id].append(from_ms(at))
    left: dict[int, int] = dict(raw.execute(LEFT, values).fetchall())
    queues: dict[int, dict[DeliveryState, int]] = defaultdict(dict)
    weeks: dict[int, dict[DeliveryState, int]] = defaultdict(dict)
    for account_id, state, count, count_of_week in raw.execute(QUEUES, values):
        queues[account_id][DeliveryState(state)] = count
        weeks[account_id][DeliveryState(state)] = count_of_week
    found = {}
    for row in raw.execute(ROWS, values):
        account_id = row[0]
        signs = _Signs(waits.get(account_id, []), left.get(account_id, 0), weeks.get(account_id, {}))
        found[account_id] = _account_row(row, queues.get(account_id, {}), signs, now, has_worker=has_worker)
    return found


class _Signs:
    """What the last week says of an account's health."""

    __slots__ = ("left", "refused", "tried", "waits")

    def __init__(self, waits: Sequence[datetime], left: int, week: Mapping[DeliveryState, int]) -> None:
        s = DeliveryState
        self.waits = tuple(waits)
        self.left = left
        self.refused = week.get(s.FAILED, 0)
        self.tried = self.refused + sum(week.get(state, 0) for state in (s.SENT, s.SENDING, s.UNCERTAIN))


def _account_row(
    row: Row, queue: Mapping[DeliveryState, int], signs: _Signs, now: datetime, *, has_worker: bool
) -> AccountRow:
    kind, state = AccountKind(row[1]), AccountState(row[4])
    profile = PROFILES.get((row[14], kind))
    per_day = row[32] if row[32] is not None else profile.per_day if profile is not None else None
    proxy = _proxy_view(row[19:27])
    signed_in_at = from_ms(row[31] if row[31] is not None else row[30])
    facts = HealthFacts(
        state=state,
        state_at=from_ms(row[6]),
        flood_waits=signs.waits,
        slowed_until=from_ms(row[13]),
        tried=signs.tried,
        refused=signs.refused,
        left=signs.left,
        proxy=_proxy_health(proxy, now, uses_proxy=bool(row[17])),
        proxy_ms=proxy.telegram_ms if proxy is not None else None,
        signed_in_at=signed_in_at,
        tried_day=row[16],
        per_day=per_day,
    )
    return AccountRow(
        id=AccountId(row[0]),
        kind=kind,
        title=row[2],
        username=row[3],
        state=state,
        state_reason=row[5],
        state_at=facts.state_at,
        condition=_RANKS[row[7]],
        lane=_lane(row[8], has_worker=has_worker),
        lane_reason=row[9],
        until=from_ms(row[10]),
        send_cooldown_until=from_ms(row[11]),
        look_up_cooldown_until=from_ms(row[12]),
        slowed_until=facts.slowed_until,
        limit_profile=row[14],
        tried_hour=row[15],
        tried_day=row[16],
        per_day=per_day,
        uses_proxy=bool(row[17]),
        may_move=bool(row[18]),
        proxy=proxy,
        labels=tuple(row[27].split("\n")) if row[27] else (),
        is_online=bool(row[28]),
        seen_at=from_ms(row[29]),
        signed_in_at=signed_in_at,
        queue=queue,
        health=score_health(facts, now),
    )


def _lane(status: str | None, *, has_worker: bool) -> LaneStatus:
    lane = LaneStatus(status) if status is not None else LaneStatus.OFFLINE
    stands_still = (LaneStatus.NEEDS_YOU, LaneStatus.PAUSED, LaneStatus.WAITING)
    return lane if has_worker or lane in stands_still else LaneStatus.OFFLINE


def _proxy_view(row: Row) -> ProxyView | None:
    if row[0] is None:
        return None
    return ProxyView(
        id=ProxyId(row[0]),
        kind=ProxyKind(row[1]),
        host=row[2],
        port=row[3],
        label=row[4],
        failure=None if row[5] is None else ProxyFailure(row[5]),
        quarantined_until=from_ms(row[6]),
        telegram_ms=row[7],
    )


def _proxy_health(proxy: ProxyView | None, now: datetime, *, uses_proxy: bool) -> ProxyHealth:
    if not uses_proxy:
        return ProxyHealth.DIRECT
    if proxy is None:
        return ProxyHealth.MISSING
    if proxy.failure is not None:
        return ProxyHealth.FAILING
    is_slow = proxy.telegram_ms is not None and proxy.telegram_ms > PROXY_SLOW_MS
    return ProxyHealth.SLOW if is_slow else ProxyHealth.HEALTHY

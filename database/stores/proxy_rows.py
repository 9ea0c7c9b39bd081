"""Between the rows about proxies and their values."""

from datetime import datetime
from typing import Final

from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import (
    Proxy,
    ProxyCheck,
    ProxyEndpoint,
    ProxyFailure,
    ProxyKind,
    ProxyRoute,
    ProxyTimes,
)
from database.stores.rows import Row, from_ms

_ENDPOINT: Final = "p.kind, p.host, p.port, p.username, p.secret_name"
PROXY_COLUMNS: Final = f"""
p.id, {_ENDPOINT}, p.label, p.country, p.capacity, p.failure_count, p.failure, p.quarantined_until, p.checked_at,
(SELECT group_concat(account_id) FROM proxy_assignment WHERE proxy_id = p.id),
(SELECT tcp_ms FROM proxy_check WHERE proxy_id = p.id ORDER BY id DESC LIMIT 1),
(SELECT telegram_ms FROM proxy_check WHERE proxy_id = p.id ORDER BY id DESC LIMIT 1)
"""
ROUTE_COLUMNS: Final = f"a.proxy_id, {_ENDPOINT}, p.quarantined_until"


def proxy_from_row(row: Row) -> Proxy:
    """A row of PROXY_COLUMNS, read from `proxy p`."""
    failure = None if row[10] is None else ProxyFailure(row[10])
    checked_at: datetime | None = from_ms(row[12])
    times = ProxyTimes(tcp_ms=row[14], telegram_ms=row[15], failure=failure)
    return Proxy(
        id=ProxyId(row[0]),
        endpoint=_endpoint_from_row(row[1:6]),
        label=row[6],
        country=row[7],
        capacity=row[8],
        account_ids=tuple(sorted(AccountId(int(number)) for number in (row[13] or "").split(",") if number)),
        failure_count=row[9],
        failure=failure,
        quarantined_until=from_ms(row[11]),
        checked_at=checked_at,
        last_check=None if checked_at is None else ProxyCheck(at=checked_at, times=times),
    )


def check_from_row(row: Row) -> ProxyCheck:
    """At, tcp_ms, telegram_ms, failure."""
    failure = None if row[3] is None else ProxyFailure(row[3])
    return ProxyCheck(at=from_ms(row[0]), times=ProxyTimes(tcp_ms=row[1], telegram_ms=row[2], failure=failure))


def route_from_row(row: Row) -> ProxyRoute:
    """A row of ROUTE_COLUMNS, read from `proxy_assignment a` and `proxy p`."""
    if row[0] is None:
        return ProxyRoute(proxy_id=None, endpoint=None, quarantined_until=None)
    return ProxyRoute(
        proxy_id=ProxyId(row[0]), endpoint=_endpoint_from_row(row[1:6]), quarantined_until=from_ms(row[6])
    )


def _endpoint_from_row(row: Row) -> ProxyEndpoint:
    return ProxyEndpoint(kind=ProxyKind(row[0]), host=row[1], port=row[2], username=row[3], secret_name=row[4])

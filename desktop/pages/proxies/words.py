"""Proxies as rows and sentences: how each is, why, and until when. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from types import MappingProxyType
from typing import Final

from core.domain.account import AccountState
from core.domain.ids import ProxyId
from core.domain.proxy import Proxy, ProxyCheck, ProxyFailure, ProxyKind
from database.stores.proxy_screens import AccountRoute, ProxyLine
from desktop.formatting import MISSING, Formats, count_of, duration, join_words
from desktop.theme import Role
from desktop.widgets.status import Glyph, State, Tone
from desktop.widgets.table import Cell, Column
from proxy import describe_failure

KINDS: Final[Mapping[ProxyKind, str]] = MappingProxyType(
    {
        ProxyKind.SOCKS5: "SOCKS5",
        ProxyKind.SOCKS4: "SOCKS4",
        ProxyKind.HTTP: "HTTP",
        ProxyKind.MTPROXY: "MTProxy",
    }
)
_SHORT: Final[Mapping[ProxyFailure, str]] = {
    ProxyFailure.DEAD: "nobody answers",
    ProxyFailure.WRONG_CREDENTIALS: "password refused",
    ProxyFailure.WRONG_SECRET: "wrong secret",
    ProxyFailure.NO_CREDENTIALS: "password is missing",
    ProxyFailure.REFUSED: "does not connect to Telegram",
    ProxyFailure.SILENT: "no answer comes",
    ProxyFailure.NOT_TELEGRAM: "what answers is not Telegram",
    ProxyFailure.LIMITED: "Telegram limits its address",
}
COLUMNS: Final = (
    Column("Proxy", 180, stretch=3, sortable=True),
    Column("State", 188, stretch=2, sortable=True),
    Column("Telegram", 88, numeric=True, sortable=True),
    Column("TCP", 76, numeric=True, sortable=True),
    Column("Last checks", 112),
    Column("Accounts", 112, stretch=2, sortable=True),
    Column("Group", 192, stretch=1, sortable=True),
    Column("Checked", 94, sortable=True),
)
PLACE, STATE, TELEGRAM, TCP, CHECKS, ACCOUNTS, GROUP, CHECKED = range(len(COLUMNS))
LEFT_OUT: Final = (
    CHECKED,
    TCP,
    ACCOUNTS,
    CHECKS,
)  # one after the other, until the rest has room; the panel has them all


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRow:
    """One proxy of the list."""

    id: ProxyId
    place: str
    kind: str
    state: State
    telegram: str
    tcp: str
    trend: tuple[float | None, ...]
    accounts: str
    tags: tuple[tuple[str, Tone], ...]
    checked: str


def proxy_row(line: ProxyLine, formats: Formats, now: datetime, *, is_checking: bool) -> ProxyRow:
    """`is_checking`: a person asked for a check that has not ended."""
    proxy = line.proxy
    times = None if proxy.last_check is None else proxy.last_check.times
    return ProxyRow(
        id=proxy.id,
        place=proxy.endpoint.address,
        kind=kind_words(proxy),
        state=state_of(line, formats, now, is_checking=is_checking),
        telegram=milliseconds(None if times is None else times.telegram_ms, formats),
        tcp=milliseconds(None if times is None else times.tcp_ms, formats),
        trend=line.trend,
        accounts=_holders(line, formats),
        tags=_tags(proxy),
        checked=_ago(now - proxy.checked_at) if proxy.checked_at else "",
    )


def proxy_cells(row: ProxyRow) -> Sequence[Cell]:
    """One cell a column."""
    tone = row.state.tone if row.state.tone in (Tone.GOOD, Tone.WARN, Tone.BAD) else Tone.MUTE
    return (
        Cell(text=row.place, detail=row.kind, role=Role.STRONG),
        Cell.of_state(row.state),
        Cell(text=row.telegram),
        Cell(text=row.tcp),
        Cell(trend=row.trend, tone=tone) if row.trend else Cell(),
        Cell(text=row.accounts, role=Role.DIM),
        Cell(tags=row.tags),
        Cell(text=row.checked, role=Role.HINT),
    )


def state_of(line: ProxyLine, formats: Formats, now: datetime, *, is_checking: bool = False) -> State:
    """How it is, and why or until when."""
    proxy = line.proxy
    if is_checking:
        return State(Glyph.RUN, "Checking", _before(proxy))
    if proxy.failure is not None:
        why, until = _SHORT[proxy.failure], proxy.quarantined_until
        if until is None or until <= now:
            return State(Glyph.CROSS, "Failing", f"{why}; checked next")
        glyph = Glyph.CLOCK if proxy.failure is ProxyFailure.LIMITED else Glyph.CROSS
        return State(glyph, f"Quarantined until {formats.time(until)}", why)
    if proxy.checked_at is None:
        return State(Glyph.RING, "Not checked", "")
    if line.is_slow:
        usual = median(value for value in line.trend if value is not None)
        return State(Glyph.CLOCK, "Slow", f"usual {milliseconds(usual, formats)}")
    return State(Glyph.DISC, "Healthy")


def kind_words(proxy: Proxy) -> str:
    """SOCKS5, with a user name: SOCKS5 · ada."""
    username = proxy.endpoint.username
    return f"{KINDS[proxy.endpoint.kind]} · {username}" if username else KINDS[proxy.endpoint.kind]


def credential_words(proxy: Proxy) -> str:
    """What there is of a password, without ever showing it."""
    if proxy.failure is ProxyFailure.NO_CREDENTIALS:
        return "missing in the vault"
    return "•••••• in the vault" if proxy.endpoint.secret_name else "none"


def use_words(proxy: Proxy, formats: Formats) -> str:
    """exclusive, or how many of how many."""
    if proxy.capacity == 1:
        return "exclusive, taken" if proxy.account_ids else "exclusive, free"
    return f"{formats.number(len(proxy.account_ids))} of {formats.number(proxy.capacity)}"


def milliseconds(value: float | None, formats: Formats) -> str:
    """38 ms; below ten with one digit behind the mark; empty when there is none."""
    if value is None:
        return ""
    return (
        f"{formats.number(round(value))} ms" if value >= 10 else f"{value:.1f}".replace(".", formats.decimal) + " ms"
    )


def check_words(check: ProxyCheck, formats: Formats) -> tuple[State, str]:
    """One check of the past: how it ended, and its figures."""
    times = check.times
    if times.failure is not None:
        return State(Glyph.CROSS, _SHORT[times.failure].capitalize()), milliseconds(times.tcp_ms, formats) or MISSING
    return State(Glyph.DISC, milliseconds(times.telegram_ms, formats)), milliseconds(times.tcp_ms, formats) or MISSING


def why_words(line: ProxyLine, formats: Formats, now: datetime) -> str:
    """Of a failing proxy: what is wrong, what its accounts do, and when it goes on."""
    proxy = line.proxy
    if proxy.failure is None:
        return ""
    words = [describe_failure(proxy.failure)]
    until = proxy.quarantined_until
    if until is not None and until > now:
        failures = count_of(formats.number(proxy.failure_count), "failed check")
        words.append(f"After {failures} it is left alone until {formats.until(until, now)}.")
    if proxy.account_ids and proxy.failure is not ProxyFailure.LIMITED:
        words.append("Its accounts wait, or move where you allowed it. None connects without a proxy.")
    return " ".join(words)


def next_check_words(line: ProxyLine, formats: Formats, now: datetime) -> str:
    return "now" if line.next_check_at <= now else formats.until(line.next_check_at, now)


def account_words(account: AccountRoute) -> str:
    """What stands under the name of an account that leaves through a proxy."""
    move = "may move" if account.may_move else "stays and waits"
    return move if account.state is AccountState.READY else f"{move} · {account.state.value.replace('_', ' ')}"


def route_words(account: AccountRoute) -> str:
    """How an account leaves now."""
    if account.address:
        return account.address
    return "waits for a proxy" if account.uses_proxy else "connects directly"


def _before(proxy: Proxy) -> str:
    if proxy.failure is not None:
        return f"before: {_SHORT[proxy.failure]}"
    return "for the first time" if proxy.checked_at is None else "before: healthy"


def _holders(line: ProxyLine, formats: Formats) -> str:
    count = len(line.proxy.account_ids)
    if not count:
        return "none"
    if count <= 2:
        return join_words(line.holder_titles[:count])
    return f"{line.holder_titles[0]} +{formats.number(count - 1)}"


def _tags(proxy: Proxy) -> tuple[tuple[str, Tone], ...]:
    use = "exclusive" if proxy.capacity == 1 else f"{len(proxy.account_ids)} of {proxy.capacity}"
    tone = Tone.ACCENT if proxy.capacity == 1 else Tone.MUTE
    return (*((word, Tone.MUTE) for word in (proxy.label, proxy.country) if word), (use, tone))


def _ago(length: timedelta) -> str:
    """In one unit: nobody sorts proxies by seconds."""
    return " ".join(duration(length).split(" ")[:2]) + " ago"

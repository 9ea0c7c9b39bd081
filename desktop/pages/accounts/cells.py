"""A row of the list of accounts in words: its state, its health, what it used, what it waits for. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from campaigns.accounts.health_score import Health
from campaigns.accounts.views import AccountCondition, AccountRow, Route
from campaigns.ports import LaneStatus
from core.clock import Clock
from core.domain.account import AccountKind, AccountState
from core.domain.proxy import ProxyKind
from desktop.formatting import MISSING, Formats, count_of
from desktop.pages.campaign.monitor_text import wait_phrase
from desktop.theme import Role
from desktop.widgets.progress import Part
from desktop.widgets.status import Glyph, State, Tone
from desktop.widgets.table import Bar, Cell, Column

COLUMNS: Final = (
    Column("Account", 172, stretch=4, sortable=True),
    Column("State", 128, stretch=1, sortable=True),
    Column("Health", 66, sortable=True),
    Column("Sent in 24 h", 94, sortable=True),
    Column("Waits for", 148, stretch=3, sortable=True),
    Column("Proxy", 128, stretch=1, sortable=True),
    Column("Last seen", 92, sortable=True),
    Column("Labels", 124, stretch=1),
)
EXTRA_COLUMNS: Final = (6, 7)
"""What the panel shows as well, and gives its room to it."""

CONDITIONS: Final[Mapping[AccountCondition, State]] = MappingProxyType(
    {
        AccountCondition.NEEDS_YOU: State(Glyph.WARNING, "Needs you"),
        AccountCondition.WAITING: State(Glyph.CLOCK, "Waiting"),
        AccountCondition.SENDING: State(Glyph.RUN, "Sending"),
        AccountCondition.READY: State(Glyph.DISC, "Ready"),
        AccountCondition.PAUSED: State(Glyph.BARS, "Paused"),
        AccountCondition.OFFLINE: State(Glyph.RING, "Offline"),
    }
)
STOPPED: Final[Mapping[AccountState, str]] = MappingProxyType(
    {
        AccountState.SIGNED_OUT: "Signed out",
        AccountState.BANNED: "Banned",
        AccountState.FROZEN: "Frozen",
        AccountState.LIMITED: "Limited",
    }
)
_YOUR_STEP: Final[Mapping[AccountState, str]] = MappingProxyType(
    {
        AccountState.SIGNED_OUT: "You: sign in again",
        AccountState.BANNED: "You: decide about it",
        AccountState.FROZEN: "You: appeal",
        AccountState.LIMITED: "You: ask @SpamBot",
        AccountState.PAUSED: "You: resume it",
    }
)
_AT_WORK: Final[Mapping[LaneStatus, str]] = MappingProxyType(
    {LaneStatus.CONNECTING: "Connecting", LaneStatus.SETTLING: "Settling"}
)
PROXY_KINDS: Final[Mapping[ProxyKind, str]] = MappingProxyType(
    {
        ProxyKind.SOCKS5: "SOCKS5",
        ProxyKind.SOCKS4: "SOCKS4",
        ProxyKind.HTTP: "HTTP",
        ProxyKind.MTPROXY: "MTProxy",
    }
)
ROUTES: Final[Mapping[Route, str]] = MappingProxyType(
    {
        Route.PROXY: "Through a proxy",
        Route.FAILING: "Proxy fails",
        Route.MISSING: "Waits for a proxy",
        Route.DIRECT: "Connects directly",
    }
)
HEALTH_TONES: Final[Mapping[Health, Tone]] = MappingProxyType(
    {Health.GOOD: Tone.GOOD, Health.FAIR: Tone.WARN, Health.POOR: Tone.BAD}
)


class AccountCells:
    """Makes the cells of a row when it is painted."""

    def __init__(self, formats: Formats, clock: Clock) -> None:
        self._formats = formats
        self._clock = clock

    def __call__(self, row: AccountRow) -> Sequence[Cell]:
        formats, now = self._formats, self._clock.now()
        words, until = waits_for(row, formats, now)
        proxy, proxy_detail = proxy_words(row, formats, now)
        return (
            Cell(row.title, handle_of(row), Role.STRONG, avatar=(row.id, row.kind is AccountKind.BOT)),
            Cell.of_state(state_of(row, formats, now)),
            _health_cell(row),
            _today_cell(row, formats),
            Cell(words, until, Role.BODY if until or words != _NOTHING else Role.HINT),
            Cell(proxy, proxy_detail, tone=proxy_tone(row)),
            Cell(seen_words(row, formats, now), role=Role.DIM),
            Cell(tags=tuple((label, Tone.MUTE) for label in row.labels)),
        )


_NOTHING: Final = "Nothing"


def handle_of(row: AccountRow) -> str:
    """@name, or what kind of account it is."""
    if row.username:
        return f"@{row.username}"
    return "bot" if row.kind is AccountKind.BOT else "user account"


def state_of(row: AccountRow, formats: Formats, now: datetime) -> State:
    """Shape, word, and in few words since when or why."""
    plain = CONDITIONS[row.condition]
    if row.state in STOPPED:
        return State(plain.glyph, STOPPED[row.state], f"since {formats.moment(row.state_at, now)}")
    match row.condition:
        case AccountCondition.NEEDS_YOU:
            return State(plain.glyph, plain.word, "no proxy" if row.uses_proxy and row.proxy is None else "")
        case AccountCondition.PAUSED:
            return State(plain.glyph, plain.word, f"since {formats.moment(row.state_at, now)}")
        case AccountCondition.WAITING:
            is_flood = row.send_cooldown_until is not None and row.send_cooldown_until > now
            return State(plain.glyph, plain.word, "flood wait" if is_flood else "")
        case AccountCondition.SENDING:
            is_slow = row.slowed_until is not None and row.slowed_until > now
            return State(plain.glyph, _AT_WORK.get(row.lane, plain.word), "half rate" if is_slow else "")
        case _:
            return plain


def waits_for(row: AccountRow, formats: Formats, now: datetime) -> tuple[str, str]:
    """What it waits for, and until when or how many wait with it."""
    queue = f"{formats.number(row.waiting_deliveries)} in its queue" if row.waiting_deliveries else ""
    if row.state in _YOUR_STEP:
        return _YOUR_STEP[row.state], queue
    if row.uses_proxy and row.proxy is None:
        return "You: give it a proxy", queue
    if row.condition is AccountCondition.NEEDS_YOU:
        return row.lane_reason or "You", queue
    if row.condition is AccountCondition.WAITING:
        words = wait_phrase(row.lane_reason) or "Telegram’s pause"
        return words, f"until {formats.until(row.until, now)}" if row.until is not None else queue
    if row.look_up_cooldown_until is not None and row.look_up_cooldown_until > now:
        return "Looking people up", f"until {formats.until(row.look_up_cooldown_until, now)}"
    if row.condition is AccountCondition.OFFLINE and row.waiting_deliveries:
        return "The worker", queue
    return _NOTHING, ""


def proxy_words(row: AccountRow, formats: Formats, now: datetime) -> tuple[str, str]:
    """Its name or address, then how it answers."""
    proxy = row.proxy
    if proxy is None:
        return ("None free", "waits for one") if row.uses_proxy else ("Direct", "")
    name = proxy.label or proxy.host
    kind = PROXY_KINDS[proxy.kind]
    if proxy.quarantined_until is not None and proxy.quarantined_until > now:
        return name, f"out until {formats.until(proxy.quarantined_until, now)}"
    if proxy.failure is not None:
        return name, f"{kind} · fails"
    return name, f"{kind} · {_answer_time(proxy.telegram_ms)}"


def _answer_time(ms: float | None) -> str:
    """55 ms, 1.2 s"""
    if ms is None:
        return "not checked"
    return f"{ms:.0f} ms" if ms < 1_000 else f"{ms / 1_000:.1f} s"


def proxy_tone(row: AccountRow) -> Tone | None:
    """Red where the account cannot leave."""
    is_bad = (row.uses_proxy and row.proxy is None) or (row.proxy is not None and row.proxy.failure is not None)
    return Tone.BAD if is_bad else None


def seen_words(row: AccountRow, formats: Formats, now: datetime) -> str:
    """Online, or when it last was."""
    if row.is_online:
        return "Online"
    return MISSING if row.seen_at is None else formats.moment(row.seen_at, now)


def sent_words(row: AccountRow, formats: Formats) -> str:
    """14 of 40, or 6,188 where there is no quota."""
    if row.per_day is None:
        return formats.number(row.tried_day)
    return f"{formats.number(row.tried_day)} of {formats.number(row.per_day)}"


def subtitle(total: int, bots: int, online: int, formats: Formats) -> str:
    """44 accounts: 18 bots, 26 people · 41 online"""
    kinds = [
        count_of(formats.number(number), one, many)
        for number, one, many in ((bots, "bot", "bots"), (total - bots, "user account", "user accounts"))
        if number
    ]
    accounts = count_of(formats.number(total), "account")
    return f"{accounts}: {', '.join(kinds)} · {formats.number(online)} online"


def _health_cell(row: AccountRow) -> Cell:
    score = row.health.score
    part = Part(score, HEALTH_TONES[row.health.health], "of 100")
    return Cell(str(score), role=Role.STRONG, bar=Bar((part,), 100))


def _today_cell(row: AccountRow, formats: Formats) -> Cell:
    bar = None
    if row.per_day:
        tone = Tone.WARN if row.tried_day >= row.per_day * 0.9 else Tone.GOOD
        bar = Bar((Part(min(row.tried_day, row.per_day), tone, "of the quota"),), row.per_day)
    return Cell(sent_words(row, formats), bar=bar)

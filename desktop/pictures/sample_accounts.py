"""Made-up accounts in every state, written through the stores: for pictures and for tests of the page of accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from campaigns.ports import LaneReport, LaneStatus
from campaigns.reasons import SENTENCES, DeliveryReason
from campaigns.report.event_kinds import EventKind
from core.domain.account import AccountKind, AccountState, DataCentre, Freeze
from core.domain.ids import AccountId, TelegramUserId, WorkerId
from core.domain.proxy import ProxyEndpoint, ProxyFailure, ProxyKind, ProxyTimes, ProxyWish
from core.errors import SessionUsedTwice
from database import AccountListStore, AccountStore, Database, EventStore, LeaseStore, ProxyGroup, ProxyStore

_B, _U = AccountKind.BOT, AccountKind.USER
_L, _S = LaneStatus, AccountState


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sample:
    title: str
    username: str | None
    kind: AccountKind
    lane: LaneStatus | None = None
    reason: str = ""
    wait: timedelta | None = None
    state: AccountState = AccountState.READY
    state_reason: str = ""
    code: str | None = None
    label: str = ""
    proxy: str = ""  # label of one of _PROXIES


SAMPLES: Final = (
    _Sample(
        title="Desk DE 2",
        username="desk_de_2",
        kind=_U,
        state=_S.SIGNED_OUT,
        state_reason="Its session was used in two places at once, so Telegram ended it.",
        code=SessionUsedTwice.code,
        label="Desk",
        proxy="Frankfurt 3",
    ),
    _Sample(
        title="Jonas · archive",
        username="jonas_archive",
        kind=_U,
        state=_S.FROZEN,
        state_reason="Telegram froze this account on 17 November 2026; it is deleted on 3 December unless you appeal.",
        proxy="London 3",
    ),
    _Sample(
        title="Workshops NL",
        username="workshops_nl",
        kind=_U,
        state=_S.LIMITED,
        state_reason="Telegram limits this account for messages to people who do not know it.",
        label="Workshops",
    ),
    _Sample(
        title="Old newsletter",
        username=None,
        kind=_U,
        state=_S.BANNED,
        state_reason="Telegram blocked this account.",
    ),
    _Sample(
        title="Northlight Kyiv",
        username="northlight_kyiv_bot",
        kind=_B,
        lane=_L.WAITING,
        reason=SENTENCES[DeliveryReason.COOLDOWN],
        wait=timedelta(minutes=3, seconds=34),
        label="News",
        proxy="Warszawa",
    ),
    _Sample(
        title="Tomás · workshops",
        username="tomas_workshops",
        kind=_U,
        lane=_L.WAITING,
        reason=SENTENCES[DeliveryReason.QUOTA_DAY],
        wait=timedelta(hours=18),
        label="Workshops",
        proxy="London 2",
    ),
    _Sample(
        title="Northlight News",
        username="northlight_news_bot",
        kind=_B,
        lane=_L.SENDING,
        label="News",
        proxy="Helsinki 1",
    ),
    _Sample(
        title="Maja · front desk", username="maja_desk", kind=_U, lane=_L.SENDING, label="Desk", proxy="London 4"
    ),
    _Sample(title="Support Lisboa", username="northlight_pt_bot", kind=_B, lane=_L.IDLE, proxy="Madrid"),
    _Sample(title="دعم نورثلايت", username="northlight_ar_bot", kind=_B, lane=_L.IDLE, label="News"),
    _Sample(title="Олена · табір", username="olena_tabir", kind=_U, lane=_L.IDLE, label="Workshops", proxy="Tokyo"),
    _Sample(title="Przemek · teatr", username="przemek_teatr", kind=_U, state=_S.PAUSED),
    _Sample(title="Events West", username="events_west_bot", kind=_B),
)
_PROXIES: Final = (
    ("Frankfurt 3", ProxyKind.SOCKS5, 24.0),
    ("London 3", ProxyKind.SOCKS5, 28.0),
    ("Warszawa", ProxyKind.HTTP, 55.0),
    ("London 2", ProxyKind.SOCKS5, 31.0),
    ("Helsinki 1", ProxyKind.SOCKS5, 38.0),
    ("London 4", ProxyKind.SOCKS5, None),
    ("Madrid", ProxyKind.SOCKS5, 47.0),
    ("Tokyo", ProxyKind.MTPROXY, 1_212.0),
    ("Paris 2", ProxyKind.SOCKS5, 26.0),
)


async def add_sample_accounts(database: Database, *, now: datetime, actor: str) -> Sequence[AccountId]:
    """One account of each kind and state with its proxy, labels and history; returns them in the order of SAMPLES."""
    accounts, leases = AccountStore(database), LeaseStore(database)
    added = now - timedelta(days=214)
    ids = []
    for number, sample in enumerate(SAMPLES):
        account_id = await accounts.add_account(
            kind=sample.kind,
            title=sample.title,
            username=sample.username,
            telegram_user_id=TelegramUserId(7_000_000 + number),
            data_centre=DataCentre.SANDBOX,
            session_secret=f"sample-session-{number}",
            limit_profile="careful",
            actor=actor,
            now=added,
        )
        ids.append(account_id)
        if sample.state is _S.PAUSED:
            await accounts.pause(account_id, actor=actor, now=now - timedelta(hours=2))
        elif sample.state is not _S.READY:
            lease = await leases.take(account_id, WorkerId("sample"), until=now)
            await accounts.stop(
                lease,
                sample.state,
                sample.state_reason,
                now=now - timedelta(hours=1),
                code=sample.code,
                freeze=_freeze(now) if sample.state is _S.FROZEN else None,
            )
    await leases.report(
        [
            LaneReport(
                account_id=account_id,
                status=sample.lane,
                reason=sample.reason,
                until=now + sample.wait if sample.wait else None,
            )
            for account_id, sample in zip(ids, SAMPLES, strict=True)
            if sample.lane is not None
        ],
        now=now,
    )
    await _add_proxies(ProxyStore(database), ids, now=now, actor=actor)
    await _add_labels_and_waits(database, ids, now=now, actor=actor)
    return ids


def _freeze(now: datetime) -> Freeze:
    return Freeze(
        since=now - timedelta(days=3), until=now + timedelta(days=13), appeal_url="https://t.me/spambot?start=appeal"
    )


async def _add_proxies(proxies: ProxyStore, ids: Sequence[AccountId], *, now: datetime, actor: str) -> None:
    by_label = {}
    for number, (label, kind, _) in enumerate(_PROXIES):
        endpoint = ProxyEndpoint(kind=kind, host=f"203.0.113.{number + 10}", port=1080)
        (proxy_id,) = await proxies.import_proxies([endpoint], ProxyGroup(label=label), actor=actor, now=now)
        by_label[label] = proxy_id
    for account_id, sample in zip(ids, SAMPLES, strict=True):
        if sample.proxy:
            wish = ProxyWish(proxy_id=by_label[sample.proxy])
            await proxies.assign(account_id, wish, may_move=True, actor=actor, now=now)
    for label, _, ms in _PROXIES:
        failure = ProxyFailure.DEAD if ms is None else None
        times = ProxyTimes(tcp_ms=ms and ms / 2, telegram_ms=ms, failure=failure)
        await proxies.record_check(
            by_label[label],
            times,
            pause_after=lambda _: timedelta(minutes=12),
            next_check_at=now + timedelta(minutes=5),
            now=now,
        )


async def _add_labels_and_waits(database: Database, ids: Sequence[AccountId], *, now: datetime, actor: str) -> None:
    lists, events = AccountListStore(database), EventStore(database)
    for account_id, sample in zip(ids, SAMPLES, strict=True):
        if sample.label:
            await lists.set_labels([account_id], add=[sample.label], actor=actor, now=now)
        if sample.wait is not None:
            until = (now + sample.wait).isoformat()
            for kind, at in ((EventKind.ACCOUNT_COOLDOWN, now), (EventKind.ACCOUNT_SLOWED, now)):
                await events.add(kind, at=at, actor="worker", account_id=account_id, data={"until": until})

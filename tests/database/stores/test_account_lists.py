"""The accounts as the console lists them: where each stands, what it uses, how they are found, and their labels."""

import sqlite3
from datetime import datetime, timedelta

import pytest

from campaigns.accounts.health_score import PartKind
from campaigns.accounts.views import AccountCondition, AccountOrder, AccountQuestion, Route
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneReport, LaneStatus
from campaigns.report.event_kinds import EventKind
from campaigns.report.screens import EventQuestion
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId
from core.domain.proxy import ProxyEndpoint, ProxyFailure, ProxyKind, ProxyTimes, ProxyWish
from core.errors import UserInputError
from database.stores.account_list_rows import FLOOD_WAITS, LEFT, QUEUES, ROWS, moments
from database.stores.account_lists import AccountListStore
from database.stores.proxies import ProxyGroup, ProxyStore
from database.stores.screens import ScreenStore
from tests.database.stores.world import NOW, Lane, World

L = LaneStatus
UNTIL = NOW + timedelta(minutes=5)


@pytest.fixture
def lists(world: World) -> AccountListStore:
    return AccountListStore(world.database)


async def stop(world: World, account_id: AccountId, state: AccountState) -> None:
    await world.accounts.stop(await world.take(account_id), state, "Telegram said so.", now=NOW)


async def found(
    lists: AccountListStore, question: AccountQuestion, *, has_worker: bool = True, now: datetime = NOW
) -> list[str]:
    ids = await lists.ids(question, now=now, has_worker=has_worker)
    rows = await lists.rows(ids, now=now, has_worker=has_worker)
    return [rows[account_id].title for account_id in ids]


async def six(world: World) -> list[AccountId]:
    """One account of each condition; the sixth never came online."""
    ids = [await world.add_account(number, profile="careful") for number in range(1, 7)]
    await stop(world, ids[0], AccountState.SIGNED_OUT)
    await world.accounts.pause(ids[4], actor="ann", now=NOW)
    reports = [
        LaneReport(account_id=ids[1], status=L.WAITING, reason="Telegram asked for a pause.", until=UNTIL),
        LaneReport(account_id=ids[2], status=L.SENDING),
        LaneReport(account_id=ids[3], status=L.IDLE),
    ]
    await world.leases.report(reports, now=NOW)
    return ids


async def test_each_account_stands_where_a_person_looks_for_it(world: World, lists: AccountListStore) -> None:
    ids = await six(world)

    rows = await lists.rows(ids, now=NOW, has_worker=True)

    assert [rows[account_id].condition for account_id in ids] == list(AccountCondition)
    assert [rows[account_id].is_online for account_id in ids] == [False, True, True, True, False, False]
    assert (rows[ids[1]].lane_reason, rows[ids[1]].until) == ("Telegram asked for a pause.", UNTIL)
    assert rows[ids[0]].state_reason == "Telegram said so."


async def test_without_a_worker_nothing_sends_and_what_waits_or_needs_you_stays(
    world: World, lists: AccountListStore
) -> None:
    ids = await six(world)

    rows = await lists.rows(ids, now=NOW, has_worker=False)

    s = AccountCondition
    expected = [s.NEEDS_YOU, s.WAITING, s.OFFLINE, s.OFFLINE, s.PAUSED, s.OFFLINE]
    assert [rows[account_id].condition for account_id in ids] == expected
    assert not any(row.is_online for row in rows.values())
    assert rows[ids[2]].lane is L.OFFLINE


async def test_an_account_was_last_seen_when_its_lane_or_its_dead_worker_last_said_so(
    world: World, lists: AccountListStore
) -> None:
    ids = await six(world)
    later = NOW + timedelta(hours=3)

    alive = await lists.rows(ids, now=later, has_worker=True)
    dead = await lists.rows(ids, now=later, has_worker=False)

    assert alive[ids[2]].seen_at == later
    assert dead[ids[2]].seen_at == NOW
    assert alive[ids[5]].seen_at is None


async def test_needs_come_first_and_counts_say_how_many_there_are(world: World, lists: AccountListStore) -> None:
    ids = await six(world)
    await world.add_account(7, kind=AccountKind.BOT)

    counts = await lists.counts(now=NOW, has_worker=True)

    assert await found(lists, AccountQuestion()) == [f"Account {number}" for number in range(1, 8)]
    assert await found(lists, AccountQuestion(condition=AccountCondition.NEEDS_YOU)) == ["Account 1"]
    assert counts.by_condition == dict.fromkeys(AccountCondition, 1) | {AccountCondition.OFFLINE: 2}
    assert (counts.total, counts.bots, counts.online, counts.newest) == (7, 1, 3, ids[-1] + 1)
    assert counts.by_route == {Route.DIRECT: 7}


async def test_the_use_of_today_and_the_queue_are_those_of_the_account(lane: Lane) -> None:
    lists = AccountListStore(lane.world.database)
    first, second = (row.id for row in (await lane.world.ahead(lane.account_id, lane.campaign_id))[:2])
    await lane.world.claim(lane.lease, first)
    await lane.world.record(lane.lease, first, DeliveryState.SENT, message_id=1, at=NOW)
    await lane.world.claim(lane.lease, second)

    row = (await lists.rows([lane.account_id], now=NOW + timedelta(minutes=1), has_worker=True))[lane.account_id]
    tomorrow = (await lists.rows([lane.account_id], now=NOW + timedelta(hours=25), has_worker=True))[lane.account_id]

    assert (row.tried_hour, row.tried_day, tomorrow.tried_day) == (2, 2, 0)
    assert (row.queue[DeliveryState.SENT], row.queue[DeliveryState.PLANNED]) == (1, 3)
    assert row.waiting_deliveries == 4
    use = await lists.limit_use(lane.account_id, now=NOW + timedelta(minutes=1))
    assert (use.tried_hour, use.tried_day, use.look_ups_day) == (2, 2, 0)


async def test_health_is_scored_from_what_happened_to_the_account(world: World, lists: AccountListStore) -> None:
    well, ill = await world.add_account(1), await world.add_account(2)
    now = NOW + timedelta(days=10)
    await world.events.add(EventKind.ACCOUNT_COOLDOWN, at=now, actor="worker", account_id=ill)
    await world.events.add(EventKind.ACCOUNT_COOLDOWN, at=NOW, actor="worker", account_id=ill)

    rows = await lists.rows([well, ill], now=now, has_worker=True)

    assert rows[well].health.score == 100
    assert rows[ill].health.score == 85
    assert rows[ill].health.parts[0].kind is PartKind.FLOOD_WAITS
    by_health = AccountQuestion(order=AccountOrder.HEALTH)
    assert await found(lists, by_health, now=now) == ["Account 2", "Account 1"]


async def test_the_way_out_is_shown_and_an_account_without_its_proxy_needs_you(
    world: World, lists: AccountListStore
) -> None:
    ids = [await world.add_account(number) for number in (1, 2, 3, 4)]
    proxies = ProxyStore(world.database)
    endpoints = [ProxyEndpoint(kind=ProxyKind.SOCKS5, host=f"10.0.0.{n}", port=1080) for n in (1, 2, 3)]
    first, second, third = await proxies.import_proxies(endpoints, ProxyGroup(label="Europe"), actor="ann", now=NOW)
    for account_id, proxy_id in zip(ids, (first, second, third), strict=False):
        await proxies.assign(account_id, ProxyWish(proxy_id=proxy_id), may_move=False, actor="ann", now=NOW)
    good = ProxyTimes(tcp_ms=9.0, telegram_ms=31.0, failure=None)
    bad = ProxyTimes(tcp_ms=None, telegram_ms=None, failure=ProxyFailure.DEAD)
    for proxy_id, times in ((first, good), (second, bad)):
        await proxies.record_check(
            proxy_id, times, pause_after=lambda _: timedelta(hours=1), next_check_at=UNTIL, now=NOW
        )
    await proxies.release(ids[2], direct=False, actor="ann", now=NOW)

    rows = await lists.rows(ids, now=NOW, has_worker=True)

    assert rows[ids[0]].proxy is not None
    assert (rows[ids[0]].proxy.host, rows[ids[0]].proxy.telegram_ms) == ("10.0.0.1", 31.0)
    assert [rows[account_id].condition is AccountCondition.NEEDS_YOU for account_id in ids] == [
        False,
        False,
        True,
        False,
    ]
    for route, title in ((Route.PROXY, 1), (Route.FAILING, 2), (Route.MISSING, 3), (Route.DIRECT, 4)):
        assert await found(lists, AccountQuestion(route=route)) == [f"Account {title}"]
    assert len(await found(lists, AccountQuestion(text="europe"))) == 2


async def test_search_finds_title_username_and_label_and_takes_signs_as_they_are(
    world: World, lists: AccountListStore
) -> None:
    ids = [await world.add_account(number) for number in (1, 2, 3)]
    await lists.set_labels([ids[1]], add=["Support team"], actor="ann", now=NOW)

    assert await found(lists, AccountQuestion(text="@account_3")) == ["Account 3"]
    assert await found(lists, AccountQuestion(text="support")) == ["Account 2"]
    assert await found(lists, AccountQuestion(text="%")) == []


async def test_labels_are_set_and_taken_off_in_one_go_and_say_which_accounts_changed(
    world: World, lists: AccountListStore
) -> None:
    ids = [await world.add_account(number) for number in (1, 2, 3)]

    changed = await lists.set_labels([*ids[:2], AccountId(99)], add=["  Front   desk "], actor="ann", now=NOW)
    again = await lists.set_labels(ids[:2], add=["front desk"], actor="ann", now=NOW)
    await lists.set_labels([ids[0]], add=["VIP"], remove=["FRONT DESK"], actor="ann", now=NOW)

    assert (changed, again) == (ids[:2], [])
    rows = await lists.rows(ids, now=NOW, has_worker=True)
    assert [rows[account_id].labels for account_id in ids] == [("VIP",), ("Front desk",), ()]
    assert (await lists.counts(now=NOW, has_worker=True)).by_label == {"Front desk": 1, "VIP": 1}
    assert await found(lists, AccountQuestion(label="vip")) == ["Account 1"]


@pytest.mark.parametrize("label", ["   ", "x" * 41])
async def test_a_label_that_cannot_be_one_is_refused(world: World, lists: AccountListStore, label: str) -> None:
    account_id = await world.add_account()

    with pytest.raises(UserInputError):
        await lists.set_labels([account_id], add=[label], actor="ann", now=NOW)


@pytest.mark.parametrize("order", list(AccountOrder))
@pytest.mark.parametrize("is_descending", [False, True])
async def test_every_order_lists_every_account_once(
    world: World, lists: AccountListStore, order: AccountOrder, is_descending: bool
) -> None:
    ids = await six(world)

    listed = await lists.ids(AccountQuestion(order=order, is_descending=is_descending), now=NOW, has_worker=True)

    assert sorted(listed) == sorted(ids)


async def test_the_history_of_an_account_holds_its_own_events_only(world: World) -> None:
    first, second = await world.add_account(1), await world.add_account(2)
    await world.accounts.pause(second, actor="ann", now=NOW)
    screens = ScreenStore(world.database)

    events = await screens.events(await screens.event_ids(EventQuestion(account_id=second)))

    assert [event.kind for event in events.values()] == ["account.paused", "account.added"]
    assert first


@pytest.mark.parametrize("sql", [ROWS, FLOOD_WAITS, LEFT, QUEUES])
async def test_rows_are_read_by_indexes(world: World, sql: str) -> None:
    def plan(raw: sqlite3.Connection) -> list[str]:
        values = moments(NOW, has_worker=True) | {"ids": "[1]"}
        return [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()]

    steps = await world.database.read(plan)

    assert not [step for step in steps if step.startswith("SCAN") and "json_each" not in step and "j V" not in step
                and "worker" not in step]  # fmt: skip

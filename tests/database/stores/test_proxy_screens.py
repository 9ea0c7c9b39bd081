"""What the Proxies page reads: views, search, order, and one proxy whole."""

from datetime import timedelta

import pytest

from core.domain.proxy import ProxyTimes, ProxyWish
from database.stores.proxies import ProxyStore
from database.stores.proxy_screens import TREND, ProxyOrder, ProxyQuestion, ProxyScreen, ProxyView
from tests.database.stores.test_proxies import DEAD, GOOD, accounts, add, assign, record
from tests.database.stores.world import NOW, World


class Listed:
    """A failing proxy with an account, a failing one, an unchecked one, a healthy one; two labels."""

    def __init__(self, world: World) -> None:
        self.world, self.store, self.screen = world, ProxyStore(world.database), ProxyScreen(world.database)

    async def fill(self) -> "Listed":
        (self.account,) = await accounts(self.world, 1)
        (self.healthy,) = await add(self.store, 1, label="gold", country="DE", capacity=2)
        (self.unchecked,) = await add(self.store, 2)
        (self.failing,) = await add(self.store, 3)
        (self.in_need,) = await add(self.store, 4, label="100%")
        await assign(self.store, self.account, ProxyWish(proxy_id=self.in_need))
        await record(self.store, self.healthy, GOOD)
        await record(self.store, self.failing, DEAD)
        await record(self.store, self.in_need, DEAD)
        return self

    async def ask(self, **question: object) -> list[int]:
        return list(await self.screen.ids(ProxyQuestion(**question)))


@pytest.fixture
async def listed(world: World) -> Listed:
    return await Listed(world).fill()


async def test_what_needs_a_person_comes_first(listed: Listed) -> None:
    assert await listed.ask() == [listed.in_need, listed.failing, listed.unchecked, listed.healthy]


@pytest.mark.parametrize(
    ("view", "names"),
    [
        (ProxyView.HEALTHY, ["healthy"]),
        (ProxyView.FAILING, ["in_need", "failing"]),
        (ProxyView.UNCHECKED, ["unchecked"]),
        (ProxyView.FREE, ["failing", "unchecked", "healthy"]),
    ],
)
async def test_each_view_holds_what_its_count_says(listed: Listed, view: ProxyView, names: list[str]) -> None:
    found = await listed.ask(view=view)

    assert found == [getattr(listed, name) for name in names]
    assert (await listed.screen.counts()).by_view[view] == len(names)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("GOLD", ["healthy"]),
        ("2.3:10", ["failing"]),
        ("account 1", ["in_need"]),
        ("100%", ["in_need"]),
        ("%", ["in_need"]),
    ],
)
async def test_the_search_finds_addresses_groups_and_accounts(listed: Listed, text: str, names: list[str]) -> None:
    assert await listed.ask(text=text) == [getattr(listed, name) for name in names]


async def test_missing_times_stand_last_in_both_directions(listed: Listed) -> None:
    for is_descending in (False, True):
        found = await listed.ask(order=ProxyOrder.TELEGRAM, is_descending=is_descending)
        assert found[0] == listed.healthy
    assert (await listed.ask(order=ProxyOrder.ADDRESS, is_descending=True))[0] == listed.in_need


async def test_a_line_has_the_last_times_with_holes_where_checks_failed(listed: Listed) -> None:
    for times in (DEAD, *[ProxyTimes(tcp_ms=1.0, telegram_ms=float(n), failure=None) for n in range(TREND - 2)]):
        await record(listed.store, listed.healthy, times)

    line = (await listed.screen.lines([listed.healthy, 99]))[listed.healthy]

    assert line.trend == (34.0, None, *map(float, range(TREND - 2)))
    assert line.next_check_at == NOW + timedelta(minutes=5)


async def test_an_answer_that_takes_much_longer_than_usual_is_slow(listed: Listed) -> None:
    async def answers(ms: float) -> bool:
        await record(listed.store, listed.healthy, ProxyTimes(tcp_ms=1.0, telegram_ms=ms, failure=None))
        return (await listed.screen.lines([listed.healthy]))[listed.healthy].is_slow

    assert not await answers(500.0)  # of so few checks nobody knows what is usual
    assert not any([await answers(30.0) for _ in range(8)])
    assert not await answers(120.0)  # four times as long, and nobody would notice
    assert await answers(158.0)
    assert await listed.ask(view=ProxyView.SLOW) == [listed.healthy]
    assert await listed.ask(view=ProxyView.HEALTHY) == []
    counts = (await listed.screen.counts()).by_view
    assert (counts[ProxyView.SLOW], counts[ProxyView.HEALTHY]) == (1, 0)
    await record(listed.store, listed.healthy, DEAD)
    assert await listed.ask(view=ProxyView.SLOW) == []


async def test_a_group_is_asked_for_by_label_and_country(listed: Listed) -> None:
    assert await listed.ask(label="gold") == await listed.ask(country="DE") == [listed.healthy]
    assert await listed.ask(label="gold", country="FI") == []


async def test_details_name_the_accounts_and_the_checks(listed: Listed) -> None:
    details = await listed.screen.details(listed.in_need)

    assert details is not None
    assert [account.title for account in details.accounts] == ["Account 1"]
    assert [check.times.failure for check in details.checks] == ["dead"]
    assert details.line.holder_titles == ("Account 1",)
    assert await listed.screen.details(99) is None


async def test_accounts_say_how_they_leave(listed: Listed) -> None:
    direct = await listed.world.add_account(2)
    await listed.store.release(listed.account, direct=False, actor="ann", now=NOW)

    routes = {route.account_id: route for route in await listed.screen.accounts()}

    assert (routes[listed.account].uses_proxy, routes[listed.account].proxy_id) == (True, None)
    assert not routes[direct].uses_proxy


async def test_the_progress_of_checks_counts_those_since_a_moment(listed: Listed) -> None:
    ids = [listed.healthy, listed.unchecked, listed.failing]

    progress = await listed.screen.check_progress(ids, NOW)

    assert (progress.total, progress.checked, progress.failed) == (3, 2, 1)
    later = await listed.screen.check_progress(ids, NOW + timedelta(seconds=1))
    assert later.checked == 0

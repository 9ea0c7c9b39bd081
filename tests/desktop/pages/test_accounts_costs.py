"""What the page of accounts costs with 300 and 5,000 of them: CPU per handler, reads per change, rows that are built."""

import asyncio
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from campaigns.accounts.views import AccountCondition
from campaigns.ports import LaneReport, LaneStatus
from core.domain.ids import AccountId
from desktop.pages.accounts.page import AccountsPage
from tests.database.stores.world import NOW
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.pages.conftest import Window, running_worker, shown
from tests.desktop.workspace_fixture import Filled

FIRST = 1_000

_ACCOUNTS = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)
INSERT INTO account (id, kind, title, username, telegram_user_id, data_centre, session_secret, state, state_at,
    limit_profile, created_at)
SELECT 1000 + i, iif(i % 3, 'user', 'bot'), printf('Desk %05d', i), printf('desk_%d', i), 900000 + i, 'sandbox',
    'bulk-' || i, CASE i % 50 WHEN 7 THEN 'signed_out' WHEN 9 THEN 'paused' ELSE 'ready' END, ?, 'careful', ?
FROM n
"""
_LANES = """
INSERT INTO lane (account_id, status, reason, until, updated_at)
SELECT id, CASE id % 3 WHEN 0 THEN 'sending' WHEN 1 THEN 'idle' ELSE 'waiting' END, '', NULL, ? FROM account
WHERE id >= 1000
"""
_LABELS = "INSERT INTO account_label SELECT id, 'Team ' || (id % 9) FROM account WHERE id >= 1000"


async def add_many(filled: Filled, count: int) -> None:
    at = int(NOW.timestamp() * 1000)
    await filled.world.execute(_ACCOUNTS, count, at, at)
    await filled.world.execute(_LANES, at)
    await filled.world.execute(_LABELS)


async def ready(window: Window[AccountsPage], count: int) -> None:
    await window.until(lambda: window.page.list.model.rowCount() == count + 2, 20)
    await window.until(lambda: window.page.subtitle)
    await window.settle()


@pytest.mark.slow
@pytest.mark.parametrize("count", [300, 5_000])
async def test_no_handler_takes_more_than_a_frame(filled: Filled, handler_meter: HandlerMeter, count: int) -> None:
    await add_many(filled, count)

    async def run() -> list[Handled]:
        async with shown(filled, AccountsPage) as window:
            page = window.page
            await ready(window, count)
            table = page.list.table
            handler_meter.clear()

            for place in (count // 2, count, 0):  # looked at for the first time: read, and painted when they come
                table.scrollTo(page.list.model.index(place, 0))
                await asyncio.sleep(0.05)
                await window.settle()
            for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_PageDown):
                QTest.keyClick(table, key)
                await window.settle()
            page.list.chips[AccountCondition.NEEDS_YOU].click()
            await window.settle()
            page.list.chips[None].click()
            await ready(window, count)
            QTest.keyClicks(page.list.search, "desk")
            await window.settle()
            QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            await window.settle()
            lanes = [LaneReport(account_id=AccountId(FIRST + one), status=LaneStatus.IDLE) for one in range(300)]
            await filled.world.leases.report(lanes, now=NOW)
            await asyncio.sleep(0.6)
            await window.settle()

            assert handler_meter.count > 50
            return handler_meter.late()

    async with running_worker(filled):
        assert not await best_run(run)


@pytest.mark.slow
async def test_of_5000_accounts_only_what_is_looked_at_is_read(filled: Filled) -> None:
    await add_many(filled, 5_000)
    async with running_worker(filled), shown(filled, AccountsPage) as window:
        await ready(window, 5_000)

        held = sum(window.page.presenter.rows._known(row_id) is not None for row_id in window.page.presenter.rows.ids)

        assert 0 < held <= 400


async def test_a_burst_of_changes_costs_a_few_reads_and_paints_only_rows_that_differ(filled: Filled) -> None:
    await add_many(filled, 300)
    async with running_worker(filled), shown(filled, AccountsPage) as window:
        page = window.page
        await ready(window, 300)
        resets: list[bool] = []
        page.list.model.modelReset.connect(lambda: resets.append(True))
        told: list[int] = []
        page.list.model.dataChanged.connect(lambda first, last: told.append(last.row() - first.row() + 1))
        first = page.presenter.rows.id_at(8)
        window.hub.stop()  # the changes are told below, as close together as can be
        for status in (LaneStatus.SENDING, LaneStatus.SETTLING) * 10:
            report = LaneReport(account_id=AccountId(first), status=status, reason="again")
            await filled.world.leases.report([report], now=NOW)
        await window.settle()
        before = filled.world.database.statistics().read_count

        for _ in range(20):
            page.presenter.changed()
        page.presenter.tick()
        await window.settle()

        assert filled.world.database.statistics().read_count - before < 30
        assert not resets
        assert sum(told) <= 3


async def test_while_nothing_changes_a_look_costs_only_the_row_of_the_worker(filled: Filled) -> None:
    await add_many(filled, 300)
    async with running_worker(filled), shown(filled, AccountsPage) as window:
        await ready(window, 300)
        window.hub.stop()
        await window.settle()
        before, began_s = filled.world.database.statistics().read_count, time.monotonic()

        for _ in range(10):
            window.page.presenter.tick()
            await window.settle()

        own = 2 + int(time.monotonic() - began_s)  # ticks of the page's own timer, one a second
        assert filled.world.database.statistics().read_count - before <= 10 + own


async def test_a_hidden_page_reads_nothing_and_catches_up_when_it_is_shown(filled: Filled) -> None:
    async with running_worker(filled), shown(filled, AccountsPage) as window:
        page = window.page
        await ready(window, 0)
        page.hide()
        window.hub.stop()
        await window.settle()
        before = filled.world.database.statistics().read_count

        page.presenter.changed()
        page.presenter.tick()
        await asyncio.sleep(0.05)
        assert filled.world.database.statistics().read_count == before

        await filled.world.add_account(55)
        page.show()
        await window.until(lambda: page.list.model.rowCount() == 3)

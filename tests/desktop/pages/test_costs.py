"""What a page costs: reads per change, rows painted, CPU per handler; nothing while it is hidden."""

import asyncio
from collections.abc import Callable
from itertools import count

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from campaigns.ports import LaneReport, LaneStatus
from core.domain.ids import AccountId, CampaignId
from desktop.pages.activity.page import ActivityPage
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.overview.page import OverviewPage
from desktop.pages.page import Page, PageContext
from tests.database.stores.world import NOW
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.leaks import LeakCheck
from tests.desktop.pages.bulk import add_people, begin_campaign, put
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.workspace_fixture import Filled, begin_worker

LANES = 12


async def big_campaign(filled: Filled) -> tuple[CampaignId, list[AccountId]]:
    """Twelve lanes with 3,000 people, most of them done."""
    world = filled.world
    accounts = [await world.add_account(20 + number) for number in range(LANES)]
    await add_people(world, 4_000)
    campaign_id = await begin_campaign(world, accounts, "Autumn programme")
    for number, account_id in enumerate(accounts):
        first = 1 + number * 250
        await put(world, campaign_id, account_id, range(first, first + 200), "sent")
        await put(world, campaign_id, account_id, range(first + 200, first + 240), "planned")
        await put(world, campaign_id, account_id, range(first + 240, first + 250), "failed", "privacy")
    reports = [LaneReport(account_id=account_id, status=LaneStatus.SENDING) for account_id in accounts]
    await world.leases.report(reports, now=NOW)
    await begin_worker(filled)
    return campaign_id, accounts


async def open_monitor(window: Window[CampaignsPage], campaign_id: CampaignId) -> CampaignsPage:
    page = window.page
    page.show_subject(campaign_id)
    await window.until(lambda: page.panel.run.progress.delivered.text() == "2,400")
    await window.settle()
    return page


async def test_a_change_costs_the_monitor_one_read(filled: Filled) -> None:
    campaign_id, accounts = await big_campaign(filled)
    async with shown(filled, CampaignsPage) as window:
        page = await open_monitor(window, campaign_id)
        window.hub.stop()
        before = filled.world.database.statistics().read_count

        await put(filled.world, campaign_id, accounts[0], range(3_001, 3_002), "sent")
        page.panel.presenter.changed(frozenset({campaign_id}))
        await window.until(lambda: page.panel.run.progress.delivered.text() == "2,401")

        assert filled.world.database.statistics().read_count - before == 1


async def test_only_rows_that_changed_are_painted(filled: Filled) -> None:
    campaign_id, accounts = await big_campaign(filled)
    async with shown(filled, CampaignsPage) as window:
        page = await open_monitor(window, campaign_id)
        told: list[tuple[int, int]] = []
        page.panel.run.lanes_model.dataChanged.connect(lambda first, last: told.append((first.row(), last.row())))
        resets: list[bool] = []
        page.panel.run.lanes_model.modelReset.connect(lambda: resets.append(True))

        await put(filled.world, campaign_id, accounts[3], range(3_001, 3_011), "sent")
        await window.until(lambda: page.panel.run.progress.delivered.text() == "2,410")

        assert told == [(3, 3)]
        assert not resets


async def test_a_feed_that_is_held_stands_still_and_says_how_many_came(filled: Filled) -> None:
    campaign_id, accounts = await big_campaign(filled)
    async with shown(filled, CampaignsPage) as window:
        page = await open_monitor(window, campaign_id)
        live = page.panel.run.live
        live.hold.click()
        shown_rows = live.list.rows

        await put(filled.world, campaign_id, accounts[0], range(3_001, 3_011), "sent", start=filled.clock.now())
        await window.until(lambda: live.status.state.word == "held still, 10 came")
        assert live.list.rows == shown_rows

        live.hold.click()
        assert live.status.state.word == "up to date"
        assert live.list.rows != shown_rows


async def test_a_hidden_page_reads_nothing_and_catches_up_when_it_is_shown(filled: Filled) -> None:
    campaign_id, accounts = await big_campaign(filled)
    async with shown(filled, CampaignsPage) as window:
        page = await open_monitor(window, campaign_id)
        page.hide()
        await window.settle()
        window.hub.stop()
        before = filled.world.database.statistics().read_count

        await put(filled.world, campaign_id, accounts[0], range(3_001, 3_002), "sent")
        page.panel.presenter.changed(frozenset({campaign_id}))
        page.panel.presenter.tick()
        await asyncio.sleep(0.05)
        assert filled.world.database.statistics().read_count == before

        page.show()
        await window.until(lambda: page.panel.run.progress.delivered.text() == "2,401")


async def test_no_handler_of_the_monitor_takes_more_than_a_frame(filled: Filled, handler_meter: HandlerMeter) -> None:
    campaign_id, accounts = await big_campaign(filled)
    async with shown(filled, CampaignsPage) as window:
        page = await open_monitor(window, campaign_id)
        people = count(3_001)
        delivered = count(2_400 + LANES, LANES)

        async def run() -> list[Handled]:
            handler_meter.clear()
            for _ in range(10):
                for account_id in accounts:
                    one = next(people)
                    await put(
                        filled.world, campaign_id, account_id, range(one, one + 1), "sent", start=filled.clock.now()
                    )
                filled.clock.advance(1.0)  # type: ignore[attr-defined]
                page.panel.presenter.tick()
                wanted = f"{next(delivered):,}"
                await window.until(lambda wanted=wanted: page.panel.run.progress.delivered.text() == wanted)
            return handler_meter.late()

        assert not await best_run(run)


async def test_a_long_report_is_scrolled_from_a_bounded_number_of_rows(
    filled: Filled, handler_meter: HandlerMeter
) -> None:
    campaign_id, accounts = await big_campaign(filled)
    await put(filled.world, campaign_id, accounts[0], range(3_001, 4_001), "sent")

    async def run() -> list[Handled]:
        async with shown(filled, CampaignsPage) as window:
            page = window.page
            page.show_subject(campaign_id)
            await window.until(lambda: page.panel.run.progress.delivered.text() == "3,400")
            page.panel._choose_step("report")
            model = page.panel.report.people.model
            await window.until(lambda: model.rowCount() == 4_000)
            handler_meter.clear()
            bar = page.panel.report.people.table.verticalScrollBar()

            for position in (bar.maximum() // 2, bar.maximum()):
                bar.setValue(position)
                await asyncio.sleep(0)
                _, end = page.panel.report.people.table.visible_rows()
                await window.until(lambda row=end - 1: model.cell(row, 0).text.startswith("Person"))

            await window.until(lambda: model.cell(3_999, 0).text == "Person 4000")
            return handler_meter.late()

    assert not await best_run(run)


@pytest.mark.parametrize("page_type", [OverviewPage, CampaignsPage, ActivityPage])
async def test_a_page_fits_the_least_window(filled: Filled, page_type: Callable[[PageContext], Page]) -> None:
    async with shown(filled, page_type) as window:
        if isinstance(window.page, CampaignsPage):
            window.page.show_subject(filled.running)
        await window.settle()

        assert window.page.minimumSizeHint().width() <= 1080 - 216


@pytest.mark.parametrize("page_type", [OverviewPage, CampaignsPage, ActivityPage])
async def test_nothing_is_left_of_a_page_that_was_closed(
    filled: Filled, no_leaks: LeakCheck, page_type: Callable[[PageContext], Page]
) -> None:
    async with shown(filled, page_type) as window:
        await window.settle()


@pytest.mark.parametrize("page_type", [OverviewPage, CampaignsPage, ActivityPage])
async def test_whatever_takes_the_focus_has_a_name(filled: Filled, page_type: Callable[[PageContext], Page]) -> None:
    async with shown(filled, page_type) as window:
        await window.settle()
        nameless = [
            type(widget).__name__
            for widget in window.page.findChildren(QWidget)
            if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible() and not widget.accessibleName()
        ]
        assert nameless == []

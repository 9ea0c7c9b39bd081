"""A campaign that repeats, by real clicks: written, begun, shown by its runs, ended."""

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from campaigns.campaign import CampaignState
from campaigns.schedule.repeat import Every, Missed, Overlap, Repeat
from campaigns.series import SeriesRuns
from campaigns.service import CampaignService
from core.domain.ids import CampaignId
from database.stores.series import SeriesStore
from desktop.dialogs.confirm import ConfirmDialog
from desktop.formatting import Formats
from desktop.frame.facts import FrameFacts, count_badges
from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.campaigns.presenter import Chosen
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.pages.conftest import shown
from tests.desktop.pages.test_composer import begin, button, kept, step
from tests.desktop.workspace_fixture import Filled

LEFT = Qt.MouseButton.LeftButton
FIRST = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAILY = Repeat(every=Every.DAY, first_day=date(2026, 11, 21), at=time(9), time_zone="UTC", runs=20)


async def begin_series(filled: Filled, repeat: Repeat = DAILY) -> CampaignId:
    """Written, approved and begun by its own services, as a worker would find it."""
    service = filled.services.get(CampaignService)
    series_id = await service.create(
        title="Weekly", template="Hello", account_ids=list(filled.accounts), actor="kaya"
    )
    await service.set_repeat(series_id, repeat, actor="kaya")
    await service.submit(series_id, actor="kaya")
    await service.approve(series_id, actor="bo")
    await service.start(series_id, actor="kaya")
    await filled.world.campaigns.start_due(filled.clock.now())
    return series_id


async def tend(filled: Filled, moment: datetime) -> None:
    """What the worker does at this moment."""
    store = SeriesStore(filled.world.database)
    await SeriesRuns(store, filled.services.get(CampaignService)).tend(moment)
    await filled.world.campaigns.start_due(moment)


async def test_a_repeat_is_chosen_by_clicks_with_its_next_runs_kept_and_undone(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        panel = await begin(window, qtbot)
        qtbot.mouseClick(step(panel, "plan"), LEFT)
        card = panel.composer.plan.repeat
        await window.until(lambda: panel.composer.plan.when.zone.count() > 100)

        qtbot.mouseClick(card.is_on, LEFT)
        inputs = card.inputs
        inputs.zone.setEditText("UTC")
        inputs.zone.changed.emit()
        qtbot.mouseClick(inputs.days.chips[0], LEFT)
        inputs.end.setCurrentIndex(2)
        inputs.end.activated.emit(2)
        inputs.missed.setCurrentIndex(1)
        inputs.missed.activated.emit(1)

        assert inputs.next_runs.text().startswith("Next runs: Sat 21 Nov ")
        assert panel.composer.plan.words.sentences[:2] == [
            "It runs every week on Mon and Sat at 09:00 (UTC), from 21 November 2026 on, 10 times at most.",
            "A run that is missed takes place once a worker runs; one that comes while the run before still sends waits "
            "for it.",
        ]
        campaign_id = (await kept(window, panel)).id
        assert await filled.world.desk.find_repeat(campaign_id) == Repeat(
            every=Every.WEEK,
            first_day=date(2026, 11, 21),
            at=time(9),
            time_zone="UTC",
            weekdays=frozenset({0, 5}),
            runs=10,
            missed=Missed.RUN_LATEST,
            overlap=Overlap.WAIT,
        )

        inputs.first.setText("soon")
        inputs.first.editingFinished.emit()
        assert panel.composer.plan.wrong.text.text() == (
            "“soon” is no day. Write it as year, month and day, such as 2026-12-05."
        )
        while panel.composer.presenter.can_undo:
            qtbot.mouseClick(panel.buttons.undo, LEFT)
        await kept(window, panel)
        assert await filled.world.desk.find_repeat(campaign_id) is None
        assert not card.is_on.isChecked()
        await window.settle()


async def test_a_series_stands_in_the_list_as_one_and_not_as_a_campaign_that_runs(filled: Filled) -> None:
    series_id = await begin_series(filled)
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        await window.until(lambda: page.list.model.rowCount() == 3)

        cells = [page.list.model.cell(0, column).words for column in range(6)]
        assert cells == ["Weekly", "Repeats", "", "no run yet", "", cells[5]]
        assert cells[5].startswith("next run Sat ")
        assert page.list.chips[Chosen.RUNNING].text() == "Running 1"
        page.list.chips[Chosen.SERIES].click()
        assert page.list.model.rowCount() == 1

        await tend(filled, FIRST)
        await window.until(lambda: page.list.model.cell(0, 3).words == "1 run")
        assert (await filled.world.reports.progress(series_id)).runs == 1


async def test_a_series_shows_its_next_run_and_every_run_which_opens(filled: Filled, qtbot: QtBot) -> None:
    series_id = await begin_series(filled)
    async with shown(filled, CampaignsPage) as window:
        panel = window.page.panel
        window.page.show_subject(series_id)
        await window.until(lambda: "series" in panel.__dict__ and panel.series.isVisible())
        view = panel.series
        await window.until(lambda: view.next_run.text().startswith("Sat 21 Nov"))
        assert view.next_line.text().endswith("as far as a worker runs then")
        assert view.table.placeholder is not None
        assert step(panel, "run").accessibleName() == "Runs"
        assert panel.buttons.slow_down not in window.page.header_actions
        assert window.page.subtitle.startswith("A series · no run yet · next run")

        await tend(filled, FIRST)
        await tend(filled, FIRST + timedelta(days=3))  # the run before still sends; it waits
        await window.until(lambda: view.model.rowCount() == 1 and view.model.cell(0, 1).words == "Running")
        assert view.model.cell(0, 3).words == "0 of 24 delivered"
        view.table.selectRow(0)
        view.table.opened.emit(0)
        page, run_id = window.opened[-1]
        assert page == "campaigns"
        window.page.show_subject(run_id or 0)
        await window.until(lambda: panel.buttons.series in window.page.header_actions)
        assert "Run of Sat" in window.page.subtitle
        await window.settle()


async def test_ending_a_series_says_what_goes_on_and_leaves_its_run_alone(filled: Filled, qtbot: QtBot) -> None:
    series_id = await begin_series(filled)
    await tend(filled, FIRST)
    async with shown(filled, CampaignsPage) as window:
        panel = window.page.panel
        window.page.show_subject(series_id)
        await window.until(lambda: panel.buttons.stop in window.page.header_actions)
        assert panel.buttons.stop.accessibleName() == "End the series…"
        panel.buttons.stop.click()
        await window.until(lambda: window.widget.findChild(ConfirmDialog))
        dialog = window.widget.findChild(ConfirmDialog)
        assert any("Weekly, 2026-11-21 goes on" in one.text() for one in dialog.findChildren(type(dialog.heading)))
        qtbot.mouseClick(button(dialog, "End it"), LEFT)
        await window.until(lambda: panel.presenter.state is CampaignState.CANCELLED)
        await window.until(lambda: panel.series.isVisible() and panel.series.next_run.text() == "No further run")
        await window.settle()

    (run_id,) = await SeriesStore(filled.world.database).runs(series_id)
    assert (await filled.world.desk.get(run_id)).state is CampaignState.RUNNING


async def test_no_handler_takes_more_than_a_frame_while_a_repeat_is_chosen_and_a_series_is_watched(
    filled: Filled, handler_meter: HandlerMeter, qtbot: QtBot
) -> None:
    long_ago = replace(DAILY, first_day=date(2019, 1, 1), runs=None)
    series_id = await begin_series(filled, long_ago)
    await tend(filled, FIRST)

    async def run() -> list[Handled]:
        async with shown(filled, CampaignsPage) as window:
            for _ in window.page.prepare():
                await asyncio.sleep(0)
            panel = await begin(window, qtbot)
            qtbot.mouseClick(step(panel, "plan"), LEFT)
            card = panel.composer.plan.repeat
            await window.until(lambda: panel.composer.plan.when.zone.count() > 100)
            await window.settle()
            handler_meter.clear()
            qtbot.mouseClick(card.is_on, LEFT)
            await asyncio.sleep(0.01)
            qtbot.mouseClick(card.inputs.days.chips[1], LEFT)
            await kept(window, panel)
            window.page.show_subject(series_id)
            await window.until(lambda: "series" in panel.__dict__ and panel.series.isVisible())
            await window.until(lambda: panel.series.model.rowCount() == 1)
            await window.settle()
            window.page.go_back()
            await window.until(lambda: window.page.list.model.rowCount() > 3)
            return handler_meter.late()

    assert not await best_run(run)


async def test_the_status_bar_names_the_next_run_of_a_series(filled: Filled) -> None:
    series_id = await begin_series(filled)
    facts = FrameFacts(campaigns=[await filled.world.reports.progress(series_id)])
    assert facts.next_line(Formats(), filled.clock.now()) == "Next: “Weekly” Sat 09:00"
    assert count_badges(facts.campaigns) == {}, "a series sends nothing itself"

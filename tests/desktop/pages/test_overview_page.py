"""The first page: what it says, and where its buttons lead."""

from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from campaigns.campaign import CampaignState
from core.domain.account import AccountState
from desktop.pages.overview.page import OverviewPage
from desktop.pages.states import CAMPAIGN
from desktop.theme import Role, Theme
from desktop.widgets.status import GLYPH_PX
from desktop.widgets.table.delegate import PADDING
from tests.database.stores.world import NOW
from tests.desktop.pages.bulk import add_people, begin_campaign, put
from tests.desktop.pages.conftest import Window, running_worker, shown
from tests.desktop.workspace_fixture import Filled


async def ready(window: Window[OverviewPage]) -> OverviewPage:
    await window.until(lambda: window.page.model.rowCount() == 2 and window.page.accounts.isVisible())
    await window.settle()
    return window.page


async def test_it_says_what_happened_today_and_what_waits_until_when(filled: Filled) -> None:
    await add_people(filled.world, 25)
    await put(filled.world, filled.running, filled.accounts[1], range(25, 26), "planned")
    async with running_worker(filled), shown(filled, OverviewPage) as window:
        page = await ready(window)

        assert page.delivered._number.text() == "5"
        assert page.share._number.text() == "83.3 %"
        assert page.share._line.text() == "1 failed"
        assert page.waits.rows[0].title.whole_text.startswith("Account 2 · until")
        assert page.waits._lefts[0].text() == "21 min"
        assert not page.first_steps.isVisible()


async def test_an_approval_needs_you_and_its_button_opens_the_campaign(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, OverviewPage) as window:
        page = await ready(window)
        assert page.needs.title.text() == "Needs you"
        row = page.needs.rows[0]
        assert row.title.whole_text == "Campaign “Members’ evening” waits for your approval"

        qtbot.mouseClick(row.findChild(QPushButton), Qt.MouseButton.LeftButton)

        assert window.opened == [("campaigns", filled.in_review)]


async def test_an_account_that_needs_you_is_opened_by_its_button(filled: Filled, qtbot: QtBot) -> None:
    lease = await filled.world.take(filled.accounts[1])
    await filled.world.accounts.stop(lease, AccountState.LIMITED, "Telegram limits it.", now=NOW)
    async with shown(filled, OverviewPage) as window:
        page = await ready(window)
        row = next(row for row in page.needs.rows if row.title.whole_text.startswith("Account 2"))

        qtbot.mouseClick(row.findChild(QPushButton), Qt.MouseButton.LeftButton)

        assert window.opened == [("accounts", filled.accounts[1])]


async def test_totals_of_the_day_follow_the_counters_without_counting_rows_again(filled: Filled) -> None:
    async with shown(filled, OverviewPage) as window:
        page = await ready(window)
        title = "Autumn programme"
        campaign_id = await begin_campaign(filled.world, [filled.accounts[0]], title)
        long_reads = filled.world.database.statistics().read_count

        await put(filled.world, campaign_id, filled.accounts[0], range(1, 21), "sent", start=NOW)

        await window.until(lambda: page.delivered._number.text() == "25")
        assert filled.world.database.statistics().read_count - long_reads < 20


async def test_when_nothing_needs_you_the_card_is_one_line(filled: Filled) -> None:
    await filled.world.desk.change_state(
        filled.in_review, CampaignState.CANCELLED, actor="kaya", reason="", now=NOW + timedelta(minutes=1)
    )
    async with shown(filled, OverviewPage) as window:
        page = await ready(window)

        assert page.needs.title.text() == "Nothing needs you"
        assert page.needs.rows == []


async def test_accounts_are_offline_once_the_worker_died(filled: Filled) -> None:
    async with shown(filled, OverviewPage) as window:
        async with running_worker(filled):
            window.page.refresh()
            await window.until(lambda: window.page.accounts.online.text() == "2 of 2 online")

        window.page.presenter.tick()

        await window.until(lambda: window.page.accounts.online.text() == "0 of 2 online")


async def test_numbers_of_a_million_people_and_states_fit_their_columns(filled: Filled) -> None:
    async with shown(filled, OverviewPage) as window:
        page = await ready(window)
        theme = Theme.of_application()
        room = {index: page.table.columnWidth(index) - 2 * PADDING for index in range(page.model.columnCount())}

        assert QFontMetrics(theme.font(Role.BODY)).horizontalAdvance("1,048,212 of 1,048,212") <= room[3]
        states = [QFontMetrics(theme.font(Role.STRONG)).horizontalAdvance(state.word) for state in CAMPAIGN.values()]
        assert max(states) + GLYPH_PX + 7 <= room[1] + PADDING // 2

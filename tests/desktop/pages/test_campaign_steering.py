"""Steering a campaign by real clicks: the list before it is sent again, unknown fates, another pace, one more account."""

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from desktop.pages.campaign.steering_dialogs import AddAccountDialog, PaceDialog, SendAgainDialog, UnknownDialog
from desktop.pages.campaigns.page import CampaignsPage
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.window import press_in, push, words
from tests.desktop.workspace_fixture import Filled

S, R = DeliveryState, DeliveryReason
UNKNOWN = (S.UNCERTAIN, R.NOT_IN_HISTORY)
ENDS = {0: (S.FAILED, R.REFUSED), 1: (S.FAILED, R.REFUSED), 2: UNKNOWN, 3: UNKNOWN}


async def opened(window: Window[CampaignsPage], kind: type[QWidget], button: QWidget, qtbot: QtBot) -> QWidget:
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    await window.until(lambda: window.widget.findChild(kind) and window.widget.findChild(kind).isVisible())
    return window.widget.findChild(kind)


async def running(window: Window[CampaignsPage]) -> CampaignsPage:
    for button in (window.page.panel.buttons.slow_down, window.page.panel.buttons.add_account):
        window.widget.layout().addWidget(button)  # where the header would show it
    window.page.show_subject(window.filled.running)
    await window.until(lambda: window.page.panel.run.progress.delivered.text() == "5")
    return window.page


async def finish(filled: Filled) -> None:
    """Everybody who waited is sent, but for four: two fail, of two the fate is unknown."""
    world = filled.world
    for account_id in filled.accounts:
        lease = await world.take(account_id)
        await world.execute("UPDATE outgoing SET not_before = 1 WHERE state = 'deferred'")
        for number, row in enumerate(await world.ahead(account_id, filled.running)):
            await world.claim(lease, row.id)
            end = ENDS.get(number, (S.SENT, None))
            await world.record(lease, row.id, end[0], reason=end[1])
    await world.campaigns.finish_done(filled.clock.now())


async def test_who_failed_is_listed_by_reason_first_and_then_sent_to_again(filled: Filled, qtbot: QtBot) -> None:
    await finish(filled)
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        page.show_subject(filled.running)
        await window.until(lambda: page.panel.title and page.panel.report.after.isVisible())
        assert page.panel.report.after.again.accessibleName() == "Send 3 again…"

        dialog = await opened(window, SendAgainDialog, page.panel.report.after.again, qtbot)
        assert isinstance(dialog, SendAgainDialog)
        assert {reason: box.isChecked() for reason, box in dialog.boxes.items()} == {
            R.REFUSED: True,
            R.PRIVACY: False,
        }
        assert "It passes only when they allow messages, or write first." in words(dialog)
        assert dialog.people.count.text() == "2 of 2 people chosen"

        dialog.boxes[R.PRIVACY].click()
        await window.until(lambda: dialog.people.count.text() == "3 of 3 people chosen")
        dialog.people.table.selectRow(0)
        await press_in(dialog.people.table, "Space")
        assert dialog.people.count.text() == "2 of 3 people chosen"
        push(dialog, "Send to 2 people again")

        await window.until(lambda: page.panel.buttons.pause in page.header_actions)
        progress = await filled.world.reports.progress(filled.running)
        assert (progress.counts[S.PLANNED], progress.counts[S.FAILED]) == (2, 1)


async def test_nobody_chosen_is_nobody_sent_to(filled: Filled, qtbot: QtBot) -> None:
    await finish(filled)
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        page.show_subject(filled.running)
        await window.until(lambda: page.panel.title and page.panel.report.after.isVisible())

        dialog = await opened(window, SendAgainDialog, page.panel.report.after.again, qtbot)
        assert isinstance(dialog, SendAgainDialog)
        dialog.people.none.click()

        assert not dialog.send.isEnabled()
        assert dialog.send.toolTip() == "Choose at least one person"
        push(dialog, "Cancel")
        await window.settle()
        assert (await filled.world.reports.progress(filled.running)).counts[S.FAILED] == 3


async def test_unknown_fates_are_decided_message_by_message(filled: Filled, qtbot: QtBot) -> None:
    await finish(filled)
    async with shown(filled, CampaignsPage) as window:
        page = window.page
        page.show_subject(filled.running)
        await window.until(lambda: page.panel.title and page.panel.report.after.decide.isVisible())
        after = page.panel.report.after

        dialog = await opened(window, UnknownDialog, after.decide, qtbot)
        assert isinstance(dialog, UnknownDialog)
        assert dialog.people.count.text() == "0 of 2 people chosen"
        dialog.people.table.selectRow(0)
        assert dialog.focusWidget() is dialog.people.table
        await press_in(dialog.people.table, "Space")
        push(dialog, "Count 1 as sent")
        await window.until(lambda: after.decide.accessibleName() == "Decide 1…")

        dialog = await opened(window, UnknownDialog, after.decide, qtbot)
        assert isinstance(dialog, UnknownDialog)
        dialog.people.all.click()
        push(dialog, "Leave 1")
        await window.until(lambda: not after.decide.isVisible())
        reasons = (await filled.world.reports.progress(filled.running)).reasons
        assert reasons[S.SENT, R.COUNTED_AS_SENT] == reasons[S.UNCERTAIN, R.LEFT_UNKNOWN] == 1


async def test_a_slower_pace_is_typed_and_taken_back(filled: Filled, qtbot: QtBot) -> None:
    async with shown(filled, CampaignsPage) as window:
        page = await running(window)

        dialog = await opened(window, PaceDialog, page.panel.buttons.slow_down, qtbot)
        assert isinstance(dialog, PaceDialog)
        dialog.number.setText("0")
        assert not dialog.save.isEnabled()
        dialog.number.setText("")
        qtbot.keyClicks(dialog.number, "90")
        push(dialog, "Change the pace")
        await window.until(lambda: "slowed down to 90 an hour" in page.subtitle)

        dialog = await opened(window, PaceDialog, page.panel.buttons.slow_down, qtbot)
        assert isinstance(dialog, PaceDialog)
        assert dialog.number.text() == "90"
        dialog.fast.click()
        push(dialog, "Change the pace")
        await window.until(lambda: "slowed" not in page.subtitle)


async def test_one_more_account_takes_over_its_share(filled: Filled, qtbot: QtBot) -> None:
    third, fourth = await filled.world.add_account(3), await filled.world.add_account(4)
    await filled.world.execute("UPDATE account SET state = 'signed_out' WHERE id = ?", fourth)
    await filled.world.execute("UPDATE peer SET wrote_at = NULL")
    async with shown(filled, CampaignsPage) as window:
        page = await running(window)

        dialog = await opened(window, AddAccountDialog, page.panel.buttons.add_account, qtbot)
        assert isinstance(dialog, AddAccountDialog)
        dialog.table.selectRow(1)
        assert "cannot send now" in dialog.add.toolTip()
        dialog.table.selectRow(0)
        push(dialog, "Add it")

        await window.until(lambda: page.panel.run.lanes_model.rowCount() == 3)
        async with asyncio.timeout(20):  # it joins first, then takes over its share
            while await filled.world.column("SELECT count(*) FROM outgoing WHERE account_id = ?", third) != [6]:
                await asyncio.sleep(0.01)

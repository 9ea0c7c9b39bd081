"""What is done to one account from its panel: limits, devices, signing in again, logging out, removing."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from campaigns.requests import RequestKind, RequestState, encode_devices
from core.domain.account import AccountState, LimitKind
from core.domain.device import Device
from core.domain.ids import AccountId, WorkerId
from core.errors import UserInputError
from database import RequestStore
from desktop.dialogs.confirm import ConfirmDialog
from desktop.pages.accounts.limits_dialog import LimitsDialog
from desktop.pages.accounts.page import AccountsPage
from desktop.pages.accounts.panel_words import Step
from desktop.pages.accounts.removal_dialog import RemovalDialog
from tests.database.stores.world import NOW
from tests.desktop.pages.accounts_fixture import Told, choose, dialog, opened
from tests.desktop.pages.conftest import Window
from tests.desktop.window import button
from tests.desktop.workspace_fixture import Filled

MAJA, BOT, SIGNED_OUT = 7, 8, 0  # places in the samples


def device(number: int, model: str, *, current: bool = False, official: bool = True) -> Device:
    return Device(
        hash=str(number),
        model=model,
        system="iOS 18",
        app="Telegram iOS 11.2",
        ip="198.51.100.7",
        country="Germany",
        signed_in_at=NOW - timedelta(days=90),
        active_at=NOW - timedelta(hours=3),
        is_current=current,
        is_official=official,
    )


HERE, PHONE, OTHER = device(0, "Wireroom", current=True), device(5, "iPhone"), device(6, "Tablet", official=False)


class Answering:
    """The worker's side of requests: takes what is asked about an account, and answers."""

    def __init__(self, filled: Filled, devices: Sequence[Device]) -> None:
        self._filled = filled
        self._store = filled.services.get(RequestStore)
        self.devices = list(devices)
        self.asked: list[tuple[RequestKind, str]] = []

    async def answer_next(self) -> None:
        """Wait for the next request and do it."""
        filled, now = self._filled, self._filled.clock.now()
        while not (waiting := await self._store.list_open(now=now)):
            await asyncio.sleep(0.01)
        request = waiting[0]
        self.asked.append((request.kind, request.argument))
        lease = await filled.world.take(request.account_id)
        worker = WorkerId("worker-one")
        assert await self._store.begin(request, lease, worker, now=now)
        if request.kind is RequestKind.END_DEVICE:
            self.devices = [one for one in self.devices if one.hash != request.argument]
        elif request.kind is RequestKind.END_OTHER_DEVICES:
            self.devices = [one for one in self.devices if one.is_current]
        elif request.kind is RequestKind.LOG_OUT:
            await filled.world.accounts.log_out(request.account_id, actor="kaya", now=now)
        await self._store.finish(request, worker, RequestState.DONE, encode_devices(self.devices), now=now)
        filled.clock.advance(0.1)  # type: ignore[attr-defined]  # a FakeClock: who waits for the answer looks again


async def open_tab(window: Window[AccountsPage], account_id: AccountId, tab: str) -> None:
    window.page.panel.tabs.set_value(tab)
    await choose_without_settling(window, account_id)


async def choose_without_settling(window: Window[AccountsPage], account_id: AccountId) -> None:
    """A tab that waits for the worker does not settle."""
    assert window.page.list.select(account_id)
    await window.until(lambda: window.page.panel.row is not None and window.page.panel.row.id == account_id)


def limit(page: AccountsPage, kind: LimitKind) -> tuple[str, str]:
    line = page.panel.limits.lines[kind]
    return line.value.text(), line.source.text()


async def test_limits_say_number_use_source_and_safe_range(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await open_tab(window, ids[MAJA], "limits")
        await window.settle()

        assert limit(window.page, LimitKind.PER_DAY) == ("0 of 40", "From the profile “careful”. Safe up to 40.")
        assert limit(window.page, LimitKind.PER_MINUTE) == ("15", "From the profile “careful”. Safe up to 15.")


async def test_a_limit_beyond_the_safe_range_is_set_only_by_who_takes_the_risk(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, told = window.page, Told(window.page)
        await open_tab(window, ids[MAJA], "limits")
        await window.settle()
        page.panel.limits.edit.click()
        asked = await dialog(window, LimitsDialog)
        assert not asked.save.isEnabled()

        QTest.keyClicks(asked.entries[LimitKind.PER_DAY], "60")
        assert asked.risk.isVisible()
        assert not asked.save.isEnabled()
        asked.risk.click()
        asked.save.click()
        await window.until(lambda: told.last)

        assert told.last == "Limits of Maja · front desk changed"
        await window.until(lambda: limit(page, LimitKind.PER_DAY)[0] == "0 of 60")
        assert limit(page, LimitKind.PER_DAY)[1] == "Set by kaya, 12:10. Beyond the safe 40."
        await window.until(
            lambda: page.list.model.cell(page.presenter.rows.find(ids[MAJA]) or 0, 3).text == "0 of 60"
        )


async def test_an_emptied_field_goes_back_to_the_number_of_the_profile(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page = window.page
        service = page.services.account_service
        await service.set_limits([ids[MAJA]], {LimitKind.PER_DAY: 10}, actor="ann")
        await choose(window, [ids[MAJA]])
        page.panel.limit.click()
        asked = await dialog(window, LimitsDialog)
        assert asked.entries[LimitKind.PER_DAY].text() == "10"

        asked.entries[LimitKind.PER_DAY].clear()
        assert asked.changes == {LimitKind.PER_DAY: None}
        asked.save.click()
        await window.settle()

        limits = {one.kind: one.value for one in await service.limits(ids[MAJA])}
        assert limits[LimitKind.PER_DAY] == 40


async def test_limits_of_several_change_only_what_is_filled_in(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page = window.page
        await choose(window, [ids[MAJA], ids[BOT]])
        button(page.bulk, "Limits…").click()
        asked = await dialog(window, LimitsDialog)
        QTest.keyClicks(asked.entries[LimitKind.LOOK_UPS_PER_DAY], "20")
        asked.save.click()
        await window.settle()

        for account_id in (ids[MAJA], ids[BOT]):
            account = await filled.world.accounts.get(account_id)
            assert [(one.kind, one.value) for one in account.limits] == [(LimitKind.LOOK_UPS_PER_DAY, 20)]


async def test_undo_brings_back_the_limits_that_each_account_had(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, told = window.page, Told(window.page)
        service = page.services.account_service
        await service.set_limits([ids[MAJA]], {LimitKind.PER_DAY: 10}, actor="ann")
        await choose(window, [ids[MAJA], ids[BOT]])
        button(page.bulk, "Limits…").click()
        asked = await dialog(window, LimitsDialog)
        QTest.keyClicks(asked.entries[LimitKind.PER_DAY], "20")
        asked.save.click()
        await window.until(lambda: told.last == "Limits of 2 accounts changed")

        page.context.notifications.undo_last()
        await window.until(lambda: told.last == "Limits of 2 accounts as before")

        before = [(one.kind, one.value, one.set_by) for one in (await filled.world.accounts.get(ids[MAJA])).limits]
        assert before == [(LimitKind.PER_DAY, 10, "ann")]
        assert not (await filled.world.accounts.get(ids[BOT])).limits


async def test_devices_are_asked_for_when_their_tab_is_opened_and_ended_one_by_one(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, worker = window.page, Answering(filled, [HERE, PHONE, OTHER])
        devices = page.panel.devices
        await open_tab(window, ids[MAJA], "devices")
        assert devices.title.text() == "Asking Telegram…"

        await worker.answer_next()
        await window.until(lambda: devices.title.text() == "Signed in on 2 other devices")
        assert list(devices.ends) == ["5", "6"]

        devices.ends["5"].click()
        question = await dialog(window, ConfirmDialog)
        button(question, "End it").click()
        await worker.answer_next()
        await worker.answer_next()

        await window.until(lambda: devices.title.text() == "Signed in on 1 other device")
        assert worker.asked[1:] == [(RequestKind.END_DEVICE, "5"), (RequestKind.LIST_DEVICES, "")]


async def test_all_other_devices_are_ended_after_a_question(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        page, worker = window.page, Answering(filled, [HERE, PHONE, OTHER])
        await open_tab(window, ids[MAJA], "devices")
        await worker.answer_next()
        await window.until(lambda: page.panel.devices.end_others.isVisible())

        page.panel.devices.end_others.click()
        button(await dialog(window, ConfirmDialog), "End all others").click()
        await worker.answer_next()
        await worker.answer_next()

        await window.until(lambda: page.panel.devices.title.text() == "Only here")
        assert page.panel.devices.end_others.isHidden()


async def test_without_a_worker_the_devices_say_so_and_can_be_asked_for_again(filled: Filled) -> None:
    async with opened(filled, has_worker=False) as (window, ids):
        devices = window.page.panel.devices
        await open_tab(window, ids[MAJA], "devices")

        await window.until(lambda: devices.title.text() == "No worker runs")
        assert devices.again.isVisible()


async def test_a_bot_and_a_signed_out_account_have_no_devices_to_ask_for(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        devices = window.page.panel.devices
        await open_tab(window, ids[BOT], "devices")
        assert devices.title.text() == "A bot has no devices"

        await open_tab(window, ids[SIGNED_OUT], "devices")
        assert devices.title.text() == "Not online"
        assert devices.again.isHidden()


async def test_signing_in_again_opens_the_sign_in_of_this_account(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[SIGNED_OUT]])

        window.page.panel.note.buttons[Step.SIGN_IN].click()
        await window.until(lambda: window.opened)
        window.page.add.click()

        assert window.opened == [("sign in", ids[SIGNED_OUT]), ("sign in", None)]


async def test_check_again_lets_a_limited_account_try(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[2]])

        window.page.panel.note.buttons[Step.CHECK].click()
        await window.until(lambda: window.page.panel.pause.isEnabled())

        assert (await filled.world.accounts.get(ids[2])).state is AccountState.READY


async def test_log_out_says_what_stays_and_asks_the_worker(filled: Filled) -> None:
    async with opened(filled) as (window, _):
        page, told, worker = window.page, Told(window.page), Answering(filled, [])
        account_id = filled.accounts[0]
        await choose(window, [account_id])
        menu = page.panel.more_menu()
        next(action for action in menu.actions() if action.text() == "Log out…").trigger()
        menu.deleteLater()

        question = await dialog(window, ConfirmDialog)
        words = " ".join(one.text() for one in question.findChildren(type(page.panel.note.title)))
        assert "deliveries stay in the queue" in words
        button(question, "Log out").click()
        await worker.answer_next()

        await window.until(lambda: told.last == "Account 1 is logged out")
        await window.until(lambda: page.panel.note.title.text().startswith("Signed out since"))
        assert Step.SIGN_IN in page.panel.note.buttons


async def test_removal_says_first_what_becomes_of_the_deliveries(filled: Filled) -> None:
    async with opened(filled, has_worker=False) as (window, _):
        page, told = window.page, Told(window.page)
        account_id = filled.accounts[0]
        await choose(window, [account_id])
        next(key for key in page.keys if key.keys == "Del").act()
        asked = await dialog(window, RemovalDialog)

        unsent = (await page.services.account_service.plan_removal(account_id)).unsent
        assert unsent
        assert f"{unsent} deliveries not sent yet are cancelled." in asked.text.text()
        assert not asked.confirm.isEnabled()
        asked.leave.click()
        assert "stays signed in at Telegram" in asked.text.text()
        asked.confirm.click()

        await window.until(lambda: told.last == "Account 1 was removed")
        await window.until(lambda: page.presenter.rows.find(account_id) is None)
        assert f"{unsent} deliveries cancelled" in told.toasts[-1].text
        await window.until(lambda: page.side.isHidden())


async def test_enter_in_the_removal_keeps_the_account(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[3]])
        window.page.panel.note.buttons[Step.REMOVE].click()
        asked = await dialog(window, RemovalDialog)

        QTest.keyClick(asked, Qt.Key.Key_Return)
        await window.settle()

        assert (await filled.world.accounts.get(ids[3])).state is AccountState.BANNED


async def test_a_removed_account_is_in_no_list(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[3]])
        window.page.panel.note.buttons[Step.REMOVE].click()
        (await dialog(window, RemovalDialog)).confirm.click()
        await window.until(lambda: window.page.list.model.rowCount() == 14)

        try:
            await filled.world.accounts.get(ids[3])
        except UserInputError:
            return
        raise AssertionError("the account is still there")

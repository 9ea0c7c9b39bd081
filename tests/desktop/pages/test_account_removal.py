"""Several accounts are removed at once: said before, shown while it goes on, and who is still there is named at the end."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from core.locks import account_lock
from desktop.dialogs.error_box import ErrorBox
from desktop.pages.accounts.page import AccountsPage
from desktop.pages.accounts.removal_dialog import RemovalDialog
from tests.desktop.pages.accounts_fixture import Told, choose, dialog, opened
from tests.desktop.pages.conftest import Window
from tests.desktop.pages.test_account_actions import MAJA, SIGNED_OUT, Answering
from tests.desktop.window import button
from tests.desktop.workspace_fixture import Filled

BANNED = 3


def press_delete(page: AccountsPage) -> None:
    """The window has the shortcut; here the page is alone."""
    next(key for key in page.keys if key.keys == "Del").act()


async def asked(window: Window[AccountsPage]) -> RemovalDialog:
    """What the key Delete asks about the chosen ones."""
    press_delete(window.page)
    return await dialog(window, RemovalDialog)


async def test_one_question_for_all_of_them_and_who_needs_the_worker_stays(filled: Filled) -> None:
    async with opened(filled, has_worker=False) as (window, ids):
        page, told = window.page, Told(window.page)
        await choose(window, [ids[SIGNED_OUT], ids[BANNED], ids[MAJA]])
        question = await asked(window)

        assert question.windowTitle() == "Remove 3 accounts?"
        assert question.staying.text.text() == (
            "Maja · front desk stays: logging out needs the worker, and none runs."
        )
        assert question.confirm.text().strip() == "Remove 2 accounts"
        question.confirm.click()

        await window.until(lambda: told.last == "2 accounts removed")
        await window.until(lambda: page.list.model.rowCount() == len(ids))
        await window.until(lambda: page.list.selected_ids == [ids[MAJA]])
        assert not page.strip.isVisible()


async def test_enter_keeps_them_all(filled: Filled) -> None:
    async with opened(filled) as (window, ids):
        await choose(window, [ids[SIGNED_OUT], ids[BANNED]])
        button(window.page.bulk, "Remove…").click()
        question = await dialog(window, RemovalDialog)

        QTest.keyClick(question, Qt.Key.Key_Return)
        await window.settle()

        assert window.page.list.model.rowCount() == len(ids) + 2


async def test_one_that_cannot_be_removed_is_named_and_the_others_are_gone(filled: Filled) -> None:
    async with opened(filled, has_worker=False) as (window, ids):
        page, told = window.page, Told(window.page)
        lock = account_lock((await filled.world.accounts.get(ids[MAJA])).session_secret)
        assert lock.acquire()
        await choose(window, [ids[SIGNED_OUT], ids[MAJA]])
        question = await asked(window)
        question.leave.click()
        assert not question.staying.isVisible()
        question.confirm.click()

        box = await dialog(window, ErrorBox)
        lock.release()
        words = " ".join(one.text() for one in box.findChildren(QLabel))
        assert "1 of 2 accounts could not be removed" in words
        assert "1 account removed.\nMaja · front desk: This account is in use." in words
        assert told.last.endswith("was removed")
        box.accept()
        await window.until(lambda: page.list.selected_ids == [ids[MAJA]])


async def test_while_the_worker_logs_them_out_the_page_says_how_far_it_is_and_a_second_removal_waits(
    filled: Filled,
) -> None:
    async with opened(filled) as (window, _):
        page, told, worker = window.page, Told(window.page), Answering(filled, [])
        await choose(window, list(filled.accounts[:2]))
        (await asked(window)).confirm.click()
        await window.until(lambda: page.strip.isVisible())
        assert page.strip.words.text() == "0 of 2 removed"

        press_delete(page)
        box = await dialog(window, ErrorBox)
        assert box.windowTitle() == "One after the other"
        box.accept()
        page.strip.cancel.click()
        assert page.strip.words.text() == "0 of 2 removed; ending what is under way"
        await worker.answer_next()
        await worker.answer_next()

        await window.until(lambda: told.last == "2 accounts removed")
        await window.until(lambda: not page.strip.isVisible())

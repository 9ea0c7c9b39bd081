"""What reaches the person, and how: toasts, errors, questions."""

import asyncio

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QMainWindow, QPushButton

from core.errors import Cancelled, SessionUsedTwice, StorageFull
from desktop.dialogs.confirm import ConfirmDialog, Question
from desktop.dialogs.error_box import ErrorBox
from desktop.notifications import NotificationCenter, Step, ToastContent
from desktop.theme import Theme
from tests.desktop.leaks import LeakCheck
from tests.fake_clock import FakeClock


class Window:
    def __init__(self) -> None:
        self.window = QMainWindow()
        self.window.resize(1100, 700)
        self.center = NotificationCenter(self.window, FakeClock())
        self.toasts: list[ToastContent] = []
        self.center.toastRequested.connect(self.toasts.append)
        self.window.show()

    def box(self) -> ErrorBox:
        (box,) = [one for one in self.window.findChildren(ErrorBox) if one.isVisible()]
        return box

    def close(self) -> None:
        self.window.close()
        self.window.deleteLater()


@pytest.fixture
def shown(theme: Theme) -> Window:
    return Window()


def texts(widget: object) -> list[str]:
    assert hasattr(widget, "findChildren")
    return [one.text() for one in widget.findChildren(QLabel) if one.text()]


def button(widget: object, text: str) -> QPushButton:
    assert hasattr(widget, "findChildren")
    (found,) = [one for one in widget.findChildren(QPushButton) if one.accessibleName() == text]
    return found


def test_an_error_shows_what_stands_still_why_and_what_to_do(shown: Window) -> None:
    shown.center.error(SessionUsedTwice(detail="AUTH_KEY_DUPLICATED"))
    box = shown.box()

    title, message, hint, small = texts(box)
    assert title == "This account was signed out: its session was used in two places"
    assert "Nothing was sent twice." in message
    assert hint.startswith("Sign in again")
    assert "AUTH_KEY_DUPLICATED · id " in small

    button(box, "Copy details").click()
    copied = QGuiApplication.clipboard().text()
    assert "code session_used_twice" in copied
    assert small in copied
    shown.close()


def test_the_next_step_is_done_by_enter(shown: Window) -> None:
    done: list[str] = []
    shown.center.error(SessionUsedTwice(), next_step=Step(text="Sign in again", act=lambda: done.append("sign in")))

    QTest.keyClick(shown.box(), "\r")

    assert done == ["sign in"]
    shown.close()


def test_one_error_box_at_a_time_and_the_same_error_once(shown: Window) -> None:
    shown.center.error(StorageFull())
    shown.center.error(StorageFull())
    assert not shown.toasts

    shown.center.error(SessionUsedTwice())

    assert shown.box().windowTitle() == StorageFull.default_title
    assert [toast.title for toast in shown.toasts] == [SessionUsedTwice.default_title]
    shown.box().reject()
    shown.toasts[0].action.act()  # type: ignore[union-attr]
    assert shown.box().windowTitle() == SessionUsedTwice.default_title
    shown.close()


def test_a_defect_of_ours_says_so_and_names_no_class_first(shown: Window) -> None:
    shown.center.error(KeyError("secret"))

    title, message, *_ = texts(shown.box())
    assert title == "Something unexpected happened"
    assert "defect of Wireroom" in message
    assert not any("secret" in text for text in texts(shown.box()))
    shown.close()


def test_cancelling_is_no_error(shown: Window) -> None:
    shown.center.error(Cancelled())

    assert not shown.window.findChildren(ErrorBox)
    shown.close()


def test_undo_works_once(shown: Window) -> None:
    undone: list[str] = []
    shown.center.toast("Paused", undo=lambda: undone.append("resumed"))

    shown.center.undo_last()
    shown.center.undo_last()

    assert undone == ["resumed"]
    shown.close()


@pytest.mark.parametrize(("answer", "expected"), [("Stop it", True), ("Keep running", False)])
async def test_a_question_is_answered_by_verbs(answer: str, expected: bool, theme: Theme) -> None:
    shown = Window()
    question = Question(
        title="Stop the campaign?", message="16,352 will not get it.", confirm="Stop it", cancel="Keep running",
        is_dangerous=True,
    )  # fmt: skip

    async with asyncio.TaskGroup() as group:
        asking = group.create_task(shown.center.confirm(question))
        while not shown.window.findChildren(ConfirmDialog):
            await asyncio.sleep(0)
        (dialog,) = shown.window.findChildren(ConfirmDialog)
        button(dialog, answer).click()

    assert asking.result() is expected
    shown.close()


def test_enter_takes_the_way_back_from_what_cannot_be_undone(theme: Theme, no_leaks: LeakCheck) -> None:
    shown = Window()
    question = Question(title="Stop?", message="For good.", confirm="Stop it", is_dangerous=True)
    dialog = ConfirmDialog(shown.window, question)
    results: list[int] = []
    dialog.finished.connect(results.append)
    dialog.open()

    QTest.keyClick(dialog, "\r")

    assert results == [0]
    shown.close()

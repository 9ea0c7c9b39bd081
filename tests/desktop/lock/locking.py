"""A window with a lock, and the person before it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from core.secrets.app_lock import AppLock
from desktop.dialogs.confirm import Question
from desktop.lock.screen import LockScreen
from desktop.main_window import MainWindow
from tests.desktop.window import open_window, until
from tests.desktop.workspace_fixture import Filled

RIGHT = "correct horse"
SECRET_QUESTION = Question(title="Write to Mira Lindqvist?", message="She asked for it.", confirm="Write")


@asynccontextmanager
async def lockable(filled: Filled) -> AsyncIterator[MainWindow]:
    """A window with a lock that is set, and open. Inside the coroutine of the test: no timer of it may fire between two
    runs of the loop."""
    AppLock(filled.workspace, filled.clock).turn_on(RIGHT)
    async with open_window(filled) as window:
        yield window


def screen_of(window: MainWindow) -> LockScreen:
    screen = window.guard.screen_widget
    assert screen is not None, "it is not locked"
    return screen


def enter(window: MainWindow, text: str) -> None:
    """As a person: the focus is in the field already."""
    screen = screen_of(window)
    assert window.focusWidget() is screen.entry
    QTest.keyClicks(screen.entry, text)
    QTest.keyClick(screen.entry, Qt.Key.Key_Return)


async def unlock(window: MainWindow) -> None:
    enter(window, RIGHT)
    await until(lambda: not window.guard.is_locked)


def click_window(window: QWidget, point: QPoint) -> None:
    """As the system reports a click: Qt finds the widget that is there. (QTest would let the loop turn inside.)"""
    place = QPointF(point)
    at = QPointF(window.mapToGlobal(point))
    left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
    for kind, held in ((QEvent.Type.MouseButtonPress, left), (QEvent.Type.MouseButtonRelease, none)):
        event = QMouseEvent(kind, place, at, left, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(window.windowHandle(), event)


def type_in_window(window: QWidget, text: str) -> None:
    """As the system reports keys: Qt finds the widget that has the focus."""
    for letter in text:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            event = QKeyEvent(kind, ord(letter.upper()), Qt.KeyboardModifier.NoModifier, letter)
            QApplication.sendEvent(window.windowHandle(), event)

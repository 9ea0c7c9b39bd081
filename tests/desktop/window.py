"""Opens the real window over a filled workspace, and reads and presses what a person would."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from database import Database
from desktop.changes import ChangeHub
from desktop.formatting import Formats
from desktop.frame.facts import WorkspaceLabel
from desktop.main_window import MainWindow
from desktop.pages.page import Page, PageSpec
from desktop.scope import Scope
from desktop.window_pages import list_pages
from tests.desktop.workspace_fixture import Filled

W = TypeVar("W", bound=QWidget)


@asynccontextmanager
async def open_window(filled: Filled, pages: Sequence[PageSpec] | None = None) -> AsyncIterator[MainWindow]:
    """The window with its pages, started and shown; closed and deleted at the end."""
    feed = await filled.services.get(Database).follow_changes(own_commits=True)
    hub = ChangeHub(feed)
    window = MainWindow(
        label=await WorkspaceLabel.read(filled.workspace, filled.services),
        workspace=filled.workspace,
        services=filled.services,
        hub=hub,
        pages=list_pages(filled.workspace) if pages is None else pages,
        clock=filled.clock,
        formats=Formats(),
        actor="kaya",
    )
    window.show()
    hub.start()
    window.start()
    await window.presenter.refresh()
    try:
        await activate(window)
        yield window
    finally:
        hub.stop()
        window.end()
        for page in window.findChildren(Page):
            if isinstance(scope := getattr(page, "scope", None), Scope):
                scope.close()
        window.deleteLater()
        hub.deleteLater()
        await reads_end(filled)


async def reads_end(filled: Filled) -> None:
    """No read may cross the end of the loop's run: what is queued is answered before these are."""
    for is_long in (False, True):
        await filled.services.get(Database).read(lambda _: None, is_long=is_long)


async def until(condition: Callable[[], object], *, timeout_s: float = 40.0) -> None:
    """Wait for a condition, letting the loop run at least once: what comes next is in a handler of its own.

    Raises TimeoutError that says where the condition stands.
    """
    try:
        async with asyncio.timeout(timeout_s):
            await asyncio.sleep(0)
            while not condition():
                await asyncio.sleep(0.005)
    except TimeoutError:
        code = getattr(condition, "__code__", None)
        where = f"{code.co_filename}:{code.co_firstlineno}" if code else repr(condition)
        raise TimeoutError(f"not so within {timeout_s:g} s: {where}") from None


async def click(button: QAbstractButton) -> None:
    """As a person, who waits until it can be pressed: while something is done, the buttons beside it cannot."""
    await until(button.isEnabled)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def activate(widget: QWidget) -> None:
    """Wait until the system has given its window the keyboard: without, no shortcut is heard and no widget has the focus.

    That comes some turns of the loop after `show` and `open`; and when a dialog goes, nothing here gives the keyboard
    back to the window below it.
    """
    window = widget.window()
    window.activateWindow()
    try:
        await until(window.isActiveWindow)
    except TimeoutError:
        others = (QApplication.activeWindow(), QApplication.activeModalWidget(), QApplication.activePopupWidget())
        raise AssertionError(f"{window} does not become active; active, modal and popup are {others}") from None


async def press(widget: QWidget, keys: str) -> None:
    """Keys such as "Ctrl+K", pressed in the window of this widget where the focus is: a shortcut or not."""
    await activate(widget)
    window = widget.window()
    _press_in(window.focusWidget() or window, keys)


async def press_in(widget: QWidget, keys: str) -> None:
    """Keys in a widget that has the focus by then."""
    await activate(widget)
    widget.setFocus()
    await until(widget.hasFocus)
    _press_in(widget, keys)


def _press_in(widget: QWidget, keys: str) -> None:
    combination = QKeySequence(keys)[0]
    QTest.keyClick(widget, combination.key(), combination.keyboardModifiers())


def texts(widget: QWidget) -> list[str]:
    """What its visible labels say."""
    return [one.text() for one in widget.findChildren(QLabel) if one.text() and not one.isHidden()]


def words(widget: QWidget) -> str:
    """All that its visible labels say."""
    return " ".join(one.text() for one in widget.findChildren(QLabel) if one.isVisible())


def push(widget: QWidget, name: str) -> None:
    """Click the one visible button of this name, which can be pressed."""
    found = [one for one in widget.findChildren(QAbstractButton) if one.accessibleName() == name and one.isVisible()]
    assert len(found) == 1, f"{name}: {[one.accessibleName() for one in widget.findChildren(QAbstractButton)]}"
    assert found[0].isEnabled(), found[0].toolTip()
    found[0].click()


def button(widget: QWidget, name: str) -> QAbstractButton:
    """The one button of this name."""
    found = [one for one in widget.findChildren(QAbstractButton) if name in (one.accessibleName(), one.text())]
    assert len(found) == 1, f"{len(found)} buttons named {name!r}"
    return found[0]


def shown(window: QWidget, kind: type[W]) -> W | None:
    """The visible dialog (or widget) of this class."""
    return next((one for one in window.findChildren(kind) if one.isVisible()), None)

"""Opens the real window over a filled workspace, and reads and presses what a person would."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

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
NO_MODIFIER = Qt.KeyboardModifier.NoModifier


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
        await asyncio.sleep(0)
        # No read may cross the end of the loop's run: what is queued is answered before these are.
        for is_long in (False, True):
            await filled.services.get(Database).read(lambda _: None, is_long=is_long)


async def until(condition: Callable[[], object], *, timeout_s: float = 10.0) -> None:
    """Wait for a condition, letting the loop run."""
    async with asyncio.timeout(timeout_s):
        while not condition():
            await asyncio.sleep(0.005)


async def activate(window: QWidget) -> None:
    """Wait until the system has given it the keyboard: without, no shortcut is heard and no widget has the focus. Here
    as elsewhere that comes some turns of the loop after `show` and `open`; and once a dialog has gone, no window
    manager gives it back."""
    window.window().activateWindow()
    await until(window.window().isActiveWindow)


async def press(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """A key in the active window where its focus is, be it a shortcut or not. `widget`: any of that window."""
    await activate(widget)
    window = widget.window()
    QTest.keyClick(window.focusWidget() or window, key, modifiers)


async def press_in(widget: QWidget, key: Qt.Key, modifiers: Qt.KeyboardModifier = NO_MODIFIER) -> None:
    """A key in a widget that has the focus by then."""
    await activate(widget)
    widget.setFocus()
    await until(widget.hasFocus)
    QTest.keyClick(widget, key, modifiers)


def texts(widget: QWidget) -> list[str]:
    """What its visible labels say."""
    return [one.text() for one in widget.findChildren(QLabel) if one.text() and not one.isHidden()]


def button(widget: QWidget, name: str) -> QAbstractButton:
    """The one button of this name."""
    found = [one for one in widget.findChildren(QAbstractButton) if name in (one.accessibleName(), one.text())]
    assert len(found) == 1, f"{len(found)} buttons named {name!r}"
    return found[0]


def shown(window: QWidget, kind: type[W]) -> W | None:
    """The visible dialog (or widget) of this class."""
    return next((one for one in window.findChildren(kind) if one.isVisible()), None)

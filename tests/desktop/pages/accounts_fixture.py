"""The page of accounts over accounts in every state, and what tests ask and press on it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, nullcontext
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog

from core.domain.ids import AccountId
from database import Database
from desktop.notifications import ToastContent
from desktop.pages.accounts.cells import COLUMNS
from desktop.pages.accounts.page import AccountsPage
from desktop.pictures.sample_accounts import add_sample_accounts
from tests.desktop.pages.conftest import Window, running_worker, shown
from tests.desktop.workspace_fixture import Filled

D = TypeVar("D", bound=QDialog)

OWN = 2  # accounts of the workspace that are no samples


class Told:
    """What the page tells in toasts."""

    def __init__(self, page: AccountsPage) -> None:
        self.toasts: list[ToastContent] = []
        page.context.notifications.toastRequested.connect(self.toasts.append)

    @property
    def last(self) -> str:
        return self.toasts[-1].title if self.toasts else ""


@asynccontextmanager
async def opened(
    filled: Filled, *, has_worker: bool = True
) -> AsyncIterator[tuple[Window[AccountsPage], Sequence[AccountId]]]:
    """The page over the samples, with a running worker, once its rows are there."""
    ids = await add_sample_accounts(filled.services.get(Database), now=filled.clock.now(), actor="ann")
    async with running_worker(filled) if has_worker else nullcontext(), shown(filled, AccountsPage) as window:
        await ready(window, len(ids) + OWN)
        yield window, ids


async def ready(window: Window[AccountsPage], count: int) -> None:
    await window.until(lambda: window.page.list.model.rowCount() == count)
    await window.until(lambda: window.page.subtitle or not count)
    await window.settle()


def column(page: AccountsPage, title: str) -> list[str]:
    """What stands in a column, first and second line."""
    place = [one.title for one in COLUMNS].index(title)
    model = page.list.model
    return [f"{model.cell(row, place).words}|{model.cell(row, place).detail}" for row in range(model.rowCount())]


def row_of(page: AccountsPage, account_id: int) -> dict[str, str]:
    place = page.presenter.rows.find(account_id)
    assert place is not None
    return {one.title: column(page, one.title)[place] for one in COLUMNS}


async def dialog(window: Window[AccountsPage], kind: type[D]) -> D:
    """The dialog of this kind, once it is open."""
    await window.until(lambda: any(one.isVisible() for one in window.widget.findChildren(kind)))
    return next(one for one in window.widget.findChildren(kind) if one.isVisible())


async def choose(window: Window[AccountsPage], ids: Sequence[AccountId]) -> None:
    """Choose these rows by clicks, as a person does."""
    table = window.page.list.table
    for number, account_id in enumerate(ids):
        place = window.page.presenter.rows.find(account_id)
        assert place is not None
        spot = table.visualRect(window.page.list.model.index(place, 1)).center()
        keys = Qt.KeyboardModifier.ControlModifier if number else Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, keys, spot)
    await window.settle()

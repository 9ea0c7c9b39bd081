"""A picture is taken when the window has come to rest; one that does not is an error that names it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QWidget

from desktop.event_loop import ask
from desktop.models.paged_rows import RowsListener
from desktop.models.table_model import TableModel
from desktop.pictures import settling
from desktop.pictures.settling import NotSettled, settle, until
from desktop.scope import Scope
from desktop.theme import Theme
from desktop.widgets.table import Cell, Column, Table


@pytest.fixture
async def window(theme: Theme) -> AsyncIterator[QWidget]:
    window = QWidget()
    window.show()
    yield window
    window.close()
    window.deleteLater()
    await asyncio.sleep(0)


async def test_it_waits_for_what_is_read_and_for_what_that_reads(window: QWidget) -> None:
    scope, done = Scope(window), []

    async def read(step: int) -> None:
        for _ in range(20):
            await asyncio.sleep(0)
        done.append(step)
        if step < 3:
            scope.task(read(step + 1), "read more")

    scope.task(read(1), "read")
    await settle(window, "people")
    assert done == [1, 2, 3]


async def test_it_waits_for_the_pause_after_a_key(window: QWidget) -> None:
    timer, ran = QTimer(window, singleShot=True, interval=120), []
    timer.timeout.connect(lambda: ran.append(True))
    timer.start()
    await settle(window, "people")
    assert ran


class Answers:
    """Rows that come when they are let."""

    def __init__(self) -> None:
        self.rows: list[int | None] = [1, 2, None]

    def __len__(self) -> int:
        return len(self.rows)

    def row(self, index: int) -> int | None:
        return self.rows[index]

    def listen(self, listener: RowsListener) -> None:
        self.listener = listener


async def test_it_waits_for_the_rows_of_a_table(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    rows, table = Answers(), Table("People", [Column("Person", 200)], parent=window)
    table.setModel(TableModel(rows, lambda number: [Cell(str(number))], 1, table))
    table.resize(300, 300)
    table.show()
    monkeypatch.setattr(settling, "PATIENCE_S", 0.1)
    with pytest.raises(NotSettled, match="rows of People are missing"):
        await settle(window, "people")
    rows.rows[2] = 3
    await settle(window, "people")


async def test_a_question_to_a_person_is_rest(window: QWidget) -> None:
    scope, dialog = Scope(window), QDialog(window)
    scope.task(ask(dialog), "ask")
    await settle(window, "question")
    assert dialog.isVisible()
    dialog.reject()


async def test_what_never_rests_is_an_error_that_names_the_picture(
    window: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settling, "PATIENCE_S", 0.1)
    task = Scope(window).task(asyncio.Event().wait(), "read the people")
    with pytest.raises(NotSettled, match=r"The picture people-card .*read the people"):
        await settle(window, "people-card")
    await settle(window, "people-card", reads=False)
    with pytest.raises(NotSettled, match="people-gone"):
        await until(lambda: False, "people-gone")
    task.cancel()

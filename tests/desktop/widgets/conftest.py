"""A light theme for every widget test."""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.config import AppearanceSettings
from desktop.theme import Theme, install_theme
from desktop.widgets.table import Cell, cell_data


@pytest.fixture(autouse=True)
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = install_theme(qapp, AppearanceSettings(scheme="light"))
    yield theme
    theme.apply(AppearanceSettings(scheme="light"))


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[QWidget], QWidget]:
    """Show a widget in the active window and wait for it."""

    def shown(widget: QWidget) -> QWidget:
        qtbot.addWidget(widget)
        with qtbot.waitActive(widget):
            widget.show()
            widget.activateWindow()
        return widget

    return shown


class Rows(QAbstractTableModel):
    """Cells in a list of rows; a None is a row that was not read yet."""

    def __init__(self, rows: list[list[Cell | None]]) -> None:
        super().__init__()
        self.rows = rows

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self.rows)

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return len(self.rows[0]) if self.rows else 0

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        cell = self.rows[index.row()][index.column()]
        return None if cell is None else cell_data(cell, role)


@pytest.fixture
def make_rows() -> type[Rows]:
    return Rows

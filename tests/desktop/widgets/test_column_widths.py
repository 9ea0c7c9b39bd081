"""Columns are dragged, fitted and found again; the table stays filled and no column gets narrower than it may."""

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractTableModel, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import desktop.pages
from core.config import AppearanceSettings
from core.workspace import user_state_dir
from desktop.theme import Theme, Token
from desktop.widgets.table import Cell, Column, Table
from desktop.widgets.table.widths import FILE, Measure, fill, move_edge

Show = Callable[[QWidget], QWidget]
MakeRows = Callable[[list[list[Cell | None]]], QAbstractTableModel]
MakeTable = Callable[..., Table]
LANE, STATE, REASON, SENT = range(4)
COLUMNS = (
    Column("Lane", 150, stretch=1),
    Column("State", 110),
    Column("Reason", 120, stretch=1),
    Column("Delivered", 90, numeric=True, sortable=True),
)
LONG = "Telegram asked this account to wait, and it does"


@pytest.fixture
def make_table(show: Show, make_rows: MakeRows) -> MakeTable:
    def make(width: int = 700, columns: tuple[Column, ...] = COLUMNS, kept_as: str | None = None) -> Table:
        table = Table("Lanes", columns, kept_as=kept_as)
        cells: list[Cell | None] = [Cell("Lane 1"), Cell("Waiting"), Cell(LONG), Cell("1,000")]
        rows = make_rows([cells[: len(columns)]] * 3)
        rows.setParent(table)
        table.setModel(rows)
        table.resize(width, 300)
        show(table)
        return table

    return make


def widths_of(table: Table) -> list[int]:
    return [table.columnWidth(column) for column in range(table.model().columnCount())]


def edge(table: Table, column: int) -> QPoint:
    return QPoint(table.columnViewportPosition(column) + table.columnWidth(column) - 1, 10)


def drag(table: Table, column: int, *steps: int) -> None:
    """Take the right edge of the column, move it by each step from where it was, and let go."""
    head, start = table.horizontalHeader().viewport(), edge(table, column)
    QTest.mousePress(head, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start)
    for step in steps:
        QTest.mouseMove(head, start + QPoint(step, 0))
    QTest.mouseRelease(head, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, start + QPoint(steps[-1], 0))


def test_an_edge_follows_the_pointer_and_the_table_stays_filled(make_table: MakeTable) -> None:
    table = make_table()
    lane, state, reason, sent = widths_of(table)
    drag(table, STATE, 40)
    assert widths_of(table) == [lane, state + 40, reason - 40, sent]
    drag(table, LANE, -60)
    assert widths_of(table) == [lane - 60, state + 40, reason + 20, sent]
    assert sum(widths_of(table)) == table.viewport().width()


def test_a_drag_that_comes_back_leaves_all_as_it_was(make_table: MakeTable) -> None:
    table = make_table()
    before = widths_of(table)
    drag(table, STATE, 500, -300, 0)
    assert widths_of(table) == before


def test_no_column_gets_narrower_than_its_words_and_no_number_than_its_place(make_table: MakeTable) -> None:
    table = make_table()
    for column in (STATE, SENT):
        drag(table, column, -300)
    _, state, _, sent = widths_of(table)
    assert 40 < state < 80
    assert sent == 90
    assert sum(widths_of(table)) == table.viewport().width()


def test_the_words_of_the_head_are_never_cut(make_table: MakeTable, theme: Theme) -> None:
    theme.apply(AppearanceSettings(scheme="light", text_size=130))
    table = make_table(width=300, columns=(Column("Progress", 20), Column("May be written to", 60, numeric=True)))
    assert widths_of(table) == [table._head.words_width(0), table._head.words_width(1)]
    assert widths_of(table)[0] > 80


def test_what_has_no_room_scrolls(make_table: MakeTable, qtbot: QtBot) -> None:
    table = make_table(width=480)
    drag(table, STATE, 400)
    assert table.columnWidth(STATE) == 510
    assert table.columnWidth(SENT) == 90
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() > 0)


def test_the_only_column_that_stretches_takes_from_the_next(make_table: MakeTable) -> None:
    table = make_table(columns=(COLUMNS[LANE], COLUMNS[STATE]))
    lane, state = widths_of(table)
    drag(table, LANE, -80)
    assert widths_of(table) == [lane - 80, state + 80]
    drag(table, LANE, 80)
    assert widths_of(table) == [lane, state]


def test_widths_are_found_again_also_at_another_text_size(make_table: MakeTable, theme: Theme) -> None:
    drag(make_table(), STATE, 40)
    assert make_table().columnWidth(STATE) == 150
    theme.apply(AppearanceSettings(scheme="light", text_size=120))
    assert make_table(width=1000).columnWidth(STATE) == 180


def test_a_bigger_window_widens_what_stretches_and_a_smaller_one_takes_it_back(
    make_table: MakeTable, qtbot: QtBot
) -> None:
    table = make_table()
    drag(table, LANE, 60)
    before = widths_of(table)
    table.resize(900, 300)
    assert [table.columnWidth(column) for column in (STATE, SENT)] == [110, 90]
    assert sum(widths_of(table)) == table.viewport().width()
    table.resize(700, 300)
    assert widths_of(table) == before
    table.resize(500, 300)
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() == 0)


def test_a_double_click_on_an_edge_fits_the_column(make_table: MakeTable, qtbot: QtBot) -> None:
    table = make_table(width=900)
    head = table.horizontalHeader().viewport()
    qtbot.mouseDClick(head, Qt.MouseButton.LeftButton, pos=edge(table, STATE))
    qtbot.mouseRelease(head, Qt.MouseButton.LeftButton, pos=edge(table, STATE))
    fitted = table.columnWidth(STATE)
    assert fitted < 110
    assert make_table(width=900).columnWidth(STATE) == fitted


def test_keys_fit_all_columns_and_give_back_the_usual_widths(make_table: MakeTable, qtbot: QtBot) -> None:
    table = make_table(width=520)
    usual = widths_of(table)
    table.setFocus()
    qtbot.keyClick(table, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert table.columnWidth(STATE) < 110
    assert table.columnWidth(REASON) > usual[REASON]
    assert make_table(width=520).columnWidth(STATE) == table.columnWidth(STATE)
    qtbot.keyClick(table, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert widths_of(table) == widths_of(make_table(width=520)) == usual


def test_the_menu_of_the_head_does_the_same(make_table: MakeTable) -> None:
    table = make_table()
    usual = widths_of(table)
    menu = table._head.make_menu(STATE)
    assert [action.text().split("\t")[0] for action in menu.actions()] == [
        "Fit this column",
        "Fit columns",
        "Usual widths",
    ]
    menu.actions()[0].trigger()
    assert table.columnWidth(STATE) < 110
    assert table.columnWidth(SENT) == 90
    menu.actions()[2].trigger()
    assert widths_of(table) == usual


def test_columns_that_are_left_out_keep_their_widths(make_table: MakeTable) -> None:
    table = make_table()
    drag(table, STATE, 40)
    before = widths_of(table)
    table.set_hidden_columns([STATE])
    assert sum(widths_of(table)) == table.viewport().width()
    table.set_hidden_columns([])
    assert widths_of(table) == before


def test_a_drag_does_not_sort(make_table: MakeTable) -> None:
    table = make_table()
    asked: list[int] = []
    table.horizontalHeader().sectionClicked.connect(asked.append)
    drag(table, SENT, 30)
    assert asked == []


def test_edges_are_seen_while_the_pointer_is_on_the_head(make_table: MakeTable, theme: Theme) -> None:
    table = make_table()
    head = table.horizontalHeader()
    line, place = theme.color(Token.LINE2).name(), edge(table, STATE)
    head._is_pointed_at = False  # type: ignore[attr-defined]
    assert head.grab().toImage().pixelColor(place).name() != line
    QTest.mouseMove(head.viewport(), place)
    assert head.grab().toImage().pixelColor(place).name() == line
    assert head.viewport().cursor().shape() == Qt.CursorShape.SplitHCursor


def test_tables_of_other_names_and_those_that_keep_nothing_do_not_share(make_table: MakeTable) -> None:
    drag(make_table(kept_as="Lanes of a dialog"), STATE, 40)
    drag(make_table(kept_as=""), STATE, 50)
    assert make_table().columnWidth(STATE) == 110


@pytest.mark.parametrize("damage", [b"{", b"[]", b'{"Lanes": 3}', b'{"Lanes": {"State": "wide", "Reason": -4}}'])
def test_a_damaged_file_means_the_usual_widths(make_table: MakeTable, damage: bytes) -> None:
    usual = widths_of(make_table())
    (user_state_dir() / FILE).write_bytes(damage)
    table = make_table()
    assert widths_of(table) == usual
    drag(table, STATE, 40)
    assert make_table().columnWidth(STATE) == 150


def test_every_way_of_moving_an_edge_fills_the_table_and_keeps_the_least() -> None:
    columns = [Measure(150, 150, 60, 3), Measure(110, 110, 70), Measure(120, 120, 50, 1), Measure(90, 90, 90)]
    for room in (300, 470, 520, 900):
        start = fill(columns, room)
        for place in range(len(columns)):
            for width in range(0, 1200, 7):
                moved = move_edge(columns, start, place, width, room)
                assert all(width >= column.least for width, column in zip(moved, columns, strict=True))
                assert sum(moved) >= room
                if moved[place] <= start[place]:
                    assert sum(moved) <= max(room, sum(start))


def test_no_two_tables_of_the_pages_keep_their_widths_under_one_name() -> None:
    names: Counter[str] = Counter()
    for path in Path(str(desktop.pages.__file__)).parent.rglob("*.py"):
        for name, kept_as in re.findall(
            r'\bTable\("([^"]+)"[^\n]*?(?:kept_as="([^"]*)"|$)', path.read_text("utf-8"), re.M
        ):
            names[kept_as or name] += 1
    assert len(names) > 15
    assert {name for name, count in names.items() if count > 1} <= {"Accounts"}  # one of the two has one column

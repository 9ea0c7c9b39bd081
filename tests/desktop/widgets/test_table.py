"""The table shows cells, moves by rows, and says all of a row."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractTableModel, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QHoverEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication, QStyleOptionViewItem, QWidget
from pytestqt.qtbot import QtBot

from core.config import AppearanceSettings
from desktop.theme import Theme, Token
from desktop.widgets.empty import EmptyState, Skeleton
from desktop.widgets.progress import Part
from desktop.widgets.status import Glyph, State, Tone
from desktop.widgets.table import Bar, Cell, Column, Table, TableCard

Show = Callable[[QWidget], QWidget]
MakeRows = Callable[[list[list[Cell | None]]], QAbstractTableModel]
COLUMNS = [
    Column("Lane", 150, stretch=1),
    Column("State", 110),
    Column("Delivered", 90, numeric=True, sortable=True),
]


def lane(name: str, state: State, delivered: str) -> list[Cell | None]:
    return [Cell(name), Cell.of_state(state), Cell(delivered)]


WAITING = State(Glyph.CLOCK, "Waiting", "flood wait")


@pytest.fixture
def table(show: Show, make_rows: MakeRows, qapp: QApplication) -> Table:
    table = Table("Lanes", COLUMNS)
    rows = [lane(f"Lane {number}", WAITING, f"{number},000") for number in range(50)]
    table._rows = make_rows(rows)  # type: ignore[attr-defined]  # Qt does not keep its model alive
    table.setModel(table._rows)  # type: ignore[attr-defined]
    table.resize(600, 300)
    show(table)
    qapp.processEvents()
    return table


def test_rows_are_44_and_the_head_34_high(table: Table) -> None:
    assert table.rowHeight(0) == table.rowHeight(49) == 44
    assert table.horizontalHeader().height() == 34


def test_columns_that_stretch_share_what_is_left(table: Table) -> None:
    widths = [table.columnWidth(column) for column in range(3)]
    assert sum(widths) == table.viewport().width()
    assert widths[1:] == [110, 90]
    table.resize(900, 300)
    assert table.columnWidth(0) == table.viewport().width() - 200


def test_too_narrow_a_table_scrolls_instead_of_cutting_numbers(table: Table) -> None:
    table.resize(200, 300)
    assert [table.columnWidth(column) for column in range(3)] == [150, 110, 90]
    assert table.horizontalScrollBar().maximum() > 0


def test_arrows_home_and_end_move_by_rows_and_enter_opens(table: Table, qtbot: QtBot) -> None:
    table.setFocus()
    opened: list[int] = []
    table.opened.connect(opened.append)
    qtbot.keyClick(table, Qt.Key.Key_Home)
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert table.chosen_row == 1
    qtbot.keyClick(table, Qt.Key.Key_Return)
    qtbot.keyClick(table, Qt.Key.Key_End)
    assert table.chosen_row == 49
    qtbot.keyClick(table, Qt.Key.Key_Home)
    assert table.chosen_row == 0
    assert opened == [1]


def test_tab_leaves_the_table(table: Table) -> None:
    assert not table.tabKeyNavigation()


def colors_of_row(table: Table, row: int, left: int = 0) -> set[str]:
    box = table._row_box(row)
    image = table.viewport().grab(box).toImage()
    return {image.pixelColor(x, y).name() for x in range(left, image.width()) for y in range(2, image.height() - 2)}


def test_the_row_under_the_pointer_and_the_chosen_row_have_their_ground(table: Table, theme: Theme) -> None:
    place = QPointF(20, table.rowViewportPosition(2) + 5)
    QApplication.sendEvent(table.viewport(), QHoverEvent(QHoverEvent.Type.HoverMove, place, place, place))
    table.selectRow(1)
    assert theme.color(Token.HOVER).name() in colors_of_row(table, 2)
    assert {theme.color(Token.SELECT).name(), theme.color(Token.ACCENT).name()} <= colors_of_row(table, 1)
    QApplication.sendEvent(table.viewport(), QHoverEvent(QHoverEvent.Type.HoverLeave, QPoint(-1, -1), place, place))
    assert theme.color(Token.HOVER).name() not in colors_of_row(table, 2)


def test_the_keyboard_shows_a_ring_and_the_pointer_does_not(table: Table, theme: Theme, qtbot: QtBot) -> None:
    table.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(table, Qt.Key.Key_Home)
    ring = theme.color(Token.FOCUS).name()
    assert ring in colors_of_row(table, 0, left=100)
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(100, 60))
    assert ring not in colors_of_row(table, 1, left=100)


def test_a_state_is_drawn_in_its_colour(table: Table, theme: Theme) -> None:
    assert theme.color(Token.WARN).name() in colors_of_row(table, 0)


def test_numbers_stand_at_the_right(table: Table) -> None:
    box = table.visualRect(table.model().index(9, 2))
    table.scrollTo(table.model().index(9, 2))
    box = table.visualRect(table.model().index(9, 2))
    image = table.viewport().grab(box).toImage()
    ground = image.pixelColor(1, 5)
    inked = [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y) != ground for y in range(10, image.height() - 10))
    ]
    assert image.width() - 18 <= max(inked) <= image.width() - 12


def test_a_missing_value_is_a_dash_and_an_unloaded_one_is_blank(show: Show, make_rows: MakeRows) -> None:
    table = Table("Things", [Column("One", 100)])
    rows = make_rows([[Cell()], [None]])
    table.setModel(rows)
    show(table)
    assert len(colors_of_row(table, 0)) > 1
    assert len(colors_of_row(table, 1)) == 1


@pytest.mark.parametrize(
    "cell",
    [
        Cell("Desk DE 2", "+1 202 555 0164", avatar=(2, False)),
        Cell("Kyiv", "@kyiv_bot", avatar=(3, True)),
        Cell("14 of 40", bar=Bar((Part(14, Tone.GOOD),), 40)),
        Cell(bar=Bar((Part(14, Tone.GOOD, "delivered"),), 40)),
        Cell(tags=(("EU", Tone.MUTE), ("exclusive", Tone.ACCENT), ("x" * 90, Tone.BAD))),
        Cell(trend=(1, None, 3, 4)),
        Cell(trend=(None,)),
        Cell("half rate until then", lead="Fri 09:12", tone=Tone.WARN),
        Cell("森田 ゆき · 09:00 in Tokyo", "ليلى المنصوري"),
    ],
)
def test_every_kind_of_cell_stays_inside_its_row(cell: Cell, show: Show, make_rows: MakeRows, theme: Theme) -> None:
    table = Table("Things", [Column("One", 120)])
    rows = make_rows([[None], [cell], [None]])
    table.setModel(rows)
    table.resize(120, 220)
    show(table)
    surface, line = theme.color(Token.SURFACE).name(), theme.color(Token.LINE).name()
    for neighbour in (0, 2):
        assert colors_of_row(table, neighbour) <= {surface, line}
    assert len(colors_of_row(table, 1)) > 1 or cell.trend == (None,)


def test_a_screen_reader_hears_state_and_reason(table: Table) -> None:
    index = table.model().index(0, 1)
    assert table.model().data(index, Qt.ItemDataRole.AccessibleTextRole) == "Waiting, flood wait"
    assert table.model().data(index, Qt.ItemDataRole.DisplayRole) == "Waiting"
    reader = QAccessible.queryAccessibleInterface(table)
    assert reader.text(QAccessible.Text.Name) == "Lanes"
    assert "Waiting, flood wait" in {reader.child(place).text(QAccessible.Text.Name) for place in range(10)}


def test_a_bar_is_spoken_with_its_figures() -> None:
    assert Cell(bar=Bar((Part(14, Tone.GOOD, "delivered"),), 40)).spoken == "14 delivered"


def test_only_a_sorted_column_has_an_arrow(table: Table, qtbot: QtBot) -> None:
    before = table.horizontalHeader().grab().toImage()
    asked: list[int] = []
    table.horizontalHeader().sectionClicked.connect(asked.append)
    table.set_sorted(2, Qt.SortOrder.DescendingOrder)
    assert table.horizontalHeader().grab().toImage() != before
    place = QPoint(table.columnViewportPosition(2) + 20, 10)
    qtbot.mouseClick(table.horizontalHeader().viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert asked == [2]


def test_a_placeholder_takes_the_place_of_the_rows_and_gives_it_back(table: Table, theme: Theme) -> None:
    empty = EmptyState("mdi6.magnify", "Nobody matches “kaisa” and 2 filters", "500 people are in this workspace.")
    table.set_placeholder(empty)
    assert empty.isVisible()
    assert empty.size() == table.viewport().size()
    assert theme.color(Token.WARN).name() not in colors_of_row(table, 0)
    table.set_placeholder(Skeleton())
    assert empty.isHidden()
    table.set_placeholder(None)
    assert table.placeholder is None
    assert theme.color(Token.WARN).name() in colors_of_row(table, 0)


def test_a_model_with_other_columns_is_refused(table: Table, make_rows: MakeRows) -> None:
    with pytest.raises(ValueError, match="1 columns, the table 3"):
        table.setModel(make_rows([[Cell()]]))


def test_text_size_makes_rows_higher(table: Table, theme: Theme) -> None:
    theme.apply(AppearanceSettings(scheme="light", text_size=130))
    assert table.rowHeight(0) == 57


def test_a_card_titles_its_table(qtbot: QtBot) -> None:
    card = TableCard(Table("Lanes", COLUMNS), "Lanes", "one per account")
    qtbot.addWidget(card)
    assert card.title.text() == "Lanes"
    assert card.explanation.text() == "one per account"


@pytest.mark.parametrize("word", ["שָׁלוֹם", "李雷", "김민준"])
def test_letters_of_other_scripts_are_neither_cut_nor_move_the_line(
    show: Show, make_rows: MakeRows, word: str
) -> None:
    table = Table("People", [Column("Person", 300)])
    table._rows = make_rows([[Cell("x", detail="@x")], [Cell(f"x {word}", detail="@x")]])  # type: ignore[attr-defined]
    table.setModel(table._rows)  # type: ignore[attr-defined]
    show(table)

    def painted(row: int) -> QImage:
        option = QStyleOptionViewItem()
        option.rect = QRect(0, 0, 300, 44)
        image = QImage(option.rect.size(), QImage.Format.Format_ARGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        table.itemDelegate().paint(painter, option, table.model().index(row, 0))
        painter.end()
        return image.copy(0, 0, 20, 43)  # the letter x

    assert painted(0) == painted(1)

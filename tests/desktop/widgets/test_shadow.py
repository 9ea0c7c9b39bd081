"""What floats has a shadow that follows it, and a key pressed in it paints nothing of what lies below."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from pytestqt.qtbot import QtBot

from desktop.frame.commands import Command, Group
from desktop.frame.palette import CommandPalette
from desktop.widgets.shadow import float_above
from tests.desktop.leaks import LeakCheck

Show = Callable[[QWidget], QWidget]


@pytest.fixture
def window(show: Show) -> QWidget:
    window = QWidget()
    window.setStyleSheet("background: white")
    window.resize(700, 500)
    return show(window)


def card_on(window: QWidget, height: int = 200) -> QFrame:
    card = QFrame(window)
    card.setGeometry(150, 100, 300, height)
    float_above(card)
    card.show()
    return card


def darkness(window: QWidget, x: int, y: int) -> int:
    return 255 - window.grab().toImage().pixelColor(x, y).red()


@pytest.mark.parametrize("height", [200, 30])
def test_the_shadow_lies_below_and_softens_outwards(window: QWidget, height: int) -> None:
    card = card_on(window, height)
    bottom = card.geometry().bottom()
    near, far = darkness(window, 300, bottom + 6), darkness(window, 300, bottom + 30)
    assert near > far > 0
    assert darkness(window, 300, bottom + 60) == 0
    assert darkness(window, 300, card.y() - 6) < near  # it falls downwards
    assert darkness(window, 300, card.y() + 10) == 0  # nothing on the card


def test_the_shadow_follows_comes_and_goes(window: QWidget) -> None:
    card = card_on(window)
    card.setGeometry(100, 50, 400, 300)
    assert darkness(window, 300, 356) > 0
    card.hide()
    assert darkness(window, 300, 356) == 0
    card.show()
    card.raise_()
    assert darkness(window, 300, 356) > 0
    assert darkness(window, 300, 200) == 0


def test_a_click_beside_the_card_reaches_what_lies_below(window: QWidget) -> None:
    card = card_on(window)
    assert window.childAt(card.geometry().bottomRight() + QPoint(5, 5)) is None


def test_the_shadow_goes_with_its_card(window: QWidget) -> None:
    check = LeakCheck()
    card = card_on(window)
    bottom = card.geometry().bottom()
    card.deleteLater()
    del card
    check.assert_clean()
    assert darkness(window, 300, bottom + 6) == 0


class Painted(QObject):
    """Where a widget was painted."""

    def __init__(self) -> None:
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return False


def test_a_key_in_the_palette_does_not_paint_what_lies_below_its_lines(
    window: QWidget, qtbot: QtBot, qapp: QApplication
) -> None:
    page = QWidget(window)
    page.setGeometry(window.rect())
    page.show()
    commands = [Command(id=str(one), group=Group.DO, title=f"Pause {one}", act=list) for one in range(30)]
    palette = CommandPalette(window, lambda: commands)
    palette.open()
    lines = palette._view.viewport()
    place = lines.rect().translated(lines.mapTo(window, QPoint(0, 0)))
    qtbot.waitUntil(lambda: palette._search.hasFocus())
    qapp.processEvents()
    painted, seen = Painted(), Painted()
    page.installEventFilter(painted)
    lines.installEventFilter(seen)
    qtbot.keyClick(palette._search, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: not seen.region.isEmpty())
    qtbot.waitUntil(lambda: not painted.region.isEmpty())  # the line of the words shows it through
    assert not painted.region.intersects(place.adjusted(0, 8, 0, -8))

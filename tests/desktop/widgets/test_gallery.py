"""The page with all parts: everything has a name, nothing stays behind, both schemes can be drawn."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtWidgets import QWidget

from core.config import AppearanceSettings
from desktop.pictures.gallery import main, make_gallery
from desktop.theme import Theme
from desktop.widgets.painted import Painted
from tests.desktop.leaks import LeakCheck

Show = Callable[[QWidget], QWidget]
DECORATION = {"_Swatch", "_Dash", "_Tile", "Avatar", "Mark"}


def test_whatever_takes_the_focus_or_paints_figures_has_a_name(show: Show) -> None:
    page = show(make_gallery())
    nameless = []
    for widget in page.findChildren(QWidget):
        reader = QAccessible.queryAccessibleInterface(widget)
        takes_focus = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible()
        paints = isinstance(widget, Painted) and type(widget).__name__ not in DECORATION
        if (takes_focus or paints) and not reader.text(QAccessible.Text.Name):
            nameless.append(widget)
    assert not nameless


@pytest.mark.slow
@pytest.mark.parametrize("size", [90, 100, 130])
def test_no_word_is_clipped_at_any_text_size(size: int, show: Show, theme: Theme) -> None:
    theme.apply(AppearanceSettings(scheme="light", text_size=size))
    page = show(make_gallery())
    page.resize(page.sizeHint().expandedTo(page.size()))
    for widget in page.findChildren(Painted):
        assert widget.height() >= min(widget.minimumSizeHint().height(), widget.maximumHeight())


@pytest.mark.slow
def test_the_page_leaves_nothing_behind(no_leaks: LeakCheck, theme: Theme) -> None:
    for _ in range(3):
        page = make_gallery()
        page.show()
        theme.apply(AppearanceSettings(scheme="dark"))
        page.close()
        page.deleteLater()
        del page
        theme.apply(AppearanceSettings(scheme="light"))


@pytest.mark.slow
def test_the_command_writes_both_pictures(tmp_path: Path) -> None:
    main(tmp_path / "pictures")
    light, dark = (QImage(str(tmp_path / "pictures" / f"components-{scheme}.png")) for scheme in ("light", "dark"))
    assert light.width() >= 1360
    assert light.pixelColor(5, 5).lightness() > 200 > dark.pixelColor(5, 5).lightness()

"""Pictures of the tray icon in the sizes of trays, and of the settings of notifications."""

from collections.abc import Awaitable, Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from desktop.frame.tray_icon import badge_words, paint_tray
from desktop.main_window import MainWindow
from desktop.pages.settings.page import SettingsPage
from desktop.theme import Role, Theme
from desktop.widgets.labels import label

_SIZES: Final = (16, 22, 32, 64)
_COUNTS: Final = (0, 3, 12, 99, 4_000)


class TrayStrip(QWidget):
    """Every size with every kind of number, at the left for a live workspace, at the right for a sandbox."""

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._theme = Theme.of_application()
        self._theme.changed.connect(self._fill)
        self._grid = QGridLayout(self)
        self._grid.setSpacing(14)
        self._pictures: list[tuple[QLabel, int, int, bool]] = []
        for row, size in enumerate(_SIZES, 1):
            self._grid.addWidget(label(f"{size} px", Role.HINT), row, 0)
            for column, count in enumerate((*_COUNTS, *_COUNTS), 1):
                if row == 1:
                    self._grid.addWidget(label(badge_words(count) or "none", Role.HINT), 0, column)
                picture = QLabel()
                self._grid.addWidget(picture, row, column)
                self._pictures.append((picture, size, count, column > len(_COUNTS)))
        self._fill()

    def _fill(self) -> None:
        for picture, size, count, is_sandbox in self._pictures:
            picture.setPixmap(paint_tray(self._theme, size, is_sandbox=is_sandbox, count=count))


async def take_notice_pictures(window: MainWindow, take: Callable[[str, QWidget], Awaitable[None]]) -> None:
    window.navigate("settings")
    page = window.page
    assert isinstance(page, SettingsPage)
    page.show_section("notifications")
    await take("settings-notifications", window)
    strip = TrayStrip()
    strip.show()
    await take("tray", strip)
    strip.close()
    strip.deleteLater()

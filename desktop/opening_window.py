"""The window that stands there while the console is loaded: its ground and its mark, without anything of the workspace."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from PySide6.QtCore import QEventLoop, QRectF, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from core.config import AppearanceSettings
from core.config_file import read_config
from core.errors import AppError, ConfigurationError
from core.workspace import Workspace
from desktop.qt_check import check_window_possible
from desktop.recent import RecentWorkspaces, is_workspace
from desktop.theme import Role, Theme, Token, install_theme
from desktop.widgets.identity import paint_mark

FIRST: Final = (1360, 860)
"""The size in which a window opens."""
SIDE_BAR_WIDTH: Final = 216
PATIENCE_MS: Final = 300  # for a desktop that shows windows late; then the rest is loaded all the same
OVERLAP_MS: Final = 100  # until the window that takes the place has been painted

_kept: list[QApplication | QWidget] = []  # Qt deletes what nobody holds


class OpeningWindow(QWidget):
    """Stands in the place of the console's window; `show_in_place` puts that there."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("Wireroom")
        self.setAccessibleName("Wireroom opens")
        self.resize(*FIRST)
        self.is_painted = False

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, box = Theme.of_application(), self.rect()
        painter = QPainter(self)
        painter.fillRect(box, theme.color(Token.CANVAS))
        width = theme.px(SIDE_BAR_WIDTH)
        painter.fillRect(0, 0, width, box.height(), theme.color(Token.CHROME))
        painter.fillRect(width, 0, 1, box.height(), theme.color(Token.LINE))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        mark = QRectF(16, 18, 28, 28)
        paint_mark(painter, mark, theme.color(Token.ACCENT), theme.color(Token.ON_ACCENT))
        painter.setFont(theme.font(Role.H3))
        painter.setPen(theme.color(Token.TEXT))
        painter.drawText(54, 37, "Wireroom")
        painter.end()
        self.is_painted = True


def show_for(folder: Path | None) -> None:
    """For this workspace, or that of the last time. Nothing is shown where something else than its window comes."""
    with suppress(AppError):  # whoever opens the window says what is wrong
        check_window_possible()
        folder = folder or next(iter(RecentWorkspaces().list_folders()), None)
        if folder is not None and is_workspace(folder) and not _has_window(Workspace(folder)):
            application = make_application(folder)
            window = OpeningWindow()
            _kept.append(window)
            window.show()
            waited = QTimer(singleShot=True, interval=PATIENCE_MS)
            waited.start()
            while not window.is_painted and waited.isActive():
                application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def make_application(folder: Path | None) -> QApplication:
    """The one application, in the clothes that the settings of this workspace ask for."""
    application = QApplication.instance() or QApplication(["wireroom"])
    assert isinstance(application, QApplication)
    if application not in _kept:
        _kept.append(application)
    application.setApplicationName("Wireroom")
    application.setApplicationDisplayName("Wireroom")
    application.setDesktopFileName("wireroom")
    install_theme(application, _read_appearance(folder))
    return application


def show_in_place(window: QWidget) -> None:
    """Show this window where the opening one stands, which goes."""
    for opening in _opening_windows():
        window.setGeometry(opening.geometry())
    window.show()
    close_opening(OVERLAP_MS)


def close_opening(after_ms: int = 0) -> None:
    """Something else is there to be looked at. Harmless when there is no opening window."""
    for opening in _opening_windows():
        _kept.remove(opening)
        QTimer.singleShot(after_ms, opening.deleteLater)


def _has_window(workspace: Workspace) -> bool:
    """As core.locks finds out, which loads four times as much; here it only spares a second start a window that flashes."""
    try:
        import fcntl

        with workspace.console_lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except (ImportError, FileNotFoundError):
        return False
    except OSError:
        return True
    return False


def _opening_windows() -> list[OpeningWindow]:
    return [each for each in _kept if isinstance(each, OpeningWindow)]


def _read_appearance(folder: Path | None) -> AppearanceSettings:
    if folder is None:
        return AppearanceSettings()
    try:
        return read_config(Workspace(folder).config_path).appearance
    except ConfigurationError:
        return AppearanceSettings()  # opening the workspace says what is wrong with its settings

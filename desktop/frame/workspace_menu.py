"""The menu of the workspace's name: other workspaces, its folder, its settings."""

from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMenu, QWidget


class WorkspaceMenu(QMenu):
    """Emits what was chosen; deletes itself when it closes."""

    openRequested = Signal()
    makeRequested = Signal()
    settingsRequested = Signal()
    backUpRequested = Signal()
    aboutRequested = Signal()

    def __init__(self, folder: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self._folder = folder
        self.aboutToHide.connect(self.deleteLater)
        self.addAction("Open a workspace…").triggered.connect(self.openRequested)
        self.addAction("Make a workspace…").triggered.connect(self.makeRequested)
        self.addSeparator()
        self.addAction("Show its folder").triggered.connect(self._show_folder)
        self.addAction("Back up now…").triggered.connect(self.backUpRequested)
        self.addAction("Settings").triggered.connect(self.settingsRequested)
        self.addAction("About Wireroom").triggered.connect(self.aboutRequested)

    def _show_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

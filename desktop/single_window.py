"""One window per workspace: a second start brings the first one forward by a file, which the first one takes away.

A file and no socket: its path may be longer than the 107 bytes of a socket's, and nothing listens that others could
connect to.
"""

import time
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, Signal

from core.errors import WorkspaceBusy
from core.files import write_atomic
from core.workspace import Workspace

FILE_NAME = "come-forward"
PATIENCE_S = 3.0  # a window whose loop turns answers within one tick


def raise_first_window(workspace: Workspace, *, patience_s: float = PATIENCE_S) -> None:
    """Ask the window that holds this workspace to come forward. Raises WorkspaceBusy when it does not answer."""
    path = workspace.run / FILE_NAME
    write_atomic(path, b"")
    end_s = time.monotonic() + patience_s
    while time.monotonic() < end_s:
        if not path.exists():
            return
        time.sleep(0.02)
    path.unlink(missing_ok=True)
    raise WorkspaceBusy(
        "Another window of this workspace is open, and it does not answer.",
        hint="Close it, or end its process, then open Wireroom again.",
    )


class ForwardSignal(QObject):
    """In the first window: tells when a second start asked."""

    asked = Signal()

    def __init__(self, workspace: Workspace, parent: QObject) -> None:
        super().__init__(parent)
        self._path: Path = workspace.run / FILE_NAME
        self._path.unlink(missing_ok=True)
        self._watcher = QFileSystemWatcher([str(workspace.run)], self)
        self._watcher.directoryChanged.connect(self._look)

    def _look(self) -> None:
        if self._path.exists():
            self._path.unlink(missing_ok=True)
            self.asked.emit()

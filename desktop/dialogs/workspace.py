"""Opening a workspace, or making one: a folder is asked for and checked in place."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QRadioButton, QWidget

from core.domain.account import WorkspaceKind
from desktop.dialogs.dialog import Dialog
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.fields import Field
from desktop.widgets.labels import label


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceChoice:
    """A folder to open; `kind` when the workspace is to be made in it."""

    folder: Path
    kind: WorkspaceKind | None = None


class _FolderField(QWidget):
    """A path to type, and a button that opens the system's own chooser."""

    def __init__(self, text: str) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.entry = QLineEdit(text)
        self.entry.setAccessibleName("Folder")
        row.addWidget(self.entry, 1)
        browse = Button("Browse…", "mdi6.folder-open-outline")
        browse.clicked.connect(self._browse)
        row.addWidget(browse)
        self.setFocusProxy(self.entry)

    def _browse(self) -> None:
        chooser = QFileDialog(self, "Choose a folder", self.entry.text())
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.fileSelected.connect(self.entry.setText)
        chooser.open()


class OpenWorkspaceDialog(Dialog):
    """Accepted: `choice` is a folder in which there is a workspace."""

    def __init__(self, parent: QWidget, recent: Sequence[Path], is_workspace: Callable[[Path], bool]) -> None:
        super().__init__(parent, "Open a workspace", width=560)
        self._is_workspace = is_workspace
        if recent:
            self.body.addWidget(label("Latest", Role.LABEL))
            self._list = QListWidget()
            self._list.setObjectName("plain")
            self._list.setAccessibleName("Workspaces opened lately")
            for folder in recent:
                item = QListWidgetItem(f"{folder.name}   {folder.parent}")
                item.setData(Qt.ItemDataRole.UserRole, str(folder))
                self._list.addItem(item)
            self._list.setFixedHeight(min(len(recent), 5) * 36 + 6)
            self._list.itemClicked.connect(self._take)
            self._list.itemActivated.connect(self._take_and_open)
            self.body.addWidget(self._list)
        self._folder = _FolderField(str(recent[0]) if recent else "")
        self._field = Field("Folder of the workspace", self._folder)
        self.body.addWidget(self._field)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.add_action("Open", kind=Kind.PRIMARY, is_default=True).clicked.connect(self._check)

    @property
    def entry(self) -> QLineEdit:
        return self._folder.entry

    @property
    def choice(self) -> WorkspaceChoice:
        return WorkspaceChoice(folder=Path(self.entry.text()).expanduser())

    def _take(self, item: QListWidgetItem) -> None:
        self.entry.setText(item.data(Qt.ItemDataRole.UserRole))

    def _take_and_open(self, item: QListWidgetItem) -> None:
        self._take(item)
        self._check()

    def _check(self) -> None:
        if self.entry.text().strip() and self._is_workspace(self.choice.folder):
            self.accept()
            return
        self._field.set_error("There is no workspace in this folder. Make one, or choose another folder.")
        self.fit()


class MakeWorkspaceDialog(Dialog):
    """Accepted: `choice` is a folder that is new or empty, and the kind, which is fixed from then on."""

    def __init__(self, parent: QWidget, suggestion: Path, *, kind: WorkspaceKind | None = None) -> None:
        """`kind`: is not asked for."""
        super().__init__(parent, "Make a workspace", width=560)
        self.add_text("One folder holds everything: people, campaigns, settings, keys and logs.")
        self._folder = _FolderField(str(suggestion))
        self._field = Field("Folder", self._folder, "A new name, or an empty folder on a disk of this computer")
        self.body.addWidget(self._field)
        if kind is None:
            self.body.addWidget(label("Kind, fixed from then on", Role.LABEL))
        self._sandbox = QRadioButton("Sandbox: a small Telegram on this computer. Nothing leaves it.")
        self._live = QRadioButton("Production: for accounts and bots of your own at Telegram.")
        self._live.setChecked(kind is WorkspaceKind.LIVE)
        self._sandbox.setChecked(kind is not WorkspaceKind.LIVE)
        for button in (self._sandbox, self._live):
            self.body.addWidget(button)
            button.setHidden(kind is not None)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.add_action("Make it", kind=Kind.PRIMARY, is_default=True).clicked.connect(self._check)

    @property
    def entry(self) -> QLineEdit:
        return self._folder.entry

    @property
    def choice(self) -> WorkspaceChoice:
        kind = WorkspaceKind.SANDBOX if self._sandbox.isChecked() else WorkspaceKind.LIVE
        return WorkspaceChoice(folder=Path(self.entry.text()).expanduser(), kind=kind)

    def _check(self) -> None:
        folder = self.choice.folder
        if not self.entry.text().strip():
            self._refuse("Name a folder")
        elif folder.is_file():
            self._refuse("This is a file. Choose a name that is not taken")
        elif folder.is_dir() and any(not entry.name.startswith(".") for entry in folder.iterdir()):
            self._refuse("This folder holds other things, which are left alone. Choose an empty one or a new name")
        else:
            self.accept()

    def _refuse(self, reason: str) -> None:
        self._field.set_error(reason)
        self.fit()

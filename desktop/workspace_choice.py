"""Asks which workspace to open, or where to make one."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from core.domain.account import WorkspaceKind
from desktop.dialogs.workspace import MakeWorkspaceDialog, OpenWorkspaceDialog, WorkspaceChoice
from desktop.event_loop import ask_for
from desktop.recent import RecentWorkspaces, is_workspace


async def ask_to_open(parent: QWidget, recent: RecentWorkspaces) -> WorkspaceChoice | None:
    """A folder with a workspace; None: the person thought better of it."""
    dialog = OpenWorkspaceDialog(parent, recent.list_folders(), is_workspace)
    return await ask_for(dialog, lambda: dialog.choice)


async def ask_to_make(parent: QWidget, *, kind: WorkspaceKind | None = None) -> WorkspaceChoice | None:
    """A folder for a new workspace, of this kind or of the one that is chosen.

    None: the person thought better of it.
    """
    dialog = MakeWorkspaceDialog(parent, _free_folder(Path.home() / "Wireroom"), kind=kind)
    return await ask_for(dialog, lambda: dialog.choice)


def _free_folder(wanted: Path) -> Path:
    """This one, or with a number behind it where it is taken."""
    folder, number = wanted, 1
    while folder.exists():
        number += 1
        folder = wanted.with_name(f"{wanted.name} {number}")
    return folder

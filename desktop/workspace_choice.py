"""Asks which workspace to open, or where to make one."""

from pathlib import Path

from PySide6.QtWidgets import QWidget

from desktop.dialogs.workspace import MakeWorkspaceDialog, OpenWorkspaceDialog, WorkspaceChoice
from desktop.event_loop import ask_for
from desktop.recent import RecentWorkspaces, is_workspace


async def ask_to_open(parent: QWidget, recent: RecentWorkspaces) -> WorkspaceChoice | None:
    """A folder with a workspace; None: the person thought better of it."""
    dialog = OpenWorkspaceDialog(parent, recent.list_folders(), is_workspace)
    return await ask_for(dialog, lambda: dialog.choice)


async def ask_to_make(parent: QWidget) -> WorkspaceChoice | None:
    """A folder for a new workspace and its kind; None: the person thought better of it."""
    dialog = MakeWorkspaceDialog(parent, Path.home() / "Wireroom")
    return await ask_for(dialog, lambda: dialog.choice)

"""Which workspaces this person opened lately, and where a sandbox of theirs goes: kept beside the other lists per user."""

import json
from pathlib import Path

from core.files import storage_errors, write_atomic
from core.workspace import Workspace, user_state_dir

MOST = 8


class RecentWorkspaces:
    """The newest first; folders that are gone are left out."""

    def __init__(self) -> None:
        self._path = user_state_dir() / "recent-workspaces.json"

    def list_folders(self) -> list[Path]:
        with storage_errors(self._path):
            try:
                names = json.loads(self._path.read_bytes())
            except (FileNotFoundError, ValueError):  # a list of conveniences: a damaged one is begun anew
                return []
        folders = [Path(name) for name in names if isinstance(name, str)] if isinstance(names, list) else []
        return [folder for folder in folders if is_workspace(folder)]

    def remember(self, folder: Path) -> None:
        """This one was opened just now."""
        folders = [folder, *(known for known in self.list_folders() if known != folder)][:MOST]
        write_atomic(self._path, json.dumps([str(known) for known in folders]).encode())


def is_workspace(folder: Path) -> bool:
    """Whether a workspace was made in this folder."""
    return Workspace(folder).database_path.is_file()


def new_sandbox_folder() -> Path:
    """A folder that is not taken, for a sandbox to throw away."""
    home = user_state_dir() / "sandboxes"
    number = 1
    while (home / f"Sandbox {number}").exists():
        number += 1
    return home / f"Sandbox {number}"

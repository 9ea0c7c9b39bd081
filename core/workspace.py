"""The folder of a workspace: the names of its files, how it is made, and when it is refused.

Also the one folder per user outside all workspaces. What is in the files belongs to others.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from core.errors import WorkspaceError
from core.files import make_private_folder, storage_errors

MOUNTS = Path("/proc/self/mounts")  # Linux; absent elsewhere, and then nothing is said about the file system

# SQLite's WAL needs shared memory between processes (sqlite.org/wal.html: "does not work over a network
# filesystem"). File system types as Linux names them; "fuse." types are those that speak to another machine.
NETWORK_FILE_SYSTEMS = frozenset(
    {
        "9p", "afs", "beegfs", "ceph", "cifs", "davfs", "fuse.ceph", "fuse.davfs2", "fuse.gcsfuse", "fuse.glusterfs",
        "fuse.rclone", "fuse.s3fs", "fuse.smbnetfs", "fuse.sshfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4",
        "smb3", "smbfs", "vboxsf",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Workspace:
    """One folder: database, settings, secrets, logs. The only place that knows the names in it."""

    folder: Path

    @property
    def config_path(self) -> Path:
        """The settings (TOML)."""
        return self.folder / "wireroom.toml"

    @property
    def database_path(self) -> Path:
        """The database (SQLite in WAL mode; two more files beside it while it is open)."""
        return self.folder / "workspace.db"

    @property
    def vault(self) -> Path:
        """Encrypted secrets, one file each."""
        return self.folder / "vault"

    @property
    def logs(self) -> Path:
        """Rotating logs, one file per kind of process."""
        return self.folder / "logs"

    @property
    def backups(self) -> Path:
        """Copies of the database, made before each migration and on request."""
        return self.folder / "backups"

    @property
    def sandbox(self) -> Path:
        """What the embedded sandbox keeps: its people, messages and ledger."""
        return self.folder / "sandbox"

    @property
    def media(self) -> Path:
        """Photos and files of messages, each under the SHA-256 of its content."""
        return self.folder / "media"

    @property
    def run(self) -> Path:
        """Locks of running processes."""
        return self.folder / "run"

    @property
    def console_lock(self) -> Path:
        """Locked by the one window of the workspace."""
        return self.run / "console.lock"


def open_workspace(folder: Path, *, mounts: Path = MOUNTS) -> Workspace:
    """The workspace in `folder`, made when absent; readable by its owner only (0700).

    Raises WorkspaceError for a file, a folder that holds other things, and a network share; StorageReadOnly
    where it cannot be written; StorageFull. A refused folder is left as it was.
    """
    workspace = Workspace(folder.expanduser().resolve())
    with storage_errors(workspace.folder):
        _refuse_foreign(workspace)
    share = network_share_of(workspace.folder, mounts=mounts)
    if share is not None:
        raise WorkspaceError(
            f"{workspace.folder} lies on a network share ({share}). The database needs memory that console and "
            "worker share, and a network share cannot give it.",
            hint="Choose a folder on a disk of this computer.",
            detail=share,
        )
    make_private_folder(workspace.folder)
    # The vault first: a folder that has one is known as a workspace, should this be interrupted.
    for part in (
        workspace.vault,
        workspace.logs,
        workspace.backups,
        workspace.media,
        workspace.sandbox,
        workspace.run,
    ):
        make_private_folder(part)
    check_writable(workspace.folder)
    return workspace


def check_writable(folder: Path) -> None:
    """Write and remove a small file in `folder`; raises StorageReadOnly or StorageFull. Modes alone do not tell."""
    with storage_errors(folder), tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"wireroom")
        file.flush()
        os.fsync(file.fileno())


def network_share_of(path: Path, *, mounts: Path = MOUNTS) -> str | None:
    """The type of the network file system that `path` lies (or would lie) on, or None; Linux only."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except FileNotFoundError:
        return None
    best_length, best_type = -1, ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_unescape(fields[1]))
        # A later mount over the same point hides the earlier one, hence >=.
        if path.is_relative_to(point) and len(point.parts) >= best_length:
            best_length, best_type = len(point.parts), fields[2]
    return best_type if best_type in NETWORK_FILE_SYSTEMS else None


def user_state_dir() -> Path:
    """The folder per user, outside workspaces (0700): account locks and the list of known workspaces.

    `WIREROOM_STATE_DIR` names another one, for tests and for two installations on one machine.
    """
    given = os.environ.get("WIREROOM_STATE_DIR")
    folder = Path(given) if given else platformdirs.user_state_path("wireroom", appauthor=False)
    make_private_folder(folder)
    return folder


def _refuse_foreign(workspace: Workspace) -> None:
    if not workspace.folder.exists():
        return
    if not workspace.folder.is_dir():
        raise WorkspaceError(f"{workspace.folder} is a file.", hint="Choose a folder, or a name that is not taken.")
    known = (workspace.vault, workspace.config_path, workspace.database_path)
    if any(path.exists() for path in known):
        return
    if any(not entry.name.startswith(".") for entry in workspace.folder.iterdir()):
        # Its rights would be narrowed to 0700: not to be done to somebody's documents or to /tmp.
        raise WorkspaceError(
            f"{workspace.folder} holds other things, so it was left alone.",
            hint="Choose an empty folder or a new name.",
        )


def _unescape(point: str) -> str:
    # The kernel writes blank, tab, newline and backslash in mount points as octal (fs/proc_namespace.c, mangle).
    for code, char in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        point = point.replace(code, char)
    return point

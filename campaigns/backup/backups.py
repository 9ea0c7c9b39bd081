"""Backing up a workspace while it works: the database at one moment, then its secrets, settings and media, in one file."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Final, Protocol

from campaigns.backup.archive import (
    DATABASE,
    FOLDERS,
    FORMAT,
    SETTINGS,
    Manifest,
    Source,
    Tell,
    read_manifest,
    write_archive,
)
from core.clock import Clock
from core.domain.account import WorkspaceKind
from core.erased_list import ErasedLists
from core.errors import BackupDamaged, BackupTooNew, UserInputError, WorkspaceBusy
from core.files import storage_errors
from core.locks import backup_lock
from core.secrets.choice import StoreKind
from core.secrets.manager import remembered_kind
from core.workspace import Workspace

SUFFIX: Final = ".wireroom-backup"
PARTIAL: Final = "backup-under-way.partial"
COPY_PART: Final = 0.4  # of the progress: copying is about as much work as packing is

KEY_WORDS: Final = {
    StoreKind.KEYRING: "Its secrets open only where the key store of this computer and user is.",
    StoreKind.PASSPHRASE: "Its secrets open with the passphrase of the workspace, which is not in the backup.",
    StoreKind.MEMORY: "The key of its secrets was kept for one run only: its accounts have to be signed in again.",
}
"""What it takes to open the secrets of a backup, by where their key lies."""


class CopiedDatabase(Protocol):
    """What the copy of a database says about itself."""

    @property
    def workspace_id(self) -> str: ...
    @property
    def kind(self) -> WorkspaceKind: ...
    @property
    def generation(self) -> int: ...
    @property
    def schema(self) -> int: ...


CopyDatabase = Callable[[Path, Path, Tell], CopiedDatabase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """A backup that is whole and on the disk."""

    path: Path
    manifest: Manifest
    size: int  # bytes
    removed: tuple[Path, ...]  # older ones of this workspace, beyond how many are kept


class Backups:
    """Makes backups of one workspace. `version` is that of the program; `lists` says who was erased, beside them."""

    def __init__(
        self, workspace: Workspace, copy: CopyDatabase, clock: Clock, version: str, lists: ErasedLists | None = None
    ) -> None:
        self._workspace = workspace
        self._copy = copy
        self._clock = clock
        self._version = version
        self._lists = lists

    def key_words(self) -> str:
        """What it will take to open the secrets of a backup made now; '': there are none. Reads a small file."""
        kind = remembered_kind(self._workspace)
        return "" if kind is None else KEY_WORDS[kind]

    def suggest_name(self) -> str:
        """A file name that says whose and when."""
        return f"{self._workspace.folder.name}-{self._clock.now():%Y%m%dT%H%M%SZ}{SUFFIX}"

    def make(self, target: Path, tell: Tell, *, overwrite: bool = False, keep: int | None = None) -> Backup:
        """Write a backup to a file, or into a folder under a name that says when; nothing that sends is held up. Blocks.

        `keep`: in that folder so many of this workspace stay, the newest. Whatever `tell` raises ends it, with nothing
        left behind. Raises UserInputError (a name that is taken, a place inside the workspace), WorkspaceBusy when
        another one is being made, StorageError.
        """
        target = target.expanduser().resolve()
        is_folder = target.is_dir()
        if keep is not None and (keep < 1 or not is_folder):
            raise UserInputError(
                "Only in a folder can older backups be counted, and at least one is kept.",
                hint="Name a folder that exists.",
            )
        if target.is_relative_to(self._workspace.folder):
            raise UserInputError(
                "A backup inside of the workspace would be lost with it.",
                hint="Choose another folder, or another disk.",
            )
        path = target / self.suggest_name() if is_folder else target
        if not path.parent.is_dir():
            raise UserInputError(f"There is no folder {path.parent}.", hint="Make it first, or choose another one.")
        lock = backup_lock(self._workspace)
        if not lock.acquire():
            raise WorkspaceBusy(
                "Another backup of this workspace is being made.", title="A backup is under way", hint="Wait for it."
            )
        try:
            manifest = self._write(path, tell, overwrite=overwrite)
        finally:
            lock.release()
        if self._lists is not None:
            self._lists.note_place(manifest.workspace_id, path.parent)
        removed = self._remove_older(path, manifest, keep) if keep is not None else ()
        with storage_errors(path):
            size = path.stat().st_size
        return Backup(path=path, manifest=manifest, size=size, removed=removed)

    def _write(self, path: Path, tell: Tell, *, overwrite: bool) -> Manifest:
        copied = self._workspace.backups / PARTIAL
        made_at = self._clock.now()  # before the copy: whatever is sent later is not in it
        kind = remembered_kind(self._workspace)
        try:
            found = self._copy(self._workspace.database_path, copied, lambda part: tell(part * COPY_PART))
            manifest = Manifest(
                format=FORMAT,
                program=self._version,
                workspace_id=found.workspace_id,
                kind=found.kind.value,
                generation=found.generation,
                schema=found.schema,
                made_at=made_at.astimezone(UTC),
                key="" if kind is None else kind.value,
            )
            # Secrets after the database: a row never names one that the backup has not, unless it was forgotten since.
            sources = [Source(DATABASE, copied), *self._other_sources()]
            return write_archive(
                path,
                manifest,
                sources,
                overwrite=overwrite,
                tell=lambda part: tell(COPY_PART + part * (1 - COPY_PART)),
            )
        finally:
            copied.unlink(missing_ok=True)

    def _other_sources(self) -> list[Source]:
        folder = self._workspace.folder
        found = [Source(SETTINGS, self._workspace.config_path)] if self._workspace.config_path.exists() else []
        for name in FOLDERS:
            for path in sorted((folder / name).rglob("*")):
                # What begins with a dot is a lock, or a file that is being written.
                if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                    found.append(Source(path.relative_to(folder).as_posix(), path))
        return found

    def _remove_older(self, path: Path, manifest: Manifest, keep: int) -> tuple[Path, ...]:
        """Only whole backups of this very workspace; what cannot be read is left for a person to look at."""
        ours: list[tuple[object, Path]] = []
        for other in path.parent.glob(f"*{SUFFIX}"):
            try:
                said = read_manifest(other)
            except (BackupDamaged, BackupTooNew):
                continue
            if said.workspace_id == manifest.workspace_id and other != path:
                ours.append((said.made_at, other))
        ours.sort(key=lambda one: str(one[0]), reverse=True)
        removed = tuple(other for _, other in ours[keep - 1 :])
        with storage_errors(path):
            for other in removed:
                other.unlink(missing_ok=True)
        return removed

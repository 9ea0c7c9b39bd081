"""Putting a backup back: unpacked and checked beside its place, marked so that nothing is sent twice, then moved there.

The workspace that was there is kept beside it, whole. Until the very last step nothing of it is touched.
"""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from campaigns.backup.archive import Manifest, Tell, extract, read_manifest
from core.clock import Clock
from core.errors import BackupDamaged, BackupTooNew, UserInputError, WorkspaceBusy, WorkspaceError
from core.files import make_private_folder, storage_errors, sync_folder
from core.locks import console_lock, running_locks
from core.registry import KnownWorkspace, WorkspaceRegistry
from core.workspace import Workspace, network_share_of, open_workspace

REASON: Final = "Restored from a backup of {moment:%d %b %Y %H:%M} UTC. Choose how it goes on."


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreOrder:
    """What is to be done to the database of a backup before anybody opens it."""

    workspace: Workspace  # the unpacked one
    replaced: Path | None  # the database that it takes the place of, when that is of the same workspace
    since: datetime
    generation: int  # the highest known outside of it
    reason: str
    actor: str
    now: datetime
    places: tuple[Path, ...] = ()  # folders in which a list of erased people may lie


class Prepared(Protocol):
    """What was done."""

    @property
    def workspace_id(self) -> str: ...
    @property
    def generation(self) -> int: ...
    @property
    def paused(self) -> int: ...
    @property
    def taken_over(self) -> str: ...


Prepare = Callable[[RestoreOrder], Awaitable[Prepared]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """A workspace that is back."""

    folder: Path
    manifest: Manifest
    paused: int  # campaigns that were on their way
    kept_at: Path | None  # the workspace that was there before
    known_at: Path | None  # another folder that was the known one until now, and still exists
    taken_over: str  # what the replaced workspace told, in a sentence; '': nothing


class Restore:
    """Restores backups. `newest_schema`: the version of the tables that this program makes."""

    def __init__(self, prepare: Prepare, registry: WorkspaceRegistry, clock: Clock, *, newest_schema: int) -> None:
        self._prepare = prepare
        self._registry = registry
        self._clock = clock
        self._newest_schema = newest_schema

    def read(self, path: Path) -> Manifest:
        """What the backup says of itself, if this program can restore it. Raises as `read_manifest`."""
        manifest = read_manifest(path)
        if manifest.schema > self._newest_schema:
            raise BackupTooNew(
                f"{path.name} was made by Wireroom {manifest.program}, whose tables have version {manifest.schema}. "
                f"This one knows version {self._newest_schema}."
            )
        return manifest

    async def run(self, path: Path, folder: Path, *, replace: bool, actor: str, tell: Tell) -> Restored:
        """Restore into a folder (an absolute path) that is new or empty, or with `replace` in place of the workspace there.

        Raises BackupDamaged, BackupTooNew, UserInputError (there is a workspace, and `replace` is False), WorkspaceError
        (other things lie there), WorkspaceBusy (something of it runs), StorageError; the folder is then as it was.
        """
        manifest = await asyncio.to_thread(self.read, path)
        share = network_share_of(folder)
        if share is not None:
            raise WorkspaceError(
                f"{folder} lies on a network share ({share}).", hint="Choose a disk of this computer."
            )
        old = _workspace_in(folder)
        if old is not None and not replace:
            raise UserInputError(
                f"There is a workspace in {folder}, and it was left alone.",
                title="There is a workspace in this folder",
                hint="Say that it may be replaced (it is kept beside it), or choose another folder.",
            )
        staging = Workspace(folder.with_name(f".{folder.name}.restoring"))
        with ExitStack() as held:
            if old is not None:
                _hold(old, held)
            try:
                return await self._run(path, manifest, folder, old, staging, actor, tell)
            except BaseException:
                shutil.rmtree(staging.folder, ignore_errors=True)
                raise

    async def _run(
        self,
        path: Path,
        manifest: Manifest,
        folder: Path,
        old: Workspace | None,
        staging: Workspace,
        actor: str,
        tell: Tell,
    ) -> Restored:
        with storage_errors(staging.folder):
            if staging.folder.exists():
                shutil.rmtree(staging.folder)  # of a restore that was cut off
        make_private_folder(staging.folder)
        await asyncio.to_thread(extract, path, manifest, staging.folder, tell=tell)
        open_workspace(staging.folder)
        now = self._clock.now()
        order = RestoreOrder(
            workspace=staging,
            replaced=old.database_path if old is not None else None,
            since=min(manifest.made_at, now),
            generation=self._registry.newest_generation(manifest.workspace_id),
            reason=REASON.format(moment=manifest.made_at),
            actor=actor,
            now=now,
            places=(path.parent,),
        )
        prepared = await self._prepare(order)
        if prepared.workspace_id != manifest.workspace_id:
            raise BackupDamaged(f"{path.name} is damaged: its list of contents is that of another workspace.")
        known_at = self._registry.folder_of(manifest.workspace_id)
        kept_at = await asyncio.to_thread(_put_in_place, staging.folder, folder, old, now)
        self._registry.adopt(
            KnownWorkspace(workspace_id=prepared.workspace_id, folder=folder, generation=prepared.generation)
        )
        return Restored(
            folder=folder,
            manifest=manifest,
            paused=prepared.paused,
            kept_at=kept_at,
            known_at=known_at if known_at not in (None, folder) and known_at.exists() else None,
            taken_over=prepared.taken_over,
        )


def _workspace_in(folder: Path) -> Workspace | None:
    """The workspace that lies there. Raises WorkspaceError for a file, and a folder that holds other things."""
    if not folder.exists():
        if not folder.parent.is_dir():
            raise UserInputError(f"There is no folder {folder.parent}.", hint="Make it first, or choose another one.")
        return None
    if not folder.is_dir():
        raise WorkspaceError(f"{folder} is a file.", hint="Choose a folder, or a name that is not taken.")
    workspace = Workspace(folder)
    if any(part.exists() for part in (workspace.vault, workspace.config_path, workspace.database_path)):
        return workspace
    if any(folder.iterdir()):
        raise WorkspaceError(
            f"{folder} holds other things, so it was left alone.", hint="Choose an empty folder or a new name."
        )
    return None


def _hold(workspace: Workspace, held: ExitStack) -> None:
    """Keep windows out while it is replaced. Raises WorkspaceBusy when a window, a worker or a job of it runs."""
    console = console_lock(workspace)
    make_private_folder(workspace.run)
    for lock in (console, *(lock for lock in running_locks(workspace) if lock.path != console.path)):
        if not lock.acquire():
            raise WorkspaceBusy(
                "A window, a worker or a job of it is running.",
                title="This workspace is in use",
                hint='Close its window and stop its worker ("worker stop"), then restore.',
            )
        held.callback(lock.release)


def _put_in_place(staging: Path, folder: Path, old: Workspace | None, now: datetime) -> Path | None:
    """Two renames; what goes wrong in between is taken back. Returns where the former workspace is kept."""
    kept_at = None
    with storage_errors(folder):
        if old is not None:
            kept_at = folder.with_name(f"{folder.name}.before-restore-{now:%Y%m%dT%H%M%S}")
            os.rename(folder, kept_at)
        elif folder.exists():
            folder.rmdir()
        try:
            os.rename(staging, folder)
        except OSError:
            if kept_at is not None:
                os.rename(kept_at, folder)
            raise
        sandbox = Workspace(folder).sandbox
        if kept_at is not None and Workspace(kept_at).sandbox.is_dir():
            # The sandbox stands for Telegram: what was sent was sent, whatever is restored here.
            sandbox.rmdir()
            os.rename(Workspace(kept_at).sandbox, sandbox)
        sync_folder(folder.parent)
    return kept_at

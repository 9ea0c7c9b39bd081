"""Which workspaces this user has, where they lie and how often a worker started: how a copy or a restored backup shows.

A copy of a workspace holds the same planned rows and the same open tries as its original, so sending from both would
send twice. Each start of a worker raises a generation in the database and in a small file outside of it, and a worker
that runs writes down there how far its database has come; a workspace whose generation or folder is not the known one,
or that has not come so far, must not send before a person has chosen.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from core.errors import WorkspaceCopied
from core.files import make_private_folder, storage_errors, write_atomic
from core.locks import short_exclusion
from core.workspace import user_state_dir


class _Entry(msgspec.Struct, frozen=True):
    folder: str
    generation: int
    next_generation: int  # differs from `generation` only while a start is under way
    last_change: int = 0  # the database has come at least so far


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownWorkspace:
    """One workspace as its database tells it."""

    workspace_id: str
    folder: Path
    generation: int  # 0: no worker ever started here
    last_change: int = 0  # a number that every commit raises; 0: a state that a person chose, whatever it is


class WorkspaceRegistry:
    """The files outside the workspaces. Several processes may use it at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or user_state_dir() / "workspaces"
        make_private_folder(self._folder)

    async def begin_start(
        self,
        workspace_id: str,
        read: Callable[[], Awaitable[KnownWorkspace]],
        raise_generation: Callable[[], Awaitable[int]],
    ) -> int:
        """Check, then raise the generation in both places; `raise_generation` commits it in the database.

        Raises WorkspaceCopied, and then nothing was raised. A crash at any moment leaves both places in agreement.
        """
        with short_exclusion(self._file(workspace_id).with_suffix(".lock"), timeout_s=30):
            known = await read()  # inside: another worker of this workspace may just have raised it
            self.check(known)
            self._write(known, known.generation, known.generation + 1)
            generation = await raise_generation()
            self._write(known, generation, generation)
        return generation

    def check(self, known: KnownWorkspace) -> None:
        """Raises WorkspaceCopied when folder or generation are not the known ones."""
        entry = self._read(known.workspace_id)
        if entry is None:
            if known.generation > 0:
                raise WorkspaceCopied(
                    "It has sent before, but not on this computer or not for this user. All campaigns are paused, "
                    "because sending from the original and from a copy would send twice.",
                    hint=_HINT,
                )
            return
        if Path(entry.folder) != known.folder.resolve():
            raise WorkspaceCopied(
                f"It is known at {entry.folder}. All campaigns are paused, because sending from both would send twice.",
                hint=_HINT,
            )
        is_older = known.last_change < entry.last_change  # a copy that was made while this very worker sent
        if is_older or known.generation not in (entry.generation, entry.next_generation):
            raise WorkspaceCopied(
                "Its database is older than the last one that sent: it was restored from a backup. All campaigns are "
                "paused, because people who got a message since then would get it again.",
                hint=_HINT,
            )

    def mark(self, known: KnownWorkspace) -> None:
        """Write down how far the database of a running worker has come, after that was committed. Blocks for a disk write.

        Harmless when a person has chosen another folder or state of the workspace meanwhile.
        """
        with short_exclusion(self._file(known.workspace_id).with_suffix(".lock"), timeout_s=30):
            entry = self._read(known.workspace_id)
            if (
                entry is not None
                and entry.folder == str(known.folder.resolve())
                and known.generation in (entry.generation, entry.next_generation)
                and known.last_change > entry.last_change
            ):
                self._put(known.workspace_id, msgspec.structs.replace(entry, last_change=known.last_change))

    def newest_generation(self, workspace_id: str) -> int:
        """The highest that any start of a worker was given here; 0: none is known."""
        entry = self._read(workspace_id)
        return 0 if entry is None else max(entry.generation, entry.next_generation)

    def folder_of(self, workspace_id: str) -> Path | None:
        """Where it is known to lie; None: it is not known here."""
        entry = self._read(workspace_id)
        return None if entry is None else Path(entry.folder)

    def was_moved(self, workspace_id: str, generation: int) -> bool:
        """Whether no worker has started since this state of it, and the folder that is known is gone."""
        entry = self._read(workspace_id)
        if entry is None or Path(entry.folder).exists():
            return False
        return entry.generation == entry.next_generation == generation

    def adopt(self, known: KnownWorkspace) -> None:
        """A person chose to go on with this workspace here; from now on it is the known one."""
        self._write(known, known.generation, known.generation)

    def _file(self, workspace_id: str) -> Path:
        return self._folder / f"{workspace_id}.json"

    def _read(self, workspace_id: str) -> _Entry | None:
        path = self._file(workspace_id)
        with storage_errors(path):
            try:
                return msgspec.json.decode(path.read_bytes(), type=_Entry)
            except FileNotFoundError:
                return None

    def _write(self, known: KnownWorkspace, generation: int, next_generation: int) -> None:
        entry = _Entry(
            folder=str(known.folder.resolve()),
            generation=generation,
            next_generation=next_generation,
            last_change=known.last_change,
        )
        self._put(known.workspace_id, entry)

    def _put(self, workspace_id: str, entry: _Entry) -> None:
        write_atomic(self._file(workspace_id), msgspec.json.encode(entry))


_HINT = (
    'Make sure that nothing else sends from another copy, then run "workspace adopt" for this folder and choose how its '
    "campaigns go on."
)

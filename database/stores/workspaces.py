"""What the database says about its workspace: its id, its kind, and how often a worker started in it."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from core.domain.account import WorkspaceKind
from core.errors import WorkspaceError
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.rows import Row, from_ms, to_ms

_GET: Final = """
SELECT workspace_id, kind, created_at, generation, (SELECT seq FROM change_counter) FROM workspace
"""
_CREATE: Final = "INSERT INTO workspace (id, workspace_id, kind, created_at, erasure_key) VALUES (1, ?, ?, ?, ?)"
_RAISE_GENERATION: Final = "UPDATE workspace SET generation = generation + 1 RETURNING generation"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceRow:
    """The one row of the workspace."""

    workspace_id: str
    kind: WorkspaceKind
    created_at: datetime
    generation: int  # 0: no worker ever started here
    last_change: int  # the number of the newest change: every commit that tells of one raises it


class WorkspaceStore:
    """Made once, with the workspace; id and kind never change."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def create(self, workspace_id: str, kind: WorkspaceKind, *, now: datetime) -> None:
        """Name a new workspace. Raises WorkspaceError when it has a name already."""

        def create_workspace(work: UnitOfWork) -> None:
            if work.connection.execute(_GET).fetchone() is not None:
                raise WorkspaceError("There is a workspace in this folder already.")
            work.connection.execute(_CREATE, (workspace_id, kind.value, to_ms(now), secrets.token_bytes(32)))

        await self._database.write(create_workspace)

    async def find(self) -> WorkspaceRow | None:
        """The workspace, or None in a database that has no name yet."""
        return await self._database.read(_find)

    async def get(self) -> WorkspaceRow:
        """The workspace. Raises WorkspaceError in a database that has no name yet."""
        return await self._database.read(get_workspace)

    async def generation(self) -> int:
        """How often a worker started here."""
        return (await self.get()).generation


def raise_generation(work: UnitOfWork) -> int:
    """A worker starts; returns the new generation. Raises WorkspaceError in a database that has no name yet."""
    row: Row | None = work.connection.execute(_RAISE_GENERATION).fetchone()
    if row is None:
        raise _unnamed()
    return int(row[0])


def get_workspace(raw: sqlite3.Connection) -> WorkspaceRow:
    """The workspace. Raises WorkspaceError in a database that has no name yet."""
    row = _find(raw)
    if row is None:
        raise _unnamed()
    return row


def workspace_kind(raw: sqlite3.Connection) -> WorkspaceKind:
    """The kind of this workspace. Raises WorkspaceError in a database that has no name yet."""
    return get_workspace(raw).kind


def _find(raw: sqlite3.Connection) -> WorkspaceRow | None:
    row = raw.execute(_GET).fetchone()
    if row is None:
        return None
    workspace_id, kind, created_at, generation, last_change = row
    return WorkspaceRow(
        workspace_id=workspace_id,
        kind=WorkspaceKind(kind),
        created_at=from_ms(created_at),
        generation=generation,
        last_change=last_change,
    )


def _unnamed() -> WorkspaceError:
    return WorkspaceError("The database in this folder does not say which workspace it belongs to.")

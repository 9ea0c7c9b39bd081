"""Makes the database of a backup ready to take the place of another one: checked, up to date, told what that one knows."""

from dataclasses import dataclass

from campaigns.backup.restore import RestoreOrder
from core.clock import Clock
from core.errors import BackupDamaged, StorageCorrupt
from database.database import Database
from database.migrations.runner import load_migrations
from database.stores.restores import RestoreStore
from database.stores.taken_over import take_over
from database.stores.workspaces import WorkspaceStore


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedWorkspace:
    """Implements `campaigns.backup.restore.Prepared`."""

    workspace_id: str
    generation: int
    paused: int
    taken_over: str


def newest_schema() -> int:
    """The version of the tables that this program makes."""
    return len(load_migrations())


async def prepare_restored(order: RestoreOrder, clock: Clock) -> PreparedWorkspace:
    """Bring its tables up to date, take over what the replaced database knows, and mark what may be sent twice.

    Raises BackupDamaged when its database is damaged, WorkspaceError when it names no workspace, StorageError.
    """
    workspace = order.workspace
    try:
        database = await Database.open(workspace.database_path, backups=workspace.backups, clock=clock)
    except StorageCorrupt as error:
        raise BackupDamaged("The database in it is damaged.") from error
    async with database:
        row = await WorkspaceStore(database).get()
        told = ""
        if order.replaced is not None and order.replaced.exists():
            told = await take_over(database, order.replaced, row.workspace_id, actor=order.actor, now=order.now)
        paused, generation = await RestoreStore(database).mark(
            since=order.since,
            generation=order.generation,
            reason=order.reason,
            actor=order.actor,
            now=order.now,
        )
    return PreparedWorkspace(workspace_id=row.workspace_id, generation=generation, paused=paused, taken_over=told)

"""Makes the database of a backup ready to take the place of another one: checked, up to date, told what that one knows."""

import asyncio
from dataclasses import dataclass

from campaigns.backup.restore import RestoreOrder
from core.clock import Clock
from core.domain.change import Subject
from core.erased_list import ErasedLists, ErasedPerson
from core.errors import BackupDamaged, StorageCorrupt
from database.database import Database
from database.lock_handler import UnitOfWork
from database.migrations.runner import load_migrations
from database.stores.erasure import erase_found
from database.stores.restores import RestoreStore
from database.stores.rows import to_ms
from database.stores.suppression_keys import add_erased, erased_people, key_id
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


async def prepare_restored(order: RestoreOrder, clock: Clock, lists: ErasedLists | None = None) -> PreparedWorkspace:
    """Bring its tables up to date, take over what the replaced database knows, erase whom `lists` name, and mark what may
    be sent twice.

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
        if lists is not None:
            told = f"{told} {await _erase_listed(database, lists, row.workspace_id, order)}".strip()
        # Copies that were made now, before the tables were brought up to date: the backup itself is the older state.
        for copy in workspace.backups.glob("*.db"):
            copy.unlink()
        paused, generation = await RestoreStore(database).mark(
            since=order.since,
            generation=order.generation,
            reason=order.reason,
            actor=order.actor,
            now=order.now,
        )
    return PreparedWorkspace(workspace_id=row.workspace_id, generation=generation, paused=paused, taken_over=told)


async def _erase_listed(database: Database, lists: ErasedLists, workspace_id: str, order: RestoreOrder) -> str:
    """Erase who came back with the backup though they were erased after it; what was done, in a sentence."""
    known_by = await database.read(key_id)
    listed, strange = await asyncio.to_thread(lists.read, workspace_id, known_by, order.places)

    def erase(work: UnitOfWork) -> tuple[int, list[ErasedPerson]]:
        work.touch(Subject.CONTACT, 0)
        add_erased(work.connection, listed, order.actor)
        count = erase_found(work.connection, actor=order.actor, now=to_ms(order.now))
        return count, erased_people(work.connection)

    count, everybody = await database.write(erase)
    if everybody:
        await asyncio.to_thread(lists.add, workspace_id, known_by, everybody)
    await database.empty_log()
    told = f"{count:,} people who were erased after the backup are erased again." if count else ""
    if strange:
        told += (
            f" A list of {strange:,} erased people belongs to another key than this backup, so nobody could be "
            "recognised by it: erase them again."
        )
    return told.strip()

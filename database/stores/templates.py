"""The template library: each save a version, none ever changed."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.message.library import SavedTemplate
from campaigns.message.variants import Message, encode_message
from core.domain.change import Subject
from core.domain.ids import TemplateId
from core.errors import UserInputError
from core.missing import missing
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.rows import Row, from_ms, known_message, to_ms

_COLUMNS: Final = "t.id, t.title, v.message, v.number, v.saved_at, v.saved_by, t.deleted_at, t.deleted_by"
_NEWEST: Final = "(SELECT max(number) FROM template_version WHERE template_id = t.id)"
_LIST: Final = f"""
SELECT {_COLUMNS} FROM template AS t JOIN template_version AS v ON v.template_id = t.id AND v.number = {_NEWEST}
WHERE (t.deleted_at IS NOT NULL) = ? ORDER BY t.title COLLATE NOCASE, t.id
"""
_GET: Final = f"""
SELECT {_COLUMNS} FROM template AS t JOIN template_version AS v ON v.template_id = t.id
WHERE t.id = ?1 AND v.number = ifnull(?2, {_NEWEST})
"""
_HISTORY: Final = f"""
SELECT {_COLUMNS} FROM template AS t JOIN template_version AS v ON v.template_id = t.id WHERE t.id = ?
ORDER BY v.number DESC
"""
_TITLE_TAKEN: Final = """
SELECT 1 FROM template WHERE title = ? COLLATE NOCASE AND deleted_at IS NULL AND id IS NOT ?
"""
_CREATE: Final = "INSERT INTO template (title, created_at) VALUES (?, ?) RETURNING id"
_SAVE: Final = (
    "INSERT INTO template_version (template_id, number, message, saved_at, saved_by) VALUES (?, ?, ?, ?, ?)"
)
_RENAME: Final = "UPDATE template SET title = ? WHERE id = ?"
_DELETE: Final = "UPDATE template SET deleted_at = ?, deleted_by = ? WHERE id = ? AND deleted_at IS NULL"
_RESTORE: Final = "UPDATE template SET deleted_at = NULL, deleted_by = NULL WHERE id = ?"


class TemplateStore:
    """Implements `campaigns.message.library.TemplateStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_all(self, *, is_deleted: bool) -> Sequence[SavedTemplate]:
        """In the library, or out of it; by title."""

        def read_all(raw: sqlite3.Connection) -> list[SavedTemplate]:
            return [_from_row(row) for row in raw.execute(_LIST, (is_deleted,)).fetchall()]

        return await self._database.read(read_all)

    async def get(self, template_id: TemplateId, version: int | None = None) -> SavedTemplate:
        """Raises UserInputError when there is none, or no such version."""
        return await self._database.read(lambda raw: _get(raw, template_id, version))

    async def history(self, template_id: TemplateId) -> Sequence[SavedTemplate]:
        """Every version, newest first. Raises UserInputError when there is no such template."""

        def read_history(raw: sqlite3.Connection) -> list[SavedTemplate]:
            _get(raw, template_id)
            return [_from_row(row) for row in raw.execute(_HISTORY, (template_id,)).fetchall()]

        return await self._database.read(read_history)

    async def create(self, title: str, message: Message, *, actor: str, now: datetime) -> TemplateId:
        """Raises UserInputError when the title is taken."""

        def create(work: UnitOfWork) -> TemplateId:
            _demand_free(work.connection, title)
            (number,) = work.connection.execute(_CREATE, (title, to_ms(now))).fetchone()
            work.connection.execute(_SAVE, (number, 1, encode_message(message), to_ms(now), actor))
            work.touch(Subject.TEMPLATE, number)
            return TemplateId(number)

        return await self._database.write(create)

    async def save(self, template_id: TemplateId, message: Message, *, actor: str, now: datetime) -> int:
        """A new version, unless the newest says the same; the number of the newest."""

        def save(work: UnitOfWork) -> int:
            newest = _get(work.connection, template_id)
            if newest.message == message:
                return newest.version
            number = newest.version + 1
            work.connection.execute(_SAVE, (template_id, number, encode_message(message), to_ms(now), actor))
            work.touch(Subject.TEMPLATE, template_id)
            return number

        return await self._database.write(save)

    async def rename(self, template_id: TemplateId, title: str) -> None:
        """Raises UserInputError when the title is taken, or when there is no such template."""

        def rename(work: UnitOfWork) -> None:
            _get(work.connection, template_id)
            _demand_free(work.connection, title, template_id)
            work.connection.execute(_RENAME, (title, template_id))
            work.touch(Subject.TEMPLATE, template_id)

        await self._database.write(rename)

    async def delete(self, template_id: TemplateId, *, actor: str, now: datetime) -> None:
        """Out of the library, with its history. Raises UserInputError when there is no such template."""

        def delete(work: UnitOfWork) -> None:
            _get(work.connection, template_id)
            work.connection.execute(_DELETE, (to_ms(now), actor, template_id))
            work.touch(Subject.TEMPLATE, template_id)

        await self._database.write(delete)

    async def restore(self, template_id: TemplateId) -> None:
        """Back into the library. Raises UserInputError when its title is taken, or when there is no such template."""

        def restore(work: UnitOfWork) -> None:
            _demand_free(work.connection, _get(work.connection, template_id).title, template_id)
            work.connection.execute(_RESTORE, (template_id,))
            work.touch(Subject.TEMPLATE, template_id)

        await self._database.write(restore)


def _get(raw: sqlite3.Connection, template_id: TemplateId, version: int | None = None) -> SavedTemplate:
    row = raw.execute(_GET, (template_id, version)).fetchone()
    if row is None:
        known = version is not None and raw.execute(_GET, (template_id, None)).fetchone() is not None
        raise missing("version", version) if known and version is not None else missing("template", template_id)
    return _from_row(row)


def _demand_free(raw: sqlite3.Connection, title: str, template_id: TemplateId | None = None) -> None:
    if raw.execute(_TITLE_TAKEN, (title, template_id)).fetchone() is not None:
        raise UserInputError(f'There is a template "{title}" already.', hint="Choose another title.")


def _from_row(row: Row) -> SavedTemplate:
    return SavedTemplate(
        id=TemplateId(row[0]),
        title=row[1],
        message=known_message(row[2]),
        version=row[3],
        saved_at=from_ms(row[4]),
        saved_by=row[5],
        deleted_at=from_ms(row[6]),
        deleted_by=row[7],
    )

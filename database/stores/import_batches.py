"""One batch of an import in units of work: new people many at once, in the order of their numbers; the others one by one.

Two indexes find a person, by username and by number. Rows of a list come in any order, so a unit would change pages all over
both, and each changed page goes to the log as a whole: 14 MB for 2,000 people among a million. In the order of their
numbers the rows of a unit stand close together in one of the two.
"""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from campaigns.audience.imports import Batch, RefusedRow
from campaigns.audience.people import ImportedPerson
from core.domain.change import Subject
from core.domain.ids import ImportId
from database.database import Database
from database.giving_way import PatientWriter
from database.lock_handler import UnitOfWork
from database.stores.import_rows import NewPeople, Outcome, add_new, merge, write_refusals

ROWS_A_UNIT: Final = 2_000
"""At most; how many they are goes by the time that they take."""
MERGED_A_UNIT: Final = 500
"""Of those who are looked up one by one."""

GOES_ON: Final = "SELECT state = 'running' AND NOT is_cancel_asked FROM import WHERE id = ?"
_COUNT: Final = """
UPDATE import SET added = added + ?, updated = updated + ?, unchanged = unchanged + ?, refused = refused + ?,
    said_no = said_no + ?, without_basis = without_basis + ?, part_read = max(part_read, ?) WHERE id = ?
"""
_USERNAMES: Final = "SELECT lower(username) FROM contact WHERE username IN (SELECT value FROM json_each(?))"
_PHONES: Final = "SELECT phone FROM contact WHERE phone IN (SELECT value FROM json_each(?))"


class _CancelAsked(Exception):
    """Somebody asked to cancel this import; the unit wrote nothing."""


class BatchWriter:
    """Writes the rows of one batch; what becomes of each is what it would be one after the other."""

    def __init__(
        self, database: Database, writer: PatientWriter, import_id: ImportId, batch: Batch, now: int
    ) -> None:
        self._database = database
        self._writer = writer
        self._import_id = import_id
        self._batch = batch
        self._people = batch.people
        self._now = now
        self._done = 0  # rows of the batch that are written

    async def run(self) -> bool:
        """False: the import was cancelled, and nothing more was written."""
        try:
            alone, others = _share_nothing(self._people)
            # Rows that share neither username nor number with another row, nor with anybody known, may go in any order.
            others += await self._add_new(alone)
            others.sort()
            await self._merge(others)
            await self._refuse()
        except _CancelAsked:
            return False
        return True

    async def _add_new(self, rows: list[int]) -> list[int]:
        """Add whoever of these is new; returns those who are known."""
        if len(rows) > ROWS_A_UNIT:
            rows = sorted(rows, key=lambda at: self._people[at].phone)
        known: list[int] = []
        while rows:
            size = self._writer.fit(ROWS_A_UNIT)
            some, rest = rows[:size], rows[size:]
            new = NewPeople.of([self._people[at] for at in some])
            if await self._unit(partial(add_new, import_id=self._import_id, new=new, now=self._now), len(some)):
                rows = rest
                continue
            found = await self._find_known(rows)
            if not found.intersection(some):  # they came to be known just now
                found.update(some)
            known += found
            rows = [at for at in rows if at not in found]
        return known

    async def _find_known(self, rows: Sequence[int]) -> set[int]:
        """Those of the rows whose username or number somebody has."""
        usernames = json.dumps([self._people[at].username for at in rows if self._people[at].username])
        phones = json.dumps([self._people[at].phone for at in rows if self._people[at].phone])

        def find(raw: sqlite3.Connection) -> set[str]:
            found = raw.execute(_USERNAMES, (usernames,)).fetchall() + raw.execute(_PHONES, (phones,)).fetchall()
            return {key for (key,) in found}

        # A phone number begins with +, and no username does.
        keys = await self._database.read(find, is_long=True)
        return {at for at in rows if not keys.isdisjoint(_keys(self._people[at]))}

    async def _merge(self, rows: Sequence[int]) -> None:
        """One by one, in the order of the file."""
        while rows:
            size = self._writer.fit(MERGED_A_UNIT)
            people = [self._people[at] for at in rows[:size]]
            cells = [self._batch.cells[at] for at in rows[:size]]
            unit = partial(merge, import_id=self._import_id, people=people, cells=cells, now=self._now)
            await self._unit(unit, len(people))
            rows = rows[size:]

    async def _refuse(self) -> None:
        """Those that were refused as they were read."""
        for at in range(0, len(self._batch.refused), ROWS_A_UNIT):
            some = self._batch.refused[at : at + ROWS_A_UNIT]
            await self._unit(partial(_refused, some), len(some))

    async def _unit(self, write: Callable[[sqlite3.Connection], Outcome | None], rows: int) -> bool:
        """Write some rows with their counts; False: `write` could not, and nothing was written."""
        size = len(self._people) + len(self._batch.refused)
        part = (self._done + rows) / size
        part_read = self._batch.part_before + part * (self._batch.part_read - self._batch.part_before)

        def unit(work: UnitOfWork) -> bool:
            row = work.connection.execute(GOES_ON, (self._import_id,)).fetchone()
            if row is None or not row[0]:
                raise _CancelAsked
            outcome = write(work.connection)
            if outcome is None:
                return False
            write_refusals(work.connection, self._import_id, outcome.refused)
            counts = (outcome.added, outcome.updated, outcome.unchanged, len(outcome.refused))
            said_no = sum(row.no is not None for row in outcome.refused)
            values = (*counts, said_no, outcome.without_basis, part_read, self._import_id)
            work.connection.execute(_COUNT, values)
            work.touch(Subject.IMPORT, self._import_id)
            return True

        is_written = await self._writer.write(unit)
        self._done += rows if is_written else 0
        return is_written


def _refused(rows: Sequence[RefusedRow], _: sqlite3.Connection) -> Outcome:
    return Outcome(refused=[*rows])


def _share_nothing(people: Sequence[ImportedPerson]) -> tuple[list[int], list[int]]:
    """The rows that share neither username nor number with another one of them, and the others."""
    times = Counter(key for person in people for key in _keys(person))
    if len(times) == sum(times.values()):
        return list(range(len(people))), []
    alone: list[int] = []
    others: list[int] = []
    for at, person in enumerate(people):
        (alone if all(times[key] == 1 for key in _keys(person)) else others).append(at)
    return alone, others


def _keys(person: ImportedPerson) -> tuple[str, ...]:
    """By what somebody is found again."""
    if not person.phone:
        return (person.username.lower(),)
    return (person.username.lower(), person.phone) if person.username else (person.phone,)

"""The columns that the rows of rehearsals and exports have in common: their process, and whether they are to go on."""

import sqlite3
from collections.abc import Sequence
from typing import Final, Literal

from campaigns.jobs import RunningJob
from core.processes import ProcessRecord
from database.stores.rows import from_ms

JobTable = Literal["rehearsal", "export"]

_SET_PROCESS: Final = "UPDATE {table} SET pid = ?, process_started_s = ? WHERE id = ?"
_ASK_CANCEL: Final = "UPDATE {table} SET is_cancel_asked = 1 WHERE id = ? AND state = 'running'"
_GOES_ON: Final = "SELECT state = 'running' AND NOT is_cancel_asked FROM {table} WHERE id = ?"
_RUNNING: Final = "SELECT id, created_at, pid, process_started_s FROM {table} WHERE state = 'running'"


def set_process(raw: sqlite3.Connection, table: JobTable, job_id: int, process: ProcessRecord) -> None:
    """This one does it."""
    raw.execute(_SET_PROCESS.format(table=table), (process.pid, process.started_s, job_id))


def ask_to_cancel(raw: sqlite3.Connection, table: JobTable, job_id: int) -> None:
    """Its process notices when it next tells how far it is."""
    raw.execute(_ASK_CANCEL.format(table=table), (job_id,))


def goes_on(raw: sqlite3.Connection, table: JobTable, job_id: int) -> bool:
    """False: somebody cancelled it, or its row has ended or is gone."""
    row = raw.execute(_GOES_ON.format(table=table), (job_id,)).fetchone()
    return row is not None and bool(row[0])


def running_jobs(
    raw: sqlite3.Connection, table: JobTable, condition: str = "", values: Sequence[object] = ()
) -> list[RunningJob]:
    """Those that have not ended, as far as their rows know; `condition` is appended to the statement."""
    rows = raw.execute(_RUNNING.format(table=table) + condition, tuple(values)).fetchall()
    return [
        RunningJob(number, from_ms(created_at), None if pid is None else ProcessRecord(pid=pid, started_s=started_s))
        for number, created_at, pid, started_s in rows
    ]

"""Requests: what is asked of workers, who took it, and what came of it."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from campaigns.requests import REPEATABLE, Request, RequestAnswer, RequestKind, RequestState
from core.domain.account import Lease
from core.domain.change import Subject
from core.domain.ids import AccountId, RequestId, WorkerId
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.lease_check import check_lease
from database.stores.rows import from_ms, to_ms

_ASK_TO_STOP: Final = """
INSERT INTO request (kind, worker_id, requester, created_at, deadline_at) VALUES ('stop_worker', ?, ?, ?, ?)
RETURNING id
"""
_ASK: Final = """
INSERT INTO request (kind, account_id, argument, requester, created_at, deadline_at) VALUES (?, ?, ?, ?, ?, ?)
RETURNING id
"""
# Answers say from where an account is used, so none is kept for longer than somebody looks at it.
_FORGET: Final = "DELETE FROM request WHERE finished_at < ? AND account_id IS NOT NULL"
_EXPIRE: Final = """
UPDATE request SET state = 'expired', finished_at = ?1
WHERE state = 'open' AND account_id IS NOT NULL AND deadline_at < ?1 RETURNING id
"""
# Both states are named so that SQLite takes the partial index request_open, since this is asked once a second.
OPEN: Final = """
SELECT id, kind, account_id, argument, requester, deadline_at FROM request
WHERE state IN ('open', 'begun') AND state = 'open' AND account_id IS NOT NULL ORDER BY id
"""
_BEGIN: Final = """
UPDATE request SET state = 'begun', worker_id = ? WHERE id = ? AND state = 'open' AND deadline_at >= ?
"""
_FINISH: Final = """
UPDATE request SET state = ?, answer = ?, finished_at = ? WHERE id = ? AND state = 'begun' AND worker_id = ?
"""
_GIVE_BACK: Final = "UPDATE request SET state = 'open', worker_id = NULL WHERE id = ? AND state = 'begun'"
_BEGUN: Final = "SELECT id, kind FROM request WHERE state IN ('open', 'begun') AND state = 'begun' AND account_id = ?"
_LOSE: Final = "UPDATE request SET state = 'unknown', finished_at = ? WHERE id = ? AND state = 'begun'"
_WITHDRAW: Final = "UPDATE request SET state = 'expired', finished_at = ? WHERE id = ? AND state = 'open'"
_ANSWER: Final = "SELECT state, answer FROM request WHERE id = ?"

KEPT: Final = timedelta(hours=1)


class RequestStore:
    """Both sides of a request: who asks, and the worker that does it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def ask_worker_to_stop(
        self, worker_id: WorkerId, *, requester: str, deadline: datetime, now: datetime
    ) -> RequestId:
        """Ask for an orderly end. The worker reads it with its next heartbeat, unless the deadline has passed."""
        return await self._add(_ASK_TO_STOP, (worker_id, requester, to_ms(now), to_ms(deadline)))

    async def ask(
        self,
        kind: RequestKind,
        account_id: AccountId,
        *,
        argument: str = "",
        requester: str,
        deadline: datetime,
        now: datetime,
    ) -> RequestId:
        """Ask the worker that owns the account. It notices the row by polling. Answers older than an hour are deleted."""
        values = kind.value, account_id, argument, requester, to_ms(now), to_ms(deadline)
        await self._database.write(lambda work: work.connection.execute(_FORGET, (to_ms(now - KEPT),)).rowcount)
        return await self._add(_ASK, values)

    async def answer(self, request_id: RequestId) -> RequestAnswer:
        """How far it is."""

        def read_answer(raw: sqlite3.Connection) -> RequestAnswer:
            state, answer = raw.execute(_ANSWER, (request_id,)).fetchone()
            return RequestAnswer(state=RequestState(state), answer=answer)

        return await self._database.read(read_answer)

    async def withdraw(self, request_id: RequestId, *, now: datetime) -> RequestAnswer:
        """The asker waits no longer: what nobody has taken yet nobody takes any more. Returns how it stands then."""

        def withdraw(work: UnitOfWork) -> RequestAnswer:
            if work.connection.execute(_WITHDRAW, (to_ms(now), request_id)).rowcount:
                work.touch(Subject.REQUEST, request_id)
            state, answer = work.connection.execute(_ANSWER, (request_id,)).fetchone()
            return RequestAnswer(state=RequestState(state), answer=answer)

        return await self._database.write(withdraw)

    async def list_open(self, *, now: datetime) -> Sequence[Request]:
        """What waits to be taken, oldest first. What is past its deadline expires."""

        def read_open(raw: sqlite3.Connection) -> list[Request]:
            return [
                Request(
                    id=RequestId(request_id),
                    kind=RequestKind(kind),
                    account_id=AccountId(account_id),
                    argument=argument,
                    requester=requester,
                    deadline_at=from_ms(deadline_at),
                )
                for request_id, kind, account_id, argument, requester, deadline_at in raw.execute(OPEN).fetchall()
            ]

        found = await self._database.read(read_open)
        if any(request.deadline_at < now for request in found):
            await self._database.write(lambda work: _expire(work, to_ms(now)))
        return [request for request in found if request.deadline_at >= now]

    async def begin(self, request: Request, lease: Lease, worker_id: WorkerId, *, now: datetime) -> bool:
        """Take it, committed before anything is done. False: somebody has, or it expired. Raises LeaseLost."""

        def begin(work: UnitOfWork) -> bool:
            check_lease(work.connection, lease)
            if not work.connection.execute(_BEGIN, (worker_id, request.id, to_ms(now))).rowcount:
                return False
            work.touch(Subject.REQUEST, request.id)
            return True

        return await self._database.write(begin)

    async def finish(
        self, request: Request, worker_id: WorkerId, state: RequestState, answer: str, *, now: datetime
    ) -> None:
        """What came of it; nothing is written when it is no longer this worker's."""

        def finish(work: UnitOfWork) -> None:
            if work.connection.execute(_FINISH, (state.value, answer, to_ms(now), request.id, worker_id)).rowcount:
                work.touch(Subject.REQUEST, request.id)

        await self._database.write(finish)

    async def give_back(self, request: Request) -> None:
        """Its link was lost and it may simply be asked again: whoever owns the account next takes it."""

        def give_back(work: UnitOfWork) -> None:
            if work.connection.execute(_GIVE_BACK, (request.id,)).rowcount:
                work.touch(Subject.REQUEST, request.id)

        await self._database.write(give_back)

    async def recover(self, lease: Lease, *, now: datetime) -> None:
        """After the account was taken: what a worker of before had begun is asked again, or its fate is unknown."""

        def recover(work: UnitOfWork) -> None:
            check_lease(work.connection, lease)
            for request_id, kind in work.connection.execute(_BEGUN, (lease.account_id,)).fetchall():
                if RequestKind(kind) in REPEATABLE:
                    work.connection.execute(_GIVE_BACK, (request_id,))
                else:
                    work.connection.execute(_LOSE, (to_ms(now), request_id))
                work.touch(Subject.REQUEST, request_id)

        await self._database.write(recover)

    async def _add(self, sql: str, values: tuple[object, ...]) -> RequestId:
        def add(work: UnitOfWork) -> RequestId:
            (request_id,) = work.connection.execute(sql, values).fetchone()
            work.touch(Subject.REQUEST, request_id)
            return RequestId(request_id)

        return await self._database.write(add)


def _expire(work: UnitOfWork, now: int) -> None:
    for (request_id,) in work.connection.execute(_EXPIRE, (now,)).fetchall():
        work.touch(Subject.REQUEST, request_id)

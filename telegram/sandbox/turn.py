"""One turn of the event loop: everything that happened in it is written first, then all answers leave together."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from core.errors import StorageError
from telegram.sandbox.journal import Journal
from telegram.sandbox.ledger import Ledger
from telegram.sandbox.records import AnyRecord, MessageSent
from telegram.sandbox.state import State


class Flushable(Protocol):
    """Something whose answers wait for the end of the turn."""

    def flush(self) -> None: ...


class Turn:
    """Changes state and journal together and holds answers back until the change is on file.

    A write that fails (a full disk) ends the server through `on_failure`: nothing of that turn is answered.
    """

    def __init__(
        self, state: State, journal: Journal, ledger: Ledger, on_failure: Callable[[StorageError], None]
    ) -> None:
        self._state = state
        self._journal = journal
        self._ledger = ledger
        self._on_failure = on_failure
        self._waiting: dict[Flushable, None] = {}
        self._is_scheduled = False
        self._has_failed = False

    def record(self, record: AnyRecord) -> None:
        """Make a durable change. It is in force at once and on file before anything of this turn is answered."""
        self._state.apply(record)
        self._journal.add(record)
        if type(record) is MessageSent:
            self._ledger.add(record)
        self._schedule()

    def answer_with(self, link: Flushable) -> None:
        """Flush this link at the end of the turn."""
        self._waiting[link] = None
        self._schedule()

    def end(self) -> bool:
        """Write, then let the answers go; False if writing has failed, now or before."""
        self._is_scheduled = False
        if self._has_failed:
            return False
        try:
            self._journal.commit()
            self._ledger.commit()
        except StorageError as error:
            self._has_failed = True
            self._on_failure(error)
            return False
        links, self._waiting = self._waiting, {}
        for link in links:
            link.flush()
        return True

    def _schedule(self) -> None:
        if not self._is_scheduled:
            self._is_scheduled = True
            asyncio.get_running_loop().call_soon(self.end)

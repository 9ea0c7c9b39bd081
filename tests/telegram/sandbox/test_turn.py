"""Nothing is answered before what it acknowledges is on file, and nothing at all once a write has failed."""

import asyncio
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.errors import StorageError, StorageFull
from telegram.sandbox import commands
from telegram.sandbox.control_server import ControlServer
from telegram.sandbox.data_centre import DataCentre
from telegram.sandbox.journal import Journal
from telegram.sandbox.ledger import FILE_NAME, Ledger, read_ledger
from telegram.sandbox.records import AccountMade, MessageSent
from telegram.sandbox.server import JOURNAL_NAME, serve
from telegram.sandbox.server_clock import ServerClock
from telegram.sandbox.state import State
from telegram.sandbox.turn import Turn

FULL_DEVICE = Path("/dev/full")
needs_full_device = pytest.mark.skipif(not FULL_DEVICE.exists(), reason="there is no device that is always full")


class Listener:
    """Looks at the files at the moment at which answers leave."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.seen: list[tuple[int, int]] = []

    def flush(self) -> None:
        journal = (self._folder / JOURNAL_NAME).read_bytes().count(b"\n")
        self.seen.append((journal, len(read_ledger(self._folder / FILE_NAME))))


async def test_all_answers_of_a_turn_leave_after_everything_in_it_was_written(tmp_path: Path) -> None:
    journal, ledger, listeners = Journal(tmp_path / JOURNAL_NAME), Ledger(tmp_path / FILE_NAME), [Listener(tmp_path)]
    listeners.append(Listener(tmp_path))
    turn = Turn(State(), journal, ledger, pytest.fail)

    turn.answer_with(listeners[0])
    turn.record(AccountMade(1, "Bot", bot_token="1:x"))
    for number in (1, 2, 3):
        turn.record(MessageSent(1, 2, number, number, 0, 0, "text"))
        turn.answer_with(listeners[1])
    assert [listener.seen for listener in listeners] == [[], []]
    await asyncio.sleep(0)

    assert [listener.seen for listener in listeners] == [[(4, 3)], [(4, 3)]]
    journal.close()
    ledger.close()


class Counter:
    """Counts how often answers leave."""

    count = 0

    def flush(self) -> None:
        self.count += 1


@needs_full_device
async def test_nothing_is_answered_once_the_disk_is_full(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_NAME).symlink_to(FULL_DEVICE)
    journal, ledger = Journal(tmp_path / JOURNAL_NAME), Ledger(tmp_path / FILE_NAME)
    failures: list[StorageError] = []
    listener = Counter()
    turn = Turn(State(), journal, ledger, failures.append)

    turn.record(AccountMade(1, "Bot", bot_token="1:x"))
    turn.record(MessageSent(1, 2, 1, 1, 0, 0, "text"))
    turn.answer_with(listener)
    await asyncio.sleep(0)
    turn.answer_with(listener)
    await asyncio.sleep(0)

    assert listener.count == 0
    assert [type(failure) for failure in failures] == [StorageFull]
    assert read_ledger(tmp_path / FILE_NAME) == []  # what the journal does not have, the ledger must not have
    journal.close()
    ledger.close()


@needs_full_device
async def test_a_command_that_cannot_be_written_is_not_confirmed(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_NAME).symlink_to(FULL_DEVICE)
    journal, ledger, state = Journal(tmp_path / JOURNAL_NAME), Ledger(tmp_path / FILE_NAME), State()
    centre = DataCentre(state, Turn(state, journal, ledger, lambda error: None), ServerClock(SystemClock()))

    with pytest.raises(StorageError):
        ControlServer(centre, "token").carry_out(commands.AddAccount(commands.AccountKind.BOT, "A", "", "", ""))
    journal.close()
    ledger.close()


@needs_full_device
async def test_a_server_whose_disk_is_full_ends_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / JOURNAL_NAME).symlink_to(FULL_DEVICE)

    with pytest.raises(StorageFull, match="disk is full"):
        await serve(tmp_path)

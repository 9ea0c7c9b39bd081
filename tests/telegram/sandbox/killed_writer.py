"""Forks writers of a journal and a ledger and kills each at a random moment; ends with 0 if nothing ever disagreed.

A program of its own: `killed_writer.py FOLDER KILLS SEED`. Forking makes hundreds of kills cheap, and a process
without threads may fork.
"""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from telegram.sandbox.data_centre import DataCentre
from telegram.sandbox.journal import Journal
from telegram.sandbox.ledger import FILE_NAME, Ledger, LedgerEntry, read_ledger
from telegram.sandbox.records import AccountMade, MessageSent
from telegram.sandbox.server import JOURNAL_NAME, restore

ACCOUNT, PERSON = 700_000_001, 5_000_000_001
KILLS_PER_FOLDER = 5  # keeps the replay short
MAX_LIFE_S = 0.01


@contextmanager
def recovered(folder: Path) -> Iterator[tuple[DataCentre, list[MessageSent]]]:
    """The data centre as the server restores it, and the messages in its journal."""

    def fail(error: Exception) -> None:
        raise error

    journal, ledger = Journal(folder / JOURNAL_NAME), Ledger(folder / FILE_NAME)
    try:
        accepted = [record for record in journal.replay() if isinstance(record, MessageSent)]
        yield restore(journal, ledger, on_failure=fail), accepted
    finally:
        journal.close()
        ledger.close()


async def write_for_ever(folder: Path, acknowledge: int, random: Random) -> None:
    """Accept messages in turns, and acknowledge each turn after its end."""
    with recovered(folder) as (centre, accepted):
        if not centre.state.accounts:
            centre.turn.record(AccountMade(ACCOUNT, "Bot", bot_token="1:x"))
        number = len(accepted)
        while True:
            for _ in range(random.randint(1, 6)):
                number += 1
                text = "text " * random.randint(1, 200)
                centre.send_message(ACCOUNT, PERSON, number, text, b"")
            await asyncio.sleep(0)  # the turn ends by itself
            os.write(acknowledge, b"%d\n" % number)


def live_and_die(folder: Path, random: Random) -> int:
    """Let one writer live for a moment, kill it; returns the last message it acknowledged, 0 for none."""
    reader, acknowledge = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        asyncio.run(write_for_ever(folder, acknowledge, random))
    os.close(acknowledge)
    said = os.read(reader, 64) if random.random() < 0.5 else b""  # every other one certainly writes by then
    time.sleep(random.uniform(0, MAX_LIFE_S))  # the moment is what is random here; nothing is waited for
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reader, "rb") as rest:
        lines = (said + rest.read()).split(b"\n")
    return int(lines[-2]) if len(lines) > 1 else 0


def check(folder: Path, acknowledged: int) -> None:
    """Every acknowledged message is in the journal once; after a recovery the ledger says the same."""
    with recovered(folder) as (_, accepted):
        pass
    assert [record.random_id for record in accepted] == list(range(1, len(accepted) + 1))
    assert len(accepted) >= acknowledged, f"{acknowledged} acknowledged, {len(accepted)} kept"
    assert read_ledger(folder / FILE_NAME) == [LedgerEntry.from_record(record) for record in accepted]


def main(base: Path, kills: int, random: Random) -> None:
    in_flight_count = 0
    for kill in range(kills):
        folder = base / str(kill // KILLS_PER_FOLDER)
        folder.mkdir(parents=True, exist_ok=True)
        acknowledged = live_and_die(folder, random)
        in_flight_count += acknowledged > 0
        check(folder, acknowledged)
        if kill % KILLS_PER_FOLDER == KILLS_PER_FOLDER - 1:
            shutil.rmtree(folder)
    print(f"{kills} kills, {in_flight_count} while writing")
    assert in_flight_count > kills // 5, "hardly any writer had begun"


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), Random(int(sys.argv[3])))

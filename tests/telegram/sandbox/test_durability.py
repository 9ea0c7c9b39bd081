"""What the sandbox acknowledged survives its end, however it ends; journal and ledger agree after every kill."""

import asyncio
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from time import process_time

import pytest
from telethon import functions, types
from telethon.sessions import MemorySession

from core.errors import StorageCorrupt
from telegram.sandbox import records
from telegram.sandbox.journal import Journal
from telegram.sandbox.ledger import FILE_NAME, Ledger, LedgerEntry, read_ledger
from telegram.sandbox.server import JOURNAL_NAME, restore
from tests.telegram.sandbox_fixture import RunningSandbox, connected, peer_of, send, signed_in_user

ACCOUNT, PERSON = 700_000_001, 5_000_000_001
MESSAGES = [
    records.MessageSent(ACCOUNT, PERSON, number, number, 0, number, f"text {number}") for number in range(1, 6)
]


@pytest.mark.slow
async def test_accounts_keys_messages_and_updates_survive_a_kill(sandbox: RunningSandbox) -> None:
    session = MemorySession()
    async with signed_in_user(sandbox, session) as (client, account):
        [person, _] = await sandbox.control.make_people(2, seed=1, account_ids=[account.user_id])
        peer = await peer_of(client, person.username)
        await send(client, peer, "kept", 1, entities=[types.MessageEntityBold(0, 4)])
        await sandbox.control.person_reads(person.user_id, account.user_id)
        await client(functions.messages.ReadHistoryRequest(peer, 0))
        await sandbox.control.person_blocks(person.user_id, account.user_id)
        state = await client(functions.updates.GetStateRequest())
        dialogs = await client(functions.messages.GetDialogsRequest(None, 0, types.InputPeerEmpty(), 10, 0))
        history = await client.get_messages(peer, limit=10)

    await sandbox.restart()

    async with connected(sandbox.address, session) as client:
        assert (await client.get_me()).id == account.user_id
        assert await peer_of(client, person.username) == peer
        assert (await client(functions.updates.GetStateRequest())).pts == state.pts
        again = await client(functions.messages.GetDialogsRequest(None, 0, types.InputPeerEmpty(), 10, 0))
        assert again.to_dict() == dialogs.to_dict()
        assert [message.to_dict() for message in await client.get_messages(peer, limit=10)] == [
            message.to_dict() for message in history
        ]
        repeat = await send(client, peer, "kept", 1)
        assert isinstance(repeat, types.Updates)
    assert [entry.random_id for entry in sandbox.ledger()] == [1]


@pytest.mark.slow
async def test_a_client_that_repeats_what_was_not_answered_gets_everything_in_once(sandbox: RunningSandbox) -> None:
    session, random, answered, kills = MemorySession(), Random(7), set[int](), 4
    async with signed_in_user(sandbox, session) as (_, account):
        [person] = await sandbox.control.make_people(1, seed=1, account_ids=[account.user_id])
    todo = list(range(1, 2001))

    async def send_all(client, peer) -> None:
        async def send_some(start: int) -> None:
            for random_id in [number for number in todo[start::5] if number not in answered]:
                await send(client, peer, "hi", random_id)
                answered.add(random_id)

        await asyncio.gather(*(send_some(start) for start in range(5)))

    for kill in range(kills + 1):
        async with connected(sandbox.address, session) as client:
            sending = asyncio.gather(send_all(client, await peer_of(client, person.username)), return_exceptions=True)
            if kill < kills:
                target = len(answered) + random.randint(100, 350)
                while len(answered) < target:
                    await asyncio.sleep(0)
                await sandbox.kill()
            await sending
        if kill < kills:
            await sandbox.restart()

    assert answered == set(todo)
    assert Counter(entry.random_id for entry in sandbox.ledger()) == Counter(todo)


@pytest.mark.slow
def test_journal_and_ledger_agree_after_every_kill(tmp_path: Path) -> None:
    program = Path(__file__).with_name("killed_writer.py")
    root = Path(__file__).parents[3]
    result = subprocess.run(
        [sys.executable, program, tmp_path, "120", "1"],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        timeout=90,
    )

    assert result.returncode == 0, result.stderr


def write_journal(folder: Path) -> None:
    journal = Journal(folder / JOURNAL_NAME)
    journal.add(records.WorldMade(b"secret"))
    journal.add(records.AccountMade(ACCOUNT, "Bot", bot_token="1:x"))
    for message in MESSAGES:
        journal.add(message)
    journal.commit()
    journal.close()


def open_and_close(folder: Path) -> int:
    """As a server that starts and stops; returns how many messages it knows."""
    journal, ledger = Journal(folder / JOURNAL_NAME), Ledger(folder / FILE_NAME)
    centre = restore(journal, ledger, on_failure=lambda error: None)
    journal.close()
    ledger.close()
    return len(centre.state.mailboxes[ACCOUNT].messages)


def test_a_ledger_cut_at_any_byte_is_completed_from_the_journal(tmp_path: Path) -> None:
    write_journal(tmp_path)
    open_and_close(tmp_path)
    whole = (tmp_path / FILE_NAME).read_bytes()
    assert [LedgerEntry.from_record(message) for message in MESSAGES] == read_ledger(tmp_path / FILE_NAME)

    for size in range(len(whole)):
        (tmp_path / FILE_NAME).write_bytes(whole[:size])
        open_and_close(tmp_path)
        assert (tmp_path / FILE_NAME).read_bytes() == whole


def test_a_torn_last_record_of_the_journal_is_dropped(tmp_path: Path) -> None:
    write_journal(tmp_path)
    whole = (tmp_path / JOURNAL_NAME).read_bytes()
    last = whole[: whole.rindex(b"\n", 0, -1) + 1]

    for size in range(len(last), len(whole)):
        (tmp_path / JOURNAL_NAME).write_bytes(whole[:size])
        assert open_and_close(tmp_path) == len(MESSAGES) - 1
        assert (tmp_path / JOURNAL_NAME).read_bytes() == last


def test_a_damaged_line_in_the_middle_of_the_journal_is_an_error(tmp_path: Path) -> None:
    write_journal(tmp_path)
    lines = (tmp_path / JOURNAL_NAME).read_bytes().split(b"\n")
    lines[3] = lines[3][:10]
    (tmp_path / JOURNAL_NAME).write_bytes(b"\n".join(lines))

    with pytest.raises(StorageCorrupt) as caught:
        open_and_close(tmp_path)

    assert caught.value.detail == f"{JOURNAL_NAME}, line 4"


def test_a_reader_of_the_ledger_leaves_out_a_line_that_is_being_written(tmp_path: Path) -> None:
    write_journal(tmp_path)
    open_and_close(tmp_path)
    path = tmp_path / FILE_NAME
    path.write_bytes(path.read_bytes()[:-5])

    assert [entry.random_id for entry in read_ledger(path)] == [1, 2, 3, 4]


MOST_READINGS = 80
"""A replay of a journal may take so many times the processor's work of reading its records; it takes ten, and one that
looks back at each record a thousand. So the limit is as slow as the machine is at this moment."""


@pytest.mark.slow
def test_fifty_thousand_records_are_replayed_fast(tmp_path: Path) -> None:
    write_journal(tmp_path)
    journal = Journal(tmp_path / JOURNAL_NAME)
    for number in range(6, 50_001):
        journal.add(records.MessageSent(ACCOUNT, PERSON + number % 10_000, number, number, 0, number, "text " * 20))
    journal.commit()
    assert open_and_close(tmp_path) == 50_000  # and writes the ledger

    costs = []
    for _ in range(5):  # other programs make either dearer for a moment
        readings_s = cpu_s(lambda: list(journal.replay()))
        costs.append(cpu_s(lambda: open_and_close(tmp_path)) / readings_s)
        if costs[-1] < MOST_READINGS:
            break
    journal.close()

    assert min(costs) < MOST_READINGS


def cpu_s(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start

"""People come from their seed: who they are, and what they do about a message."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from telethon import types

from core.errors import UserInputError
from telegram.sandbox import commands
from telegram.sandbox.behaviour import STOP_WORDS, Behaviour
from telegram.sandbox.commands import AccountInfo, AccountKind, PersonInfo, Script
from telegram.sandbox.control_server import ControlServer
from telegram.sandbox.data_centre import DataCentre
from telegram.sandbox.journal import Journal
from telegram.sandbox.ledger import Ledger
from telegram.sandbox.people import NAMES
from telegram.sandbox.server import restore
from tests.telegram.sandbox_fixture import (
    RunningSandbox,
    next_of,
    peer_of,
    pushed,
    send,
    signed_in_user,
)


class World:
    """A data centre without a server, whose timers run when told to."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._files = Journal(folder / "journal"), Ledger(folder / "ledger")
        self.centre: DataCentre = restore(*self._files, on_failure=lambda error: None)
        self.control = ControlServer(self.centre, "token")
        self.timers: list[tuple[float, object, tuple[object, ...]]] = []
        Behaviour(self.centre, lambda seconds, act, *arguments: self.timers.append((seconds, act, arguments)))

    def add(self, kind: AccountKind) -> AccountInfo:
        return self.control.carry_out(commands.AddAccount(kind, "A", "", "", ""))

    def make(self, count: int, account: AccountInfo, script: Script, seed: int = 1) -> list[PersonInfo]:
        return self.control.carry_out(commands.MakePeople(count, seed, script, [account.user_id]))

    def write_to(self, account: AccountInfo, people: list[PersonInfo]) -> None:
        for person in people:
            known = len(self.centre.state.mailboxes[account.user_id].message_id_by_random_id)
            self.centre.send_message(account.user_id, person.user_id, known + 1, "hi", b"")

    def run_timers(self) -> None:
        for _, act, arguments in sorted(self.timers, key=lambda timer: timer[0]):
            act(*arguments)
        self.timers.clear()

    def said(self, account: AccountInfo, person: PersonInfo) -> list[str]:
        """What the person said after their first words."""
        mailbox = self.centre.state.mailboxes[account.user_id]
        messages = [mailbox.messages[number] for number in mailbox.dialogs[person.user_id].message_ids]
        return [message.text for message in messages if not message.is_outgoing][1:]

    def close(self) -> None:
        for file in self._files:
            file.close()


@pytest.fixture
async def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "world")
    yield made
    made.close()


async def test_the_same_seed_makes_the_same_people_who_do_the_same(tmp_path: Path) -> None:
    script = Script(read_chance=0.7, reply_chance=0.3, stop_chance=0.2, block_chance=0.1)
    told = []
    for name in ("one", "two"):
        world = World(tmp_path / name)
        account = world.add(AccountKind.USER)
        people = world.make(60, account, script, seed=5)
        world.write_to(account, people if name == "one" else people[::-1])
        waits = sorted(seconds for seconds, _, _ in world.timers)
        world.run_timers()
        said = {person: world.said(account, person) for person in people}
        told.append((people, waits, said, world.centre.state.blocks))
        world.close()

    assert told[0] == told[1]
    people, waits, said, blocks = told[0]
    assert {len(texts) for texts in said.values()} == {0, 1}
    assert blocks
    assert min(waits) >= 0.5
    assert max(waits) <= 12


async def test_another_seed_makes_other_people(world: World) -> None:
    account = world.add(AccountKind.USER)

    one, two = (world.make(30, account, commands.SILENT, seed) for seed in (1, 2))

    assert [person.name for person in one] != [person.name for person in two]


async def test_people_have_names_in_many_scripts_and_phones_of_the_test_range(world: World) -> None:
    people = world.make(500, world.add(AccountKind.USER), commands.SILENT)

    assert {person.language for person in people} == set(NAMES)
    assert len({person.username for person in people}) == len({person.phone for person in people}) == 500
    assert all(person.phone.startswith("99966") and len(person.phone) == 10 for person in people)


async def test_people_have_written_to_a_user_account_and_started_a_bot(world: World) -> None:
    accounts = [world.add(AccountKind.USER), world.add(AccountKind.BOT)]
    ids = [account.user_id for account in accounts]
    [person] = world.control.carry_out(commands.MakePeople(1, 1, commands.SILENT, ids))

    texts = [[message.text for message in world.centre.state.mailboxes[number].messages.values()] for number in ids]
    assert texts[1] == ["/start"]
    assert len(texts[0]) == 1
    assert texts[0] != ["/start"]
    assert person.user_id in world.centre.state.mailboxes[ids[0]].dialogs


async def test_silent_people_do_nothing(world: World) -> None:
    account = world.add(AccountKind.USER)
    world.write_to(account, world.make(50, account, commands.SILENT))

    assert world.timers == []


async def test_everybody_reads_when_the_script_says_so(world: World) -> None:
    account = world.add(AccountKind.USER)
    people = world.make(5, account, Script(read_chance=1))
    world.write_to(account, people)
    world.run_timers()

    mailbox = world.centre.state.mailboxes[account.user_id]
    assert all(mailbox.dialogs[person.user_id].read_outbox_max_id for person in people)


async def test_somebody_who_said_stop_says_nothing_more(world: World) -> None:
    account = world.add(AccountKind.USER)
    people = world.make(5, account, Script(stop_chance=1))
    for _ in range(3):
        world.write_to(account, people)
        world.run_timers()

    assert all(len(texts := world.said(account, person)) == 1 and texts[0] in STOP_WORDS for person in people)


async def test_somebody_who_blocked_says_nothing(world: World) -> None:
    account = world.add(AccountKind.BOT)
    people = world.make(5, account, Script(reply_chance=1))
    world.write_to(account, people)
    for person in people:
        world.centre.person_blocks(person.user_id, account.user_id, is_blocked=True)
    world.run_timers()

    assert all(world.said(account, person) == [] for person in people)


async def test_people_act_by_themselves_in_a_running_sandbox(shared_sandbox: RunningSandbox) -> None:
    script = Script(read_chance=1, stop_chance=1, read_after_s=(0, 0.01), answer_after_s=(0.02, 0.03))
    async with signed_in_user(shared_sandbox) as (client, account), pushed(client) as updates:
        [person] = await shared_sandbox.control.make_people(1, seed=1, account_ids=[account.user_id], script=script)
        await next_of(updates, types.UpdateNewMessage)
        answer = await send(client, await peer_of(client, person.username), "hi", 1)

        assert (await next_of(updates, types.UpdateReadHistoryOutbox)).max_id == answer.id
        assert (await next_of(updates, types.UpdateNewMessage)).message.message in STOP_WORDS


async def test_commands_about_nobody_are_refused_in_words(shared_sandbox: RunningSandbox) -> None:
    with pytest.raises(UserInputError, match="There is no account 12 in this sandbox"):
        await shared_sandbox.control.person_says(5_000_000_001, 12, "hi")

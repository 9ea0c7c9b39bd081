"""`inbox …` as a script uses it."""

import asyncio
from datetime import timedelta

import pytest

from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.domain.account import WorkspaceKind
from core.workspace import open_workspace
from database import Database
from main import MainHouse
from tests.cli.program import Program
from tests.database.stores.world import NOW, World, peer, user_id

pytestmark = pytest.mark.slow


async def answered(program: Program) -> None:
    """Two people wrote to one account, the second one later."""
    async with MainHouse().services(open_workspace(program.workspace), kind=WorkspaceKind.SANDBOX) as services:
        world = World(services.get(Database), program.workspace)
        account_id = await world.add_account()
        await world.import_people(2)
        items = tuple(
            Incoming(
                kind=IncomingKind.MESSAGE,
                user_id=user_id(number),
                at=NOW + timedelta(minutes=number),
                message_id=number,
                text=f"Question {number}",
            )
            for number in (1, 2)
        )
        batch = IncomingBatch(items=items, peers=(peer(1), peer(2)), state=None)
        await world.incoming.commit(await world.take(account_id), batch, [])


def test_conversations_are_listed_shown_and_worked_off(program: Program) -> None:
    asyncio.run(answered(program))

    listed = program.json("inbox", "list", "--search", "question").result
    assert [row["conversation"] for row in listed["conversations"]] == [2, 1]
    assert (listed["unread"], listed["waiting"]) == (2, 2)

    assert program.json("inbox", "reply", "2", "--as", "Kim", standard_input="Of course\n").result["reply"]
    found = program.json("inbox", "list", "--search", "of course").result["conversations"]
    assert [(row["conversation"], row["found_from"], row["found_text"]) for row in found] == [(2, "us", "Of course")]
    program.json("inbox", "note", "2", "--as", "Kim", standard_input="Call back\n")
    assert program.json("inbox", "resolve", "1", "--as", "Kim").result["ok"]

    shown = program.json("inbox", "show", "2").result
    assert [(m["from"], m["text"]) for m in shown["messages"]] == [("them", "Question 2"), ("us", "Of course")]
    assert shown["messages"][1]["state"] == "planned"
    assert [(n["by"], n["text"]) for n in shown["notes"]] == [("Kim", "Call back")]
    assert [
        r["conversation"] for r in program.json("inbox", "list", "--box", "resolved").result["conversations"]
    ] == [1]
    assert program.json("inbox", "ticket", "open", "1", "--as", "Kim").result["ticket"] == 1
    assert [r["ticket"] for r in program.json("inbox", "list", "--tickets").result["conversations"]] == [1]
    assert program.json("inbox", "ticket", "close", "1", "--as", "Kim").result["ticket"] == 1
    assert "no such conversation" in program.json("inbox", "show", "9").error["message"]

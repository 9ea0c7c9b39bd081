"""`account pause|resume|limits|devices|logout|remove` as a script uses them, with a worker of its own process."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.world import World, made_world
from core.domain.account import AccountState
from core.domain.ids import AccountId
from telegram.sandbox.address import read_address
from telegram.sandbox.control import AccountInfo, AccountKind
from tests.cli.program import Done, Program
from tests.cli.terminal import Terminal
from tests.telegram.sandbox_fixture import connected

pytestmark = pytest.mark.slow
PEOPLE = 6


@dataclass
class Place:
    world: World
    program: Program

    async def run(self, *words: str) -> Done:
        return await asyncio.to_thread(self.program.json, "account", *words)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with made_world(tmp_path, recipients=PEOPLE, accounts=2) as world:
        yield Place(world, Program(tmp_path))


async def test_pausing_and_resuming_tell_the_state(place: Place) -> None:
    paused = await place.run("pause", "1", "2", "--as", "Kaya")
    listed = await place.run("list", "--only", "paused")
    again = await place.run("resume", "1")

    assert [(row["account"], row["state"]) for row in paused.result["accounts"]] == [(1, "paused"), (2, "paused")]
    assert [(row["account"], row["reason"]) for row in listed.result["accounts"]] == [
        (1, "Paused by Kaya."),
        (2, "Paused by Kaya."),
    ]
    known = listed.result["accounts"][0]
    assert (known["labels"], known["uses_proxy"], known["sent_in_24_h"]) == ([], False, 0)
    assert (again.result["account"], again.result["state"]) == (1, "ready")
    assert "no such account" in (await place.run("pause", "7")).error["message"]


async def test_limits_are_shown_set_with_their_source_and_guarded_by_the_safe_range(place: Place) -> None:
    await place.world.database.write(
        lambda work: work.connection.execute("UPDATE account SET limit_profile = 'careful'").rowcount
    )

    set_ = await place.run("limits", "1", "--per-day", "12", "--as", "Kaya")
    refused = await place.run("limits", "1", "--per-day", "13", "--per-hour", "500")
    risked = await place.run("limits", "1", "--per-hour", "500", "--beyond-safe")
    back = await place.run("limits", "1", "--per-hour", "profile")
    wrong = await place.run("limits", "1", "--per-day", "many")

    by_kind = {limit["limit"]: limit for limit in set_.result["limits"]}
    assert (by_kind["per_day"]["value"], by_kind["per_day"]["safe"], by_kind["per_day"]["set_by"]) == (12, 40, "Kaya")
    assert by_kind["per_hour"] | {"set_at": None} == {
        "limit": "per_hour", "value": 20, "safe": 20, "source": "profile", "set_by": None, "set_at": None, "until": None,
    }  # fmt: skip
    assert refused.error["title"] == "This is beyond the safe range"
    hours = [{limit["limit"]: limit for limit in done.result["limits"]}["per_hour"] for done in (risked, back)]
    assert [hour["value"] for hour in hours] == [500, 20]
    days = {limit["limit"]: limit for limit in back.result["limits"]}
    assert days["per_day"]["value"] == 12, "of what was refused nothing was set"
    assert '"many" is no limit' in wrong.error["message"]


async def test_what_needs_a_session_says_that_no_worker_runs(place: Place) -> None:
    for words in (("devices", "1"), ("logout", "1"), ("remove", "1", "--yes")):
        done = await place.run(*words)
        assert (done.code, done.error["code"]) == (1, "worker_not_running")
    assert len(await place.world.accounts.list_accounts()) == 2


async def test_devices_are_listed_and_ended_and_the_account_logs_out_and_goes(place: Place) -> None:
    world = place.world
    await world.start_worker()
    await world.wait_until_connected()
    first = (await world.accounts.list_accounts())[0]
    listed = await world.control.list_accounts()
    made: AccountInfo = next(info for info in listed if info.user_id == first.telegram_user_id)
    assert made.kind is AccountKind.USER
    address = read_address(world.workspace.sandbox)
    assert address is not None
    async with connected(address, device_model="Old phone") as phone:
        await phone.send_code_request(made.phone)
        await phone.sign_in(made.phone, await world.control.last_code(made.phone))

        devices = (await place.run("devices", "1")).result["devices"]
        assert [(device["model"] == "Old phone", device["current"]) for device in devices] == [
            (False, True),
            (True, False),
        ]
        ended = await place.run("devices", "1", "--end", devices[1]["device"])
        assert [device["current"] for device in ended.result["devices"]] == [True]
        both = await place.run("devices", "1", "--end", "5", "--end-others")
        assert both.code == 1

    await world.approve_campaign()
    out = await place.run("logout", "1")
    assert out.result["state"] == "signed_out"
    shown = (await place.run("show", "1")).result
    assert (shown["standing"], shown["next_step"]) == ("Logged out here", "Sign in again.")
    assert (await world.accounts.get(first.id)).state is AccountState.SIGNED_OUT

    plan = await place.run("remove", "1", "--plan")
    assert plan.result["planned"] == 0
    unsure = await place.run("remove", "1")
    assert "--yes" in unsure.error["hint"]
    gone = await place.run("remove", "1", "--yes")
    assert (gone.code, gone.result["ended_at_telegram"]) == (0, True)
    assert [row["account"] for row in (await place.run("list")).result["accounts"]] == [2]


async def test_of_several_accounts_those_that_can_be_removed_are_and_the_others_are_named(place: Place) -> None:
    await place.world.accounts.log_out(AccountId(1), actor="Kaya", now=place.world.clock.now())

    plan = await place.run("remove", "1", "2", "--plan")
    done = await place.run("remove", "2", "1", "2", "--yes")
    again = await place.run("remove", "1", "2", "--yes")
    rest = await place.run("remove", "2", "--leave-session", "--yes")

    assert [(row["account"], row["stays"]) for row in plan.result["accounts"]] == [
        (1, None),
        (2, "logging out needs the worker, and none runs."),
    ]
    assert (plan.result["going"], plan.result["staying"]) == (1, 1)
    assert (done.code, done.result["removed"], done.result["failed"]) == (1, 1, 1)
    assert [(row["account"], row["error"] is None) for row in done.result["accounts"]] == [(2, False), (1, True)]
    assert "no such account" in again.error["message"], "one that is not there: nothing is done"
    assert (rest.code, rest.result["removed"], rest.result["ended_at_telegram"]) == (0, 1, False)
    assert not await place.world.accounts.list_accounts()


async def test_a_person_reads_what_will_happen_and_may_say_no(place: Place) -> None:
    words = ("account", "remove", "1", "--leave-session", "--workspace", str(place.program.workspace))

    def refuse() -> tuple[int | None, str]:
        with Terminal(*words, environment=place.program.environment) as terminal:
            terminal.wait_for("Remove it? [yes/no]")
            terminal.type("no")
            terminal.wait_for("Cancelled")
            return terminal.wait_end(), terminal.seen

    code, seen = await asyncio.to_thread(refuse)

    assert code == 130
    assert "This cannot be undone." in seen
    assert len(await place.world.accounts.list_accounts()) == 2

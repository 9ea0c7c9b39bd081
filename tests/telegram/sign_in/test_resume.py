"""A sign-in that was cut off goes on without a second code, where it may."""

from datetime import timedelta
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.domain.proxy import ProxyEndpoint, ProxyKind, ProxyPick
from core.errors import StorageFull, UserInputError
from core.locks import route_lock
from core.workspace import open_workspace
from database import ProxyGroup, ProxyStore
from proxy import ProxyPool
from telegram.sandbox.control import AccountInfo, AccountKind
from telegram.sign_in import values as v
from telegram.sign_in.child import pick_proxy
from telegram.sign_in.half_done import HalfDoneShelf
from telegram.sign_in.values import ANY_PROXY
from tests.database.stores.world import World
from tests.fake_clock import FakeClock
from tests.telegram.sandbox_fixture import RunningSandbox
from tests.telegram.sign_in.dialog import Host, Shelf, dialog


async def cut_off_at_the_code(sandbox: RunningSandbox, shelf: Shelf, **options: str) -> AccountInfo:
    user = await sandbox.control.add_account(AccountKind.USER, name="Ada", **options)
    async with dialog(sandbox, shelf=shelf) as person:
        await person.next(v.AskPhone)
        assert (await person.give(v.GivePhone(phone=f"+{user.phone}"), v.AskCode)).survives_restart
    return user


async def test_a_new_start_takes_the_code_of_the_old_one(shared_sandbox: RunningSandbox) -> None:
    shelf = Shelf()
    user = await cut_off_at_the_code(shared_sandbox, shelf)
    calls = (await shared_sandbox.control.stats()).calls["auth.sendCode"]

    async with dialog(shared_sandbox, v.Method.QR, shelf=shelf) as person:
        asked = await person.next(v.AskCode)
        assert asked.is_resumed
        assert asked.sent_to == f"+{user.phone}"
        await person.give(v.GiveCode(code=await shared_sandbox.control.last_code(user.phone)), v.Done)

    assert (await shared_sandbox.control.stats()).calls["auth.sendCode"] == calls
    assert shelf.content is None


@pytest.mark.slow
async def test_a_new_start_asks_for_the_second_password_only(shared_sandbox: RunningSandbox) -> None:
    shelf = Shelf()
    user = await cut_off_at_the_code(shared_sandbox, shelf, password="correct horse", password_hint="my horse")
    async with dialog(shared_sandbox, shelf=shelf) as person:
        await person.next(v.AskCode)
        await person.give(v.GiveCode(code=await shared_sandbox.control.last_code(user.phone)), v.AskPassword)

    async with dialog(shared_sandbox, shelf=shelf) as person:
        asked = await person.next(v.AskPassword)
        assert (asked.hint, asked.is_resumed) == ("my horse", True)
        await person.give(v.GivePassword(password="correct horse"), v.Done)
    assert shelf.content is None


async def test_neither_code_nor_password_is_kept(shared_sandbox: RunningSandbox) -> None:
    shelf = Shelf()
    user = await cut_off_at_the_code(shared_sandbox, shelf)

    assert shelf.content is not None
    assert (await shared_sandbox.control.last_code(user.phone)).encode() not in shelf.content


async def test_a_session_that_could_not_be_kept_is_kept_by_the_next_start(shared_sandbox: RunningSandbox) -> None:
    shelf = Shelf()
    user = await cut_off_at_the_code(shared_sandbox, shelf)
    async with dialog(shared_sandbox, shelf=shelf, host=Host(fail_with=StorageFull())) as person:
        await person.next(v.AskCode)
        await person.give(v.GiveCode(code=await shared_sandbox.control.last_code(user.phone)), v.Refused)

    async with dialog(shared_sandbox, shelf=shelf) as person:
        done = await person.next(v.Done)

    assert done.telegram_user_id == user.user_id
    assert shelf.content is None


async def test_giving_up_keeps_nothing(shared_sandbox: RunningSandbox) -> None:
    shelf = Shelf()
    await cut_off_at_the_code(shared_sandbox, shelf)
    async with dialog(shared_sandbox, shelf=shelf) as person:
        await person.next(v.AskCode)
        await person.give(v.Cancel(), v.Cancelled)

    assert shelf.content is None


async def test_what_is_too_old_is_deleted_and_the_sign_in_begins_anew(shared_sandbox: RunningSandbox) -> None:
    shelf, clock = Shelf(), FakeClock()
    await cut_off_at_the_code(shared_sandbox, shelf)
    clock.set_wall(clock.now() + timedelta(days=4000))

    async with dialog(shared_sandbox, shelf=shelf, clock=clock) as person:
        await person.next(v.AskPhone)
    assert shelf.content is None


async def test_a_half_done_sign_in_of_another_account_is_not_gone_on_with(shared_sandbox: RunningSandbox) -> None:
    shelf = Shelf()
    await cut_off_at_the_code(shared_sandbox, shelf)

    async with dialog(shared_sandbox, shelf=shelf, purpose="again 5") as person:
        await person.next(v.AskPhone)
    assert shelf.content is None


async def test_what_is_unreadable_is_deleted(shared_sandbox: RunningSandbox) -> None:
    shelf = Shelf(b"what is this")
    async with dialog(shared_sandbox, shelf=shelf) as person:
        await person.next(v.AskPhone)
    assert shelf.content is None


async def test_without_a_place_that_lasts_the_dialog_says_so(shared_sandbox: RunningSandbox) -> None:
    user = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada")
    async with dialog(shared_sandbox) as person:
        await person.next(v.AskPhone)
        assert not (await person.give(v.GivePhone(phone=f"+{user.phone}"), v.AskCode)).survives_restart


@pytest.mark.slow
async def test_a_key_that_was_forgotten_begins_anew(sandbox: RunningSandbox) -> None:
    shelf = Shelf()
    await cut_off_at_the_code(sandbox, shelf)
    await sandbox.stop()
    (sandbox.folder / "journal.jsonl").unlink()
    await sandbox.start()

    async with dialog(sandbox, shelf=shelf) as person:
        await person.next(v.AskPhone)
    assert shelf.content is None


async def test_a_sign_in_that_began_around_a_proxy_is_not_gone_on_with_when_one_is_asked_for(tmp_path: Path) -> None:
    now, clock = SystemClock().now(), SystemClock()
    world = await World.make(tmp_path)
    store = ProxyStore(world.database)
    endpoints = [ProxyEndpoint(kind=ProxyKind.HTTP, host=f"192.0.2.{part}", port=3128) for part in (1, 2)]
    first, second = await store.import_proxies(endpoints, ProxyGroup(), actor="ann", now=now)
    picks = ProxyPool(store, clock, lambda id_: route_lock(open_workspace(tmp_path / "w"), id_))

    async def asked(proxy: str, *, began_with: ProxyPick | None) -> tuple[ProxyPick | None, bool]:
        """What it leaves through, and whether it is gone on with."""
        shelf = Shelf()
        await HalfDoneShelf(shelf, "add", began_with).save(b"key", now + timedelta(minutes=5), None, "+9996612345")
        pick = await pick_proxy(proxy, picks, shelf, "add", clock)
        await picks.give_back()
        return pick, shelf.content is not None

    through_first = ProxyPick(proxy_id=first, is_any=False)
    from_pool = ProxyPick(proxy_id=first, is_any=True)
    assert await asked("", began_with=None) == (None, True)
    assert await asked(str(first), began_with=None) == (through_first, False)
    assert await asked(ANY_PROXY, began_with=None) == (from_pool, False)
    assert await asked("", began_with=through_first) == (through_first, True)
    assert await asked(ANY_PROXY, began_with=from_pool) == (from_pool, True)
    assert await asked(str(second), began_with=through_first) == (ProxyPick(proxy_id=second, is_any=False), False)
    with pytest.raises(UserInputError):
        await asked("7", began_with=None)
    await world.database.close()

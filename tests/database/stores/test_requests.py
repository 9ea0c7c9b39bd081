"""Requests about accounts: taken once, under the lease, and never after their deadline."""

from datetime import timedelta

import pytest

from campaigns.requests import REPEATABLE, Request, RequestKind, RequestState
from core.domain.ids import AccountId, RequestId, WorkerId
from core.errors import LeaseLost
from database.stores.first_contacts import IS_FIRST, TAKEN
from database.stores.requests import KEPT, OPEN
from tests.database.stores.world import NOW, World

MINUTE = timedelta(minutes=1)
ONE, TWO = WorkerId("one"), WorkerId("two")


async def ask(world: World, account_id: AccountId, kind: RequestKind = RequestKind.LIST_DEVICES) -> RequestId:
    return await world.requests.ask(kind, account_id, requester="ann", deadline=NOW + MINUTE, now=NOW)


async def taken(world: World) -> Request:
    (request,) = await world.requests.list_open(now=NOW)
    return request


async def test_a_request_is_taken_by_one_worker_and_answered_by_it_alone(world: World) -> None:
    account_id = await world.add_account()
    request_id = await ask(world, account_id)
    lease, request = await world.take(account_id), await taken(world)

    assert await world.requests.begin(request, lease, ONE, now=NOW)
    assert not await world.requests.begin(request, lease, TWO, now=NOW)
    await world.requests.finish(request, TWO, RequestState.DONE, "not mine", now=NOW)
    assert (await world.requests.answer(request_id)).state is RequestState.BEGUN
    await world.requests.finish(request, ONE, RequestState.DONE, "[]", now=NOW)

    answer = await world.requests.answer(request_id)
    assert (answer.state, answer.answer) == (RequestState.DONE, "[]")
    assert await world.requests.list_open(now=NOW) == []


async def test_a_worker_that_lost_the_account_takes_nothing(world: World) -> None:
    account_id = await world.add_account()
    await ask(world, account_id)
    lease = await world.take(account_id)
    await world.take(account_id, "worker-two")

    with pytest.raises(LeaseLost):
        await world.requests.begin(await taken(world), lease, ONE, now=NOW)


async def test_after_its_deadline_a_request_is_not_taken_any_more(world: World) -> None:
    account_id = await world.add_account()
    request_id = await ask(world, account_id)
    request, lease = await taken(world), await world.take(account_id)

    assert not await world.requests.begin(request, lease, ONE, now=NOW + 2 * MINUTE)
    assert await world.requests.list_open(now=NOW + 2 * MINUTE) == []
    assert (await world.requests.answer(request_id)).state is RequestState.EXPIRED


async def test_what_was_withdrawn_is_not_done_and_what_was_begun_cannot_be_withdrawn(world: World) -> None:
    account_id = await world.add_account()
    lease = await world.take(account_id)
    first = await ask(world, account_id)
    assert (await world.requests.withdraw(first, now=NOW)).state is RequestState.EXPIRED
    second = await ask(world, account_id)
    assert await world.requests.begin(await taken(world), lease, ONE, now=NOW)

    assert (await world.requests.withdraw(second, now=NOW)).state is RequestState.BEGUN


@pytest.mark.parametrize("kind", RequestKind)
async def test_what_a_dead_worker_had_begun_is_asked_again_or_of_unknown_fate(
    world: World, kind: RequestKind
) -> None:
    account_id = await world.add_account()
    request_id = await ask(world, account_id, kind)
    assert await world.requests.begin(await taken(world), await world.take(account_id), ONE, now=NOW)

    await world.requests.recover(await world.take(account_id, "worker-two"), now=NOW)

    state = (await world.requests.answer(request_id)).state
    assert state is (RequestState.OPEN if kind in REPEATABLE else RequestState.UNKNOWN)


async def test_answers_are_forgotten_with_the_next_request(world: World) -> None:
    account_id = await world.add_account()
    old = await ask(world, account_id)
    await world.requests.withdraw(old, now=NOW)

    await world.requests.ask(
        RequestKind.LIST_DEVICES, account_id, requester="ann", deadline=NOW + 3 * KEPT, now=NOW + 2 * KEPT
    )

    assert await world.column("SELECT count(*) FROM request") == [1]


@pytest.mark.parametrize(
    ("sql", "values", "index"),
    [(OPEN, 0, "request_open"), (TAKEN, 2, "outgoing_first_contact"), (IS_FIRST, 1, "outgoing_one_person")],
)
async def test_what_is_asked_often_reads_by_an_index(world: World, sql: str, values: int, index: str) -> None:
    plan = [str(row["detail"]) for row in await world.rows("EXPLAIN QUERY PLAN " + sql, *(1,) * values)]

    assert any(index in line for line in plan)
    assert not any(line.startswith("SCAN") for line in plan)

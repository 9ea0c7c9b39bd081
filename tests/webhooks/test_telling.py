"""What happens is told: in the unit of what happened, signed, again until it is taken, and by a queue for each webhook."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from core.domain.account import AccountState
from core.domain.webhook import MOST_WAITING, HookDeliveryState, HookEvent
from core.errors import UserInputError
from database.stores.tickets import TicketStore
from tests.webhooks.hook_world import FIRST, HookWorld
from tests.webhooks.receiver import Receiver, receiving
from webhooks.runner import CLAIM_SPARE

DELIVERED = "SELECT count(*) FROM webhook_delivery WHERE state = 'delivered'"
GIVEN_UP = "SELECT count(*) FROM webhook_delivery WHERE state = 'given_up'"
E = HookEvent


async def test_a_message_is_told_with_ids_kinds_and_times_and_nothing_else(
    hooks: HookWorld, receiver: Receiver
) -> None:
    await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write(1, "My number is +999660000001")

    async with hooks.running():
        await hooks.until_rows(DELIVERED, 1)

    assert receiver.told[0].content == {
        "type": "message.received",
        "timestamp": "2026-11-20T12:00:00.000Z",
        "workspace": "workspace-one",
        "is_sandbox": True,
        "data": {
            "account_id": hooks.account_id,
            "message_id": 1,
            "message_kind": "text",
            "conversation_id": FIRST,
            "contact_id": 1,
        },
    }


async def test_text_and_person_are_told_where_that_is_switched_on(hooks: HookWorld, receiver: Receiver) -> None:
    await hooks.add(receiver.address, E.MESSAGE_RECEIVED, with_text=True, with_person=True)
    await hooks.write(1, "Do you ship abroad?")

    async with hooks.running():
        await hooks.until_rows(DELIVERED, 1)

    data = receiver.told[0].content["data"]
    assert isinstance(data, dict)
    assert data["text"] == "Do you ship abroad?"
    assert data["person"] == {"phone": "+999660000001", "username": "person_1"}


async def test_each_kind_is_queued_by_what_it_names(hooks: HookWorld, receiver: Receiver) -> None:
    await hooks.add(receiver.address)
    await hooks.write(1, "Hello")
    await hooks.acts.resolve(FIRST, actor="ann", now=hooks.clock.now())
    await hooks.acts.resolve(FIRST, actor="ann", now=hooks.clock.now())  # changes nothing
    await hooks.acts.reopen(FIRST, actor="ann", now=hooks.clock.now())
    await hooks.acts.resolve(FIRST, actor="ann", now=hooks.clock.now())
    await hooks.write(1, "One more thing", message_id=2)
    await hooks.write(1, "One more thing", message_id=2)  # the batch comes again
    await hooks.write(1, "STOP", message_id=3, is_stop=True)
    await hooks.world.accounts.stop(hooks.lease, AccountState.LIMITED, "Telegram limits it", now=hooks.clock.now())

    assert await hooks.waiting() == [
        "message.received",
        "conversation.resolved",
        "conversation.reopened",
        "conversation.resolved",
        "conversation.reopened",
        "message.received",
        "suppression.added",
        "message.received",
        "account.stopped",
    ]


async def test_a_webhook_is_told_only_the_kinds_it_asked_for(hooks: HookWorld, receiver: Receiver) -> None:
    await hooks.add(receiver.address, E.SUPPRESSION_ADDED)
    await hooks.write(1, "Hello")
    await hooks.write(1, "STOP", message_id=2, is_stop=True)

    assert await hooks.waiting() == ["suppression.added"]


async def test_what_fails_is_told_again_with_its_id_later_and_later(hooks: HookWorld, receiver: Receiver) -> None:
    receiver.answers.extend([(500, ""), (500, ""), (500, "")])
    await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write()
    times = []

    async with hooks.running():
        for count in range(1, 5):
            await hooks.until(lambda count=count: len(receiver.told) == count)  # type: ignore[misc]
            times.append(int(receiver.told[-1].headers["webhook-timestamp"]))
        await hooks.until_rows(DELIVERED, 1)

    assert len({told.id for told in receiver.told}) == 1
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert 5 <= waits[0] < 15 <= waits[1] < 45 <= waits[2] < 60


async def test_the_wait_that_a_receiver_asks_for_holds_its_whole_queue(hooks: HookWorld, receiver: Receiver) -> None:
    receiver.answers.append((429, "retry-after: 600\r\n"))
    hook_id = await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write(1)
    async with hooks.running():
        await hooks.until_rows("SELECT failures FROM webhook", 1)
        held_until = (await hooks.store.get(hook_id)).held_until
        await hooks.write(2, message_id=2)
        await hooks.until(lambda: len(receiver.told) > 1, step_s=20)
        assert held_until is not None
        assert int(receiver.told[1].headers["webhook-timestamp"]) >= int(held_until.timestamp())
        await hooks.until_rows(DELIVERED, 2)


async def test_what_was_tried_for_a_day_is_given_up_with_its_reason_and_can_be_sent_again(
    hooks: HookWorld, receiver: Receiver
) -> None:
    receiver.always = (503, "")
    hook_id = await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write()
    async with hooks.running():
        async with asyncio.timeout(40):
            while (await hooks.world.rows(GIVEN_UP))[0]["count(*)"] == 0:
                hooks.pass_time(minutes=30)
                await asyncio.sleep(0.01)
        (given_up,) = await hooks.service.deliveries(hook_id, state=HookDeliveryState.GIVEN_UP)
        assert given_up.problem == "It answered 503."
        assert given_up.tries > 10
        receiver.always = (200, "")
        assert await hooks.service.send_again(hook_id) == 1
        await hooks.until_rows(DELIVERED, 1)

    assert receiver.told[-1].id == given_up.message_id
    events = await hooks.world.rows("SELECT data FROM event WHERE kind = 'webhook.gave_up'")
    assert [row["data"] for row in events] == ['{"webhook":1,"name":"Helpdesk","count":1}']


async def test_what_waited_behind_a_dead_address_is_given_up_after_a_day_too(hooks: HookWorld) -> None:
    hook_id = await hooks.add("http://127.0.0.1:9/", E.MESSAGE_RECEIVED)
    for number in range(1, 12):
        await hooks.write(1, message_id=number)
    async with hooks.running():
        async with asyncio.timeout(40):
            while (await hooks.store.get(hook_id)).waiting:
                hooks.pass_time(minutes=30)
                await asyncio.sleep(0.01)

    assert (await hooks.store.get(hook_id)).given_up == 11


async def test_a_slow_webhook_holds_no_other_one(hooks: HookWorld, receiver: Receiver) -> None:
    async with receiving() as slow:
        slow.hold = asyncio.Event()
        await hooks.add(slow.address, E.MESSAGE_RECEIVED, name="Slow")
        await hooks.add(receiver.address, E.MESSAGE_RECEIVED, name="Fast")
        for number in range(1, 31):
            await hooks.write(1, message_id=number)

        async with hooks.running():
            await hooks.until(lambda: len(receiver.told) == 30, step_s=0.01)
            assert 1 <= len(slow.told) <= 4  # under way, and no more of them


async def test_a_claim_of_a_worker_that_died_is_told_again_with_its_id(hooks: HookWorld, receiver: Receiver) -> None:
    hook_id = await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write()
    now = hooks.clock.now()
    (lost,) = await hooks.queue.claim(hook_id, now=now, until=now + CLAIM_SPARE, limit=4)

    assert await hooks.queue.claim(hook_id, now=now, until=now + CLAIM_SPARE, limit=4) == []
    async with hooks.running():
        await hooks.until_rows(DELIVERED, 1)

    assert [told.id for told in receiver.told] == [lost.message_id]
    assert hooks.clock.now() >= now + CLAIM_SPARE


async def test_a_paused_webhook_is_told_nothing_and_everything_when_it_is_resumed(
    hooks: HookWorld, receiver: Receiver
) -> None:
    hook_id = await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.service.pause(hook_id, actor="ann")
    await hooks.write()
    assert await hooks.queue.due(hooks.clock.now()) == []
    with pytest.raises(UserInputError, match="paused"):
        await hooks.service.test(hook_id)

    await hooks.service.resume(hook_id, actor="ann")
    async with hooks.running():
        await hooks.until_rows(DELIVERED, 1)

    assert len(receiver.told) == 1


async def test_a_receiver_that_says_gone_is_paused_and_told_so_in_activity(
    hooks: HookWorld, receiver: Receiver
) -> None:
    receiver.always = (410, "")
    hook_id = await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write()
    async with hooks.running():
        await hooks.until_rows("SELECT paused_at IS NOT NULL FROM webhook", 1)

    hook = await hooks.store.get(hook_id)
    assert (hook.paused_why, hook.waiting) == ("The receiver answered 410: it wants nothing any more.", 1)
    assert await hooks.world.rows("SELECT 1 FROM event WHERE kind = 'webhook.stopped'")


async def test_without_its_secret_a_webhook_is_paused_and_nothing_is_lost(
    hooks: HookWorld, receiver: Receiver
) -> None:
    hook_id = await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write()
    hooks.secrets.held.clear()  # the workspace was restored where its key is not

    async with hooks.running():
        await hooks.until_rows("SELECT paused_at IS NOT NULL FROM webhook", 1)

    assert (await hooks.store.get(hook_id)).waiting == 1
    assert receiver.told == []


async def test_a_test_is_told_at_once_though_the_address_failed(hooks: HookWorld, receiver: Receiver) -> None:
    receiver.answers.append((503, "retry-after: 3600\r\n"))
    hook_id = await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write()
    async with hooks.running():
        await hooks.until_rows("SELECT failures FROM webhook", 1)
        await hooks.service.test(hook_id)
        await hooks.until_rows(DELIVERED, 1)

    assert [told.type for told in receiver.told] == ["message.received", "webhook.test"]
    assert (await hooks.store.get(hook_id)).failing_since is None


async def test_a_full_queue_counts_what_it_cannot_take(hooks: HookWorld, receiver: Receiver) -> None:
    hook_id = await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.world.database.write(
        lambda work: work.connection.execute("UPDATE webhook SET waiting = ?", (MOST_WAITING,))
    )
    await hooks.write()

    assert await hooks.waiting() == []
    assert (await hooks.store.get(hook_id)).lost == 1


async def test_what_was_told_is_forgotten_after_a_week(hooks: HookWorld, receiver: Receiver) -> None:
    await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write()
    async with hooks.running():
        await hooks.until_rows(DELIVERED, 1)
    assert await hooks.queue.tidy(hooks.clock.now() + timedelta(days=6)) == 0

    assert await hooks.queue.tidy(hooks.clock.now() + timedelta(days=8)) == 1


async def test_a_removed_webhook_takes_its_queue_and_its_secret_along(hooks: HookWorld, receiver: Receiver) -> None:
    hook_id = await hooks.add(receiver.address, E.MESSAGE_RECEIVED)
    await hooks.write()
    await hooks.service.remove(hook_id, actor="ann")

    assert await hooks.waiting() == []
    assert hooks.secrets.held == {}
    with pytest.raises(UserInputError):
        await hooks.service.get(hook_id)


async def test_a_ticket_is_told_when_it_is_opened_and_closed(hooks: HookWorld, receiver: Receiver) -> None:
    await hooks.add(receiver.address, E.TICKET_OPENED, E.TICKET_CLOSED)
    await hooks.write(1, "It does not work")
    tickets = TicketStore(hooks.world.database)
    await tickets.open(FIRST, None, actor="ann", now=hooks.clock.now())
    await tickets.open(FIRST, None, actor="ann", now=hooks.clock.now())  # is open already
    await tickets.close(FIRST, actor="ann", now=hooks.clock.now())

    async with hooks.running():
        await hooks.until_rows(DELIVERED, 2)

    common = {"account_id": hooks.account_id, "ticket": 1, "by": "team", "conversation_id": FIRST, "contact_id": 1}
    assert [(told.content["type"], told.content["data"]) for told in receiver.told] == [
        ("ticket.opened", common | {"message_id": 1}),
        ("ticket.closed", common),
    ]

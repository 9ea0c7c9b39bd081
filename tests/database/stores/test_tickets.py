"""Tickets: one open at a time, numbers never given twice, every act an event."""

from dataclasses import replace

import pytest

from campaigns.inbox.conversations import Box
from campaigns.inbox.reaction_rules import ReactionRules
from campaigns.inbox.tickets import Tickets
from campaigns.ports import IncomingBatch, IncomingKind
from core.domain.ids import ConversationId
from core.errors import UserInputError
from database.stores.tickets import TicketStore
from tests.database.stores.test_afterwards import later, sent_by_us
from tests.database.stores.test_conversations import FIRST, Desk, said
from tests.database.stores.world import World, person, user_id

RULES = ReactionRules(resolve="✅", ticket="🎫")


@pytest.fixture
async def desk(world: World) -> Desk:
    account_id = await world.add_account()
    await world.import_people([person(1), person(2)])
    return Desk(world, account_id, await world.take(account_id))


@pytest.fixture
def tickets(desk: Desk) -> Tickets:
    return Tickets(TicketStore(desk.world.database), desk.clock)


async def react(desk: Desk, **side: object) -> None:
    batch = IncomingBatch(items=(later(IncomingKind.REACTED, **side),), peers=(), state=None)
    for _ in range(2):
        await desk.world.incoming.commit(desk.lease, batch, [], RULES)


async def ticket_events(desk: Desk) -> list[object]:
    return [kind for kind in await desk.world.event_kinds() if str(kind).startswith("ticket")]


async def test_a_ticket_stays_in_sight_until_it_is_closed(desk: Desk, tickets: Tickets) -> None:
    await desk.take_in(said(1, "Broken", message_id=10), said(2, "b", message_id=11))

    number = await tickets.open(FIRST, actor="Kim")
    assert await tickets.open(FIRST, actor="Lee") == number, "one at a time"
    await desk.inbox.resolve(FIRST, actor="Kim")
    assert await desk.ids(Box.TICKETS) == [1]
    assert (await desk.store.counts(viewer="Kim", now=desk.clock.now())).tickets == 1
    [ticket] = (await desk.store.conversation(FIRST)).tickets
    assert (ticket.message_id, ticket.opened_by, ticket.closed_at) == (10, "Kim", None)

    assert await tickets.close(FIRST, actor="Lee") == number
    assert await tickets.close(FIRST, actor="Lee") is None
    assert await desk.ids(Box.TICKETS) == []
    assert (await desk.store.rows([1]))[1].ticket is None
    assert await tickets.open(FIRST, actor="Kim") == number + 1
    assert await ticket_events(desk) == ["ticket.opened", "ticket.closed", "ticket.opened"]


async def test_what_cannot_be_is_refused_in_words(desk: Desk, tickets: Tickets) -> None:
    await desk.take_in(said(1, "Broken", message_id=10))

    with pytest.raises(UserInputError, match="no message 99"):
        await tickets.open(FIRST, 99, actor="Kim")
    with pytest.raises(UserInputError, match="no such conversation"):
        await tickets.open(ConversationId(9), actor="Kim")


@pytest.mark.parametrize(("side", "actor"), [({"theirs": "🎫"}, "the person"), ({"ours": "👍 🎫"}, "another device")])
async def test_the_ticket_reaction_opens_one_once(desk: Desk, side: dict[str, object], actor: str) -> None:
    await desk.take_in(said(1, "Broken", message_id=10))

    await react(desk, **side)

    [ticket] = (await desk.store.conversation(FIRST)).tickets
    assert (ticket.message_id, ticket.opened_by) == (10, actor)
    assert await ticket_events(desk) == ["ticket.opened"]


async def test_a_reaction_to_a_campaigns_message_opens_one_for_who_never_wrote(desk: Desk) -> None:
    await desk.take_in()
    await sent_by_us(desk, message_id=7)

    await react(desk, theirs="🎫", message_id=7)

    assert await desk.ids(Box.TICKETS) == [1]
    row = (await desk.store.rows([1]))[1]
    assert (row.user_id, row.contact_id, row.unread, row.is_answered) == (user_id(1), 1, 0, True)


async def test_a_number_is_not_given_again_when_its_conversation_is_gone(desk: Desk, tickets: Tickets) -> None:
    await desk.take_in(said(1, "Broken", message_id=10), replace(said(2, "b", message_id=11)))
    first = await tickets.open(FIRST, actor="Kim")

    await desk.world.execute("DELETE FROM conversation WHERE id = 1")

    assert await tickets.open(ConversationId(2), actor="Kim") == first + 1
    assert (await desk.store.counts(viewer="Kim", now=desk.clock.now())).tickets == 1

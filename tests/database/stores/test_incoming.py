"""What people did: STOP, blocks, starts and replies, however often a batch is handed in."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.domain.account import AccountKind, Lease, UpdateState
from core.domain.ids import AccountId
from core.errors import LeaseLost
from tests.database.stores.world import NOW, World, peer, person, user_id

MINUTE = timedelta(minutes=1)


def item(kind: IncomingKind, number: int = 1, *, minutes: int = 1, message_id: int = 0, text: str = "") -> Incoming:
    at = NOW + minutes * MINUTE
    return Incoming(kind=kind, user_id=user_id(number), at=at, message_id=message_id, text=text)


def said(number: int = 1, *, message_id: int = 100, text: str = "hello") -> Incoming:
    return item(IncomingKind.MESSAGE, number, message_id=message_id, text=text)


STOP = said(text="STOP")


class Inbox:
    """A bot that knows person 1 and 2, who are contacts by username."""

    def __init__(self, world: World, account_id: AccountId, lease: Lease) -> None:
        self.world, self.account_id, self.lease = world, account_id, lease

    async def take_in(self, *items: Incoming, times: int = 1) -> None:
        batch = IncomingBatch(items=items, peers=(peer(1), peer(2)), state=UpdateState(pts=9, qts=0, date=NOW, seq=1))
        stops = [each for each in items if each.text == "STOP"]
        for _ in range(times):
            await self.world.incoming.commit(self.lease, batch, stops)

    async def new_events(self) -> list[object]:
        return [kind for kind in await self.world.event_kinds() if str(kind).startswith(("person", "reply"))]


@pytest.fixture
async def inbox(world: World) -> Inbox:
    account_id = await world.add_account(kind=AccountKind.BOT)
    await world.import_people([person(1), person(2, consent=None)])
    return Inbox(world, account_id, await world.take(account_id))


async def test_a_stop_suppresses_contact_and_person_once(inbox: Inbox) -> None:
    await inbox.take_in(STOP, times=2)

    rows = await inbox.world.rows("SELECT contact_id, telegram_user_id, reason, account_id FROM suppression")
    assert [tuple(row.values()) for row in rows] == [(1, user_id(1), "said_stop", inbox.account_id)]
    assert await inbox.new_events() == ["person.stopped"]


async def test_a_stop_of_somebody_who_is_no_contact_counts_as_well(inbox: Inbox) -> None:
    await inbox.take_in(replace(STOP, user_id=user_id(7)))

    assert await inbox.world.column("SELECT telegram_user_id FROM suppression") == [user_id(7)]


async def test_a_stop_holds_for_every_contact_that_is_this_person(inbox: Inbox) -> None:
    await inbox.world.execute("UPDATE contact SET telegram_user_id = ? WHERE id = 2", user_id(1))

    await inbox.take_in(STOP, times=2)

    rows = await inbox.world.rows("SELECT contact_id, telegram_user_id FROM suppression ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [(1, user_id(1)), (2, None)]
    assert await inbox.new_events() == ["person.stopped"]


async def test_a_suppression_known_by_contact_learns_the_person(inbox: Inbox) -> None:
    await inbox.world.execute("UPDATE contact SET telegram_user_id = ? WHERE id = 1", user_id(1))
    await inbox.world.execute("INSERT INTO suppression (contact_id, reason, at) VALUES (1, 'suppressed', 1)")

    await inbox.take_in(STOP)

    rows = await inbox.world.rows("SELECT contact_id, telegram_user_id, reason FROM suppression")
    assert [tuple(row.values()) for row in rows] == [(1, user_id(1), "said_stop")], (
        "a STOP outweighs what others decided"
    )


async def test_a_block_suppresses_and_withdraws_the_start(inbox: Inbox) -> None:
    await inbox.take_in(item(IncomingKind.STARTED, 2), item(IncomingKind.BLOCKED, 2, minutes=5), times=2)

    (consent,) = await inbox.world.rows("SELECT * FROM consent WHERE contact_id = 2")
    assert consent["withdrawn_at"] == int((NOW + 5 * MINUTE).timestamp() * 1000)
    assert await inbox.world.column("SELECT reason FROM suppression WHERE contact_id = 2") == ["blocked_us"]
    assert await inbox.new_events() == ["person.started", "person.blocked"]


async def test_a_start_is_a_consent_with_its_evidence(inbox: Inbox) -> None:
    await inbox.take_in(item(IncomingKind.STARTED, 2), times=3)

    (consent,) = await inbox.world.rows("SELECT * FROM consent WHERE contact_id = 2")
    assert (consent["basis"], consent["source"], consent["evidence"]) == (
        "started_bot",
        "pressed Start",
        "@account_1",
    )
    assert (consent["account_id"], consent["withdrawn_at"]) == (inbox.account_id, None)
    assert await inbox.new_events() == ["person.started"]


async def test_a_later_start_is_a_consent_again(inbox: Inbox) -> None:
    await inbox.take_in(item(IncomingKind.STARTED, 2), item(IncomingKind.BLOCKED, 2, minutes=2))
    await inbox.take_in(item(IncomingKind.STARTED, 2, minutes=3))

    assert await inbox.world.column("SELECT withdrawn_at IS NULL FROM consent WHERE contact_id = 2") == [0, 1]


async def test_a_start_of_a_stranger_is_no_consent(inbox: Inbox) -> None:
    await inbox.take_in(item(IncomingKind.STARTED, 7))

    assert await inbox.world.column("SELECT count(*) FROM consent WHERE basis = 'started_bot'") == [0]


async def test_a_reply_is_told_once_and_belongs_to_the_newest_campaign(inbox: Inbox) -> None:
    world = inbox.world
    await inbox.take_in()
    for minutes in (1, 2, 3):
        campaign_id = await world.run([inbox.account_id])
        row = (await world.ahead(inbox.account_id, campaign_id))[0]
        if minutes < 3:  # the newest of all was not sent yet
            await world.claim(inbox.lease, row.id, now=NOW + minutes * MINUTE)

    await inbox.take_in(said(message_id=5), said(message_id=6), times=2)

    rows = await world.rows(
        "SELECT campaign_id, contact_id, message_id, data FROM event WHERE kind = 'reply.received'"
    )
    assert [tuple(row.values()) for row in rows] == [(2, 1, 5, "{}"), (2, 1, 6, "{}")]


async def test_a_message_of_somebody_we_never_wrote_to_belongs_to_no_campaign(inbox: Inbox) -> None:
    await inbox.take_in(said(7))

    rows = await inbox.world.rows("SELECT campaign_id, contact_id FROM event WHERE kind = 'reply.received'")
    assert [tuple(row.values()) for row in rows] == [(None, None)]


async def test_a_message_that_came_before_ours_left_is_no_reply_to_a_campaign(inbox: Inbox) -> None:
    await inbox.take_in()
    await inbox.world.run([inbox.account_id])

    await inbox.take_in(said())

    assert await inbox.world.column("SELECT campaign_id FROM event WHERE kind = 'reply.received'") == [None]


async def test_the_text_of_a_message_is_kept_nowhere(inbox: Inbox) -> None:
    await inbox.take_in(said(text="my secret"))

    dump = await inbox.world.rows("SELECT * FROM event")
    assert "my secret" not in str(dump)


async def test_when_a_person_wrote_is_the_latest_moment_known(inbox: Inbox) -> None:
    late, early = said(message_id=2), replace(said(message_id=1), at=NOW)

    await inbox.take_in(late, early)

    assert await inbox.world.column("SELECT wrote_at FROM peer WHERE user_id = ?", user_id(1)) == [
        int((NOW + MINUTE).timestamp() * 1000)
    ]
    assert await inbox.world.column("SELECT wrote_at FROM peer WHERE user_id = ?", user_id(2)) == [None]


async def test_what_was_read_is_nothing_anybody_did(inbox: Inbox) -> None:
    await inbox.take_in(item(IncomingKind.READ, message_id=4))

    assert await inbox.new_events() == []


async def test_nothing_of_a_batch_is_kept_when_the_lease_is_over(inbox: Inbox) -> None:
    await inbox.world.take(inbox.account_id, "worker-two")

    with pytest.raises(LeaseLost):
        await inbox.take_in(STOP)

    assert await inbox.world.column("SELECT count(*) FROM suppression") == [0]
    assert await inbox.world.column("SELECT count(*) FROM peer") == [0]
    assert await inbox.world.accounts.update_state(inbox.account_id) is None

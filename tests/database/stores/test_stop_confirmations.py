"""A STOP is confirmed by one row, in the unit that suppresses; by no second one until the person has agreed again."""

from dataclasses import replace
from datetime import timedelta

import pytest

from campaigns.inbox.stop_confirmation import TEXTS, StopConfirmations, parse_texts
from campaigns.message.stop_words import PHRASES
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.domain.account import AccountKind, Lease, UpdateState
from core.domain.ids import AccountId
from core.domain.message import decode_content
from tests.database.stores.test_incoming import STOP, item, said
from tests.database.stores.world import NOW, World, peer, person, user_id

OURS = parse_texts("")
ROWS = "SELECT telegram_user_id, account_id, state FROM outgoing WHERE kind = 'stop_confirmation' ORDER BY id"


class Stops:
    """A bot that person 1, a contact, and others have written to."""

    def __init__(self, world: World, account_id: AccountId, lease: Lease) -> None:
        self.world, self.account_id, self.lease = world, account_id, lease

    async def take_in(
        self, *items: Incoming, lease: Lease | None = None, texts: StopConfirmations | None = OURS
    ) -> None:
        batch = IncomingBatch(items=items, peers=(peer(1), peer(2)), state=UpdateState(pts=9, qts=0, date=NOW, seq=1))
        stops = [each for each in items if each.kind is IncomingKind.MESSAGE and each.text != "hello"]
        await self.world.incoming.commit(lease or self.lease, batch, stops, confirmations=texts)

    async def rows(self) -> list[tuple[object, ...]]:
        return [tuple(row.values()) for row in await self.world.rows(ROWS)]

    async def texts(self) -> list[str]:
        found = await self.world.column("SELECT content FROM outgoing WHERE kind = 'stop_confirmation' ORDER BY id")
        return [decode_content(str(each)).text.text for each in found]


@pytest.fixture
async def stops(world: World) -> Stops:
    account_id = await world.add_account(kind=AccountKind.BOT)
    await world.import_people([person(1), person(2, consent=None)])
    return Stops(world, account_id, await world.take(account_id))


async def test_a_stop_is_confirmed_once_by_the_account_that_heard_it(stops: Stops) -> None:
    await stops.take_in(STOP)
    await stops.take_in(STOP)
    await stops.take_in(said(message_id=101, text="STOP"))

    assert await stops.rows() == [(user_id(1), stops.account_id, "planned")]


async def test_a_second_account_does_not_confirm_it_again(stops: Stops) -> None:
    other = await stops.world.add_account(2, kind=AccountKind.BOT)
    await stops.take_in(STOP)

    await stops.take_in(said(message_id=7, text="STOP"), lease=await stops.world.take(other))

    assert len(await stops.rows()) == 1


async def test_a_stop_after_a_new_consent_is_confirmed_again(stops: Stops) -> None:
    await stops.take_in(STOP)
    await stops.world.execute("UPDATE consent SET withdrawn_at = given_at")
    agreed_at, again_at = STOP.at + timedelta(days=1), STOP.at + timedelta(days=2)
    await stops.world.execute(
        "INSERT INTO consent (contact_id, basis, source, evidence, given_at, recorded_at) "
        "VALUES (1, 'agreed', 'form', 'row 7', ?1, ?1)",
        int(agreed_at.timestamp() * 1000),
    )

    await stops.take_in(replace(STOP, at=again_at, message_id=300))
    await stops.take_in(replace(STOP, at=again_at + timedelta(days=1), message_id=301))

    assert len(await stops.rows()) == 2


async def test_a_confirmation_that_is_read_belongs_to_no_campaign(stops: Stops) -> None:
    await stops.take_in(STOP)
    await stops.world.execute(
        "UPDATE outgoing SET state = 'sent', message_id = 9, unknown_since = 1, settled_at = 1 WHERE kind <> 'delivery'"
    )

    await stops.take_in(item(IncomingKind.READ, message_id=9))

    assert await stops.world.column("SELECT message_id FROM read_mark") == [9]


async def test_who_blocked_gets_no_confirmation(stops: Stops) -> None:
    await stops.take_in(item(IncomingKind.BLOCKED))

    assert await stops.rows() == []


async def test_nothing_is_confirmed_where_that_is_switched_off(stops: Stops) -> None:
    await stops.take_in(STOP, texts=None)
    await stops.take_in(replace(STOP, user_id=user_id(2)), texts=parse_texts("en:"))

    assert await stops.rows() == []


async def test_it_is_written_in_the_language_of_the_person(stops: Stops) -> None:
    await stops.world.execute("UPDATE contact SET language = 'pt-BR' WHERE id = 1")

    await stops.take_in(STOP)
    await stops.take_in(replace(STOP, user_id=user_id(7), text="Abmelden"))
    await stops.take_in(replace(STOP, user_id=user_id(8)))

    assert await stops.texts() == [TEXTS["pt"], TEXTS["de"], TEXTS["en"]]


def test_there_is_a_text_for_every_language_that_can_say_stop() -> None:
    assert TEXTS.keys() == PHRASES.keys()
    norwegian = StopConfirmations(TEXTS).find(["no-NO"])
    assert norwegian is not None
    assert norwegian.text.text == TEXTS["nb"]


@pytest.mark.parametrize(
    ("setting", "language", "text"),
    [
        ("", "de", TEXTS["de"]),
        ("Done: no more.", "de", "Done: no more."),
        ("de: Abgemeldet. | Done.", "de-AT", "Abgemeldet."),
        ("de: Abgemeldet.\nDone.", "fr", "Done."),
        ("de: Abgemeldet.", "fr", TEXTS["fr"]),
        ("de:", "de", None),
        ("", "xx", TEXTS["en"]),
    ],
)
def test_an_operators_own_words_take_the_place_of_ours(setting: str, language: str, text: str | None) -> None:
    message = parse_texts(setting).find([language])

    assert (None if message is None else message.text.text) == text

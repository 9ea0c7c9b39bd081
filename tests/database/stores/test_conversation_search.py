"""Conversations are found by what either side wrote, and the message that is meant is told with them."""

import pytest

from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import ChangeKind, SearchHit
from campaigns.inbox.replies import OrderedReply
from campaigns.inbox.stop_confirmation import TEXTS, StopConfirmations
from campaigns.ports import IncomingBatch, IncomingKind
from core.domain.ids import CampaignId, DeliveryId
from core.domain.message import FormattedText, OutgoingMessage
from database.migrations.runner import MIGRATIONS_FOLDER
from database.stores.erasure import ErasureStore
from database.stores.message_changes import MessageChangeStore
from database.stores.replies import ReplyStore
from database.stores.rows import to_ms
from tests.database.stores.test_afterwards import later
from tests.database.stores.test_conversations import FIRST, MINUTE, Desk, said
from tests.database.stores.world import NOW, World, person

_ARRIVED = """
UPDATE outgoing SET state = 'sent', unknown_since = ?1, settled_at = ?1, message_id = ?2, tries = 1, first_tried_at = ?1,
    text_hash = ifnull(text_hash, x'01'), key_fingerprint = ifnull(key_fingerprint, x'02') WHERE id = ?3
"""


@pytest.fixture
async def desk(world: World) -> Desk:
    account_id = await world.add_account()
    await world.import_people([person(1), person(2)])
    made = Desk(world, account_id, await world.take(account_id))
    await made.take_in(said(1, "Is it open?", message_id=10), said(2, "Hello there", message_id=11))
    return made


async def answer(desk: Desk, text: str) -> DeliveryId:
    order = OrderedReply(conversation_id=FIRST, message=OutgoingMessage(text=FormattedText(text)))
    return await ReplyStore(desk.world.database).add(order, actor="Kim", now=NOW + 3 * MINUTE)


async def answered(desk: Desk, text: str, message_id: int = 20) -> DeliveryId:
    """An answer that arrived."""
    number = await answer(desk, text)
    await desk.world.execute(_ARRIVED, to_ms(NOW + 3 * MINUTE), message_id, number)
    return number


async def changed(desk: Desk, answer_id: DeliveryId, kind: ChangeKind, text: str) -> None:
    """A change that somebody asked for here and Telegram has done."""
    content = OutgoingMessage(text=FormattedText(text))
    store = MessageChangeStore(desk.world.database)
    change_id = await store.add(answer_id, kind, content, actor="Kim", now=NOW + 4 * MINUTE)
    await desk.world.claim(desk.lease, change_id, now=NOW + 5 * MINUTE)
    await desk.world.record(desk.lease, change_id, DeliveryState.SENT, at=NOW + 5 * MINUTE)


async def sent(desk: Desk, template: str) -> CampaignId:
    """A campaign's message that arrived at both people."""
    campaign_id = await desk.world.run([desk.account_id], template)
    for number, row in enumerate(await desk.world.ahead(desk.account_id, campaign_id)):
        await desk.world.claim(desk.lease, row.id, now=NOW)
        await desk.world.execute(_ARRIVED, to_ms(NOW), 5 + number, row.id)
    return campaign_id


async def hit(desk: Desk, text: str) -> SearchHit | None:
    return (await desk.store.rows([FIRST], text))[FIRST].hit


async def test_an_answer_is_found_by_what_it_says_from_the_moment_it_is_written(desk: Desk) -> None:
    number = await answer(desk, "Until ÉIGHT, as always")

    assert await desk.ids(text="eight") == await desk.ids(text="ALWAYS until") == [1]
    assert await hit(desk, "eight") == SearchHit(
        at=NOW + 3 * MINUTE,
        text="Until ÉIGHT, as always",
        words=((6, 11),),
        is_ours=True,
        message_id=None,
        delivery_id=number,
    )


async def test_words_may_stand_in_messages_of_both_sides(desk: Desk) -> None:
    await answered(desk, "Until eight, every day")

    assert await desk.ids(text="open eight") == [1]
    found = await hit(desk, "open every eight")
    assert found is not None
    assert found.is_ours, "the one that says the most of it"


async def test_of_messages_that_say_the_same_the_newest_is_meant(desk: Desk) -> None:
    await answered(desk, "open until eight")
    await desk.take_in(said(1, "So it is open", message_id=30, minutes=8))

    found = await hit(desk, "open")
    assert found == SearchHit(
        at=NOW + 8 * MINUTE, text="So it is open", words=((9, 13),), is_ours=False, message_id=30, delivery_id=None
    )


async def test_who_is_found_by_their_name_has_no_message_that_is_meant(desk: Desk) -> None:
    assert await desk.ids(text="person_1") == [1]
    assert await hit(desk, "person_1") is None
    assert (await desk.store.rows([FIRST]))[FIRST].hit is None
    found = await hit(desk, "person_1 open")
    assert found is not None
    assert found.text == "Is it open?"


async def test_an_answer_that_was_taken_back_is_not_found(desk: Desk) -> None:
    number = await answer(desk, "Until eight")
    assert await ReplyStore(desk.world.database).take_back(number, now=NOW + 4 * MINUTE)

    assert await desk.ids(text="eight") == []
    assert await hit(desk, "eight") is None


async def test_an_edited_answer_is_found_by_what_it_says_now(desk: Desk) -> None:
    number = await answered(desk, "Until eight")

    await changed(desk, number, ChangeKind.EDIT, "Until nine")
    assert (await desk.ids(text="nine"), await desk.ids(text="eight")) == ([1], [])
    found = await hit(desk, "nine")
    assert found is not None
    assert (found.text, found.delivery_id) == ("Until nine", number)

    await desk.take_in(later(IncomingKind.EDITED, message_id=20, text="Until ten", is_own=True, minutes=9))
    assert (await desk.ids(text="ten"), await desk.ids(text="nine")) == ([1], [])


@pytest.mark.parametrize("is_here", [True, False])
async def test_an_answer_that_was_deleted_is_not_found(desk: Desk, *, is_here: bool) -> None:
    number = await answered(desk, "Until eight")
    if is_here:
        await changed(desk, number, ChangeKind.DELETE, "Until eight")
    else:
        await desk.take_in(later(IncomingKind.DELETED, message_id=20))

    assert await desk.ids(text="eight") == []
    assert await hit(desk, "eight") is None


async def test_what_was_written_on_another_device_is_found_until_it_is_deleted(desk: Desk) -> None:
    await desk.take_in(later(IncomingKind.OWN, message_id=21, text="Until EIGHT", is_own=True))
    assert await desk.ids(text="eight") == [1]
    found = await hit(desk, "eight")
    assert found is not None
    assert (found.is_ours, found.message_id, found.delivery_id) == (True, 21, None)

    await desk.take_in(later(IncomingKind.EDITED, message_id=21, text="Until nine", is_own=True, minutes=6))
    assert (await desk.ids(text="eight"), await desk.ids(text="nine")) == ([], [1])
    await desk.take_in(later(IncomingKind.DELETED, message_id=21, minutes=7))
    assert await desk.ids(text="nine") == []


async def test_the_confirmation_of_a_stop_is_found(desk: Desk) -> None:
    stop = said(1, "STOP", message_id=40, minutes=4)
    batch = IncomingBatch(items=(stop,), peers=(), state=None)
    await desk.world.incoming.commit(desk.lease, batch, [stop], confirmations=StopConfirmations(TEXTS))

    word = TEXTS["en"].split()[-1].strip(".")
    assert await desk.ids(text=word) == [1]
    found = await hit(desk, word)
    assert found is not None
    assert found.is_ours


async def test_a_campaigns_message_is_found_in_the_conversations_of_those_who_got_it(desk: Desk) -> None:
    template = '**Aut**umn programme for {{ city | default("you") }}{% if language == "fi" %}, tervetuloa{% endif %}'
    await sent(desk, template)
    await desk.take_in(said(1, "Thanks", message_id=50, minutes=6))

    assert await desk.ids(text="autumn programme") == [1, 2]
    found = await hit(desk, "autumn")
    assert found is not None
    assert (found.text, found.is_ours, found.at) == ("Autumn programme for you", True, NOW)
    assert await desk.ids(text="tervetuloa") == [], "nobody was sent that part"
    assert await desk.ids(text="default") == [], "what is written about the text is not its text"


async def test_an_edited_campaign_message_is_found_by_what_it_says_now(desk: Desk) -> None:
    await sent(desk, "Autumn programme")
    await desk.take_in(later(IncomingKind.EDITED, message_id=5, text="Winter programme", is_own=True, minutes=9))

    assert (await desk.ids(text="winter"), await desk.ids(text="autumn")) == ([1], [2])


async def test_a_campaign_that_says_it_to_others_finds_nobody(desk: Desk) -> None:
    await desk.world.run([desk.account_id], "Autumn programme")  # planned, and nothing has left

    assert await desk.ids(text="autumn") == []


async def test_nothing_of_an_erased_person_is_found_or_kept(desk: Desk) -> None:
    await sent(desk, "Autumn programme")
    await answered(desk, "Until eight")
    await ErasureStore(desk.world.database, desk.world.media).erase_writer(FIRST, actor="Kim", now=NOW + 9 * MINUTE)

    assert (await desk.ids(text="eight"), await desk.ids(text="autumn")) == ([], [2])
    assert await desk.world.column("SELECT search_key FROM answer_key") == []


async def test_how_far_back_a_message_lies_is_told_with_it(desk: Desk) -> None:
    await answered(desk, "Until eight")
    await desk.take_in(*(said(1, f"message {n}", message_id=60 + n, minutes=10 + n) for n in range(5)))

    found = await desk.store.find(FIRST, "eight")
    assert found is not None
    hit_found, newer = found
    shown = await desk.store.conversation(FIRST, limit=newer)
    assert hit_found.delivery_id in {getattr(message, "id", None) for message in shown.messages}
    assert await desk.store.find(FIRST, "zebra") is None


async def test_answers_of_a_workspace_from_before_are_found_by_what_they_say_now(desk: Desk) -> None:
    for text, message_id in (("Until eight", 20), ("Never again", 21), ("As it was", 22)):
        await answered(desk, text, message_id)
    await desk.take_in(later(IncomingKind.EDITED, message_id=20, text="Until NINE", is_own=True))
    await desk.take_in(later(IncomingKind.DELETED, message_id=21))
    taken_back = await answer(desk, "Too soon")
    assert await ReplyStore(desk.world.database).take_back(taken_back, now=NOW + 4 * MINUTE)
    kept = await desk.world.rows("SELECT * FROM answer_key")

    script = (MIGRATIONS_FOLDER / "0036_own_words.sql").read_text(encoding="utf-8")
    fill = next(part for part in script.split(";") if part.strip().startswith("INSERT INTO answer_key"))
    await desk.world.execute("DELETE FROM answer_key")
    await desk.world.execute(fill)

    assert [row["search_key"] for row in kept] == ["until nine", "as it was"]
    assert await desk.world.rows("SELECT * FROM answer_key") == kept

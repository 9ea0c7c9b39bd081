"""Canned replies: shortcuts that are unique, what is found by a few letters, import, undo, and for whom."""

from dataclasses import replace

import pytest

from campaigns.inbox.canned import CannedReplies, CannedText, rank
from campaigns.inbox.canned_text import PersonFields
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.domain.ids import CannedReplyId, ConversationId
from core.errors import UserInputError
from database.stores.canned_replies import CannedReplyStore
from tests.database.stores.world import NOW, World, peer, person, user_id
from tests.fake_clock import FakeClock

HOURS = CannedText(shortcut="hours", title="Opening hours", text="Until eight, {{ name }}.")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def canned(world: World, clock: FakeClock) -> CannedReplies:
    return CannedReplies(CannedReplyStore(world.database), clock)


async def shortcuts(canned: CannedReplies, words: str = "") -> list[str]:
    return [each.said.shortcut for each in await canned.list(words)]


async def test_a_shortcut_is_one_word_in_small_letters_and_belongs_to_one_reply(canned: CannedReplies) -> None:
    await canned.add(replace(HOURS, shortcut="/Hours", title=" Opening  hours "), actor="ann")

    kept = await canned.find("/HOURS")
    assert (kept.said, kept.updated_at, kept.updated_by, kept.used_count) == (HOURS, NOW, "ann", 0)
    with pytest.raises(UserInputError, match='/hours is "Opening hours" already'):
        await canned.add(replace(HOURS, shortcut="HOURS"), actor="bob")
    for wrong in ("", "/", "two words", "x" * 33):
        with pytest.raises(UserInputError, match="A shortcut has 1 to 32"):
            await canned.add(replace(HOURS, shortcut=wrong), actor="ann")
    with pytest.raises(UserInputError, match="A language is a tag"):
        await canned.add(replace(HOURS, language="English, please"), actor="ann")


async def test_a_field_that_nobody_has_is_kept_only_when_that_is_meant(canned: CannedReplies, world: World) -> None:
    for text in ("{{ city }}", "{{ City }}"):
        with pytest.raises(UserInputError, match="No contact has a field city"):
            await canned.add(replace(HOURS, text=text), actor="ann")
    await canned.add(replace(HOURS, text="{{ city }}"), actor="ann", may_be_new=True)

    await world.import_people([person(1, fields={"city": "Turku"})])
    await canned.add(replace(HOURS, shortcut="place", text="{{ city }}"), actor="ann")
    assert await shortcuts(canned) == ["hours", "place"]


async def test_what_was_removed_comes_back_with_its_uses(canned: CannedReplies, clock: FakeClock) -> None:
    number = await canned.add(HOURS, actor="ann")
    clock.advance(60)
    await canned.count_use(number)
    before = await canned.find("hours")
    assert (before.used_count, before.last_used_at) == (1, clock.now())

    removed = await canned.remove(number)
    assert removed == before
    await canned.count_use(number)  # sent by somebody who chose it a moment ago
    await canned.restore(removed)

    assert await canned.find("hours") == before
    await canned.remove(number)
    other = await canned.add(replace(HOURS, title="Other"), actor="ann")
    with pytest.raises(UserInputError, match="already"):
        await canned.restore(removed)
    await canned.edit(other, replace(HOURS, shortcut="other"), actor="ann")
    await canned.restore(removed)
    assert await shortcuts(canned) == ["hours", "other"]


async def test_an_edit_keeps_the_number_and_says_who(canned: CannedReplies, clock: FakeClock) -> None:
    number = await canned.add(HOURS, actor="ann")
    await canned.add(replace(HOURS, shortcut="price"), actor="ann")
    clock.advance(60)

    await canned.edit(number, HOURS, actor="bob")  # nothing is different
    assert (await canned.find("hours")).updated_by == "ann"
    await canned.edit(number, replace(HOURS, text="Until nine."), actor="bob")
    kept = await canned.find("hours")

    assert (kept.id, kept.said.text, kept.updated_by, kept.updated_at) == (number, "Until nine.", "bob", clock.now())
    with pytest.raises(UserInputError, match="already"):
        await canned.edit(number, replace(HOURS, shortcut="price"), actor="bob")
    with pytest.raises(UserInputError, match="gone"):
        await canned.edit(CannedReplyId(9), replace(HOURS, shortcut="new"), actor="bob")


async def test_an_import_keeps_all_or_nothing_and_names_what_is_wrong(canned: CannedReplies) -> None:
    await canned.add(HOURS, actor="ann")
    price, place = (replace(HOURS, shortcut=name, title=name) for name in ("price", "place"))
    broken = replace(place, text="{{ name")

    with pytest.raises(UserInputError) as caught:
        await canned.import_all([price, broken, replace(HOURS, text="{{ nam }}"), price], actor="bob")
    assert [line.split(":")[0] for line in caught.value.message.split("\n")] == [
        "Number 2 (/place)",
        "Number 3 (/hours)",
        "The shortcut /price stands there more than once.",
    ]
    assert await shortcuts(canned) == ["hours"]

    went = await canned.import_all([HOURS, price], actor="bob")
    assert (went.added, went.changed, went.same) == (("price",), (), ("hours",))
    went = await canned.import_all([replace(HOURS, text="Until nine."), price], actor="bob")
    assert (went.added, went.changed, went.same) == ((), ("hours",), ("price",))


async def test_replies_are_found_by_words_of_all_they_hold(canned: CannedReplies) -> None:
    await canned.add(HOURS, actor="ann")
    await canned.add(CannedText(shortcut="price", title="What it costs", text="Ten euros an hour."), actor="ann")

    assert await shortcuts(canned, "OPENING eight") == ["hours"]
    assert await shortcuts(canned, "hour") == ["hours", "price"]
    assert await shortcuts(canned, "nothing") == []


async def test_the_likeliest_reply_stands_first(canned: CannedReplies) -> None:
    for shortcut, title, text, language in (
        ("aukiolo", "Hours", "x", "fi"),
        ("hours", "Opening", "x", "en"),
        ("late-hours", "Late", "x", ""),
        ("price", "Costs", "an hour", ""),
        ("hotel", "Rooms", "x", ""),
    ):
        said = CannedText(shortcut=shortcut, title=title, text=text, language=language)
        await canned.add(said, actor="ann")
    await canned.count_use((await canned.find("hotel")).id)
    everything = await canned.list()

    def ranked(typed: str, language: str = "") -> list[str]:
        return [each.said.shortcut for each in rank(everything, typed, language)]

    assert ranked("HO") == ["hotel", "hours", "late-hours", "aukiolo"]
    assert ranked("hour") == ["hours", "late-hours", "aukiolo", "price"]
    assert ranked("", "fi-FI") == ["hotel", "aukiolo", "late-hours", "price", "hours"]
    assert ranked("nothing") == []


async def test_an_answer_knows_the_contact_or_what_telegram_calls_them(canned: CannedReplies, world: World) -> None:
    account_id = await world.add_account()
    await world.import_people([person(1, language="fi", fields={"city": "Turku"})])
    peers = (peer(1), replace(peer(2), name="Bo"))
    items = tuple(
        Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(number), at=NOW, message_id=number, text="Hello")
        for number in (1, 2)
    )
    await world.incoming.commit(await world.take(account_id), IncomingBatch(items=items, peers=peers, state=None), [])
    await canned.add(replace(HOURS, text="{{ name }} in {{ city }}"), actor="ann")
    reply = await canned.find("hours")

    known = await canned.person(ConversationId(1))
    assert (known.name, known.language, known.values["city"]) == ("Person 1", "fi", "Turku")
    assert await canned.person(ConversationId(2)) == PersonFields(
        name="Bo", language="", values={"name": "Bo", "username": "person_2"}
    )
    assert await canned.filled(ConversationId(1), reply) == "Person 1 in Turku"
    assert await canned.filled(ConversationId(2), reply) == "Bo in ⟦city⟧"
    with pytest.raises(UserInputError, match="no such conversation"):
        await canned.filled(ConversationId(9), reply)

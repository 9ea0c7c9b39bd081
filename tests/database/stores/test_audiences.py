"""Audiences as people save them: named, changed, duplicated, deleted, and what they name kept whole."""

import asyncio

import pytest

from campaigns.audience.rules import Group, OnAudience, OnTag, Rule
from campaigns.audience.views import EVERYONE_ID, AudienceKind
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.domain.account import AccountKind, Lease
from core.domain.ids import AudienceId
from core.errors import TimedOut, UserInputError
from database.stores.audiences import AudienceStore
from tests.database.stores.world import NOW, World, peer, person, user_id

SPRING = Rule(include=(Group(parts=(OnTag(tag="spring"),)),))


def naming(number: int) -> Rule:
    return Rule(include=(Group(parts=(OnAudience(audience=number),)),))


@pytest.fixture
def audiences(world: World) -> AudienceStore:
    return AudienceStore(world.database)


async def ids(audiences: AudienceStore, what: AudienceId | Rule) -> list[int]:
    return list(await audiences.member_ids(what, now=NOW))


async def test_everyone_is_there_by_itself_and_is_not_changed(world: World, audiences: AudienceStore) -> None:
    await world.import_people([person(1), person(2, consent=None)])

    (everyone,) = await audiences.list_all()

    assert (everyone.id, everyone.kind, everyone.title) == (EVERYONE_ID, AudienceKind.EVERYONE, "Everyone")
    count = await audiences.count(EVERYONE_ID, now=NOW)
    assert (count.people, count.may_write) == (2, 1)
    for act in (audiences.delete(EVERYONE_ID), audiences.rename(EVERYONE_ID, "x")):
        with pytest.raises(UserInputError):
            await act


async def test_who_starts_a_bot_is_in_its_audience_and_leaves_it_by_blocking(
    world: World, audiences: AudienceStore
) -> None:
    bot = await world.add_account(1, kind=AccountKind.BOT)
    await world.import_people([person(1, consent=None), person(2, consent=None)])
    lease = await world.take(bot)
    audience = (await audiences.list_all())[1]
    assert audience.title == "People who started @account_1"

    for number in (1, 2):
        await take_in(world, lease, IncomingKind.STARTED, number)
    assert await ids(audiences, audience.id) == [1, 2]

    await take_in(world, lease, IncomingKind.BLOCKED, 1)
    assert await ids(audiences, audience.id) == [2]


async def take_in(world: World, lease: Lease, kind: IncomingKind, number: int) -> None:
    item = Incoming(kind=kind, user_id=user_id(number), at=NOW)
    await world.incoming.commit(lease, IncomingBatch(items=(item,), peers=(peer(number),), state=None), [])


async def test_a_list_keeps_its_people_and_nobody_twice(world: World, audiences: AudienceStore) -> None:
    await world.import_people(5)

    friends = await audiences.create_list("Friends", [1, 2, 3, 999], actor="ann", now=NOW)

    assert await ids(audiences, friends) == [1, 2, 3]
    assert await audiences.add_members(friends, [3, 4]) == 1
    assert await audiences.remove_members(friends, [1, 5]) == 1
    assert await ids(audiences, friends) == [2, 3, 4]


async def test_titles_are_taken_once_whatever_their_case(audiences: AudienceStore) -> None:
    spring = await audiences.create_rule("Spring", SPRING, actor="ann", now=NOW)
    with pytest.raises(UserInputError, match="already"):
        await audiences.create_list(" spring ", actor="ann", now=NOW)
    with pytest.raises(UserInputError):
        await audiences.create_list("  ", actor="ann", now=NOW)

    await audiences.rename(spring, "SPRING")

    assert (await audiences.get(spring)).title == "SPRING"


async def test_a_duplicate_means_the_same_under_another_title(world: World, audiences: AudienceStore) -> None:
    await world.import_people(3)
    friends = await audiences.create_list("Friends", [1, 3], actor="ann", now=NOW)
    spring = await audiences.create_rule("Spring", SPRING, actor="ann", now=NOW)

    copies = [await audiences.duplicate(i, actor="ann", now=NOW) for i in (friends, friends, spring, EVERYONE_ID)]

    views = [await audiences.get(copy) for copy in copies]
    assert [view.title for view in views] == ["Friends, copy", "Friends, copy 2", "Spring, copy", "Everyone, copy"]
    assert await ids(audiences, copies[0]) == [1, 3]
    assert (views[2].rule, await ids(audiences, copies[3])) == (SPRING, [1, 2, 3])


async def test_audiences_never_name_each_other_in_a_circle(audiences: AudienceStore) -> None:
    a = await audiences.create_rule("A", SPRING, actor="ann", now=NOW)
    b = await audiences.create_rule("B", naming(a), actor="ann", now=NOW)

    with pytest.raises(UserInputError, match="“A” → “B” → “A”"):
        await audiences.change_rule(a, naming(b))
    with pytest.raises(UserInputError, match="made of itself"):
        await audiences.change_rule(a, naming(a))
    with pytest.raises(UserInputError, match="gone"):
        await audiences.change_rule(a, naming(99))

    assert (await audiences.get(a)).rule == SPRING


async def test_what_another_audience_names_is_not_deleted(audiences: AudienceStore) -> None:
    a = await audiences.create_rule("A", SPRING, actor="ann", now=NOW)
    b = await audiences.create_rule("B", naming(a), actor="ann", now=NOW)

    with pytest.raises(UserInputError, match="“B”"):
        await audiences.delete(a)
    await audiences.delete(b)
    await audiences.delete(a)

    assert len(await audiences.list_all()) == 1


async def test_a_sample_goes_round_and_names_nobody_twice(world: World, audiences: AudienceStore) -> None:
    await world.import_people(5)

    people = await audiences.sample(Rule(), now=NOW, limit=4, after=3)

    assert [who.id for who in people] == [4, 5, 1, 2]
    assert len(await audiences.sample(Rule(), now=NOW, limit=9, after=3)) == 5


async def test_a_count_ends_at_its_deadline_and_when_nobody_waits(world: World, audiences: AudienceStore) -> None:
    await world.import_people(2)
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n"
    with pytest.raises(TimedOut):
        await audiences._read_long(lambda raw: raw.execute(slow).fetchone(), 0.05)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):  # cancels whoever waits
            await audiences._read_long(lambda raw: raw.execute(slow).fetchone(), 60)

    assert (await audiences.count(Rule(), now=NOW)).people == 2


async def test_what_a_rule_can_name_is_offered(world: World, audiences: AudienceStore) -> None:
    await world.add_account(1)
    await world.import_people([person(1, fields={"city": "Kyiv"}, language="uk", time_zone="Europe/Kyiv")])
    await world.execute("INSERT INTO contact_tag VALUES (1, 'spring')")

    choices = await audiences.choices()

    assert (choices.fields, choices.tags, choices.languages) == (("city",), ("spring",), ("uk",))
    assert (choices.accounts, choices.imports, choices.campaigns) == ({1: "@account_1"}, {1: "people.csv"}, {})
    assert choices.audiences == {1: "Everyone"}


async def test_a_rule_is_a_sentence_with_the_names_of_today(audiences: AudienceStore) -> None:
    friends = await audiences.create_list("Friends", actor="ann", now=NOW)
    close = await audiences.create_rule("Close", naming(friends), actor="ann", now=NOW)
    await audiences.rename(friends, "Mates")

    assert (await audiences.get(close)).sentence == "People of “Mates”."
    assert await audiences.describe(naming(friends)) == "People of “Mates”."
    assert (await audiences.get(friends)).named_by == ("Close",)
    assert (await audiences.get(friends)).used_at is None

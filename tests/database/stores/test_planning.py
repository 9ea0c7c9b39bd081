"""Planning: one row per member, decided once, with a reason where nothing will be sent."""

from datetime import timedelta

import pytest

from campaigns.campaign import CampaignState
from core.domain.account import AccountKind
from core.errors import InvalidTransitionError
from tests.database.stores.world import NOW, World, peer, person, user_id


async def planned(world: World) -> list[tuple[object, ...]]:
    rows = await world.rows("SELECT contact_id, account_id, state, reason FROM outgoing ORDER BY contact_id")
    return [tuple(row.values()) for row in rows]


async def test_every_member_gets_one_row_however_often_planning_is_interrupted(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(5)
    campaign_id = await world.approve([account_id])

    counts = [await world.plan(campaign_id, limit=2) for _ in range(4)]

    assert counts == [2, 2, 1, 0]
    assert [row[0] for row in await planned(world)] == [1, 2, 3, 4, 5]
    assert len(set(await world.column("SELECT random_id FROM outgoing"))) == 5


async def test_a_person_gets_it_from_the_account_they_wrote_to_first(world: World) -> None:
    one, two, three = [await world.add_account(number) for number in (1, 2, 3)]
    await world.import_people(2)
    await world.know(one, peer(1))
    await world.know(two, peer(1, wrote_at=NOW - timedelta(days=1)), peer(2, wrote_at=NOW))
    await world.know(three, peer(1, wrote_at=NOW - timedelta(days=2)))
    await world.execute("UPDATE contact SET telegram_user_id = ? WHERE id = 2", user_id(2))
    campaign_id = await world.approve([one, two, three])

    await world.plan(campaign_id)

    assert [row[1] for row in await planned(world)] == [three, two]


async def test_people_who_wrote_to_nobody_are_shared_evenly_also_over_chunks(world: World) -> None:
    accounts = [await world.add_account(number) for number in (1, 2)]
    await world.import_people(6)
    campaign_id = await world.approve(accounts)

    while await world.plan(campaign_id, limit=1):
        pass

    assert sorted(row[1] for row in await planned(world)) == [accounts[0]] * 3 + [accounts[1]] * 3


async def test_people_without_consent_and_suppressed_people_are_skipped_with_the_reason(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people([person(1), person(2, consent=None), person(3), person(4)])
    await world.execute("INSERT INTO suppression (contact_id, reason, at) VALUES (3, 'said_stop', 1)")
    await world.execute("UPDATE contact SET telegram_user_id = 44 WHERE id = 4")
    await world.execute("INSERT INTO suppression (telegram_user_id, reason, at) VALUES (44, 'gone', 1)")
    campaign_id = await world.approve([account_id])

    await world.plan(campaign_id)

    assert await planned(world) == [
        (1, account_id, "planned", None),
        (2, account_id, "skipped", "no_consent"),
        (3, account_id, "skipped", "said_stop"),
        (4, account_id, "skipped", "gone"),
    ]


async def test_a_start_of_a_bot_is_a_basis_for_that_bot_only(world: World) -> None:
    bot, user = await world.add_account(1, kind=AccountKind.BOT), await world.add_account(2)
    await world.import_people([person(1, consent=None), person(2, consent=None)])
    await world.know(bot, peer(1, wrote_at=NOW))
    await world.know(user, peer(2, wrote_at=NOW))
    await world.execute(
        "INSERT INTO consent (contact_id, basis, account_id, source, given_at, recorded_at) "
        "SELECT id, 'started_bot', ?, 'pressed Start', 1, 1 FROM contact",
        bot,
    )
    campaign_id = await world.approve([bot, user])

    await world.plan(campaign_id)

    assert await planned(world) == [(1, bot, "planned", None), (2, user, "skipped", "no_consent")]


@pytest.mark.parametrize("limit", [1, 10])
async def test_of_two_contacts_known_to_be_one_person_the_first_who_may_be_written_to_gets_it(
    world: World, limit: int
) -> None:
    account_id = await world.add_account()
    await world.import_people([person(1, consent=None), person(2), person(3)])
    await world.execute("UPDATE contact SET telegram_user_id = 77")
    campaign_id = await world.approve([account_id])

    while await world.plan(campaign_id, limit=limit):
        pass

    assert [(row[2], row[3]) for row in await planned(world)] == [
        ("skipped", "no_consent"),
        ("planned", None),
        ("skipped", "same_person"),
    ]
    assert await world.column("SELECT telegram_user_id FROM outgoing ORDER BY id") == [None, 77, None]


async def test_a_person_the_account_knows_by_username_is_bound_at_once(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(1)
    await world.know(account_id, peer(1))
    campaign_id = await world.approve([account_id])

    await world.plan(campaign_id)

    assert await world.column("SELECT telegram_user_id FROM outgoing") == [user_id(1)]
    assert await world.column("SELECT telegram_user_id FROM contact") == [user_id(1)]


async def test_the_copy_of_the_inputs_holds_the_fields_of_the_template_and_no_more(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(
        [person(1, language="de", phone="+99966110001", fields={"first_name": "Ann", "city": "Bonn", "shoe": "39"})]
    )
    campaign_id = await world.approve([account_id])

    await world.plan(campaign_id, fields=frozenset({"first_name", "city", "username", "language", "nickname"}))

    assert await world.column("SELECT inputs FROM outgoing") == [
        '{"city":"Bonn","first_name":"Ann","language":"de","username":"person_1"}'
    ]


async def test_nothing_is_planned_unless_it_is_approved(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(1)
    campaign_id = await world.approve([account_id])
    await world.desk.change_state(campaign_id, CampaignState.CANCELLED, actor="ann", reason="", now=NOW)

    with pytest.raises(InvalidTransitionError):
        await world.plan(campaign_id)

"""Importing people: each kept once, with the consent that came along, and nothing guessed."""

import json
from datetime import timedelta

import pytest

from core.domain.consent import Consent, ConsentBasis
from tests.database.stores.world import AGREED, World, person


def later(days: int) -> Consent:
    return Consent(basis=ConsentBasis.AGREED, at=AGREED.at + timedelta(days=days), wording="Yes, write to me")


async def test_people_are_added_once_and_found_again(world: World) -> None:
    batch = [person(1), person(2, phone="+99966110002", username="")]

    first = await world.import_batch(batch)
    second = await world.import_batch(batch)

    assert (first.added, first.updated, first.unchanged, first.refused) == (2, 0, 0, 0)
    assert (second.added, second.updated, second.unchanged, second.refused) == (0, 0, 2, 0)
    assert await world.contacts.count() == 2
    assert await world.column("SELECT count(*) FROM consent") == [2]


async def test_usernames_are_compared_without_case(world: World) -> None:
    await world.import_people(1)

    counts = await world.import_batch([person(1, username="PERSON_1")])

    assert (counts.added, counts.updated) == (0, 1)
    assert await world.column("SELECT username FROM contact") == ["PERSON_1"]


async def test_what_a_list_leaves_empty_stays_as_it_is(world: World) -> None:
    await world.import_people([person(1, phone="+99966110001", language="de", fields={"city": "Bonn", "shoe": "39"})])

    counts = await world.import_batch([person(1, name="", fields={"city": "Ulm"}, time_zone="Europe/Berlin")])

    (contact,) = await world.rows("SELECT name, phone, language, time_zone, fields FROM contact")
    assert counts.updated == 1
    assert tuple(contact.values()) == (
        "Person 1",
        "+99966110001",
        "de",
        "Europe/Berlin",
        '{"city":"Ulm","shoe":"39"}',
    )


async def test_a_phone_finds_the_contact_and_brings_the_username_it_lacked(world: World) -> None:
    await world.import_people([person(1, username="", phone="+99966110001")])

    counts = await world.import_batch([person(1, phone="+99966110001")])

    assert counts.updated == 1
    assert await world.column("SELECT username FROM contact") == ["person_1"]


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (person(1, phone="+99966110002"), ("username", "phone")),
        (person(1, phone="+99966110009"), ("phone",)),
        (person(9, phone="+99966110002"), ("username",)),
    ],
    ids=["two people", "another phone", "another username"],
)
async def test_a_row_that_contradicts_what_is_known_is_a_conflict(
    world: World, row: object, columns: tuple[str, ...]
) -> None:
    await world.import_people([person(1, phone="+99966110001"), person(2, phone="+99966110002")])

    counts = await world.import_batch([row, person(3)])

    (conflict,) = await world.rows("SELECT reason, columns FROM import_refusal")
    assert (json.loads(conflict["columns"]), counts.added, counts.refused) == (list(columns), 1, 1)
    assert "+999" not in conflict["reason"]
    assert await world.contacts.count() == 3


async def test_two_rows_of_one_batch_that_are_one_person_are_one_contact(world: World) -> None:
    counts = await world.import_batch(
        [person(1), person(1, name="Ann", phone="+99966110001"), person(5, username="", phone="+99966110001")]
    )

    assert (counts.added, counts.updated) == (1, 2)
    assert await world.column("SELECT name FROM contact") == ["Person 5"]


async def test_consent_comes_with_its_evidence(world: World) -> None:
    await world.import_people([person(1, consent=later(0)), person(2, consent=None)])

    (consent,) = await world.rows("SELECT contact_id, basis, source, evidence, given_at, account_id FROM consent")
    assert tuple(consent.values()) == (
        1,
        "agreed",
        "",
        "Yes, write to me",
        int(AGREED.at.timestamp() * 1000),
        None,
    )


async def test_a_new_consent_for_a_known_contact_is_an_update(world: World) -> None:
    await world.import_people([person(1, consent=None)])

    counts = await world.import_batch([person(1)])

    assert (counts.updated, counts.unchanged) == (1, 0)


@pytest.mark.parametrize(("days", "in_force"), [(-1, 0), (1, 1)])
async def test_a_list_restores_no_consent_that_was_withdrawn_after_its_date(
    world: World, days: int, in_force: int
) -> None:
    await world.import_people(1)
    await world.execute("UPDATE consent SET withdrawn_at = ?", int(AGREED.at.timestamp() * 1000))

    await world.import_batch([person(1, consent=later(days))])

    assert await world.column("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL") == [in_force]


async def test_an_import_lifts_no_suppression(world: World) -> None:
    await world.import_people(1)
    await world.execute("INSERT INTO suppression (contact_id, reason, at) VALUES (1, 'said_stop', 1)")

    await world.import_batch([person(1, consent=later(40))])

    assert await world.column("SELECT count(*) FROM suppression") == [1]


async def test_an_import_is_a_line_of_activity_with_its_counts(world: World) -> None:
    await world.import_batch([person(1)])

    await world.import_batch([person(1), person(2)])

    rows = await world.rows("SELECT actor, data FROM event WHERE kind = 'people.imported' ORDER BY id")
    assert [tuple(row.values()) for row in rows] == [
        ("ann", '{"import":1,"added":1,"updated":0,"unchanged":0,"refused":0,"said_no":0}'),
        ("ann", '{"import":2,"added":1,"updated":0,"unchanged":1,"refused":0,"said_no":0}'),
    ]

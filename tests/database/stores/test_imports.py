"""An import is seen as a whole or not at all, and goes as a whole."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from campaigns.audience.imports import Batch, ImportOptions, ImportState, RefusedRow
from campaigns.audience.people import ImportedPerson, RejectedRow
from campaigns.job_errors import JobProblem
from core.domain.ids import ImportId
from tests.database.stores.world import AGREED, NOW, World, person

REFUSED = RefusedRow(row=RejectedRow(9, "No phone.", ("phone",)), cells=("Bo", "x"))


async def begin(world: World) -> ImportId:
    return await world.imports.create("people.csv", ImportOptions(), actor="ann", now=NOW)


async def add(
    world: World, import_id: ImportId, people: Sequence[ImportedPerson], refused: Sequence[RefusedRow] = ()
) -> bool:
    rows = Batch(people=people, cells=[("x",)] * len(people), refused=refused, part_read=0.5)
    return await world.imports.add(import_id, rows, now=NOW)


async def finish(world: World, import_id: ImportId) -> None:
    while await world.imports.finish_some(import_id, now=NOW):
        pass


async def take_back(world: World, import_id: ImportId, ends_as: ImportState = ImportState.UNDONE) -> None:
    await world.imports.take_back(import_id, ends_as)
    while await world.imports.undo_some(import_id, now=NOW):
        pass


async def dump(world: World) -> list[object]:
    """Everything about people."""
    return [
        await world.rows("SELECT id, name, username, phone, language, fields FROM contact ORDER BY id"),
        await world.rows("SELECT contact_id, basis, source, withdrawn_at FROM consent ORDER BY id"),
        await world.rows("SELECT * FROM import_refusal"),
        await world.rows("SELECT * FROM import_change"),
    ]


async def test_nobody_sees_an_import_before_it_is_done(world: World) -> None:
    await world.import_people(1)
    import_id = await begin(world)

    await add(world, import_id, [person(2), person(3)])

    assert await world.contacts.count() == 1
    campaign_id = await world.approve([await world.add_account()])
    members = "SELECT contact_id FROM campaign_member WHERE campaign_id = ?"
    assert await world.column(members, campaign_id) == [1]
    await finish(world, import_id)
    assert await world.contacts.count() == 3


async def test_a_new_consent_of_a_known_person_counts_only_once_the_import_is_done(world: World) -> None:
    await world.import_people([person(1, consent=None)])
    import_id = await begin(world)

    await add(world, import_id, [person(1)])

    assert await world.column("SELECT count(*) FROM consent") == [0]
    await finish(world, import_id)
    assert await world.column("SELECT count(*) FROM consent") == [1]
    assert (await world.imports.get(import_id)).updated == 1


async def test_counts_add_up_to_the_rows(world: World) -> None:
    await world.import_people([person(1), person(2)])
    import_id = await begin(world)

    await add(world, import_id, [person(1), person(2, name="Ann"), person(3), person(3, consent=None)], [REFUSED])
    await finish(world, import_id)

    view = await world.imports.get(import_id)
    assert (view.rows, view.added, view.updated, view.unchanged, view.refused) == (5, 1, 1, 2, 1)
    assert view.without_basis == 1
    assert (view.state, view.part_read) == (ImportState.DONE, 1.0)


async def test_somebody_who_stands_twice_in_different_batches_is_one_person(world: World) -> None:
    import_id = await begin(world)

    await add(world, import_id, [person(1, fields={"city": "Bonn"})])
    await add(world, import_id, [person(1, phone="+9996610001", consent=None)])
    await finish(world, import_id)

    (contact,) = await world.rows("SELECT username, phone, fields FROM contact")
    assert tuple(contact.values()) == ("person_1", "+9996610001", '{"city":"Bonn"}')


async def test_a_cancelled_import_leaves_everything_as_it_was(world: World) -> None:
    await world.import_people([person(1, language="de"), person(2, consent=None)])
    before = await dump(world)
    import_id = await begin(world)
    await add(world, import_id, [person(3), person(4)], [REFUSED])
    await add(world, import_id, [person(1, language="fr"), person(2), person(3, name="Ann")])

    await take_back(world, import_id, ImportState.CANCELLED)

    assert await dump(world) == before
    assert (await world.imports.get(import_id)).state is ImportState.CANCELLED


async def test_nothing_more_is_taken_in_once_somebody_asked_to_cancel(world: World) -> None:
    import_id = await begin(world)
    await world.imports.ask_to_cancel(import_id)

    assert await add(world, import_id, [person(1)]) is False
    assert await world.column("SELECT count(*) FROM contact") == [0]


async def test_an_undone_import_leaves_everything_as_it_was(world: World) -> None:
    await world.import_people([person(1, language="de"), person(2, consent=None)])
    before = await dump(world)
    import_id = await begin(world)
    await add(world, import_id, [person(1, language="fr"), person(2), person(3)], [REFUSED])
    await finish(world, import_id)

    await take_back(world, import_id)

    assert await dump(world) == before


async def test_what_was_changed_since_the_import_is_not_taken_back(world: World) -> None:
    await world.import_people([person(1, language="de", time_zone="Europe/Berlin")])
    import_id = await begin(world)
    await add(world, import_id, [person(1, language="fr", time_zone="Europe/Paris")])
    await finish(world, import_id)
    await world.execute("UPDATE contact SET language = 'it'")

    await take_back(world, import_id)

    assert [tuple(row.values()) for row in await world.rows("SELECT language, time_zone FROM contact")] == [
        ("it", "Europe/Berlin")
    ]


async def test_who_is_suppressed_stays_suppressed_and_without_consent(world: World) -> None:
    import_id = await begin(world)
    await add(world, import_id, [person(1), person(2)])
    await finish(world, import_id)
    await world.execute("INSERT INTO suppression (contact_id, reason, at) VALUES (1, 'said_stop', 1)")

    await take_back(world, import_id)

    assert await world.column("SELECT id FROM contact") == [1]
    assert await world.column("SELECT count(*) FROM consent WHERE withdrawn_at IS NULL") == [0]
    assert (await world.imports.get(import_id)).kept == 1


async def test_the_mapping_of_columns_is_remembered_by_headings(world: World) -> None:
    await world.imports.remember_mapping("key", {"Handy": "phone"}, now=NOW)

    assert await world.imports.mapping_of("key") == {"Handy": "phone"}
    assert await world.imports.mapping_of("other") == {}


async def test_a_problem_is_told_as_it_was(world: World) -> None:
    import_id = await begin(world)
    problem = JobProblem(code="bad_input", title="No", message="text", hint="Mend it.")

    await world.imports.take_back(import_id, ImportState.FAILED, problem=problem)
    await world.imports.undo_some(import_id, now=NOW)

    view = await world.imports.get(import_id)
    assert (view.state, view.problem) == (ImportState.FAILED, problem)


async def test_options_come_back_as_they_were_given(world: World) -> None:
    options = ImportOptions(mapping={"a": "phone"}, country="DE")

    import_id = await world.imports.create("people.csv", options, actor="ann", now=NOW)

    assert await world.imports.options(import_id) == options


async def test_an_older_consent_in_the_list_changes_nothing(world: World) -> None:
    await world.import_people(1)
    older = replace(AGREED, at=AGREED.at - timedelta(days=9))

    assert (await world.import_batch([person(1, consent=older)])).unchanged == 1

"""Whoever said no in a list is not written to from the end of the import on; an undo takes exactly that back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from campaigns.audience.cells import SaidNo
from campaigns.audience.imports import Batch, ImportOptions, ImportState, RefusedRow
from campaigns.audience.people import ImportedPerson, RejectedRow
from core.domain.ids import ContactId, ImportId
from database.stores.erasure import ErasureStore
from tests.database.stores.world import AGREED, NOW, World, person

IN_FORCE = "SELECT contact_id FROM consent WHERE withdrawn_at IS NULL ORDER BY contact_id"
SUPPRESSED = "SELECT contact_id, username, phone, reason FROM suppression ORDER BY id"


def no(number: int, *, phone: str = "", at: datetime = NOW) -> RefusedRow:
    """Person <number> of the world said no."""
    said = SaidNo(username="" if phone else f"Person_{number}", phone=phone, at=at)
    return RefusedRow(row=RejectedRow(number, "This person said no."), cells=("no",), no=said)


async def begin(world: World, nos: Sequence[RefusedRow], people: Sequence[ImportedPerson] = ()) -> ImportId:
    import_id = await world.imports.create("people.csv", ImportOptions(), actor="ann", now=NOW)
    rows = Batch(people=people, cells=[("x",)] * len(people), refused=nos, part_read=0.5)
    assert await world.imports.add(import_id, rows, now=NOW)
    return import_id


async def finish(world: World, import_id: ImportId) -> None:
    while await world.imports.finish_some(import_id, now=NOW):
        pass


async def take_back(world: World, import_id: ImportId) -> None:
    await world.imports.take_back(import_id, ImportState.UNDONE)
    while await world.imports.undo_some(import_id, now=NOW):
        pass


async def test_a_no_withdraws_what_was_agreed_before_it_and_suppresses(world: World) -> None:
    await world.import_people(2)

    await finish(world, import_id := await begin(world, [no(1)]))

    assert await world.column(IN_FORCE) == [2]
    (row,) = await world.rows(SUPPRESSED)
    assert (row["contact_id"], row["reason"]) == (1, "said_stop")
    view = await world.imports.get(import_id)
    assert (view.refused, view.said_no, view.rows) == (1, 1, 1)


async def test_a_no_holds_back_until_the_import_is_done(world: World) -> None:
    await world.import_people(1)

    await begin(world, [no(1)])

    assert await world.column(IN_FORCE) == [1]
    assert await world.rows(SUPPRESSED) == []


async def test_somebody_unknown_who_said_no_is_suppressed_when_they_come_in(world: World) -> None:
    await finish(world, await begin(world, [no(7), no(8, phone="+9996610008")]))

    await world.import_people([person(7), person(8, username="", phone="+9996610008")])

    assert [row["contact_id"] for row in await world.rows(SUPPRESSED)] == [1, 2]


async def test_who_agreed_later_is_left_as_they_are(world: World) -> None:
    await world.import_people(1)

    await finish(world, await begin(world, [no(1, at=AGREED.at - timedelta(days=1))]))

    assert await world.column(IN_FORCE) == [1]
    assert await world.rows(SUPPRESSED) == []


async def test_a_no_outweighs_a_yes_of_the_same_list_wherever_it_stands(world: World) -> None:
    await finish(world, await begin(world, [no(1)], [person(1)]))

    assert await world.column(IN_FORCE) == []
    assert [row["contact_id"] for row in await world.rows(SUPPRESSED)] == [1]


async def test_the_same_list_again_changes_nothing_more(world: World) -> None:
    await world.import_people(1)
    await finish(world, await begin(world, [no(1), no(9)]))
    before = await world.rows(SUPPRESSED)

    await finish(world, import_id := await begin(world, [no(1), no(9)]))

    assert await world.rows(SUPPRESSED) == before
    assert (await world.imports.get(import_id)).said_no == 2


async def test_an_undo_takes_consents_and_suppressions_back(world: World) -> None:
    await world.import_people(2)
    before = [await world.rows("SELECT * FROM consent"), await world.rows(SUPPRESSED)]
    await finish(world, import_id := await begin(world, [no(1), no(3), no(9)], [person(3), person(4)]))

    await take_back(world, import_id)

    assert [await world.rows("SELECT * FROM consent"), await world.rows(SUPPRESSED)] == before
    assert (await world.imports.get(import_id)).kept == 0
    assert await world.rows("SELECT * FROM import_no") == []


async def test_an_undo_leaves_a_stop_that_came_since(world: World) -> None:
    await world.import_people(1)
    await finish(world, import_id := await begin(world, [no(1)]))
    await world.execute("UPDATE suppression SET at = at + 1")  # as a STOP does to whom stands on the list

    await take_back(world, import_id)

    assert len(await world.rows(SUPPRESSED)) == 1


async def test_who_was_erased_does_not_come_back_by_a_no(world: World, tmp_path: Path) -> None:
    await world.import_people(1)
    await ErasureStore(world.database, tmp_path / "backups").erase(ContactId(1), actor="ann", now=NOW)

    await finish(world, await begin(world, [no(1)]))

    assert await world.column("SELECT count(*) FROM suppression WHERE username IS NOT NULL") == [0]

"""New people are written in the order of their numbers; what becomes of a list is as if its rows had come one by one."""

import random
from collections.abc import Sequence

import msgspec
import pytest

from campaigns.audience.imports import Batch, ImportOptions
from campaigns.audience.people import ImportedPerson
from database.stores import import_batches
from tests.database.stores.world import NOW, World, person

EXAMPLES = 15


def random_people(chance: random.Random, *, copy: str) -> list[ImportedPerson]:
    """Few usernames and numbers, so that many rows concern somebody who stands in another one. `copy` keeps lists apart."""
    return [
        person(
            line,
            name=chance.choice(["", "Ann", "Bo", "Cy"]),
            username=(
                username := chance.choice(["", *(f"{case}_{copy}_{n}" for n in range(6) for case in ("Ab", "aB"))])
            ),
            phone=(f"+99966{copy}{chance.randrange(12):04d}" if not username or chance.random() < 0.6 else ""),
            fields={"city": chance.choice(["Bonn", "Kiel"])} if chance.random() < 0.3 else {},
        )
        for line in range(chance.randrange(1, 25))
    ]


async def import_in(world: World, batches: Sequence[Sequence[ImportedPerson]]) -> dict[str, object]:
    """The counts and refused lines of one import."""
    import_id = await world.imports.create("people.csv", ImportOptions(), actor="ann", now=NOW)
    for people in batches:
        rows = Batch(people=people, cells=[("x",)] * len(people), refused=[], part_read=0.5)
        assert await world.imports.add(import_id, rows, now=NOW)
    while await world.imports.finish_some(import_id, now=NOW):
        pass
    view = await world.imports.get(import_id)
    refused = [(line, reason) for _, line, reason, _ in await world.imports.refusals(import_id)]
    return {"counts": (view.added, view.updated, view.unchanged, view.refused), "refused": sorted(refused)}


async def people_of(world: World, copy: str) -> list[str]:
    """What is known of everybody of a list, without what tells the lists apart."""
    rows = await world.rows(
        "SELECT k.name, lower(k.username) AS username, k.phone, k.fields,"
        " (SELECT count(*) FROM consent WHERE contact_id = k.id) AS consents FROM contact AS k"
        " WHERE instr(lower(ifnull(k.username, '')), ?) OR instr(ifnull(k.phone, ''), ?)",
        f"_{copy}_",
        f"+99966{copy}",
    )
    return sorted(
        str(sorted(row.items(), key=str)).replace(f"_{copy}_", "_").replace(f"66{copy}", "66") for row in rows
    )


@pytest.mark.slow
async def test_the_order_of_writing_changes_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_batches, "ROWS_A_UNIT", 3)
    monkeypatch.setattr(import_batches, "MERGED_A_UNIT", 2)
    for seed in range(EXAMPLES):
        results, people = [], []
        for copy, is_whole in ((f"{2 * seed:02d}", True), (f"{2 * seed + 1:02d}", False)):
            chance = random.Random(seed)  # examples that can be had again
            known, rows = random_people(chance, copy=copy)[:5], random_people(chance, copy=copy)
            await import_in(world, [[one] for one in known])
            results.append(await import_in(world, [rows] if is_whole else [[one] for one in rows]))
            people.append(await people_of(world, copy))

        assert results[0] == results[1], f"seed {seed}"
        assert people[0] == people[1], f"seed {seed}"


async def test_a_shown_person_of_a_list_says_nothing_about_the_person() -> None:
    assert "Ann" not in repr(person(1, name="Ann"))
    assert msgspec.structs.replace(person(1), line=7).line == 7

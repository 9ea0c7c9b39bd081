"""Exports as rows: what is written, how it is stopped, and what becomes of one whose process is gone."""

import csv
import json
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from campaigns.audience.contacts import ContactQuestion
from campaigns.exporting.control import ExportControl
from campaigns.exporting.job import ExportJob
from campaigns.exporting.orders import ExportKind, ExportOrder, ExportView
from campaigns.jobs import JobProcesses, JobState
from core.domain.ids import ExportId
from core.errors import Cancelled, StorageError, UserInputError
from core.processes import ProcessRecord
from core.workspace import Workspace
from database.stores.exports import ExportStore
from tests.database.stores.people import People
from tests.database.stores.world import NOW, World, person
from tests.fake_clock import FakeClock

EVERYBODY = ExportOrder(kind=ExportKind.PEOPLE, whom=ContactQuestion())


class Exports:
    """The job and the control over one workspace. No process is started: rows are written as if there were one."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.people = People(world, folder / "backups")
        self.store = ExportStore(world.database)
        self.clock = FakeClock(NOW)
        self.job = ExportJob(self.store, self.people.service, world.reports, world.imports, self.clock)
        processes = JobProcesses(Workspace(folder), ())
        self.control = ExportControl(store=self.store, job=self.job, processes=processes, clock=self.clock)

    async def begin(
        self, path: Path, order: ExportOrder = EVERYBODY, *, is_dead: bool = False, age: timedelta = timedelta()
    ) -> ExportId:
        export_id = await self.store.create(order, path, actor="ann", now=NOW - age)
        me = psutil.Process()
        started_s = me.create_time() - (60 if is_dead else 0)
        await self.store.set_process(export_id, ProcessRecord(pid=me.pid, started_s=started_s))
        return export_id

    async def run(self, path: Path, order: ExportOrder = EVERYBODY) -> ExportView:
        export_id = await self.begin(path, order)
        await self.job.run(export_id)
        return await self.store.get(export_id)

    async def events(self) -> list[tuple[str, object]]:
        rows = await self.world.rows("SELECT kind, data FROM event WHERE kind LIKE '%export%' ORDER BY id")
        return [(str(row["kind"]), json.loads(str(row["data"]))) for row in rows]


@pytest.fixture
def exports(world: World, tmp_path: Path) -> Exports:
    return Exports(world, tmp_path)


def names(path: Path) -> list[str]:
    return [row["username"] for row in csv.DictReader(path.read_text("utf-8-sig").splitlines())]


@pytest.mark.parametrize("whom", [(3, 1), ContactQuestion(text="person_", is_reversed=True)], ids=["chosen", "asked"])
async def test_people_are_written_as_the_row_says_and_the_question_is_forgotten(
    exports: Exports, tmp_path: Path, whom: ContactQuestion | tuple[int, ...]
) -> None:
    await exports.world.import_people(3)
    path = tmp_path / "people.csv"

    view = await exports.run(path, ExportOrder(kind=ExportKind.PEOPLE, whom=whom))

    assert (
        names(path) == ["person_3", "person_1"] if isinstance(whom, tuple) else ["person_1", "person_2", "person_3"]
    )
    assert (view.state, view.written, view.created_by) == (JobState.DONE, len(names(path)), "ann")
    assert await exports.world.column("SELECT whom FROM export") == [""], "a search may be a name"
    assert [kind for kind, _ in await exports.events()] == ["people.exported"]


async def test_every_other_list_is_written_by_its_row_and_stands_in_activity(
    exports: Exports, tmp_path: Path
) -> None:
    world = exports.world
    await world.import_people(2)
    await exports.people.service.suppress(2, note="", actor="ann")
    campaign_id = await world.run([await world.add_account()])
    people = tmp_path / "guests.csv"
    people.write_text("name,phone\nBo,12\n", "utf-8")
    import_id = (await exports.people.import_people(people)).id

    done = [
        await exports.run(tmp_path / "out.csv", ExportOrder(kind=ExportKind.SUPPRESSIONS)),
        await exports.run(tmp_path / "all.json", ExportOrder(kind=ExportKind.REPORT, subject_id=campaign_id)),
        await exports.run(tmp_path / "again.csv", ExportOrder(kind=ExportKind.REFUSED, subject_id=import_id)),
    ]

    assert [(view.state, view.written) for view in done] == [(JobState.DONE, count) for count in (1, 2, 1)]
    assert names(tmp_path / "out.csv") == ["person_2"]
    assert await exports.events() == [
        ("list.exported", {"what": "suppressions", "file": str(tmp_path / "out.csv"), "count": 1}),
        ("list.exported", {"what": "report", "file": str(tmp_path / "all.json"), "count": 2}),
        ("list.exported", {"what": "refused", "file": str(tmp_path / "again.csv"), "count": 1}),
    ]


async def test_one_that_is_stopped_leaves_what_was_there(exports: Exports, tmp_path: Path) -> None:
    await exports.world.import_people(2)
    path = tmp_path / "people.csv"
    path.write_text("older", "utf-8")
    export_id = await exports.begin(path)
    await exports.control.cancel(export_id)

    with pytest.raises(Cancelled):
        await exports.job.run(export_id)

    assert (await exports.store.get(export_id)).state is JobState.CANCELLED
    assert [each.read_text("utf-8") for each in tmp_path.glob("people*")] == ["older"]
    assert await exports.events() == []


async def test_one_that_cannot_be_written_says_why_in_its_row_and_in_activity(
    exports: Exports, tmp_path: Path
) -> None:
    await exports.world.import_people(1)

    with pytest.raises(StorageError):
        await exports.run(tmp_path / "absent" / "people.csv")

    (view,) = await exports.control.look()
    assert view.state is JobState.FAILED
    assert view.problem is not None
    assert view.problem.hint == "Look whether this place exists, and choose another one if it does not."
    assert await exports.events() == [
        ("export.failed", {"what": "people", "file": str(tmp_path / "absent" / "people.csv")})
    ]


@pytest.mark.parametrize("is_dead", [True, False])
async def test_what_a_dead_process_has_written_goes_and_the_row_says_so(
    exports: Exports, tmp_path: Path, *, is_dead: bool
) -> None:
    path, part = tmp_path / "people.csv", tmp_path / "people.csv.part"
    path.write_text("older", "utf-8")
    part.write_text("half", "utf-8")
    await exports.begin(path, is_dead=is_dead)

    (view,) = await exports.control.look()

    assert (view.state is JobState.FAILED) is is_dead
    assert (view.problem is not None and view.problem.hint == "Export it again.") is is_dead
    assert part.exists() is not is_dead
    assert path.read_text("utf-8") == "older"


async def test_one_whose_process_never_came_has_stopped_after_a_minute(exports: Exports, tmp_path: Path) -> None:
    for number, age in enumerate((timedelta(seconds=30), timedelta(seconds=90))):
        await exports.store.create(EVERYBODY, tmp_path / f"{number}.csv", actor="ann", now=NOW - age)

    assert [view.state for view in await exports.control.look()] == [JobState.RUNNING, JobState.FAILED]


async def test_a_file_that_is_being_written_is_not_written_twice(exports: Exports, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    await exports.begin(path)

    with pytest.raises(UserInputError, match=r"people\.csv"):
        await exports.begin(path)
    await exports.begin(tmp_path / "others.csv")


async def test_each_end_is_told_once_and_forgotten_with_the_next_export(exports: Exports, tmp_path: Path) -> None:
    await exports.world.import_people([person(1)])
    first = await exports.run(tmp_path / "first.csv")
    second = await exports.run(tmp_path / "second.csv")
    assert [view.id for view in await exports.control.look()] == [first.id, second.id]

    await exports.control.set_told(first.id)

    assert [view.id for view in await exports.control.look()] == [second.id]
    await exports.begin(tmp_path / "third.csv")
    assert await exports.world.column("SELECT path FROM export ORDER BY id") == [
        str(tmp_path / "second.csv"),
        str(tmp_path / "third.csv"),
    ]


async def test_another_ending_of_a_report_is_refused_before_anything_begins(exports: Exports, tmp_path: Path) -> None:
    with pytest.raises(UserInputError, match="pdf"):
        await exports.control.start(
            ExportOrder(kind=ExportKind.REPORT, subject_id=1), tmp_path / "all.pdf", actor="ann"
        )

    assert await exports.control.look() == []


async def test_progress_is_told_some_times_a_second_and_not_after_each_part(exports: Exports, tmp_path: Path) -> None:
    export_id = await exports.begin(tmp_path / "people.csv")
    tell = exports.job.teller(export_id)
    seen = []

    for written in (0, 500, 1_000):
        await tell(written)
        seen.append((await exports.store.get(export_id)).written)
        exports.clock.advance(0.2)

    assert seen == [0, 0, 1_000]

"""A whole workspace backed up while it is written to, and put back: new, in place of another one, or refused."""

import shutil
import sqlite3
import threading
import time
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from campaigns.backup.after_restore import RestoreChoices
from campaigns.backup.archive import read_manifest
from campaigns.backup.backups import PARTIAL, Backup, Backups
from campaigns.backup.restore import Restore, Restored
from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from core.config import ExecutorSettings
from core.domain.account import WorkspaceKind
from core.domain.ids import CampaignId
from core.errors import BackupDamaged, BackupTooNew, Cancelled, UserInputError, WorkspaceBusy, WorkspaceError
from core.executor import default_executor
from core.locks import job_runs, worker_lock
from core.registry import WorkspaceRegistry
from core.workspace import Workspace, open_workspace
from database import CampaignDesk, Database, ErasureStore, newest_schema, prepare_restored
from database.online_copy import copy_database
from main import MainHouse
from tests.database.stores.world import NOW, World, peer
from tests.fake_clock import FakeClock

PEOPLE = 6


class Place:
    """A workspace with a running campaign of six people, two of whom have the message; a worker is not there."""

    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(NOW + timedelta(minutes=10))
        self.house = MainHouse(self.clock)
        self.workspace = open_workspace(folder / "workspace")
        self.folder = folder
        self.campaign: CampaignId
        self.registry = WorkspaceRegistry(folder / "registry")

    async def fill(self) -> None:
        async with self.house.services(self.workspace, kind=WorkspaceKind.SANDBOX) as services:
            world = World(services.get(Database), self.workspace.folder)
            account_id = await world.add_account()
            await world.import_people(PEOPLE)
            await world.know(account_id, *[peer(number) for number in range(1, PEOPLE + 1)])
            self.campaign = await world.run([account_id])
            await self.send(world, 2)

    async def send(self, world: World, count: int) -> None:
        (account,) = await world.accounts.list_accounts()
        lease = await world.take(account.id)
        for row in [row.id for row in await world.ahead(account.id, self.campaign)][:count]:
            await world.claim(lease, row)
            await world.record(lease, row, DeliveryState.SENT, message_id=row, at=NOW)

    def back_up(self, target: Path | None = None, **options: object) -> Backup:
        backups = Backups(self.workspace, copy_database, self.clock, "0.1.0")
        return backups.make(target or self.folder / "backup", lambda _: None, **options)  # type: ignore[arg-type]

    async def restore(
        self, file: Path, folder: Path, *, replace: bool = False, schema: int | None = None
    ) -> Restored:
        restoring = Restore(
            lambda order: prepare_restored(order, self.clock),
            self.registry,
            self.clock,
            newest_schema=schema or newest_schema(),
        )
        async with default_executor(ExecutorSettings()):  # that of the services went with them
            return await restoring.run(file, folder, replace=replace, actor="kaya", tell=lambda _: None)


@pytest.fixture
async def place(tmp_path: Path) -> Place:
    made = Place(tmp_path)
    await made.fill()
    return made


def states(workspace: Workspace) -> dict[str, int]:
    with closing(sqlite3.connect(workspace.database_path)) as raw:
        return dict(raw.execute("SELECT state, count(*) FROM outgoing GROUP BY state").fetchall())


# ---------------------------------------------------------------------------------------------------- backing up


def test_a_copy_is_of_one_moment_while_others_write(tmp_path: Path, place: Place) -> None:
    """Two tables that are always written together agree in the copy, and the writer is not held up."""
    path, target = place.workspace.database_path, tmp_path / "copy.db"
    is_over, written = threading.Event(), [0]

    def write() -> None:
        with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as raw:
            while not is_over.is_set():
                raw.execute("BEGIN IMMEDIATE")
                raw.execute("UPDATE contact SET name = ?", (str(written[0]),))
                raw.execute("UPDATE campaign SET title = ?", (str(written[0]),))
                raw.execute("COMMIT")
                written[0] += 1

    with closing(sqlite3.connect(path)) as raw, raw:
        raw.execute("CREATE TABLE ballast (b BLOB)")
        raw.executemany("INSERT INTO ballast VALUES (randomblob(?))", [(100_000,)] * 300)  # 30 MB: several steps
    during: list[int] = []
    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not written[0]:
            time.sleep(0.001)
        copy_database(path, target, lambda _: during.append(written[0]))
    finally:
        is_over.set()
        writer.join()

    with closing(sqlite3.connect(target)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        names = {
            row[0] for row in raw.execute("SELECT name FROM contact UNION SELECT title FROM campaign").fetchall()
        }
    assert len(names) == 1
    assert during[-1] > during[0]  # it wrote meanwhile
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_backup_holds_what_the_workspace_is_and_nothing_that_only_belongs_to_this_run(place: Place) -> None:
    workspace = place.workspace
    (workspace.vault / "a.secret").write_bytes(b"sealed")
    (workspace.vault / ".a.secret.tmp").write_bytes(b"half")
    workspace.config_path.write_text("[delivery]\n")
    (workspace.folder / "media" / "ab").mkdir(parents=True)
    (workspace.folder / "media" / "ab" / "abcd").write_bytes(b"picture")
    (workspace.sandbox / "ledger.jsonl").write_text("{}\n")

    made = place.back_up()

    assert [held.name for held in read_manifest(made.path).files] == [
        "workspace.db", "wireroom.toml", "vault/a.secret", "media/ab/abcd"
    ]  # fmt: skip
    assert made.manifest.made_at == place.clock.now()
    assert not (workspace.backups / PARTIAL).exists()


def test_in_a_folder_the_newest_of_this_workspace_are_kept(tmp_path: Path, place: Place) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / "other.wireroom-backup").write_bytes(b"not ours")
    names = []
    for _ in range(4):
        names.append(place.back_up(folder, keep=2).path.name)
        place.clock.advance(60)

    assert sorted(path.name for path in folder.iterdir()) == sorted([*names[-2:], "other.wireroom-backup"])


def test_a_backup_does_not_lie_in_what_it_saves(place: Place) -> None:
    with pytest.raises(UserInputError, match="lost with it"):
        place.back_up(place.workspace.backups / "mine")


def test_a_cancelled_backup_leaves_no_copy_of_the_database(place: Place, tmp_path: Path) -> None:
    def stop(_: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        Backups(place.workspace, copy_database, place.clock, "0.1.0").make(tmp_path / "backup", stop)

    assert not (tmp_path / "backup").exists()
    assert list(place.workspace.backups.iterdir()) == []


# ----------------------------------------------------------------------------------------------------- restoring


async def test_a_new_folder_becomes_the_known_workspace_with_its_campaigns_paused(
    tmp_path: Path, place: Place
) -> None:
    file = place.back_up().path
    place.clock.advance(3600)

    done = await place.restore(file, tmp_path / "new")

    assert (done.paused, done.kept_at) == (1, None)
    async with place.house.services(open_workspace(tmp_path / "new")) as services:
        campaign = await services.get(CampaignDesk).get(place.campaign)
        assert campaign.state is CampaignState.PAUSED
        assert campaign.state_reason is not None
        assert "Restored from a backup of" in campaign.state_reason
        (waits,) = await services.get(RestoreChoices).list_open()
        assert (waits.by_users, waits.by_bots, waits.open_tries) == (PEOPLE - 2, 0, 0)
    assert place.registry.folder_of(done.manifest.workspace_id) == tmp_path / "new"


async def test_what_is_replaced_is_kept_whole_and_the_sandbox_remembers_on(tmp_path: Path, place: Place) -> None:
    file = place.back_up().path
    (place.workspace.sandbox / "ledger.jsonl").write_text("{}\n")
    (place.workspace.folder / "note.txt").write_text("mine")

    with pytest.raises(UserInputError, match="left alone"):
        await place.restore(file, place.workspace.folder)
    done = await place.restore(file, place.workspace.folder, replace=True)

    assert done.kept_at is not None
    assert (done.kept_at / "note.txt").read_text() == "mine"
    assert states(Workspace(done.kept_at)) == {"planned": PEOPLE - 2, "sent": 2}
    assert (place.workspace.sandbox / "ledger.jsonl").exists()
    assert states(place.workspace) == {"planned": PEOPLE - 2, "sent": 2}


async def test_a_workspace_in_use_is_not_replaced(place: Place) -> None:
    file = place.back_up().path
    lock = worker_lock(place.workspace, "one")
    assert lock.acquire()
    try:
        with pytest.raises(WorkspaceBusy):
            await place.restore(file, place.workspace.folder, replace=True)
    finally:
        lock.release()


async def test_a_workspace_whose_export_goes_on_without_a_window_is_not_replaced(place: Place) -> None:
    file = place.back_up().path
    with job_runs(place.workspace, "export", 7), pytest.raises(WorkspaceBusy):
        await place.restore(file, place.workspace.folder, replace=True)

    await place.restore(file, place.workspace.folder, replace=True)


async def test_a_damaged_backup_changes_nothing(tmp_path: Path, place: Place) -> None:
    file = place.back_up().path
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 0xFF
    file.write_bytes(content)
    before = sorted(path.name for path in tmp_path.iterdir())

    with pytest.raises(BackupDamaged):
        await place.restore(file, place.workspace.folder, replace=True)

    assert sorted(path.name for path in tmp_path.iterdir()) == before
    assert states(place.workspace) == {"planned": PEOPLE - 2, "sent": 2}


async def test_tables_of_a_newer_program_are_refused(tmp_path: Path, place: Place) -> None:
    file = place.back_up().path

    with pytest.raises(BackupTooNew, match="knows version 3"):
        await place.restore(file, tmp_path / "new", schema=3)

    assert not (tmp_path / "new").exists()


async def test_a_folder_with_other_things_is_left_alone(tmp_path: Path, place: Place) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "letter.txt").write_text("dear")

    with pytest.raises(WorkspaceError, match="other things"):
        await place.restore(place.back_up().path, tmp_path / "documents", replace=True)


async def test_who_left_said_no_or_was_erased_after_the_backup_stays_so(place: Place) -> None:
    """What the replaced database knows is taken over: sent messages, suppressions, erased people."""
    file = place.back_up().path
    async with place.house.services(place.workspace) as services:
        world = World(services.get(Database), place.workspace.folder)
        await place.send(world, 1)
        contacts = await world.database.read(
            lambda raw: raw.execute("SELECT id, phone, username FROM contact").fetchall()
        )
        said_no, erased = contacts[-1], contacts[-2]
        await world.database.write(
            lambda work: work.connection.execute(
                "INSERT INTO suppression (contact_id, reason, at) VALUES (?, 'said_stop', 1)", (said_no[0],)
            )
        )
        await services.get(ErasureStore).erase(erased[0], actor="kaya", now=place.clock.now())

    done = await place.restore(file, place.workspace.folder, replace=True)

    assert "1 messages that had left, 1 people on the suppression list" in done.taken_over
    assert "1 people erased" in done.taken_over
    with closing(sqlite3.connect(place.workspace.database_path)) as raw:
        assert states(place.workspace) == {"planned": PEOPLE - 4, "sent": 3, "skipped": 1}
        assert raw.execute("SELECT reason FROM suppression WHERE contact_id = ?", said_no[:1]).fetchone() == (
            DeliveryReason.SAID_STOP,
        )
        row = raw.execute("SELECT name, phone, username FROM contact WHERE id = ?", erased[:1]).fetchone()
    assert row == ("", None, None)


async def test_of_another_workspace_nothing_is_taken_over(tmp_path: Path, place: Place) -> None:
    other = Place(tmp_path / "other")
    await other.fill()

    done = await place.restore(place.back_up().path, other.workspace.folder, replace=True)

    assert "Another workspace" in done.taken_over


async def test_the_generation_rises_above_every_known_one_so_that_an_old_copy_shows(
    tmp_path: Path, place: Place
) -> None:
    file = place.back_up().path
    first = await place.restore(file, tmp_path / "a")
    shutil.rmtree(tmp_path / "a")

    await place.restore(file, tmp_path / "a")

    assert place.registry.newest_generation(first.manifest.workspace_id) == first.manifest.generation + 2

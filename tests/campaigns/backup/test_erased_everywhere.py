"""A person who was erased is in no file, and no older backup brings them back: every file is scanned for what marks them."""

import logging
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from campaigns.audience.imports import Batch, ImportOptions, RefusedRow
from campaigns.audience.people import RejectedRow
from campaigns.backup.backups import Backup, Backups
from campaigns.backup.restore import Restore, Restored
from campaigns.delivery import DeliveryState
from campaigns.inbox.replies import OrderedReply
from campaigns.plan.rehearsal_views import Figures, SampleText, Stage
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.config import ExecutorSettings, LogSettings
from core.domain.account import WorkspaceKind
from core.domain.ids import ContactId, ConversationId
from core.domain.message import FormattedText, OutgoingMessage
from core.domain.webhook import HookEvent, HookWish
from core.erased_list import ErasedLists
from core.errors import UserInputError
from core.executor import default_executor
from core.logs import start_logging, stop_logging
from core.registry import WorkspaceRegistry
from core.text_model import TextAnswer
from core.workspace import open_workspace
from database import (
    AiLedgerStore,
    ConversationActs,
    Database,
    ErasureStore,
    ReplyStore,
    WebhookStore,
    newest_schema,
    prepare_restored,
)
from database.backup import back_up
from database.migrations.runner import read_version
from database.online_copy import copy_database
from main import MainHouse
from tests.database.stores.world import NOW, World, peer, person, user_id
from tests.fake_clock import FakeClock

NAME, USERNAME, PHONE, CITY, TAG = "Zyxw Marker", "zyxw_marker", "+99966198765", "Zyxwtown", "zyxwtag"
MARKS = (
    NAME,
    USERNAME,
    PHONE,
    PHONE.removeprefix("+"),
    CITY,
    TAG,
    "Zyxwnote",
    "Zyxwanswer",
    "Zyxwlabel",
    "zyxwwriter",
)
MARKED, WRITER = 4, 77  # a contact, and somebody who only wrote


def traces(folder: Path) -> list[str]:
    """Every file that holds a mark, as UTF-8 or UTF-16."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for mark in MARKS:
            texts = (mark.encode(), mark.lower().encode(), mark.encode("utf-16-le"), mark.encode("utf-16-be"))
            found += [f"{path.relative_to(folder)}: {mark}" for text in texts if text in content]
    return found


class Scene:
    """A workspace in which a marked person stands everywhere, its lists of who was erased, and where backups go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FakeClock(NOW + timedelta(hours=1))
        self.workspace = open_workspace(folder / "workspace")
        self.house = MainHouse(self.clock)
        self.lists = ErasedLists(folder / "state")
        self.medium = folder / "medium"
        self.medium.mkdir()

    async def fill(self) -> None:
        async with self.house.services(self.workspace, kind=WorkspaceKind.SANDBOX) as services:
            world = World(services.get(Database), self.workspace.folder)
            await self._fill(world)
        back_up(
            self.workspace.database_path,
            self.workspace.backups,
            version=self._version(),
            clock=FakeClock(NOW - timedelta(days=9)),
        )

    async def _fill(self, world: World) -> None:
        account_id = await world.add_account()
        marked = person(MARKED, name=NAME, username=USERNAME, phone=PHONE, fields={"city": CITY})
        await world.import_people([person(1), person(2), person(3), marked, person(5)])
        await self._import_again(world)
        lease = await world.take(account_id)
        known = replace(peer(MARKED, wrote_at=NOW, username=USERNAME), name=NAME)
        writer = replace(peer(WRITER, wrote_at=NOW, username="zyxwwriter"), name="zyxwwriter")
        await world.know(account_id, known, writer)
        campaign_id = await world.run([account_id], "Hi {{ name }} of {{ city | default('here') }}")
        ((row_id,),) = await self._read(world, f"SELECT id FROM outgoing WHERE contact_id = {MARKED}")
        assert await world.deliveries.bind_person(lease, row_id, known, now=NOW)
        await world.claim(lease, row_id)
        await world.record(lease, row_id, DeliveryState.SENT, message_id=5)
        desk = WebhookStore(world.database)
        wish = HookWish(
            name="Helpdesk",
            address="",
            events=frozenset({HookEvent.MESSAGE_RECEIVED}),
            with_text=True,
            with_person=True,
        )
        await desk.add(wish, host="https://help.example", secret_name="webhook/1", actor="ann", now=NOW)
        written = [
            Incoming(
                kind=IncomingKind.MESSAGE,
                user_id=user_id(number),
                at=NOW,
                message_id=100 + number,
                text=f"I am {NAME}, {PHONE}" if number == MARKED else "I am zyxwwriter",
            )
            for number in (MARKED, WRITER)
        ]
        await world.incoming.commit(lease, IncomingBatch(peers=(), state=None, items=tuple(written)), [])
        acts, replies = ConversationActs(world.database), ReplyStore(world.database)
        await acts.note(ConversationId(1), f"Zyxwnote {CITY}", author="ann", now=NOW)
        await acts.label(ConversationId(1), add=["Zyxwlabel"])
        for number in (1, 2):
            order = OrderedReply(
                conversation_id=ConversationId(number),
                message=OutgoingMessage(text=FormattedText(text=f"Zyxwanswer {NAME}")),
            )
            await replies.add(order, actor="ann", now=NOW)
        answer = TextAnswer(text=f"Dear {NAME}")
        await AiLedgerStore(world.database).keep_answer(bytes(32), answer, at=NOW, since=NOW)
        figures = Figures(
            stage=Stage.LANES,
            samples=(
                SampleText(contact_id=ContactId(1), name="Person 1", text="Hi Person 1"),
                SampleText(contact_id=ContactId(MARKED), name=NAME, text=f"Hi {NAME} of {CITY}"),
            ),
        )

        def add_rest(work):
            work.connection.execute("INSERT INTO contact_tag (contact_id, tag) VALUES (?, ?)", (MARKED, TAG))
            work.connection.execute(
                "INSERT INTO rehearsal (campaign_id, state, figures, created_by, created_at)"
                " VALUES (?, 'done', ?, 'ann', 0)",
                (campaign_id, msgspec.json.encode(figures).decode()),
            )
            work.connection.execute(
                "INSERT INTO own_message (conversation_id, message_id, at, text) VALUES (1, 900, 0, ?)",
                (f"Dear {NAME}",),
            )
            work.connection.execute(
                "INSERT INTO message_mark (account_id, message_id, telegram_user_id, text) VALUES (1, 5, ?, ?)",
                (user_id(MARKED), f"Hi {NAME} of {CITY}"),
            )
            work.connection.execute(
                "INSERT INTO ticket (conversation_id, message_id, opened_at, opened_by) VALUES (2, 177, 0, 'ann')"
            )
            assert work.connection.execute("SELECT count(*) FROM webhook_delivery").fetchone() == (2,)

        await world.database.write(add_rest)

    async def _import_again(self, world: World) -> None:
        import_id = await world.imports.create("again.csv", ImportOptions(), actor="ann", now=NOW)
        refused = RefusedRow(row=RejectedRow(2, "No date."), cells=(NAME, "+999 66 198765", "x"))
        changed = person(MARKED, name=NAME, username=USERNAME, phone=PHONE, fields={"course": CITY})
        batch = Batch(people=[changed], cells=[(NAME,)], refused=[refused], part_read=1.0)
        await world.imports.add(import_id, batch, now=NOW)
        while await world.imports.finish_some(import_id, now=NOW):
            pass

    async def _read(self, world: World, sql: str) -> list[tuple[int]]:
        return await world.database.read(lambda raw: raw.execute(sql).fetchall())

    def _version(self) -> int:
        with closing(sqlite3.connect(self.workspace.database_path)) as raw:
            return read_version(raw)

    def log(self) -> None:
        """What log lines about them would be, at their worst."""
        start_logging(self.workspace.logs, "worker", LogSettings())
        try:
            lines = logging.getLogger("campaigns.inbox")
            lines.warning("a message of %s came", PHONE, extra={"text": f"I am {NAME}", "username": USERNAME})
            lines.warning("row text='%s' first_name='%s' phone=%s", f"{CITY} {NAME}", NAME, PHONE)
        finally:
            stop_logging()

    def back_up(self) -> Backup:
        return Backups(self.workspace, copy_database, self.clock, "0.1.0", self.lists).make(
            self.medium, lambda _: None
        )

    async def erase(self) -> None:
        async with self.house.services(self.workspace) as services:
            store = ErasureStore(services.get(Database), self.workspace.backups, self.lists)
            done = await store.erase(ContactId(MARKED), actor="ann", now=self.clock.now())
            assert (done.deliveries, done.backups, done.is_log_empty, done.missed) == (2, 1, True, ())
            await store.erase_writer(ConversationId(2), actor="ann", now=self.clock.now())
            assert traces(self.workspace.folder) == [], "while it is open"

    async def restore(self, file: Path, folder: Path, lists: ErasedLists) -> Restored:
        """As on this computer, or on another one: with other lists than those that were written here."""
        restoring = Restore(
            lambda order: prepare_restored(order, self.clock, lists),
            WorkspaceRegistry(folder.parent / "registry"),
            self.clock,
            newest_schema=newest_schema(),
        )
        async with default_executor(ExecutorSettings()):
            return await restoring.run(file, folder, replace=False, actor="kaya", tell=lambda _: None)


@pytest.fixture
async def scene(tmp_path: Path) -> Scene:
    made = Scene(tmp_path)
    await made.fill()
    return made


@pytest.mark.slow
async def test_an_erased_person_is_in_no_file_and_no_backup_brings_them_back(scene: Scene, tmp_path: Path) -> None:
    file = scene.back_up().path
    scene.log()
    assert {found.split(": ")[1] for found in traces(scene.workspace.folder)} == set(MARKS)

    await scene.erase()

    for place in (scene.workspace.folder, scene.medium, scene.folder / "state"):
        assert traces(place) == [] or place == scene.medium
    shutil.rmtree(scene.workspace.folder)  # the disk is gone
    here = await scene.restore(file, tmp_path / "here", scene.lists)
    elsewhere = await scene.restore(file, tmp_path / "elsewhere", ErasedLists(tmp_path / "other-state"))
    for done in (here, elsewhere):
        assert "2 people who were erased after the backup are erased again" in done.taken_over
        assert traces(done.folder) == []
        with closing(sqlite3.connect(done.folder / "workspace.db")) as raw:
            assert raw.execute("SELECT count(*) FROM conversation").fetchone() == (0,)
            assert raw.execute("SELECT count(*) FROM suppression WHERE erased_at IS NOT NULL").fetchone() == (2,)
            assert raw.execute("SELECT count(*) FROM contact WHERE name <> ''").fetchone() == (4,)


@pytest.mark.slow
async def test_the_erased_are_known_elsewhere_from_then_on(scene: Scene, tmp_path: Path) -> None:
    file = scene.back_up().path
    await scene.erase()
    others = ErasedLists(tmp_path / "other-state")
    await scene.restore(file, tmp_path / "elsewhere", others)
    (scene.medium / next(path.name for path in scene.medium.glob("wireroom-erased-*"))).unlink()

    again = await scene.restore(file, tmp_path / "again", others)

    assert traces(again.folder) == []


async def test_without_any_list_a_backup_brings_them_back(scene: Scene, tmp_path: Path) -> None:
    """What the lists are for: the trial of the test itself."""
    file = scene.back_up().path
    await scene.erase()
    (alone,) = [Path(shutil.copy(file, tmp_path / "alone.wireroom-backup"))]
    (tmp_path / "lonely").mkdir()
    moved = Path(shutil.move(alone, tmp_path / "lonely"))

    done = await scene.restore(moved, tmp_path / "elsewhere", ErasedLists(tmp_path / "other-state"))

    assert traces(done.folder)


async def test_a_folder_of_backups_that_is_away_is_named(scene: Scene) -> None:
    scene.back_up()
    scene.medium.rename(scene.folder / "in a drawer")
    async with scene.house.services(scene.workspace) as services:
        store = ErasureStore(services.get(Database), scene.workspace.backups, scene.lists)
        done = await store.erase(ContactId(MARKED), actor="ann", now=scene.clock.now())

    assert done.missed == (scene.medium,)


async def test_nothing_is_listed_of_somebody_who_cannot_be_erased_yet(scene: Scene) -> None:
    scene.back_up()
    async with scene.house.services(scene.workspace) as services:
        database = services.get(Database)
        await database.write(
            lambda work: work.connection.execute(
                "UPDATE outgoing SET state = 'sending', settled_at = NULL, unknown_since = 1, first_tried_at = 1, tries = 1,"
                " telegram_user_id = ?, text_hash = zeroblob(32), key_fingerprint = zeroblob(8)"
                " WHERE kind = 'reply' AND conversation_id = 2",
                (user_id(WRITER),),
            )
        )
        store = ErasureStore(database, scene.workspace.backups, scene.lists)
        with pytest.raises(UserInputError, match="on its way"):
            await store.erase_writer(ConversationId(2), actor="ann", now=scene.clock.now())

    assert list(scene.medium.glob("wireroom-erased-*")) == []

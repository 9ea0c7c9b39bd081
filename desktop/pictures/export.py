"""Pictures of exports: how far a list is while it is written, and the word about it when it is done."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

import psutil

from campaigns.audience.contacts import ContactQuestion
from campaigns.exporting.orders import ExportKind, ExportOrder
from campaigns.jobs import JobState
from core.container import ServiceContainer
from core.domain.ids import ExportId
from core.processes import ProcessRecord
from database import ExportStore
from desktop.main_window import MainWindow
from desktop.pages.audiences.page import CONTACTS, SUPPRESSION, AudiencesPage
from desktop.pictures.settling import until

Take = Callable[[str], Awaitable[None]]


async def take_export_pictures(
    window: MainWindow, services: ServiceContainer, folder: Path, now: datetime, take: Take
) -> None:
    """In a workspace with people. Rows of exports are written as a job writes them; no file is."""
    page, store = window.page, services.get(ExportStore)
    assert isinstance(page, AudiencesPage)
    people = ExportOrder(kind=ExportKind.PEOPLE, whom=ContactQuestion())
    contacts = await _begin(store, people, folder / "people.csv", 120_431, now)
    listed = await _begin(store, ExportOrder(kind=ExportKind.SUPPRESSIONS), folder / "suppression.csv", 8_000, now)
    window.exports.look()
    await until(lambda: window.exports.find(ExportKind.SUPPRESSIONS) is not None, "suppression-exporting")
    await take("suppression-exporting")
    page.tabs.set_value(CONTACTS)
    await take("people-exporting")
    page.list.table.selectRow(2)
    await take("people-exporting-one")
    page.escape()
    await store.finish(contacts, JobState.DONE, written=812_406, now=now)
    await store.finish(listed, JobState.CANCELLED, now=now)
    await until(lambda: window.exports.find(ExportKind.SUPPRESSIONS) is None, "people-exported")
    await take("people-exported")
    page.tabs.set_value(SUPPRESSION)


async def _begin(store: ExportStore, order: ExportOrder, path: Path, written: int, now: datetime) -> ExportId:
    export_id = await store.create(order, path, actor="Aiko Brandvold", now=now)
    me = psutil.Process()
    await store.set_process(export_id, ProcessRecord(pid=me.pid, started_s=me.create_time()))
    await store.tell(export_id, written)
    return export_id

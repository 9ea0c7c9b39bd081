"""A long list is written by a process of its own: killed or cancelled, it leaves what was there and says so."""

import asyncio
from pathlib import Path

import pytest

from campaigns.audience.contacts import ContactQuestion
from campaigns.exporting.control import ExportControl
from campaigns.exporting.orders import ExportKind, ExportOrder, ExportStore, ExportView
from campaigns.jobs import JobState
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.locks import running_locks
from core.processes import kill
from core.workspace import open_workspace
from database import Database
from database import ExportStore as Exports
from main import MainHouse

MANY = 200_000
EVERYBODY = ExportOrder(kind=ExportKind.PEOPLE, whom=ContactQuestion())
FILL = f"""
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})
INSERT INTO contact (name, username, search_key, created_at, updated_at)
SELECT 'Person ' || i, 'person_' || i, '', 1, 1 FROM n
"""


async def ended(control: ExportControl) -> ExportView:
    async with asyncio.timeout(60):
        while True:
            views = await control.look()
            if views and views[-1].state is not JobState.RUNNING:
                return views[-1]
            await asyncio.sleep(0.02)


async def begun(services: ServiceContainer, path: Path) -> ExportView:
    """Some people are in it, and many are not."""
    export_id = await services.get(ExportControl).start(EVERYBODY, path, actor="ann")
    store: ExportStore = services.get(Exports)
    async with asyncio.timeout(60):
        while not (view := await store.get(export_id)).written:
            assert view.state is JobState.RUNNING, view.problem
            await asyncio.sleep(0.02)
    return view


@pytest.mark.slow
async def test_a_kill_and_a_cancel_leave_no_half_file_and_what_was_there_before(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    path = folder / "people.csv"
    path.write_text("older", "utf-8")
    workspace = open_workspace(tmp_path / "workspace")
    async with MainHouse().services(workspace, kind=WorkspaceKind.SANDBOX) as services:
        await services.get(Database).write(lambda work: work.connection.execute(FILL))
        control, store = services.get(ExportControl), services.get(Exports)

        view = await begun(services, path)
        (job,) = await store.running()
        assert job.process is not None
        assert path.with_name("people.csv.part").exists(), "it was killed while it wrote"
        assert any(lock.path.name.startswith("export-") and not lock.acquire() for lock in running_locks(workspace))
        assert await asyncio.to_thread(kill, job.process)
        killed = await ended(control)

        assert (killed.id, killed.state) == (view.id, JobState.FAILED)
        assert killed.problem is not None
        assert (killed.problem.title, killed.problem.hint) == ("The export stopped", "Export it again.")
        assert [each.read_text("utf-8") for each in folder.iterdir()] == ["older"]
        await control.set_told(killed.id)

        await control.cancel((await begun(services, path)).id)
        cancelled = await ended(control)

        assert cancelled.state is JobState.CANCELLED
        assert [each.read_text("utf-8") for each in folder.iterdir()] == ["older"]

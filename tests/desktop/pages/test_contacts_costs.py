"""What the list of people costs with 20,000 of them: CPU per handler, and rows that are held."""

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from campaigns.audience.contacts import Standing
from desktop.pages.audiences.page import SUPPRESSION, AudiencesPage
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run, own_turn
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.workspace_fixture import Filled

COUNT = 20_000

_PEOPLE = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO contact (id, name, username, search_key, language, created_at, updated_at)
SELECT 1000 + i, 'Person ' || i, 'bulk_' || i, 'person ' || i || char(10) || 'bulk_' || i || char(10),
    CASE i % 3 WHEN 0 THEN 'fi' ELSE 'de' END, 1750000000000, 1750000000000 FROM n
"""
_CONSENTS = """
INSERT INTO consent (contact_id, basis, source, given_at, recorded_at)
SELECT id, 'agreed', 'form', 1, 1 FROM contact WHERE id > 1000 AND id % 10 > 0
"""
_TAGS = "INSERT INTO contact_tag (contact_id, tag) SELECT id, 'Team ' || (id % 7) FROM contact WHERE id > 1000"


async def add_many(filled: Filled, count: int = COUNT) -> None:
    await filled.world.execute(_PEOPLE, count)
    await filled.world.execute(_CONSENTS)
    await filled.world.execute(_TAGS)


async def ready(window: Window[AudiencesPage], count: int) -> None:
    await window.until(lambda: window.page.list.model.rowCount() == count, 20)
    await window.settle()


@pytest.mark.slow
async def test_no_handler_takes_more_than_a_frame(filled: Filled, handler_meter: HandlerMeter) -> None:
    await add_many(filled)

    async def run() -> list[Handled]:
        async with shown(filled, AudiencesPage) as window:
            page, table = window.page, window.page.list.table
            await ready(window, COUNT + 24)
            for _ in page.prepare():  # as the window does while nobody waits
                await asyncio.sleep(0)
            handler_meter.clear()

            for place in (COUNT // 2, COUNT, 0):  # looked at for the first time: read, and painted when they come
                table.scrollTo(page.list.model.index(place, 0))
                await asyncio.sleep(0.05)
                await window.settle()
            for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_PageDown):
                QTest.keyClick(table, key)
                await window.settle()
            for tab in ("sent", "consent", "changes", "card"):
                page.panel.tabs.set_value(tab)
                await asyncio.sleep(0)
            page.escape()
            await own_turn()
            page.list.chips[Standing.NO_BASIS].click()
            await window.settle()
            page.list.chips[None].click()
            await ready(window, COUNT + 24)
            QTest.keyClicks(page.list.search, "person 1")
            await window.until(lambda: page.list.model.rowCount() < COUNT)
            await window.settle()
            page.list.search.clear()
            await ready(window, COUNT + 24)
            QTest.keyClick(table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
            await window.settle()
            page.tabs.set_value(SUPPRESSION)
            await window.settle()

            assert handler_meter.count > 50
            return handler_meter.late()

    assert not await best_run(run)


@pytest.mark.slow
async def test_only_what_is_looked_at_is_read(filled: Filled) -> None:
    await add_many(filled)
    async with shown(filled, AudiencesPage) as window:
        await ready(window, COUNT + 24)
        rows = window.page.presenter.rows

        held = sum(rows._known(row_id) is not None for row_id in rows.ids)

        assert held <= 400
        assert rows.ids.itemsize * len(rows) == 8 * (COUNT + 24)

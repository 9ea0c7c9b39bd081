"""What writing costs: no handler above a frame, also in a long text, and every step made in pieces."""

import asyncio

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextCursor
from pytestqt.qtbot import QtBot

from desktop.pages.campaigns.page import CampaignsPage
from desktop.widgets.bubble import Bubble
from tests.desktop.handler_meter import (
    Handled,
    HandlerMeter,
    best_pieces,
    best_run,
    costs_of,
    garbage_as_in_the_console,
)
from tests.desktop.pages.conftest import shown
from tests.desktop.pages.test_composer import begin, kept, step
from tests.desktop.workspace_fixture import Filled

LINE = 'Hello **{{ first_name | default("there") }}**, the __autumn programme__ is out 🍂: see [all of it](https://example.org)\n'


async def test_no_handler_takes_more_than_a_frame_while_somebody_writes(
    filled: Filled, handler_meter: HandlerMeter, qtbot: QtBot
) -> None:
    async def run() -> list[Handled]:
        async with shown(filled, CampaignsPage) as window:
            for _ in window.page.prepare():
                await asyncio.sleep(0)
            panel = await begin(window, qtbot)
            editor = panel.composer.message.editor
            editor.insert_source(LINE * 12)
            await kept(window, panel)
            editor.moveCursor(QTextCursor.MoveOperation.End)
            handler_meter.clear()

            for letter in "and answer STOP to end it":
                qtbot.keyClicks(editor, letter)
                await asyncio.sleep(0.01)
            await kept(window, panel)
            for key in ("people", "plan", "review", "message"):
                qtbot.mouseClick(step(panel, key), Qt.MouseButton.LeftButton)
                await asyncio.sleep(0.05)
            return handler_meter.late()

    assert not await best_run(run)


async def test_each_step_is_made_in_a_piece_below_a_frame(filled: Filled) -> None:
    Bubble().deleteLater()  # what the first use of a class costs is no cost of a page

    async def run() -> list[float]:
        async with shown(filled, CampaignsPage) as window:
            costs = await costs_of(window.page.prepare())
            assert len(costs) >= 6
            return costs

    with garbage_as_in_the_console():
        assert not await best_pieces(run)

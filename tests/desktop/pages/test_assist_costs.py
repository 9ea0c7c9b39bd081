"""What help with writing costs the window: no handler above a frame, also for a draft of a long text."""

import asyncio

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from desktop.pages.composer.assist.draft_item import DraftItem
from desktop.pages.composer.assist.shown import Stage
from tests.ai.openai_server import OpenAiHandler
from tests.ai.script import Script, StandIn
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.pages.test_assist import writing
from tests.desktop.window import click
from tests.desktop.workspace_fixture import Filled

LINE = 'Hello **{{ name | default("there") }}**, the __autumn programme__ is out 🍂: see [all of it](https://example.org)\n'


async def test_a_draft_of_a_long_text_is_shown_and_taken_in_handlers_below_a_frame(
    filled: Filled, handler_meter: HandlerMeter, qtbot: QtBot
) -> None:
    long = LINE * 20 + "STOP ends it."
    friendly = long.replace("is out", "has come").replace("see", "look at").replace("Hello", "Hi")
    pieces = tuple(friendly[at : at + 80] for at in range(0, len(friendly), 80))

    async def run() -> list[Handled]:
        with StandIn(OpenAiHandler) as server:
            async with writing(filled, server, qtbot, long) as w:
                w.ai.reads_apart = True
                server.will(Script(pieces=("warm",)), Script(pieces=pieces))
                w.choose("Shorten")
                await w.agree()
                await w.at(Stage.DRAFTS)  # what the first question loads is the child's in the console
                w.panel.composer.assist.presenter.dismiss()
                await w.window.settle()
                handler_meter.clear()

                w.choose("Rewrite", "Friendlier")
                card = await w.at(Stage.DRAFTS)
                await asyncio.sleep(0.05)
                item = card.items[0]
                assert isinstance(item, DraftItem)
                qtbot.mouseClick(item.next, Qt.MouseButton.LeftButton)
                await click(item.only)
                await w.window.until(lambda: card.items[0] is not item)
                await asyncio.sleep(0.05)
                return handler_meter.late()

    assert not await best_run(run)

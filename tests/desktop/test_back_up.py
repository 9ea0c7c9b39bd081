"""Backing up from the window: asked for a place, written beside everything else, cancelled without a trace."""

import asyncio
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMainWindow
from pytestqt.qtbot import QtBot

from campaigns.backup.archive import read_manifest
from campaigns.backup.backups import Backups
from core.errors import Cancelled
from desktop.dialogs.back_up import BackUpDialog, ask_and_back_up
from desktop.formatting import Formats
from desktop.theme import install_theme
from tests.desktop.pages.test_campaign_steering import words
from tests.desktop.workspace_fixture import Filled

FORMATS = Formats(zone=None)


class Told:
    def __init__(self) -> None:
        self.toasts: list[tuple[str, str]] = []

    def toast(self, title: str, text: str = "") -> None:
        self.toasts.append((title, text))


@pytest.fixture(autouse=True)
def _theme(qapp: QApplication) -> None:
    install_theme(qapp)


async def opened(window: QMainWindow) -> BackUpDialog:
    async with asyncio.timeout(40):
        while not (found := [one for one in window.findChildren(BackUpDialog) if one.isVisible()]):
            await asyncio.sleep(0.01)
    return found[0]


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    made = QMainWindow()
    qtbot.addWidget(made)
    made.show()
    return made


async def test_the_file_is_written_where_it_was_asked_for(
    filled: Filled, window: QMainWindow, tmp_path: Path
) -> None:
    told, target = Told(), tmp_path / "mine.wireroom-backup"
    async with asyncio.TaskGroup() as group:
        group.create_task(ask_and_back_up(window, filled.services.get(Backups), told, FORMATS))
        dialog = await opened(window)
        dialog.entry.setText(str(target))
        dialog.save.click()

    assert told.toasts == [("Backed up", f"{target}, 1 MB")]
    assert read_manifest(target).kind == "sandbox"


async def test_a_name_that_is_taken_is_refused_at_its_field(
    filled: Filled, window: QMainWindow, tmp_path: Path
) -> None:
    target = tmp_path / "taken"
    target.write_text("mine")
    async with asyncio.TaskGroup() as group:
        group.create_task(ask_and_back_up(window, filled.services.get(Backups), Told(), FORMATS))
        dialog = await opened(window)
        dialog.entry.setText(str(target))
        dialog.save.click()
        async with asyncio.timeout(40):
            while "left alone" not in words(dialog):
                await asyncio.sleep(0.01)
        assert dialog.save.isEnabled()
        dialog.reject()

    assert target.read_text() == "mine"


async def test_closing_the_dialog_cancels_and_leaves_nothing(
    filled: Filled, window: QMainWindow, tmp_path: Path
) -> None:
    ended: list[bool] = []

    class Slow(Backups):
        def make(self, target, tell, **options):  # type: ignore[no-untyped-def]
            try:
                while True:
                    tell(0.5)
                    time.sleep(0.01)  # as a block of a file takes: told without end, the window would do nothing else
            except Cancelled:
                ended.append(True)
                raise

    slow = Slow(filled.workspace, lambda *_: None, filled.clock, "0.1.0")  # type: ignore[arg-type, return-value]
    told = Told()
    async with asyncio.TaskGroup() as group:
        group.create_task(ask_and_back_up(window, slow, told, FORMATS))
        dialog = await opened(window)
        dialog.save.click()
        async with asyncio.timeout(40):
            while not dialog.bar.isVisible():
                await asyncio.sleep(0.01)
        dialog.cancel.click()
    async with asyncio.timeout(40):
        while not ended:
            await asyncio.sleep(0.01)

    assert told.toasts == []

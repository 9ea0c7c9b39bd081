"""The suppression list from a file and into one, in the window: it says how far it is, and is cancelled by a click."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from desktop.notifications import ToastContent
from desktop.pages.audiences import suppression_view
from desktop.pages.audiences.page import SUPPRESSION, AudiencesPage
from desktop.pages.audiences.suppression_view import SuppressionView
from desktop.widgets.buttons import Button
from tests.desktop.pages.conftest import Window, shown
from tests.desktop.workspace_fixture import Filled

pytestmark = pytest.mark.slow


@asynccontextmanager
async def listed(filled: Filled) -> AsyncIterator[tuple[Window[AudiencesPage], SuppressionView, list[ToastContent]]]:
    async with shown(filled, AudiencesPage) as window:
        window.page.tabs.set_value(SUPPRESSION)
        await window.settle()
        toasts: list[ToastContent] = []
        window.page.context.notifications.toastRequested.connect(toasts.append)
        yield window, window.page.suppression, toasts


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that the person chooses, one after the other. Qt's own dialog reads folders in its own time."""
    files: list[Path] = []

    async def choose(chooser: QFileDialog, _: object) -> str:
        chooser.deleteLater()
        return str(files.pop(0))

    monkeypatch.setattr(suppression_view, "ask_for", choose)
    return files


def click(button: Button) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


async def on_the_list(filled: Filled) -> int:
    (count,) = await filled.world.column("SELECT count(*) FROM suppression")
    return int(str(count))


async def test_a_list_comes_in_and_goes_out(filled: Filled, tmp_path: Path, chosen: list[Path]) -> None:
    path, written = tmp_path / "stop.txt", tmp_path / "out.csv"
    path.write_text("@later_one\n@later_two\n!!\n", "utf-8")
    before = await on_the_list(filled)
    async with listed(filled) as (window, view, toasts):
        chosen += [path, written]
        click(view.import_button)
        await window.until(lambda: toasts, timeout_s=60)
        assert toasts[-1].title == "2 people put on the list"
        assert "1 refused. Line 3" in toasts[-1].text

        on_the_list_now = before + 2
        click(view.export_button)
        await window.until(lambda: view.status.text() == "0 written" or len(toasts) == 2, timeout_s=60)
        await window.until(lambda: len(toasts) == 2, timeout_s=60)
        assert toasts[-1].title == f"{on_the_list_now} people are in out.csv"
        await window.until(lambda: view.export_button.isEnabled() and not view.stop_button.isVisible())

    assert await on_the_list(filled) == before + 2
    assert "\nlater_two," in written.read_text("utf-8")


async def test_a_long_list_is_cancelled_and_leaves_nothing_behind(
    filled: Filled, tmp_path: Path, chosen: list[Path]
) -> None:
    path = tmp_path / "stop.txt"
    path.write_text("".join(f"@later_{number:06d}\n" for number in range(100_000)), "utf-8")
    before = await on_the_list(filled)
    async with listed(filled) as (window, view, toasts):
        assert not view.stop_button.isVisible()
        chosen.append(path)
        click(view.import_button)
        await window.until(lambda: view.status.text().endswith("done"))
        assert not view.import_button.isEnabled()

        click(view.stop_button)

        await window.until(lambda: toasts, timeout_s=60)
        assert (toasts[-1].title, toasts[-1].text) == ("The list was not imported", "Nothing of it was kept.")
        assert view.import_button.isEnabled()
        assert not view.stop_button.isVisible()

    assert await on_the_list(filled) == before

"""What is seen before the console is loaded."""

from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QWidget

from core.locks import console_lock
from core.workspace import Workspace, open_workspace
from desktop import opening_window
from desktop.opening import opens_window, show_opening
from desktop.opening_window import OpeningWindow, close_opening, show_in_place
from desktop.theme import Theme, Token, install_theme
from tests.desktop.window import until


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Workspace:
    """One that was opened before. The application keeps its clothes for other tests."""
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))
    install_theme(qapp)
    made = open_workspace(tmp_path / "Northlight")
    made.database_path.write_bytes(b"")
    return made


def windows() -> list[OpeningWindow]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, OpeningWindow)]


@pytest.mark.parametrize(
    ("words", "is_so"),
    [
        ([], True),
        (["--workspace", "here"], True),
        (["--workspace=here"], True),
        (["--help"], False),
        (["--workspace", "--help"], False),
        (["worker", "--workspace", "here"], False),
        (["demo"], False),
    ],
)
def test_only_a_command_line_without_a_command_opens_a_window(words: list[str], is_so: bool) -> None:
    assert opens_window(words) is is_so


async def test_the_console_takes_the_place_of_what_was_seen_first(workspace: Workspace) -> None:
    show_opening(["--workspace", str(workspace.folder)])
    (opening,) = windows()
    assert opening.is_painted
    ground = opening.grab().toImage().pixelColor(600, 400)
    assert ground == Theme.of_application().color(Token.CANVAS)
    opening.setGeometry(QRect(30, 40, 1200, 800))

    console = QWidget()
    show_in_place(console)

    assert console.isVisible()
    assert console.geometry() == QRect(30, 40, 1200, 800)
    await until(lambda: not windows())
    console.close()
    console.deleteLater()


async def test_nothing_is_shown_for_a_workspace_that_has_a_window_or_is_none(
    workspace: Workspace, tmp_path: Path
) -> None:
    lock = console_lock(workspace)
    assert lock.acquire()
    show_opening([f"--workspace={workspace.folder}"])
    lock.release()
    show_opening(["--workspace", str(tmp_path / "nothing")])
    show_opening([])  # no workspace was opened before

    assert not windows()
    close_opening()
    assert not [each for each in opening_window._kept if isinstance(each, OpeningWindow)]

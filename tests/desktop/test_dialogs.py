"""Every dialog opens, closes and is gone: fifty times without a trace."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QDialog, QMainWindow, QWidget

from core.errors import StorageFull
from desktop.dialogs.about import AboutDialog
from desktop.dialogs.confirm import ConfirmDialog, Question
from desktop.dialogs.error_box import ErrorBox, ErrorReport
from desktop.dialogs.keys import KeysDialog
from desktop.dialogs.passphrase import PassphraseDialog
from desktop.dialogs.quit import QuitDialog
from desktop.dialogs.workspace import MakeWorkspaceDialog, OpenWorkspaceDialog
from desktop.pages.settings.webhooks.dialogs import WebhookDialog
from desktop.theme import Theme
from tests.desktop.leaks import LeakCheck, flush_deletions
from tests.fake_clock import FakeClock

QUESTION = Question(title="Stop?", message="For good.", confirm="Stop it", is_dangerous=True)
REPORT = ErrorReport(error=StorageFull("x"), at=FakeClock().now(), error_id="9ee2a9")

DIALOGS: dict[str, Callable[[QWidget], QDialog]] = {
    "about": lambda parent: AboutDialog(parent, "0.1.0"),
    "confirm": lambda parent: ConfirmDialog(parent, QUESTION),
    "error": lambda parent: ErrorBox(parent, REPORT, next_step="Look"),
    "keys": lambda parent: KeysDialog(parent, [("Everywhere", [("Ctrl+K", "Go"), ("F1", "Keys")])]),
    "make workspace": lambda parent: MakeWorkspaceDialog(parent, Path("/tmp/new")),
    "open workspace": lambda parent: OpenWorkspaceDialog(parent, [Path("/tmp/a"), Path("/tmp/b")], lambda _: True),
    "passphrase": PassphraseDialog,
    "quit": lambda parent: QuitDialog(parent, ["Autumn", "Spring"]),
    "webhook": lambda parent: webhook_with_its_warning(parent),
}


def webhook_with_its_warning(parent: QWidget) -> QDialog:
    dialog = WebhookDialog(parent)
    dialog.with_text.setChecked(True)
    return dialog


def open_and_close(make: Callable[[QWidget], QDialog], times: int) -> None:
    """Also what bench/ does a thousand times."""
    window = QMainWindow()
    window.show()
    make(window).open()  # what Qt keeps after the first one
    flush_deletions()
    for dialog in window.findChildren(QDialog):
        dialog.reject()
    check = LeakCheck()
    for _ in range(times):
        dialog = make(window)
        dialog.open()
        dialog.reject()
    del dialog
    check.assert_clean()
    window.close()
    window.deleteLater()


@pytest.mark.slow
@pytest.mark.parametrize("name", DIALOGS)
def test_fifty_dialogs_leave_nothing(name: str, theme: Theme) -> None:
    open_and_close(DIALOGS[name], 50)


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_is_as_high_as_its_text_and_inside_the_least_window(name: str, theme: Theme) -> None:
    window = QMainWindow()
    window.resize(1080, 680)
    window.show()
    dialog = DIALOGS[name](window)
    dialog.open()

    assert dialog.height() <= 680 + 88, dialog.height()  # the shadow's margin may lie outside
    for one in dialog.findChildren(QWidget):
        assert one.height() >= one.minimumSizeHint().height() or not one.isVisible(), one
    dialog.reject()
    window.deleteLater()

"""The keys that work everywhere in the window, and the dialog that shows them beside those of the page."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Protocol

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from desktop.dialogs.keys import KeysDialog
from desktop.frame.panes import focus_next_pane
from desktop.lock.guard import LOCK_KEYS
from desktop.notifications import NotificationCenter
from desktop.pages.page import Page, PageSpec
from desktop.widgets.table import TABLE_KEYS


class KeyedWindow(Protocol):
    """The window as its keys see it."""

    specs: Mapping[str, PageSpec]
    notifications: NotificationCenter

    @property
    def page(self) -> Page | None: ...
    @property
    def panes(self) -> Sequence[QWidget]: ...

    def navigate(self, key: str, subject_id: int | None = None) -> None: ...
    def open_palette(self) -> None: ...
    def focus_search(self) -> None: ...
    def refresh_page(self) -> None: ...
    def escape(self) -> None: ...
    def ask_pause_everything(self) -> None: ...
    def lock_now(self) -> None: ...
    def show_keys(self) -> None: ...
    def close(self) -> bool: ...


def list_window_keys(window: KeyedWindow) -> list[tuple[str, str, Callable[[], object]]]:
    """Keys, what they do, and the slot: F1 shows what is connected here."""
    return [
        ("Ctrl+K", "Go to or do something", window.open_palette),
        ("Ctrl+F", "Search this page", window.focus_search),
        ("/", "Search this page", window.focus_search),
        ("F6", "Next part of the window", partial(_step_pane, window, 1)),
        ("Shift+F6", "The part before", partial(_step_pane, window, -1)),
        ("Esc", "Close the top thing, then clear the search", window.escape),
        ("Ctrl+Z", "Undo what the toast offers", window.notifications.undo_last),
        ("Ctrl+Shift+Space", "Pause everything (asks)", window.ask_pause_everything),
        (LOCK_KEYS, "Lock now", window.lock_now),
        ("Ctrl+,", "Settings", partial(window.navigate, "settings")),
        ("F1", "The keys of this page", window.show_keys),
        ("F5", "Read this page again", window.refresh_page),
        ("Ctrl+W", "Close the window", window.close),
    ]


def add_window_keys(window: KeyedWindow, owner: QWidget) -> None:
    """Connect them all; they live as long as the owner."""
    for keys, _, act in list_window_keys(window):
        QShortcut(QKeySequence(keys), owner, act)
    for number, key in enumerate(window.specs, start=1):
        QShortcut(QKeySequence(f"Ctrl+{number}"), owner, partial(window.navigate, key))


def show_window_keys(window: KeyedWindow, owner: QWidget) -> None:
    page = window.page
    page_keys = [(key.keys, key.text) for key in page.keys] if page else []
    pages = [(f"Ctrl+{number}", spec.title) for number, spec in enumerate(window.specs.values(), start=1)]
    everywhere = [(keys, text) for keys, text, _ in list_window_keys(window)]
    title = page.title if page else ""
    groups = [(title, page_keys), ("Pages", pages), ("Tables", TABLE_KEYS), ("Everywhere", everywhere)]
    KeysDialog(owner, groups).open()


def _step_pane(window: KeyedWindow, step: int) -> None:
    focus_next_pane(window.panes, step)

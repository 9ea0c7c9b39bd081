"""When a window shows what it is going to show: nothing is being read, no row is missing, no short timer runs."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Final

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QDialog, QWidget

from core.errors import AppError
from desktop.changes import ChangeHub
from desktop.event_loop import ask
from desktop.main_window import MainWindow
from desktop.models.table_model import TableModel
from desktop.widgets.table import Table

PATIENCE_S: Final = 60.0
TURN_S: Final = 0.02
TURNS: Final = 2  # without anything to wait for: what a finished read put into the queue of the loop is done by then
TICK_S: Final = 1.1  # what changed in the database is read at the next tick of a page, of which the slowest has 1 s
SHORT_MS: Final = 1000  # a timer that runs once and so long is a pause before something is read or laid out

# How the names of tasks begin that run as long as what they look at, and of the one that waits for a worker: where it is
# seen, there is none.
_LASTING: Final = ("service-", "poll changes", "follow exports", "devices of an account")


class NotSettled(AppError):
    """A picture would show something half done."""

    code = "not_settled"


async def settle(shown: QWidget, name: str, *, reads: bool = True) -> None:
    """Return when the window of `shown` has come to rest. `reads=False`: it is only laid out and painted anew, and what
    is being read is let be. Raises NotSettled, with `name`, after PATIENCE_S."""
    window = shown.window()
    if reads and isinstance(window, MainWindow):
        news = _News.of(window)
        await window.page_context.hub.poll_now()
        if news.came and not any(dialog.isVisible() for dialog in window.findChildren(QDialog)):
            await asyncio.sleep(TICK_S)
            news.came = False
    quiet, waited = 0, 0.0
    while quiet < TURNS:
        await asyncio.sleep(TURN_S)
        waited += TURN_S
        open_ends = list(_open_ends(window)) if reads else []
        quiet = 0 if open_ends else quiet + 1
        if waited > PATIENCE_S:
            raise _not_settled(name, ", ".join(open_ends))


async def until(condition: Callable[[], object], name: str) -> None:
    """Return when the condition holds. Raises NotSettled, with `name`, after PATIENCE_S."""
    waited = 0.0
    while not condition():
        await asyncio.sleep(TURN_S)
        waited += TURN_S
        if waited > PATIENCE_S:
            raise _not_settled(name, "what it is to show did not come")


class _News(QObject):
    """Whether rows of the workspace changed since it was asked last. A child of the window."""

    def __init__(self, window: MainWindow, hub: ChangeHub) -> None:
        super().__init__(window)
        self.came = True  # a window that was just opened reads everything
        for signal in (
            hub.campaignsChanged,
            hub.lanesChanged,
            hub.accountsChanged,
            hub.proxiesChanged,
            hub.contactsChanged,
            hub.eventsChanged,
            hub.workerChanged,
            hub.audiencesChanged,
            hub.webhooksChanged,
            hub.conversationsChanged,
            hub.cannedRepliesChanged,
        ):
            signal.connect(self._come)

    @classmethod
    def of(cls, window: MainWindow) -> "_News":
        return window.findChild(cls) or cls(window, window.page_context.hub)

    def _come(self) -> None:
        self.came = True


def _open_ends(window: QWidget) -> Iterator[str]:
    """What has to end before the window is at rest, in words for the error."""
    for task in asyncio.all_tasks():
        if task is not asyncio.current_task() and not task.get_name().startswith(_LASTING) and not _asks(task):
            yield f'"{task.get_name()}" runs'
    for timer in window.findChildren(QTimer):
        if timer.isActive() and timer.isSingleShot() and timer.interval() <= SHORT_MS:
            yield f"a timer of {type(timer.parent()).__name__} runs"
    for table in window.findChildren(Table):
        model = table.model()
        if isinstance(model, TableModel) and table.isVisible() and model.is_unread(*table.visible_rows()):
            yield f"rows of {table.accessibleName()} are missing"


def _asks(task: asyncio.Task[object]) -> bool:
    """Whether it waits for a person to answer a dialog."""
    inner: object = task.get_coro()
    while inner is not None:
        if getattr(inner, "cr_code", None) is ask.__code__:
            return True
        inner = getattr(inner, "cr_await", None)
    return False


def _not_settled(name: str, why: str) -> NotSettled:
    return NotSettled(
        f"The picture {name} did not come to rest in {PATIENCE_S:.0f} s: {why}.",
        title="A picture is not ready",
        hint="Take the pictures again when the machine has less to do.",
    )

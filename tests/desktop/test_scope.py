"""A view's scope: what it holds is undone with the view."""

import asyncio

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

from desktop.scope import Scope
from tests.desktop.leaks import LeakCheck, flush_deletions


class Hub(QObject):
    changed = Signal(int)


class View(QWidget):
    """A view as careless as they come: closures over itself on a hub that outlives it."""

    def __init__(self, hub: Hub, heard: list[int]) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.scope = Scope(self)
        self.scope.connect(hub.changed, lambda value: (heard.append(value), self.setWindowTitle(str(value))))
        self.scope.timer(1, lambda: self.setWindowTitle("tick"))


def test_a_closed_view_hears_nothing_more_and_is_gone(qapp: object, no_leaks: LeakCheck) -> None:
    hub, heard = Hub(), []
    view = View(hub, heard)
    hub.changed.emit(1)

    view.close()
    del view
    flush_deletions()
    hub.changed.emit(2)

    assert heard == [1]
    hub.deleteLater()


def test_fifty_views_leave_no_connection(qapp: object, no_leaks: LeakCheck) -> None:
    hub = Hub()

    for _ in range(50):
        view = View(hub, [])
        view.show()
        view.close()
        del view
    flush_deletions()

    assert hub.receivers("2changed(int)") == 0
    hub.deleteLater()


async def test_tasks_end_with_their_owner(no_leaks: LeakCheck) -> None:
    owner = QObject()
    scope = Scope(owner)
    task = scope.task(asyncio.Event().wait(), "wait for ever")

    owner.deleteLater()
    await asyncio.wait([task])

    assert task.cancelled()
    assert not scope.tasks
    assert scope.is_closed


async def test_the_latest_task_of_a_name_cancels_its_predecessor() -> None:
    scope = Scope(owner := QObject())
    first = scope.task(asyncio.Event().wait(), "search", is_latest=True)
    other = scope.task(asyncio.Event().wait(), "count")

    second = scope.task(asyncio.Event().wait(), "search", is_latest=True)
    await asyncio.wait([first])

    assert first.cancelled()
    assert scope.tasks == {other, second}
    scope.close()
    await asyncio.wait([other, second])
    owner.deleteLater()


async def test_a_task_that_fails_is_reported(qapp: object) -> None:
    reported: list[object] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: reported.append(context["exception"]))
    scope = Scope(owner := QObject())

    async def fail() -> None:
        raise LookupError("nothing there")

    task = scope.task(fail(), "fail")
    await asyncio.wait([task])
    await asyncio.sleep(0)

    assert [str(error) for error in reported] == ["nothing there"]
    assert not scope.tasks
    owner.deleteLater()


async def test_a_closed_scope_takes_no_task(qapp: object) -> None:
    scope = Scope(owner := QObject())
    scope.close()

    task = scope.task(asyncio.sleep(0), "too late")
    with pytest.raises(asyncio.CancelledError):
        await task
    owner.deleteLater()

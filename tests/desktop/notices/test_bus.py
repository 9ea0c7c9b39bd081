"""Notifications over a real bus: shown, replaced, pressed, taken back, and what happens without a service."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator

import pytest
from PySide6.QtCore import QObject

if sys.platform != "linux" or shutil.which("dbus-daemon") is None:
    pytest.skip("needs a D-Bus daemon of Linux", allow_module_level=True)

from core.domain.ids import ConversationId
from desktop.notices.bus import BusNotices
from desktop.notices.words import Notice
from desktop.scope import Scope
from tests.desktop.notices.notification_service import bus, notification_service
from tests.desktop.window import until

HELLO = Notice(title="Anna <b>", body="via <Desk> & co", conversation_id=ConversationId(7))


@pytest.fixture
async def address(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    async with bus() as found:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", found)
        yield found


@pytest.fixture
async def pressed() -> list[ConversationId | None]:
    return []


@pytest.fixture
async def notices(pressed: list[ConversationId | None]) -> AsyncIterator[BusNotices]:
    owner = QObject()
    scope = Scope(owner)
    made = BusNotices(scope.task, pressed.append)
    yield made
    made.end()
    await until(lambda: not scope.tasks)
    scope.close()
    owner.deleteLater()


async def test_a_notification_is_replaced_pressed_and_taken_back(
    address: str, notices: BusNotices, pressed: list[ConversationId | None]
) -> None:
    async with notification_service(address) as service:
        assert await notices.show(HELLO)
        name, replaced, _, title, body, actions, hints, _ = service.notified[0]
        assert (name, replaced, title, actions) == ("Wireroom", 0, "Anna <b>", ["default", "Open"])
        assert body == "via &lt;Desk&gt; &amp; co", "its text is markup to this service"
        assert hints["category"] == ("s", "im.received")  # type: ignore[index]

        assert await notices.show(Notice(title="2 new messages", body="", conversation_id=ConversationId(8)))
        assert service.notified[1][1] == service.last == 1, "in place of the first"
        await service.press(99)  # another program's
        await service.press(1)
        await until(lambda: pressed)
        assert pressed == [ConversationId(8)]

        await notices.take_back()
        await notices.take_back()
        assert service.closed == [1]
        assert await notices.show(HELLO)
        assert service.notified[2][1] == 0, "a new one"


async def test_what_is_taken_back_while_it_is_being_shown_is_closed(address: str, notices: BusNotices) -> None:
    async with notification_service(address) as service:
        assert (await asyncio.gather(notices.show(HELLO), notices.take_back()))[0]

        assert service.closed == [service.last]


async def test_a_service_that_went_and_came_back_is_found_again(address: str, notices: BusNotices) -> None:
    assert not await notices.show(HELLO), "nobody on the bus shows notifications"
    async with notification_service(address) as service:
        assert await notices.show(HELLO)
        assert len(service.notified) == 1
    assert not await notices.show(HELLO)
    await notices.take_back()


async def test_without_a_bus_nothing_is_shown_and_nothing_fails(
    notices: BusNotices, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("unix:path=/nowhere/at/all", None):
        if address is None:
            monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
        else:
            monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        assert not await notices.show(HELLO)
        await notices.take_back()

"""Notifications and the tray as the window has them."""

import shutil
import sys
from collections.abc import AsyncIterator

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from core.config_writing import write_setting
from core.secrets.app_lock import AppLock
from desktop.frame.tray import Tray
from desktop.frame.tray_icon import SIZES, badge_words, paint_tray, tray_icon
from desktop.lock.screen import LOCKED_TITLE
from desktop.main_window import MainWindow
from desktop.notices.presenter import GAP_S, SETTLE_S
from desktop.pages.inbox.page import InboxPage
from desktop.theme import Theme
from tests.desktop.notices.notification_service import Service, bus, notification_service
from tests.desktop.pages.test_inbox_page import say
from tests.desktop.window import open_window, until
from tests.desktop.workspace_fixture import Filled
from tests.fake_clock import FakeClock

pytestmark = pytest.mark.usefixtures("theme")
needs_bus = pytest.mark.skipif(
    sys.platform != "linux" or shutil.which("dbus-daemon") is None, reason="needs a D-Bus daemon of Linux"
)


@pytest.fixture
async def service(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    async with bus() as address, notification_service(address) as made:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        yield made


async def leave(window: MainWindow) -> None:
    """Another program is in front, and what was looked at is known."""
    window.notices.tick()
    window.hide()
    await until(lambda: QApplication.activeWindow() is None)


async def wait_for(
    filled: Filled, window: MainWindow, service: Service, count: int, *, after_s: float = SETTLE_S
) -> None:
    assert isinstance(filled.clock, FakeClock)
    await window.page_context.hub.poll_now()
    filled.clock.advance(after_s)
    window.notices.tick()
    await until(lambda: len(service.notified) == count)


@needs_bus
async def test_a_press_on_a_notification_opens_its_conversation(filled: Filled, service: Service) -> None:
    async with open_window(filled) as window:
        await leave(window)
        await say(filled, 2, "Is it open?", message_id=90)
        await say(filled, 1, "Where is it?", message_id=91)
        await wait_for(filled, window, service, 1)
        _, _, _, title, body, _, _, _ = service.notified[0]
        assert title == "2 new messages from 2 people"
        assert "Where" not in f"{title}{body}"

        await service.press(service.last)

        await until(window.isVisible)
        await until(lambda: isinstance(window.page, InboxPage))
        page = window.page
        assert isinstance(page, InboxPage)
        await until(lambda: page.thread_view.conversation is not None)
        assert page.thread_view.conversation is not None
        assert page.thread_view.conversation.messages[-1].text == "Where is it?"  # type: ignore[union-attr]


@needs_bus
async def test_locking_takes_back_what_names_people(filled: Filled, service: Service) -> None:
    AppLock(filled.workspace, filled.clock).turn_on("correct horse")
    async with open_window(filled) as window:
        await leave(window)
        await say(filled, 1, "Where is it?", message_id=91)
        await wait_for(filled, window, service, 1)

        window.guard.lock()

        await until(lambda: service.closed == [service.last])
        await say(filled, 2, "Is it open?", message_id=92)
        await wait_for(filled, window, service, 2, after_s=GAP_S)
        assert service.notified[1][3:5] == ("2 new messages", "Unlock Wireroom to read.")


@needs_bus
async def test_settings_act_at_once_also_when_they_are_broken(filled: Filled, service: Service) -> None:
    path = filled.workspace.config_path
    async with open_window(filled) as window:
        await leave(window)
        write_setting(path, "notifications", "show_text", True)
        await say(filled, 1, "Where is it?", message_id=91)
        await wait_for(filled, window, service, 1)
        assert service.notified[0][4] == "Where is it?"

        path.write_text("[notifications]\nquiet_days = 'now'\n", encoding="utf-8")
        assert window.notices._read_settings().show_text, "the last good ones hold"
        write_back = "[notifications]\nenabled = false\n"
        path.write_text(write_back, encoding="utf-8")
        assert not window.notices._read_settings().enabled


async def test_the_tray_says_what_is_unread_and_nothing_of_a_locked_window(filled: Filled) -> None:
    async with open_window(filled) as window:
        await say(filled, 1, "Where is it?", message_id=91)
        await window.presenter.refresh()

        assert window.tray.inbox.text() == "Inbox, 1 unread"
        assert window.tray.tip.startswith("Wireroom · ")
        assert "1 need you, 1 unread" in window.tray.tip
        window.tray.show_locked(True)
        assert window.tray.tip == LOCKED_TITLE

        window.tray.mute.trigger()
        assert window.notices.presenter.is_muted
        window.tray.inbox.trigger()
        assert window.page_key == "inbox"


@pytest.mark.parametrize(("count", "words"), [(0, ""), (1, "1"), (99, "99"), (100, "99+"), (40_000, "99+")])
def test_the_badge_counts_up_to_99(count: int, words: str) -> None:
    assert badge_words(count) == words


def test_the_icon_has_the_number_in_every_size() -> None:
    theme = Theme.of_application()
    plain, marked = (tray_icon(theme, is_sandbox=False, count=count) for count in (0, 7))
    for size in SIZES:
        ours = marked.pixmap(size, size).toImage()
        assert ours != plain.pixmap(size, size).toImage()
        corner = paint_tray(theme, size, is_sandbox=False, count=100).toImage().pixelColor(size // 2, size - 2)
        assert corner.red() > corner.blue(), "the badge is wide enough for 99+"


def test_a_tray_message_that_is_pressed_says_which() -> None:
    window = QWidget()
    tray = Tray(window, name="Northlight", is_sandbox=True)
    pressed: list[int] = []
    tray.messagePressed.connect(pressed.append)
    tray.show_message("2 new messages", "", 7)
    tray._on_message()
    assert pressed == [7]
    window.deleteLater()

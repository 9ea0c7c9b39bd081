"""Webhooks on the settings page: added with a secret shown once, tested, looked at, sent again, paused and removed."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from campaigns.worker_control import WorkerControl
from core.domain.ids import WebhookId
from core.domain.webhook import HookDeliveryState, HookEvent, HookResult, HookWish
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from database import WebhookQueue
from desktop.dialogs.confirm import ConfirmDialog
from desktop.main_window import MainWindow
from desktop.pages.settings.page import SettingsPage
from desktop.pages.settings.values import WEBHOOK_GROUP
from desktop.pages.settings.webhooks.deliveries_dialog import DeliveriesDialog
from desktop.pages.settings.webhooks.dialogs import SecretDialog, WebhookDialog
from desktop.pages.settings.webhooks.lines import WebhookLines
from desktop.sign_in.store_dialog import StoreDialog
from tests.desktop.window import button, click, open_window, shown, texts, until
from tests.desktop.workspace_fixture import Filled
from webhooks.service import WebhookService
from webhooks.signing import decode_secret

pytestmark = pytest.mark.usefixtures("theme")
ADDRESS = "https://help.example/hooks/t0ken"
FIRST = WebhookId(1)


@asynccontextmanager
async def webhooks(filled: Filled) -> AsyncIterator[tuple[MainWindow, WebhookLines]]:
    async with open_window(filled) as window:
        window.navigate("settings", WEBHOOK_GROUP)
        page = window.page
        assert isinstance(page, SettingsPage)
        await until(lambda: page.webhook_lines.isVisible())
        yield window, page.webhook_lines


def make_store(filled: Filled) -> SecretsManager:
    secrets = SecretsManager.create(filled.workspace, StoreKind.MEMORY)
    filled.services.get(WorkerControl).remember_key(secrets.key_line())
    return secrets


async def add_one(filled: Filled) -> SecretsManager:
    secrets = make_store(filled)
    wish = HookWish(name="Helpdesk", address=ADDRESS, events=frozenset({HookEvent.MESSAGE_RECEIVED}))
    await filled.services.get(WebhookService).add(wish, secrets, actor="kaya")
    return secrets


async def choose(lines: WebhookLines, word: str) -> None:
    await until(lambda: FIRST in lines.lines)
    lines.lines[FIRST].actions_by_word[word].trigger()


async def test_the_first_webhook_is_added_and_its_secret_shown_once(filled: Filled) -> None:
    secrets = make_store(filled)
    async with webhooks(filled) as (window, lines):
        await until(lambda: lines.empty.isVisible())
        await click(button(lines.empty, "Add the first one…"))
        await until(lambda: shown(window, WebhookDialog))
        dialog = shown(window, WebhookDialog)
        assert dialog is not None
        QTest.keyClicks(dialog.name, "Helpdesk")
        QTest.keyClicks(dialog.address, "http://help.example/hooks/t0ken")
        assert not dialog.warning.isVisible()
        dialog.with_text.click()
        assert dialog.warning.isVisible()
        await click(dialog.keep)
        await until(lambda: any("Without https://" in text for text in texts(dialog)))
        dialog.address.clear()
        QTest.keyClicks(dialog.address, ADDRESS)
        QTest.keyClick(dialog.address, Qt.Key.Key_Return)

        await until(lambda: shown(window, SecretDialog))
        once = shown(window, SecretDialog)
        assert once is not None
        secret = once.entry.text()
        (name,) = [name for name in secrets.list_names() if name.startswith("webhook/")]
        assert decode_secret(secrets.get(name)).secret == secret
        await click(once.copy)
        assert QGuiApplication.clipboard().text() == secret
        QTest.keyClick(once, Qt.Key.Key_Return)

        await until(lambda: FIRST in lines.lines and not lines.empty.isVisible())
        line = lines.lines[FIRST]
        assert line.what.whole_text == "https://help.example  ·  somebody writes to an account  ·  with texts"
        assert not any(secret in text or "t0ken" in text for text in texts(window))


async def test_without_a_secret_store_it_is_asked_where_one_is_made(filled: Filled) -> None:
    async with webhooks(filled) as (window, lines):
        await until(lambda: lines.empty.isVisible())
        await click(button(lines.empty, "Add the first one…"))
        await until(lambda: shown(window, WebhookDialog))
        dialog = shown(window, WebhookDialog)
        assert dialog is not None
        QTest.keyClicks(dialog.name, "Helpdesk")
        QTest.keyClicks(dialog.address, ADDRESS)
        await click(dialog.keep)

        await until(lambda: shown(window, StoreDialog))
        store = shown(window, StoreDialog)
        assert store is not None
        store.reject()
        await until(lambda: dialog.keep.isEnabled())
        dialog.reject()


async def test_what_was_given_up_is_seen_with_its_reason_and_sent_again(filled: Filled) -> None:
    await add_one(filled)
    service, queue = filled.services.get(WebhookService), filled.services.get(WebhookQueue)
    async with webhooks(filled) as (window, lines):
        await until(lambda: FIRST in lines.lines)
        await click(lines.lines[FIRST].test)
        await until(lambda: "1 event waits." in lines.lines[FIRST].progress.text())
        now = filled.clock.now()
        (post,) = await queue.claim(FIRST, now=now, until=now, limit=4)
        await queue.record(FIRST, [HookResult(id=post.id, status=500, problem="It answered 500.")], now=now)
        await until(lambda: "1 was given up." in lines.lines[FIRST].progress.text())

        await choose(lines, "What it was told…")
        await until(lambda: shown(window, DeliveriesDialog))
        dialog = shown(window, DeliveriesDialog)
        assert dialog is not None
        model = dialog.table.model()
        cells = [str(model.index(0, column).data()) for column in range(model.columnCount())]
        assert cells[1:] == ["Test", "Given up", "1", "It answered 500."]
        await click(dialog.again)
        await until(lambda: model.index(0, 2).data() == "Waits")

        (again,) = await service.deliveries(FIRST)
        assert (again.state, again.message_id) == (HookDeliveryState.WAITING, post.message_id)
        dialog.reject()


async def test_a_webhook_is_paused_changed_rolled_and_removed(filled: Filled) -> None:
    secrets = await add_one(filled)
    service = filled.services.get(WebhookService)
    async with webhooks(filled) as (window, lines):
        await choose(lines, "Pause")
        await until(lambda: not lines.lines[FIRST].test.isEnabled())
        await until(lambda: window.toasts.toasts)
        button(window.toasts.toasts[0], "Undo").click()
        await until(lambda: lines.lines[FIRST].test.isEnabled())

        await choose(lines, "Change…")
        await until(lambda: shown(window, WebhookDialog))
        dialog = shown(window, WebhookDialog)
        assert dialog is not None
        assert dialog.address.text() == ""
        dialog.boxes[HookEvent.ACCOUNT_STOPPED].click()
        await click(dialog.keep)
        await until(lambda: "2 kinds of events" in lines.lines[FIRST].what.whole_text)
        (name,) = [name for name in secrets.list_names() if name.startswith("webhook/")]
        assert decode_secret(secrets.get(name)).address == ADDRESS

        await choose(lines, "New secret…")
        await until(lambda: shown(window, ConfirmDialog))
        await click(button(shown(window, ConfirmDialog), "Make it"))
        await until(lambda: shown(window, SecretDialog))
        once = shown(window, SecretDialog)
        assert once is not None
        once.accept()
        await until(lambda: "The former secret signs until" in lines.lines[FIRST].progress.text())

        await choose(lines, "Remove…")
        await until(lambda: shown(window, ConfirmDialog))
        await click(button(shown(window, ConfirmDialog), "Remove it"))
        await until(lambda: lines.empty.isVisible() and not lines.lines)
        assert await service.list_hooks() == []
        assert not [name for name in secrets.list_names() if name.startswith("webhook/")]

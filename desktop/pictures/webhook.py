"""Pictures of webhooks on the settings page: none yet, some in every state, the dialogs, and what one was told."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from core.domain.ids import WebhookId
from core.domain.webhook import CHOOSABLE, HookEvent, HookResult, HookWish
from core.secrets.manager import SecretsManager
from database import Database, WebhookQueue, WebhookStore
from database.lock_handler import UnitOfWork
from database.stores.webhook_events import tell_webhooks
from desktop.main_window import MainWindow
from desktop.pages.local_formats import local_formats
from desktop.pages.settings.page import SettingsPage
from desktop.pages.settings.values import WEBHOOK_GROUP
from desktop.pages.settings.webhooks.deliveries_dialog import DeliveriesDialog
from desktop.pages.settings.webhooks.dialogs import SecretDialog, WebhookDialog
from desktop.sign_in.store_dialog import StoreDialog
from webhooks.service import WebhookService

ACTOR = "Aiko Brandvold"
_E = HookEvent


async def take_webhook_pictures(
    window: MainWindow, secrets: SecretsManager, now: datetime, take: Callable[[str], Awaitable[None]]
) -> None:
    """In a workspace without a worker."""
    services = window.page_context.services
    window.navigate("settings", WEBHOOK_GROUP)
    await take("settings-webhooks-none")
    service = services.get(WebhookService)
    made = [
        await service.add(
            HookWish(name=name, address=address, events=frozenset(events), with_text=with_text),
            secrets,
            actor=ACTOR,
        )
        for name, address, events, with_text in (
            ("Helpdesk", "https://help.northlight.example/hooks/wireroom?key=1", CHOOSABLE, True),
            (
                "Team chat",
                "https://chat.northlight.example:8443/in/7f3a",
                (_E.ACCOUNT_STOPPED, _E.CAMPAIGN_FINISHED),
                False,
            ),
            ("Newsletter tool", "https://10.20.0.8/suppressions", (_E.SUPPRESSION_ADDED,), False),
            ("Archive", "https://archive.example/wireroom", (_E.CONVERSATION_RESOLVED,), False),
        )
    ]
    helpdesk, chat, newsletter, archive = [each.hook_id for each in made]
    await _tell(services.get(Database), now)
    queue = services.get(WebhookQueue)
    await _record(queue, helpdesk, now - timedelta(minutes=4), "", 200)
    await _record(queue, helpdesk, now - timedelta(minutes=3), "It answered 400.", 400, is_given_up=True)
    await _record(queue, helpdesk, now - timedelta(minutes=2), "", 202)
    await _record(queue, chat, now - timedelta(minutes=9), "Nobody answers at its address.", None)
    await _record(queue, newsletter, now - timedelta(minutes=6), "", 204)
    await queue.pause(archive, "The receiver answered 410: it wants nothing any more.", now=now)
    await service.pause(newsletter, actor=ACTOR)
    page = window.page
    assert isinstance(page, SettingsPage)
    page.webhook_lines.refresh()
    await take("settings-webhooks")
    add = WebhookDialog(window)
    add.name.setText("Helpdesk")
    add.with_text.setChecked(True)
    add.open()
    await take("webhook-add")
    add.reject()
    store = StoreDialog(window)
    store.open()
    await take("store-dialog")
    store.reject()
    shown = SecretDialog(window, made[0].secret, "Then send a test: it shows whether all of it fits.")
    shown.open()
    await take("webhook-secret")
    shown.reject()
    told = DeliveriesDialog(window, await service.get(helpdesk), local_formats())
    told.show_deliveries(await services.get(WebhookStore).deliveries(helpdesk, limit=200), now)
    told.open()
    await take("webhook-deliveries")
    told.reject()


async def _tell(database: Database, now: datetime) -> None:
    at = round(now.timestamp() * 1000)

    def tell(work: UnitOfWork) -> None:
        for number, event in enumerate(
            (
                _E.MESSAGE_RECEIVED,
                _E.SUPPRESSION_ADDED,
                _E.CONVERSATION_RESOLVED,
                _E.ACCOUNT_STOPPED,
                _E.CAMPAIGN_FINISHED,
            )
        ):
            tell_webhooks(work, event, at=at - (9 - number) * 60_000)

    await database.write(tell)


async def _record(
    queue: WebhookQueue,
    hook_id: WebhookId,
    at: datetime,
    problem: str,
    status: int | None,
    *,
    is_given_up: bool = False,
) -> None:
    (post,) = await queue.claim(hook_id, now=at, until=at, limit=1)
    again = at + timedelta(minutes=12) if problem and not is_given_up else None
    result = HookResult(id=post.id, status=status, problem=problem, again_at=again, hold_until=again)
    await queue.record(hook_id, [result], now=at)

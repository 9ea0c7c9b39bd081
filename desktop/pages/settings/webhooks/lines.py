"""All webhooks on the settings page, and what a person does with them."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QVBoxLayout, QWidget

from campaigns.worker_control import WorkerCondition, WorkerControl
from core.clock import Clock
from core.domain.ids import WebhookDeliveryId, WebhookId
from core.domain.webhook import HookWish
from core.errors import AppError, Cancelled, UserInputError
from core.ports import Secrets
from desktop.dialogs.confirm import Question
from desktop.event_loop import ask
from desktop.formatting import Formats, count_of
from desktop.notifications import NotificationCenter
from desktop.pages.settings.webhooks.deliveries_dialog import DeliveriesDialog
from desktop.pages.settings.webhooks.dialogs import SecretDialog, WebhookDialog
from desktop.pages.settings.webhooks.line import WebhookLine
from desktop.pages.settings.webhooks.words import EMPTY
from desktop.scope import Scope
from desktop.vault_access import VaultAccess
from desktop.widgets.buttons import Button
from desktop.widgets.empty import EmptyState
from desktop.widgets.labels import hairline
from desktop.widgets.status import Glyph
from webhooks.service import WebhookService

_WHY = "The secret and the address of a webhook are kept in the secret store."


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookParts:
    """What the lines work with."""

    service: WebhookService
    vault: VaultAccess
    worker: WorkerControl
    notifications: NotificationCenter
    clock: Clock
    formats: Formats
    actor: str


class WebhookLines(QWidget):
    """Reads anew whenever it is shown and whenever something of a webhook has changed."""

    def __init__(self, parts: WebhookParts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._parts = parts
        self._scope = Scope(self)
        self._acts = Scope(self)  # what a person began is not cut off by news
        self.lines: dict[WebhookId, WebhookLine] = {}
        self.dialog: DeliveriesDialog | None = None  # while one is open
        self._told: WebhookId | None = None
        self.add = Button("Add a webhook…", "mdi6.plus", small=True)
        self.add.clicked.connect(self._begin_to_add)  # by a lambda it would hold itself for ever
        first = Button("Add the first one…", "mdi6.plus")
        first.clicked.connect(self._begin_to_add)
        self.empty = EmptyState("mdi6.webhook", "No webhook yet", EMPTY, actions=[first], width=460)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._line = hairline()
        self._column.addWidget(self._line)
        self._column.addWidget(self.empty)
        for widget in (self._line, self.empty, self.add):
            widget.hide()

    def refresh(self) -> None:
        """Read how they stand."""
        self._scope.task(self._guarded(self._refresh), "read webhooks", is_latest=True)

    async def _refresh(self) -> None:
        hooks, now = await self._parts.service.list_hooks(), self._parts.clock.now()
        for hook_id in self.lines.keys() - {hook.id for hook in hooks}:
            line = self.lines.pop(hook_id)
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        for hook in hooks:
            if hook.id in self.lines:
                self.lines[hook.id].show_hook(hook, now)
            else:
                self.lines[hook.id] = line = WebhookLine(hook, self._parts.formats, now, self)
                self._listen(line)
                self._column.addWidget(line)
        for widget in (self.empty, self._line):
            widget.setVisible(not hooks)
        self.add.setVisible(bool(hooks))
        if self.dialog is not None and self._told is not None:
            self.dialog.show_deliveries(await self._parts.service.deliveries(self._told), now)

    def _listen(self, line: WebhookLine) -> None:
        for signal, act in (
            (line.testRequested, self._test),
            (line.editRequested, self._edit),
            (line.deliveriesRequested, self._show_deliveries),
            (line.rollRequested, self._roll),
            (line.pauseRequested, self._pause),
            (line.resumeRequested, self._resume),
            (line.removeRequested, self._remove),
        ):
            signal.connect(lambda number, act=act: self._begin(lambda: act(WebhookId(number))))

    def _begin_to_add(self) -> None:
        self._begin(self._add)

    def _begin(self, act: Callable[[], Awaitable[None]]) -> None:
        self._acts.task(self._guarded(act), "a webhook", is_latest=True)

    async def _guarded(self, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except AppError as error:
            self._parts.notifications.error(error)

    async def _open_store(self) -> Secrets:
        """Where there is none yet, the person chooses one. Raises Cancelled when they do not, or do not open it."""
        return await self._parts.vault.open_or_make(_WHY)

    # ------------------------------------------------------------------------------------------- setting up

    async def _add(self) -> None:
        dialog = WebhookDialog(self.window())
        secrets: list[str] = []

        async def keep(wish: HookWish) -> None:
            self._parts.service.check_wish(wish)
            made = await self._parts.service.add(wish, await self._open_store(), actor=self._parts.actor)
            secrets.append(made.secret)

        if await self._submit(dialog, keep):
            await ask(SecretDialog(self.window(), secrets[0], "Then send a test: it shows whether all of it fits."))
            await self._refresh()

    async def _edit(self, hook_id: WebhookId) -> None:
        dialog = WebhookDialog(self.window(), await self._parts.service.get(hook_id))

        async def keep(wish: HookWish) -> None:
            self._parts.service.check_wish(wish)
            secrets = None if wish.address is None else await self._open_store()
            await self._parts.service.edit(hook_id, wish, secrets, actor=self._parts.actor)

        if await self._submit(dialog, keep):
            self._parts.notifications.toast("The webhook is changed")
            await self._refresh()

    async def _submit(self, dialog: WebhookDialog, keep: Callable[[HookWish], Awaitable[None]]) -> bool:
        """Ask until it is taken or left."""
        scope = Scope(dialog)

        async def try_to_keep(wish: HookWish) -> None:
            dialog.show_busy(True)
            try:
                if wish.address is not None:
                    self._parts.service.check_address(wish.address)
            except UserInputError as error:
                dialog.show_refused(error, is_of_address=True)
            else:
                try:
                    await keep(wish)
                except Cancelled:
                    pass
                except AppError as error:
                    dialog.show_refused(error)
                else:
                    dialog.accept()
                    return
            dialog.show_busy(False)

        scope.connect(dialog.submitted, lambda wish: scope.task(try_to_keep(wish), "keep a webhook", is_latest=True))
        return bool(await ask(dialog))

    async def _roll(self, hook_id: WebhookId) -> None:
        hook = await self._parts.service.get(hook_id)
        question = Question(
            title=f"Make a new secret for {hook.name}?",
            message="From now on the new one signs. For 24 hours the present one signs beside it, so nothing is refused "
            "while you enter the new one at the receiver.",
            confirm="Make it",
        )
        if not await self._parts.notifications.confirm(question):
            return
        made = await self._parts.service.roll(hook_id, await self._open_store(), actor=self._parts.actor)
        await ask(SecretDialog(self.window(), made.secret, "The former one signs beside it for 24 hours."))

    async def _remove(self, hook_id: WebhookId) -> None:
        hook = await self._parts.service.get(hook_id)
        waiting = count_of(self._parts.formats.number(hook.waiting), "event that waits", "events that wait")
        rest = f" {waiting} for it will not be told." if hook.waiting else ""
        question = Question(
            title=f"Remove {hook.name}?",
            message=f"It is told nothing any more, and its secret is deleted.{rest}",
            confirm="Remove it",
            cancel="Keep it",
            is_dangerous=True,
        )
        if await self._parts.notifications.confirm(question):
            await self._parts.service.remove(hook_id, actor=self._parts.actor)
            self._parts.notifications.toast(f"{hook.name} is removed", glyph=Glyph.DASH)
            await self._refresh()

    # ------------------------------------------------------------------------------------------------ acting

    async def _test(self, hook_id: WebhookId) -> None:
        await self._parts.service.test(hook_id)
        status = await self._parts.worker.status()
        is_up = status.condition is WorkerCondition.RUNNING
        text = "How it goes is shown here." if is_up else "It is sent when a worker runs; none does now."
        self._parts.notifications.toast(
            "The test is under way" if is_up else "The test waits", text, glyph=Glyph.CLOCK
        )
        await self._refresh()

    async def _pause(self, hook_id: WebhookId) -> None:
        await self._parts.service.pause(hook_id, actor=self._parts.actor)
        self._parts.notifications.toast(
            "The webhook is paused",
            "What happens meanwhile waits.",
            glyph=Glyph.BARS,
            undo=lambda: self._begin(lambda: self._resume(hook_id)),
        )
        await self._refresh()

    async def _resume(self, hook_id: WebhookId) -> None:
        await self._parts.service.resume(hook_id, actor=self._parts.actor)
        await self._refresh()

    async def _show_deliveries(self, hook_id: WebhookId) -> None:
        hook = await self._parts.service.get(hook_id)
        dialog = DeliveriesDialog(self.window(), hook, self._parts.formats)
        scope = Scope(dialog)
        scope.connect(
            dialog.againRequested,
            lambda ids: scope.task(self._guarded(lambda: self._send_again(hook_id, ids)), "send again"),
        )
        dialog.show_deliveries(await self._parts.service.deliveries(hook_id), self._parts.clock.now())
        self.dialog, self._told = dialog, hook_id
        try:
            await ask(dialog)
        finally:
            self.dialog = self._told = None

    async def _send_again(self, hook_id: WebhookId, ids: list[int]) -> None:
        count = await self._parts.service.send_again(hook_id, [WebhookDeliveryId(number) for number in ids])
        again = count_of(self._parts.formats.number(count), "event is", "events are")
        self._parts.notifications.toast(f"{again} sent again", "With the id it had, so the receiver can tell.")
        await self._refresh()

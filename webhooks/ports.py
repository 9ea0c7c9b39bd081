"""What webhooks need of others: their rows, their queues, and the secret store."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.domain.ids import WebhookDeliveryId, WebhookId
from core.domain.webhook import HookDelivery, HookDeliveryState, HookPost, HookResult, HookWish, Webhook


class HookDesk(Protocol):
    """Webhooks as a person sets them up. Methods about one raise UserInputError when it is gone."""

    async def list_hooks(self) -> Sequence[Webhook]: ...

    async def get(self, hook_id: WebhookId) -> Webhook: ...

    async def add(self, wish: HookWish, *, host: str, secret_name: str, actor: str, now: datetime) -> WebhookId: ...

    async def edit(
        self, hook_id: WebhookId, wish: HookWish, *, host: str | None, actor: str, now: datetime
    ) -> None: ...

    async def note_rolled(self, hook_id: WebhookId, *, old_until: datetime, actor: str, now: datetime) -> None: ...

    async def pause(self, hook_id: WebhookId, *, actor: str, now: datetime) -> None: ...

    async def resume(self, hook_id: WebhookId, *, actor: str, now: datetime) -> None: ...

    async def remove(self, hook_id: WebhookId, *, actor: str, now: datetime) -> str: ...

    async def add_test(self, hook_id: WebhookId, *, now: datetime) -> WebhookDeliveryId: ...

    async def deliveries(
        self, hook_id: WebhookId, *, state: HookDeliveryState | None = None, limit: int
    ) -> Sequence[HookDelivery]: ...

    async def send_again(
        self, hook_id: WebhookId, ids: Sequence[WebhookDeliveryId] | None, *, now: datetime
    ) -> int: ...


class HookQueue(Protocol):
    """The queues, as the worker works them off."""

    async def due(self, now: datetime) -> Sequence[Webhook]:
        """Webhooks that may be told something now, and for which something waits."""
        ...

    async def claim(self, hook_id: WebhookId, *, now: datetime, until: datetime, limit: int) -> Sequence[HookPost]:
        """The next events of this webhook; nobody else gets them before `until`."""
        ...

    async def record(self, hook_id: WebhookId, results: Sequence[HookResult], *, now: datetime) -> None:
        """How these tries ended, in one unit."""
        ...

    async def pause(self, hook_id: WebhookId, why: str, *, now: datetime) -> None:
        """It cannot be told anything until a person acts."""
        ...

    async def tidy(self, now: datetime) -> int:
        """Give up what is too old, and delete what was settled long ago; how many rows, some at a time."""
        ...

"""Webhooks as a person sets them up: added with a secret that is shown once, rolled, paused, tested, removed."""

import asyncio
import secrets as random_bytes
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from core.clock import Clock
from core.config import WebhookSettings
from core.domain.ids import WebhookDeliveryId, WebhookId
from core.domain.webhook import CHOOSABLE, OLD_SECRET_FOR, HookDelivery, HookDeliveryState, HookWish, Webhook
from core.errors import UserInputError
from core.ports import Secrets
from webhooks.addresses import check_address, host_of
from webhooks.ports import HookDesk
from webhooks.signing import HookSecret, decode_secret, make_secret

MAX_NAME: Final = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSecret:
    """A webhook and its new secret, which is shown now and never again."""

    hook_id: WebhookId
    secret: str = field(repr=False)


class WebhookService:
    """The use cases. What is about a secret or an address takes the open secret store."""

    def __init__(
        self,
        desk: HookDesk,
        settings: Callable[[], WebhookSettings],
        erase_secret: Callable[[str], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """`erase_secret` deletes an entry of the vault, which needs no key."""
        self._desk = desk
        self._settings = settings
        self._erase_secret = erase_secret
        self._clock = clock

    async def list_hooks(self) -> Sequence[Webhook]:
        """All of them, oldest first."""
        return await self._desk.list_hooks()

    async def get(self, hook_id: WebhookId) -> Webhook:
        """As it is now. Raises UserInputError when it is gone."""
        return await self._desk.get(hook_id)

    def check_address(self, address: str) -> None:
        """Raises UserInputError for one that cannot be told; looks no name up."""
        check_address(address, allow_this_computer=self._settings().allow_this_computer)

    def check_wish(self, wish: HookWish) -> None:
        """Raises UserInputError for a name or kinds that cannot be used."""
        _check_wish(wish)

    async def add(self, wish: HookWish, secrets: Secrets, *, actor: str) -> MadeSecret:
        """From now on it is told what happens. Raises UserInputError, SecretStoreError."""
        _check_wish(wish)
        address = self._checked(wish.address or "")
        name, made = f"webhook/{random_bytes.token_hex(8)}", HookSecret(address=address, secret=make_secret())
        await asyncio.to_thread(secrets.set, name, made.encoded())
        hook_id = await self._desk.add(
            replace(wish, name=wish.name.strip()),
            host=host_of(address),
            secret_name=name,
            actor=actor,
            now=self._clock.now(),
        )
        return MadeSecret(hook_id=hook_id, secret=made.secret)

    async def edit(self, hook_id: WebhookId, wish: HookWish, secrets: Secrets | None, *, actor: str) -> None:
        """`secrets` is needed where the wish holds another address. Raises UserInputError, SecretStoreError."""
        _check_wish(wish)
        host = None
        if wish.address is not None:
            assert secrets is not None
            address, hook = self._checked(wish.address), await self._desk.get(hook_id)
            present = await asyncio.to_thread(_read, secrets, hook.secret_name)
            await asyncio.to_thread(secrets.set, hook.secret_name, replace(present, address=address).encoded())
            host = host_of(address)
        wish = replace(wish, name=wish.name.strip())
        await self._desk.edit(hook_id, wish, host=host, actor=actor, now=self._clock.now())

    async def roll(self, hook_id: WebhookId, secrets: Secrets, *, actor: str) -> MadeSecret:
        """A new secret; the present one signs beside it for a day. Refused while an older one still does."""
        hook, now = await self._desk.get(hook_id), self._clock.now()
        if hook.old_secret_until is not None and now < hook.old_secret_until:
            raise UserInputError(
                f"Its former secret signs until {hook.old_secret_until.astimezone():%H:%M on %Y-%m-%d}.",
                title="The secret was rolled already",
                hint="Rolled again now, the one that the receiver may still use would end at once. Wait until then, or "
                "remove the webhook and add it anew.",
            )
        present = await asyncio.to_thread(_read, secrets, hook.secret_name)
        made = present.rolled(now)
        await asyncio.to_thread(secrets.set, hook.secret_name, made.encoded())
        await self._desk.note_rolled(hook_id, old_until=now + OLD_SECRET_FOR, actor=actor, now=now)
        return MadeSecret(hook_id=hook_id, secret=made.secret)

    async def pause(self, hook_id: WebhookId, *, actor: str) -> None:
        """Nothing is told; what happens meanwhile waits."""
        await self._desk.pause(hook_id, actor=actor, now=self._clock.now())

    async def resume(self, hook_id: WebhookId, *, actor: str) -> None:
        """What waits is told now."""
        await self._desk.resume(hook_id, actor=actor, now=self._clock.now())

    async def remove(self, hook_id: WebhookId, *, actor: str) -> None:
        """With all that waits for it, and its secret."""
        await self._erase_secret(await self._desk.remove(hook_id, actor=actor, now=self._clock.now()))

    async def test(self, hook_id: WebhookId) -> WebhookDeliveryId:
        """The worker tells it that this is a test; `deliveries` says how it went. Refused while it is paused."""
        return await self._desk.add_test(hook_id, now=self._clock.now())

    async def deliveries(
        self, hook_id: WebhookId, *, state: HookDeliveryState | None = None, limit: int = 200
    ) -> Sequence[HookDelivery]:
        """The newest first."""
        return await self._desk.deliveries(hook_id, state=state, limit=limit)

    async def send_again(self, hook_id: WebhookId, ids: Sequence[WebhookDeliveryId] | None = None) -> int:
        """What was given up is tried again, with the id it had; None: all of it. Returns how many."""
        return await self._desk.send_again(hook_id, ids, now=self._clock.now())

    def _checked(self, address: str) -> str:
        return check_address(address, allow_this_computer=self._settings().allow_this_computer)


def _check_wish(wish: HookWish) -> None:
    if not wish.name.strip() or len(wish.name) > MAX_NAME:
        raise UserInputError(
            f"A webhook needs a name of at most {MAX_NAME} letters.", title="The webhook has no name that can be used"
        )
    if not wish.events or not wish.events <= frozenset(CHOOSABLE):
        raise UserInputError("Choose at least one kind of event.", title="The webhook would never be told anything")


def _read(secrets: Secrets, name: str) -> HookSecret:
    return decode_secret(secrets.get(name))

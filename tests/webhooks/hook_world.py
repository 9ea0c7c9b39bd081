"""Webhooks over a real database: the use cases, the runner with a clock that tests move, and people who write."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.config import WebhookSettings
from core.domain.account import Lease, UpdateState
from core.domain.ids import AccountId, ConversationId, WebhookId
from core.domain.webhook import CHOOSABLE, HookEvent, HookWish
from database import ConversationActs, WebhookQueue, WebhookStore
from tests.database.stores.world import NOW, World, peer, person, user_id
from tests.fake_clock import FakeClock
from tests.fake_secrets import FakeSecrets
from webhooks.runner import WebhookRunner
from webhooks.service import WebhookService

FIRST = ConversationId(1)


@dataclass
class HookWorld:
    """What tests work with. `settings` may be replaced at any time, as a person does."""

    world: World
    account_id: AccountId
    lease: Lease
    clock: FakeClock
    secrets: FakeSecrets
    settings: WebhookSettings
    store: WebhookStore
    queue: WebhookQueue
    acts: ConversationActs

    @classmethod
    async def make(cls, world: World) -> "HookWorld":
        account_id = await world.add_account()
        await world.import_people([person(1, phone="+999660000001"), person(2)])
        return cls(
            world=world,
            account_id=account_id,
            lease=await world.take(account_id),
            clock=FakeClock(NOW),
            secrets=FakeSecrets(),
            settings=WebhookSettings(allow_this_computer=True),
            store=WebhookStore(world.database),
            queue=WebhookQueue(world.database),
            acts=ConversationActs(world.database),
        )

    @property
    def service(self) -> WebhookService:
        return WebhookService(self.store, lambda: self.settings, self._erase, self.clock)

    async def _erase(self, name: str) -> None:
        self.secrets.delete(name)

    async def add(
        self,
        address: str,
        *events: HookEvent,
        name: str = "Helpdesk",
        with_text: bool = False,
        with_person: bool = False,
    ) -> WebhookId:
        """A webhook; without events for all of them."""
        wish = HookWish(
            name=name,
            address=address,
            events=frozenset(events or CHOOSABLE),
            with_text=with_text,
            with_person=with_person,
        )
        return (await self.service.add(wish, self.secrets, actor="ann")).hook_id

    async def write(
        self, number: int = 1, text: str = "Hello", *, message_id: int = 1, is_stop: bool = False
    ) -> None:
        """Person <number> writes to the account."""
        item = Incoming(
            kind=IncomingKind.MESSAGE, user_id=user_id(number), at=self.clock.now(), message_id=message_id, text=text
        )
        state = UpdateState(pts=message_id, qts=0, date=NOW, seq=1)
        batch = IncomingBatch(items=(item,), peers=(peer(1), peer(2)), state=state)
        await self.world.incoming.commit(self.lease, batch, [item] if is_stop else [])

    async def waiting(self) -> list[str]:
        """What waits to be told, oldest first."""
        rows = await self.world.rows("SELECT event FROM webhook_delivery WHERE state = 'waiting' ORDER BY id")
        return [str(row["event"]) for row in rows]

    @asynccontextmanager
    async def running(self) -> AsyncIterator["HookWorld"]:
        """The worker's part runs while the block does."""
        runner = WebhookRunner(self.queue, self.secrets, lambda: self.settings, self.clock, lambda: 0.0)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(runner.run())
            try:
                yield self
            finally:
                task.cancel()

    async def until(self, condition: Callable[[], bool], *, step_s: float = 0.5) -> None:
        """Let time pass in small steps until this is true."""
        async with asyncio.timeout(40):
            while not condition():
                self.clock.advance(step_s)
                await asyncio.sleep(0.005)

    async def until_rows(self, sql: str, wanted: object) -> None:
        """Let time pass until the statement's one value is this."""
        async with asyncio.timeout(40):
            while (found := next(iter((await self.world.rows(sql))[0].values()))) != wanted:
                self.clock.advance(0.5)
                await asyncio.sleep(0.005)
        assert found == wanted

    def pass_time(self, **span: float) -> None:
        self.clock.advance(timedelta(**span).total_seconds())

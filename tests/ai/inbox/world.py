"""An inbox with one person of whom everything is marked, a provider's stand-in, and the features over both."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from ai.inbox.assistant import InboxAssistant
from ai.inbox.sorter import Sorter
from ai.keys import store_key
from ai.service import AiService
from campaigns.inbox.canned import CannedReplies, CannedText
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from core.config import AiSettings, RetrySettings
from core.domain.account import Lease
from core.domain.ai import AiFeature
from core.domain.ids import AccountId, ConversationId
from core.retry import RetryPolicy
from database import AiLedgerStore, AssistStore, CannedReplyStore, MessageSortingStore
from tests.ai.script import KEY, Script, StandIn
from tests.database.stores.world import NOW, World, peer, person, user_id
from tests.database.support import rows_on_disk
from tests.fake_clock import FakeClock
from tests.fake_secrets import FakeSecrets

FIRST = ConversationId(1)
MARKED = {"city": "Zanzibarville", "plan": "Xylophonic", "born": "1987-03-29", "shoe_size": "9473"}
NAME, USERNAME, PHONE = "Quillana Brontëby", "quill_bront", "+9996612345"
WORDS = ("quillana", "brontëby", "brontëb", "quill_bront", "zanzibarville", "xylophonic", "1987", "9473", "6612345")
"""What may be found nowhere, in small letters and without blanks."""
SAID = (
    "Hello, QUILLANA BRONTËBY here, or quillana brontëby’s sister :) Call +999 66 1-23-45 or (99966) 12345.",
    "It is for ZANZIBARVILLE, zanzibarville-centre; the xYLOPHONIC plan, shoes 9473. @Quill_Bront, born 1987-03-29",
)


@dataclass
class InboxWorld:
    """What a test works with; `settings` may be replaced at any time, as a person does."""

    world: World
    folder: Path
    server: StandIn
    clock: FakeClock
    settings: AiSettings
    lease: Lease
    account_id: AccountId
    number: int = 100

    def __post_init__(self) -> None:
        database = self.world.database
        secrets = FakeSecrets()
        self.secrets = secrets

        async def open_secrets() -> FakeSecrets:
            return secrets

        self.service = AiService(
            settings=lambda: self.settings,
            ledger=AiLedgerStore(database),
            policy=RetryPolicy(RetrySettings(), lambda: 0.0),
            clock=self.clock,
        )
        self.service.use_secrets(open_secrets)
        self.desk = AssistStore(database)
        self.canned = CannedReplies(CannedReplyStore(database), self.clock)
        self.assistant = InboxAssistant(self.service, self.desk, self.canned, self.clock)
        self.queue = MessageSortingStore(database)
        self.sorter = self.new_sorter()

    def new_sorter(self) -> Sorter:
        """As another worker after a kill."""
        return Sorter(
            service=self.service,
            desk=self.desk,
            queue=MessageSortingStore(self.world.database),
            settings=lambda: self.settings,
            clock=self.clock,
        )

    def change(self, **changes: object) -> None:
        held = {name: getattr(self.settings, name) for name in self.settings.__struct_fields__}
        self.settings = AiSettings(**{**held, **changes})

    async def turn_on(self, *features: AiFeature) -> None:
        status = await self.assistant.status()
        for feature in features:
            await self.assistant.turn_on(feature, provider=status.provider, address=status.address, actor="ann")

    async def say(self, *texts: str, number: int = 1, after: timedelta = timedelta(minutes=1)) -> None:
        """The person writes, by the clock of this world."""
        items = []
        for text in texts:
            self.number += 1
            at = self.clock.now() + after
            items.append(
                Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(number), at=at, message_id=self.number, text=text)
            )
        known = replace(peer(number), username=USERNAME if number == 1 else f"person_{number}")
        await self.world.incoming.commit(
            self.lease, IncomingBatch(items=tuple(items), peers=(known,), state=None), []
        )

    async def can(self, shortcut: str, text: str) -> None:
        await self.canned.add(CannedText(shortcut=shortcut, title=shortcut, text=text), actor="ann", may_be_new=True)

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return rows_on_disk(self.folder / "workspace.db", sql)

    def bodies(self) -> list[str]:
        """What was sent, with every letter as it is."""
        return [json.dumps(json.loads(seen.body), ensure_ascii=False) for seen in self.server.seen if seen.body]


@asynccontextmanager
async def inbox_world(folder: Path, server: StandIn, provider: str = "openai") -> AsyncIterator[InboxWorld]:
    world = await World.make(folder)
    account_id = await world.add_account()
    marked = person(1, name=NAME, username=USERNAME, phone=PHONE, fields=MARKED)
    await world.import_people([marked, person(2)])
    settings = AiSettings(provider=provider, model="gemini-stand-in", address=server.address)
    lease = await world.take(account_id)
    made = InboxWorld(world, folder, server, FakeClock(NOW + timedelta(hours=1)), settings, lease, account_id)
    await store_key(made.secrets, provider, KEY)
    yield made
    await made.service.close()
    await world.database.close()


def sorted_as(*kinds: str, confidence: float = 0.9) -> Script:
    """An answer of sorting."""
    found = [{"number": n, "kind": kind, "confidence": confidence} for n, kind in enumerate(kinds, start=1)]
    return Script(pieces=(json.dumps({"messages": found}),))


def summed_up(*lines: str, still_open: tuple[str, ...] = ()) -> Script:
    """An answer of summarising."""
    return Script(pieces=(json.dumps({"summary": lines, "open": still_open}, ensure_ascii=False),))

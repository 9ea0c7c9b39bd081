"""A workspace's AI: the service over a real database, a secret store in memory, and a provider's stand-in."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ai.keys import store_key
from ai.service import AiService
from core.config import AiSettings, RetrySettings
from core.retry import RetryPolicy
from database import AiLedgerStore, Database
from tests.ai.script import KEY, StandIn
from tests.database.support import rows_on_disk
from tests.fake_clock import FakeClock
from tests.fake_secrets import FakeSecrets


@dataclass
class AiWorld:
    """What a test works with. `settings` may be replaced at any time, as a person does."""

    folder: Path
    server: StandIn
    clock: FakeClock
    settings: AiSettings
    service: AiService
    secrets: FakeSecrets
    opened: list[str] = field(default_factory=list)  # each time the secret store was reached

    @property
    def bodies(self) -> list[str]:
        return [seen.body for seen in self.server.seen]

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return rows_on_disk(self.folder / "workspace.db", sql)

    def change(self, **changes: object) -> None:
        held: Mapping[str, object] = {name: getattr(self.settings, name) for name in self.settings.__struct_fields__}
        self.settings = AiSettings(**{**held, **changes})  # type: ignore[arg-type]


@asynccontextmanager
async def ai_world(folder: Path, server: StandIn) -> AsyncIterator[AiWorld]:
    clock = FakeClock()
    secrets = FakeSecrets()
    async with await Database.open(folder / "workspace.db", backups=folder / "backups") as database:
        service = AiService(
            settings=lambda: world.settings,
            ledger=AiLedgerStore(database),
            policy=RetryPolicy(RetrySettings(), lambda: 0.0),
            clock=clock,
        )
        settings = AiSettings(provider="openai", model="stand-in:8b", address=server.address)
        world = AiWorld(folder, server, clock, settings, service, secrets)

        async def open_secrets() -> FakeSecrets:
            world.opened.append("secrets")
            return secrets

        service.use_secrets(open_secrets)
        await store_key(secrets, "openai", KEY)
        yield world
        await service.close()

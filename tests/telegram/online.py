"""An account that was signed in to a sandbox through our own code, and links of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from campaigns.ports import Incoming, IncomingBatch
from core.domain.account import Account, AccountKind, AccountState, DataCentre, UpdateState, WorkspaceKind
from core.domain.ids import AccountId
from core.domain.peer import Address, Peer
from core.domain.proxy import ProxyEndpoint
from core.ports import ProxyRoutes
from telegram.data_centres import SANDBOX_API, DataCentres
from telegram.gateway import TelegramGateway, TelegramLink
from telegram.sandbox import commands
from telegram.sign_in.scripted import sign_in_made
from telegram.sign_in.signed_in import SignedIn
from tests.fake_secrets import FakeSecrets
from tests.telegram.sandbox_fixture import RunningSandbox


@dataclass
class Inbox:
    """A handler that keeps what it was given; `fail_with` makes it refuse."""

    batches: list[IncomingBatch] = field(default_factory=list)
    fail_with: BaseException | None = None

    async def __call__(self, batch: IncomingBatch) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        self.batches.append(batch)

    @property
    def items(self) -> list[Incoming]:
        return [item for batch in self.batches for item in batch.items]

    @property
    def peers(self) -> dict[int, Peer]:
        return {peer.user_id: peer for batch in self.batches for peer in batch.peers}

    @property
    def state(self) -> UpdateState | None:
        return next((batch.state for batch in reversed(self.batches) if batch.state is not None), None)


@dataclass
class OnlineAccount:
    """A signed-in account, able to open links. `inbox` gets what people do, over all links."""

    sandbox: RunningSandbox
    account: Account
    gateway: TelegramGateway
    keys: FakeSecrets
    inbox: Inbox = field(default_factory=Inbox)

    @property
    def user_id(self) -> int:
        return self.account.telegram_user_id

    @asynccontextmanager
    async def link(self, state: UpdateState | None = None, *, caught_up: bool = False) -> AsyncIterator[TelegramLink]:
        link = await self.gateway.connect(self.account, state, self.inbox)
        try:
            if caught_up:
                await link.catch_up()
            yield link
        finally:
            await link.close()

    async def new_person(self, seed: int = 1) -> commands.PersonInfo:
        """Somebody who wrote to the account, or pressed Start."""
        people = await self.sandbox.control.make_people(1, seed=seed, account_ids=[self.user_id])
        return people[0]

    def sent(self) -> list[tuple[int, int]]:
        """(peer, random_id) of every message of the account that the sandbox accepted."""
        return [(e.peer_id, e.random_id) for e in self.sandbox.ledger() if e.account_id == self.user_id]


def data_centres(sandbox: RunningSandbox) -> DataCentres:
    return DataCentres(WorkspaceKind.SANDBOX, sandbox_folder=sandbox.folder)


class NoProxies:
    """Every account connects directly."""

    @asynccontextmanager
    async def hold(self, account_id: AccountId) -> AsyncIterator[ProxyEndpoint | None]:
        yield None

    async def find(self, account_id: AccountId) -> ProxyEndpoint | None:
        return None


async def never() -> str:
    raise AssertionError("nobody should have been asked")


async def go_online(
    sandbox: RunningSandbox,
    kind: AccountKind = AccountKind.USER,
    password: str = "",
    *,
    routes: ProxyRoutes | None = None,
) -> OnlineAccount:
    """Make an account in the sandbox and sign it in, directly. `routes` None: it connects directly from then on too."""
    made = await sandbox.control.add_account(commands.AccountKind(kind), name="Ada", password=password)
    centres = data_centres(sandbox)
    signed_in = await sign_in_made(centres, sandbox.control, made, password=password)
    keys = FakeSecrets()
    keys.held["session-1"] = signed_in.session
    return OnlineAccount(
        sandbox=sandbox,
        account=account_of(signed_in),
        gateway=TelegramGateway(centres, keys, SANDBOX_API, routes or NoProxies()),
        keys=keys,
    )


async def meet(sandbox: RunningSandbox) -> tuple[OnlineAccount, commands.PersonInfo]:
    """An account online, and somebody who wrote to it."""
    online = await go_online(sandbox)
    return online, await online.new_person()


def account_of(signed_in: SignedIn) -> Account:
    return Account(
        id=AccountId(1),
        kind=signed_in.kind,
        title=signed_in.name,
        username=signed_in.username,
        telegram_user_id=signed_in.telegram_user_id,
        data_centre=DataCentre.SANDBOX,
        session_secret="session-1",
        state=AccountState.READY,
        state_reason=None,
        limit_profile="sandbox",
        slowed_until=None,
        send_cooldown_until=None,
    )


def by_name(person: commands.PersonInfo) -> Address:
    return Address(user_id=None, username=person.username)


A_LONG_TIME_AGO = datetime(2020, 1, 1, tzinfo=UTC)

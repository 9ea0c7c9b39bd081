"""Keeping what a sign-in brings: first the session in the secret store, then the account row that names it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.clock import Clock
from core.domain.account import Account, AccountKind, DataCentre
from core.domain.ids import AccountId, TelegramUserId
from core.domain.proxy import ProxyPick
from core.errors import SecretNotFound, UserInputError
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from telegram.data_centres import API_SECRET, SANDBOX_API, ApiCredentials
from telegram.sign_in.half_done import SECRET_NAME
from telegram.sign_in.signed_in import SignedIn


class AccountRows(Protocol):
    """The accounts of the workspace, as far as a sign-in changes them."""

    async def list_accounts(self) -> Sequence[Account]: ...

    async def add_account(
        self,
        *,
        kind: AccountKind,
        title: str,
        username: str | None,
        telegram_user_id: TelegramUserId,
        data_centre: DataCentre,
        session_secret: str,
        limit_profile: str,
        actor: str,
        now: datetime,
        proxy: ProxyPick | None,
    ) -> AccountId: ...

    async def sign_in_again(
        self,
        account_id: AccountId,
        telegram_user_id: TelegramUserId,
        session_secret: str,
        *,
        actor: str,
        now: datetime,
    ) -> None: ...


class WorkspaceHost:
    """Keeps sessions for a workspace: of a new account, or of the one that signs in again (`again`)."""

    def __init__(
        self,
        *,
        rows: AccountRows,
        secrets: SecretsManager,
        data_centre: DataCentre,
        again: Account | None,
        actor: str,
        clock: Clock,
        proxy: ProxyPick | None = None,
    ) -> None:
        """`proxy`: a new account signs in through it and keeps it."""
        self._rows = rows
        self._secrets = secrets
        self._data_centre = data_centre
        self._again = again
        self._actor = actor
        self._clock = clock
        self._proxy = proxy

    async def admit(self, telegram_user_id: TelegramUserId) -> None:
        """Raises UserInputError for an account that is here already, and for another one than the one signing in again."""
        if self._again is not None:
            if self._again.telegram_user_id != telegram_user_id:
                raise UserInputError(
                    f"{self._again.title} was to be signed in again, and somebody else was. "
                    "The new session was ended; nothing was changed.",
                    title="Another Telegram account signed in",
                    hint="Sign in to the same account, or add the other one.",
                )
            return
        for account in await self._rows.list_accounts():
            if account.telegram_user_id == telegram_user_id:
                raise UserInputError(
                    f"It is account {account.id} ({account.title}). The new session was ended; nothing was changed.",
                    title="This Telegram account is in this workspace already",
                    hint="To give it a new session, sign in to it again there.",
                )

    async def keep(self, signed_in: SignedIn) -> AccountId:
        """A key without a row harms nobody; a row without a key could not connect."""
        name = signed_in.session_secret
        await asyncio.to_thread(self._secrets.set, name, signed_in.session)
        now = self._clock.now()
        if self._again is not None:
            again = self._again
            await self._rows.sign_in_again(again.id, signed_in.telegram_user_id, name, actor=self._actor, now=now)
            if again.session_secret != name:
                await asyncio.to_thread(self._secrets.delete, again.session_secret)
            return again.id
        return await self._rows.add_account(
            kind=signed_in.kind,
            title=signed_in.name or signed_in.username or str(signed_in.telegram_user_id),
            username=signed_in.username,
            telegram_user_id=signed_in.telegram_user_id,
            data_centre=self._data_centre,
            session_secret=name,
            limit_profile="sandbox" if self._data_centre is DataCentre.SANDBOX else "careful",
            actor=self._actor,
            now=now,
            proxy=self._proxy,
        )

    async def keep_api(self, api: ApiCredentials) -> None:
        await asyncio.to_thread(self._secrets.set, API_SECRET, api.to_bytes())


async def find_api(secrets: SecretsManager, data_centre: DataCentre) -> ApiCredentials | None:
    """The pair to sign in with; None: a person has to enter it first."""
    if data_centre is DataCentre.SANDBOX:
        return SANDBOX_API
    try:
        return ApiCredentials.from_bytes(await asyncio.to_thread(secrets.get, API_SECRET))
    except SecretNotFound:
        return None


class VaultShelf:
    """The half-done sign-in in the vault of a workspace."""

    def __init__(self, secrets: SecretsManager) -> None:
        self._secrets = secrets

    async def load(self) -> bytes | None:
        try:
            return await asyncio.to_thread(self._secrets.get, SECRET_NAME)
        except SecretNotFound:
            return None

    async def save(self, content: bytes) -> None:
        await asyncio.to_thread(self._secrets.set, SECRET_NAME, content)

    async def delete(self) -> None:
        await asyncio.to_thread(self._secrets.delete, SECRET_NAME)


def shelf_of(secrets: SecretsManager) -> VaultShelf | None:
    """None with secrets in memory: they end with the processes of this run, and so does a half-done sign-in."""
    return None if secrets.kind is StoreKind.MEMORY else VaultShelf(secrets)

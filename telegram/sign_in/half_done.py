"""A sign-in that waits for a code or a password, as one secret: a new start goes on without costing a second code.

Codes and passwords are never in it.
"""

from datetime import datetime
from typing import Protocol

import msgspec

from core.domain.account import DataCentre
from core.domain.ids import AccountId
from core.domain.proxy import ProxyPick
from telegram.sign_in.values import ANY_PROXY, CodeKind, Value

SECRET_NAME = "sign-in/half-done"  # noqa: S105 - a name, not a secret


class PendingCode(Value, frozen=True, kw_only=True):
    """A code that Telegram sent. `email` is the address being set up, "" otherwise; `is_set_up`: one is wanted.

    `reset_from`: when Telegram may be asked to take the account's e-mail address off; `reset_at`: it was, and does so then.
    """

    phone: str
    code_hash: str
    kind: CodeKind
    length: int
    valid_until: datetime
    clue: str = ""
    next_kind: CodeKind | None = None
    resend_at: datetime | None = None
    is_set_up: bool = False
    email: str = ""
    reset_from: datetime | None = None
    reset_at: datetime | None = None


class HalfDone(Value, frozen=True, kw_only=True):
    """`session` is the temporary key with its data centre; `purpose` tells whose sign-in it was.

    Without `code` the account owes its second password; `phone` is its number, where it gave one. `proxy_id` 0: it
    connects directly, or as its account does; else through this proxy and never around it.
    """

    purpose: str
    session: bytes
    valid_until: datetime
    code: PendingCode | None
    phone: str = ""
    proxy_id: int = 0
    is_any_proxy: bool = False

    @property
    def proxy(self) -> str:
        """As SignInChild names it: values.ANY_PROXY, a number, or "" for none."""
        return ANY_PROXY if self.is_any_proxy else str(self.proxy_id or "")


class HalfDoneKeeper(Protocol):
    """The secret store, as far as a half-done sign-in is concerned."""

    async def load(self) -> bytes | None: ...

    async def save(self, content: bytes) -> None: ...

    async def delete(self) -> None: ...


class HalfDoneShelf:
    """Where the half-done sign-in of one purpose is kept; nowhere without a keeper."""

    def __init__(self, keeper: HalfDoneKeeper | None, purpose: str, proxy: ProxyPick | None = None) -> None:
        self._keeper = keeper
        self._purpose = purpose
        self._proxy = proxy

    @property
    def keeps(self) -> bool:
        """Whether what is saved survives a restart."""
        return self._keeper is not None

    async def save(self, session: bytes, valid_until: datetime, code: PendingCode | None, phone: str = "") -> None:
        """Keep it in the place of what was kept before."""
        if self._keeper is not None:
            half_done = HalfDone(
                purpose=self._purpose,
                session=session,
                valid_until=valid_until,
                code=code,
                phone=code.phone if code is not None else phone,
                proxy_id=self._proxy.proxy_id if self._proxy else 0,
                is_any_proxy=self._proxy is not None and self._proxy.is_any,
            )
            await self._keeper.save(msgspec.json.encode(half_done))

    async def take(self, now: datetime) -> HalfDone | None:
        """What can be gone on with now; what is too old, unreadable or of another sign-in is deleted."""
        content = None if self._keeper is None else await self._keeper.load()
        if content is None:
            return None
        half_done = read_half_done(content, self._purpose, now)
        if half_done is None:
            await self.clear()
        return half_done

    async def clear(self) -> None:
        """Keep nothing any more."""
        if self._keeper is not None:
            await self._keeper.delete()


def purpose_of(again: AccountId | None, data_centre: DataCentre) -> str:
    """What a sign-in is for: a half-done one is gone on with for the same purpose only."""
    return f"{'add' if again is None else f'again {again}'} {data_centre.value}"


def read_half_done(content: bytes, purpose: str, now: datetime) -> HalfDone | None:
    """What can be gone on with for this purpose; None when it is too old, unreadable or of another sign-in."""
    try:
        half_done = msgspec.json.decode(content, type=HalfDone)
    except msgspec.DecodeError:
        return None
    return half_done if half_done.purpose == purpose and now < half_done.valid_until else None

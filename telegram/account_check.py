"""What is asked of Telegram when an account comes online: whose session it is, and whether the account is frozen."""

from datetime import UTC, datetime
from typing import Any

from telethon.tl.functions.help import GetAppConfigRequest
from telethon.tl.functions.users import GetUsersRequest
from telethon.tl.types import InputUserSelf, JsonNumber, JsonObject, JsonString, User

from core.domain.account import Account, AccountKind
from core.errors import AccountFrozen, AccountSignedOut
from core.timeouts import OperationType
from telegram.clients import Client


async def get_self(client: Client) -> User:
    """The user this session is signed in as. Raises AccountSignedOut, AccountBanned, NetworkError."""
    users = await client.call(OperationType.CONNECT, GetUsersRequest([InputUserSelf()]))
    if len(users) != 1 or not isinstance(users[0], User):
        raise AccountSignedOut(detail="no user")
    return users[0]


async def prove_identity(client: Client, account: Account, *, may_be_frozen: bool = False) -> None:
    """Raise AccountSignedOut unless the session belongs to this account; AccountFrozen if Telegram froze it.

    Bots are not asked about a freeze: help.getAppConfig is for users.
    """
    user = await get_self(client)
    if user.id != account.telegram_user_id:
        raise AccountSignedOut(
            "The stored session belongs to another Telegram account, so nothing was sent from it.",
            title="This session is not this account's",
            detail="telegram user id differs",
        )
    if account.kind is AccountKind.USER and not may_be_frozen:
        frozen = await read_freeze(client)
        if frozen is not None:
            raise frozen


async def read_freeze(client: Client) -> AccountFrozen | None:
    """The freeze with its dates, from the full app configuration (auth.html, "Frozen accounts"); None: not frozen."""
    answer = await client.call(OperationType.CONNECT, GetAppConfigRequest(hash=0))
    return freeze_in(getattr(answer, "config", None))


def freeze_in(config: Any) -> AccountFrozen | None:
    """What a configuration (JsonObject) says about a freeze."""
    values = _read_object(config)
    since, until = (_moment(values.get(key)) for key in ("freeze_since_date", "freeze_until_date"))
    if since is None:
        return None
    message = f"Telegram froze this account on {since:%d %B %Y}"
    message += f"; it will be deleted on {until:%d %B %Y} unless you appeal." if until is not None else "."
    appeal = values.get("freeze_appeal_url")
    url = appeal if isinstance(appeal, str) else ""
    hint = f"Appeal at {url}, then check again." if url else ""
    return AccountFrozen(message, hint=hint, detail="app config", since=since, until=until, appeal_url=url)


def _read_object(config: Any) -> dict[str, float | str]:
    """The numbers and strings of a JsonObject."""
    if not isinstance(config, JsonObject):
        return {}
    return {item.key: item.value.value for item in config.value if isinstance(item.value, (JsonNumber, JsonString))}


def _moment(value: float | str | None) -> datetime | None:
    return datetime.fromtimestamp(value, UTC) if isinstance(value, (int, float)) and value > 0 else None

"""The devices of an account: listed, ended, and our own session logged out. User accounts only, but for logging out."""

from collections.abc import Sequence
from typing import Any

from telethon.tl.functions.account import GetAuthorizationsRequest, ResetAuthorizationRequest
from telethon.tl.functions.auth import LogOutRequest, ResetAuthorizationsRequest
from telethon.tl.types import Authorization

from core.domain.device import Device
from core.errors import AccountSignedOut
from core.timeouts import OperationType
from telegram.clients import Client


async def list_devices(client: Client) -> Sequence[Device]:
    """See `campaigns.ports.Link.list_devices`; account.getAuthorizations."""
    answer = await client.call(OperationType.CONNECT, GetAuthorizationsRequest())
    devices = [_read(item) for item in answer.authorizations if isinstance(item, Authorization)]
    devices.sort(key=lambda device: (device.is_current, device.active_at), reverse=True)
    return devices


async def end_device(client: Client, device_hash: str) -> None:
    """account.resetAuthorization."""
    await client.call(OperationType.CONNECT, ResetAuthorizationRequest(int(device_hash)))


async def end_other_devices(client: Client) -> None:
    """auth.resetAuthorizations."""
    await client.call(OperationType.CONNECT, ResetAuthorizationsRequest())


async def log_out(client: Client) -> None:
    """auth.logOut. A session that Telegram has ended already is logged out."""
    try:
        await client.call(OperationType.CONNECT, LogOutRequest())
    except AccountSignedOut:
        return


def _read(item: Any) -> Device:
    return Device(
        hash=str(item.hash),
        model=item.device_model,
        system=" ".join(part for part in (item.platform, item.system_version) if part),
        app=" ".join(part for part in (item.app_name, item.app_version) if part),
        ip=item.ip,
        country=item.country,
        signed_in_at=item.date_created,
        active_at=item.date_active,
        is_current=bool(item.current),
        is_official=bool(item.official_app),
    )

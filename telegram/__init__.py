"""Accounts online: the only package that knows Telethon.

What is announced here is loaded when it is first used, since Telethon takes half a second to import.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from telegram.data_centres import SANDBOX_API as SANDBOX_API
    from telegram.data_centres import ApiCredentials as ApiCredentials
    from telegram.data_centres import CustomDataCentre as CustomDataCentre
    from telegram.data_centres import DataCentres as DataCentres
    from telegram.gateway import TelegramGateway as TelegramGateway
    from telegram.health import telegram_checks as telegram_checks
    from telegram.proxy_probe import TelegramProxyProbe as TelegramProxyProbe
    from telegram.route_watch import RouteWatch as RouteWatch
    from telegram.session import SessionKeys as SessionKeys
    from telegram.sign_in.scripted import sign_in_made as sign_in_made
    from telegram.sign_in.signed_in import SignedIn as SignedIn

_HOMES = {
    "SANDBOX_API": "telegram.data_centres",
    "ApiCredentials": "telegram.data_centres",
    "CustomDataCentre": "telegram.data_centres",
    "DataCentres": "telegram.data_centres",
    "RouteWatch": "telegram.route_watch",
    "SessionKeys": "telegram.session",
    "SignedIn": "telegram.sign_in.signed_in",
    "TelegramGateway": "telegram.gateway",
    "TelegramProxyProbe": "telegram.proxy_probe",
    "sign_in_made": "telegram.sign_in.scripted",
    "telegram_checks": "telegram.health",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)

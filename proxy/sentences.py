"""What a person reads about the health of a proxy."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from core.domain.proxy import Proxy, ProxyFailure

_FAILURES: Final[Mapping[ProxyFailure, str]] = MappingProxyType(
    {
        ProxyFailure.DEAD: "Nobody answers at its address.",
        ProxyFailure.WRONG_CREDENTIALS: "It refuses the user name and password.",
        ProxyFailure.WRONG_SECRET: "It hangs up: its secret is wrong, or it is no MTProxy.",
        ProxyFailure.NO_CREDENTIALS: "Its password or secret is not in the secret store: import it again.",
        ProxyFailure.REFUSED: "It answers, and does not connect to Telegram.",
        ProxyFailure.SILENT: "It takes the connection, and no answer comes.",
        ProxyFailure.NOT_TELEGRAM: "What answers through it is not Telegram.",
        ProxyFailure.LIMITED: "Telegram limits connections from its address; its accounts wait.",
    }
)


def describe_failure(failure: ProxyFailure) -> str:
    """Why a check found it unfit, in one sentence."""
    return _FAILURES[failure]


def describe_health(proxy: Proxy) -> str:
    """How it is, in one sentence."""
    if proxy.failure is not None:
        until = proxy.quarantined_until
        rest = f" Left alone until {until:%H:%M} UTC." if until is not None else ""
        return describe_failure(proxy.failure) + rest
    last = proxy.last_check
    if last is None or last.times.telegram_ms is None:
        return "Not checked yet."
    return f"Telegram answers in {last.times.telegram_ms:.0f} ms."

"""The fate of what was under way is unknown: links, proxies, servers, webhooks. It is tried again."""

from core.errors.base import AppError, Scope


class NetworkError(AppError):
    """What was under way may or may not have happened. The same request is repeated with the same random_id."""

    code = "network"
    scope = Scope.NONE
    is_retryable = True
    is_definite = False
    default_title = "The connection broke"
    default_hint = "Wireroom connects again by itself."


class ConnectionLost(NetworkError):
    """The link ended."""

    code = "connection_lost"


class TimedOut(NetworkError):
    """No answer in the time allowed for this kind of operation."""

    code = "timed_out"
    default_title = "No answer in time"


class ServerTrouble(NetworkError):
    """Telegram answered with an error of its own (5xx); the link is sound."""

    code = "server_trouble"
    default_title = "Telegram had a hiccup"


class PartlySent(ServerTrouble):
    """Of an album something has arrived and something has not. `refusal` is the answer to what is missing."""

    code = "partly_sent"
    default_title = "Part of an album has arrived"

    def __init__(self, refusal: AppError) -> None:
        super().__init__("Wireroom sends the rest by itself.", detail=refusal.detail)
        self.refusal = refusal


class ProxyUnreachable(NetworkError):
    """An account's proxy does not carry it now. It waits: it never connects directly instead."""

    code = "proxy_unreachable"
    default_title = "The proxy of this account does not answer"
    default_message = "The account waits; it never connects without its proxy."
    default_hint = "Check the proxy, or give the account another one."


class ProxyMissing(ProxyUnreachable):
    """The account is set to use a proxy and has none: somebody has to give it one."""

    code = "proxy_missing"
    default_title = "This account has no proxy"
    default_message = "It is set to use one, so it does not connect without."
    default_hint = "Give it a proxy, or let it connect directly."


class WebhookFailed(AppError):
    """A webhook did not take what it was told. `message` is the reason in a few words, for the list of deliveries."""

    code = "webhook_failed"
    scope = Scope.NONE
    is_retryable = True
    is_definite = False
    default_title = "The webhook could not be told"
    wait_s: float | None = None

    def __init__(
        self, message: str, *, status: int | None = None, wait_s: float | None = None, is_of_address: bool = True
    ) -> None:
        """`wait_s`: what the receiver asked for. `is_of_address`: it would refuse anything now, not this event alone."""
        super().__init__(message)
        self.status = status
        self.wait_s = wait_s
        self.is_of_address = is_of_address

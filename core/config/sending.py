"""Delivery, and the ways out: proxies, webhooks, a data centre of your own."""

from typing import Annotated

from msgspec import Meta, Struct

from core.config.running import Seconds


class DeliverySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Delivery"""

    in_flight: Annotated[
        int, Meta(title="Sends under way", description="Per account, at most, at one time.", ge=1, le=20)
    ] = 5
    read_ahead: Annotated[
        int, Meta(title="Read ahead", description="Deliveries that a lane looks up at once.", ge=1, le=1000)
    ] = 50
    # facts on Telegram: after its own errors the same random_id goes out again after 2, 10 and 60 s.
    settle_retry_s: Annotated[
        tuple[Seconds, ...],
        Meta(
            title="Ask again after",
            description="Waits before a message with unknown fate is asked about again; the last one repeats.",
            min_length=1,
            max_length=10,
            extra={"unit": "s"},
        ),
    ] = (2.0, 10.0, 60.0)
    lease_s: Annotated[
        float,
        Meta(
            title="Lease",
            description="How long a worker that does not answer keeps its accounts.",
            ge=5,
            le=600,
            extra={"unit": "s"},
        ),
    ] = 30.0
    heartbeat_s: Annotated[
        float,
        Meta(
            title="Heartbeat",
            description="How often a worker says that it is alive.",
            ge=0.2,
            le=60,
            extra={"unit": "s"},
        ),
    ] = 2.0
    poll_hz: Annotated[
        float,
        Meta(
            title="Look for changes",
            description="How often console and worker look for what the other wrote.",
            ge=1,
            le=50,
            extra={"unit": "times a second"},
        ),
    ] = 15.0
    breaker_failures: Annotated[
        int,
        Meta(title="Stop after failures", description="A campaign pauses after so many in a row.", ge=1, le=1000),
    ] = 10

    sandbox_rate_per_s: Annotated[
        float,
        Meta(
            title="Pace in the sandbox",
            description="Of one account with the limits of the sandbox. Live accounts never use it.",
            ge=0.01,
            le=10_000,
            extra={"unit": "messages a second"},
        ),
    ] = 4.0

    def __post_init__(self) -> None:
        # A lease must survive one lost heartbeat, and the worker gives up at two thirds of it.
        if self.heartbeat_s * 3 > self.lease_s:
            raise ValueError("delivery.lease_s must be at least three times delivery.heartbeat_s")


class ProxySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Proxies"""

    check_every_s: Annotated[
        Seconds,
        Meta(title="Check every", description="How often Telegram is asked for an answer through each proxy."),
    ] = 300.0
    # A provider's hiccup is over in a minute; what fails for hours is looked at once an hour.
    pauses_s: Annotated[
        tuple[Seconds, ...],
        Meta(
            title="Leave a failing one alone for",
            description="Pauses after each failed check in a row; the last one repeats.",
            min_length=1,
            max_length=10,
            extra={"unit": "s"},
        ),
    ] = (30.0, 60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0)


class WebhookSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Webhooks"""

    allow_this_computer: Annotated[
        bool,
        Meta(
            title="Webhooks to this computer",
            description="Addresses such as http://127.0.0.1:8080 may be told too, also without https.",
        ),
    ] = False


class DataCentreSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Data centre of your own"""

    host: Annotated[
        str,
        Meta(
            title="Host",
            description="Name or address of a server that speaks Telegram's protocol. Empty: there is none of your own.",
            pattern=r"^[A-Za-z0-9.:_-]*$",
            max_length=253,
        ),
    ] = ""
    port: Annotated[int, Meta(title="Port", description="Of that server.", ge=1, le=65535)] = 443
    public_key_file: Annotated[
        str,
        Meta(
            title="Public key",
            description="The file with its RSA key (PEM); a name without a folder lies in the workspace.",
            max_length=1000,
        ),
    ] = ""

"""How the program runs: threads, time-outs, tries, logs."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Seconds = Annotated[float, Meta(ge=0.1, le=3600, extra={"unit": "s"})]


class ExecutorSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Background threads"""

    name: Annotated[
        str, Meta(title="Name of the threads", description="Shown in logs and by tools of the system.", min_length=1)
    ] = "wireroom"
    # Blocking work is disk and parsing; more threads than this only contend for the interpreter.
    threads: Annotated[
        int, Meta(title="Threads", description="For reading files and other work that blocks.", ge=1, le=64)
    ] = 4


class TimeoutSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Time-outs"""

    # One per kind of outside call; core.timeouts.OperationType has the same names, which a test checks.
    # Telethon's own TCP limit; a far proxy needs most of it.
    connect: Annotated[Seconds, Meta(title="Connect", description="To open a connection.")] = 10.0
    # 130 ms of CPU and three round trips; Telethon itself has no limit here and can hang for ever.
    key_exchange: Annotated[Seconds, Meta(title="Key exchange", description="To agree on a session key.")] = 15.0
    sign_in: Annotated[Seconds, Meta(title="Sign in", description="For one step of a sign-in.")] = 30.0
    # After it the fate of the message is unknown and it is settled, so it is generous.
    send: Annotated[Seconds, Meta(title="Send", description="For Telegram's answer to one message.")] = 30.0
    # Half a megabyte: enough at 70 kbit/s.
    upload: Annotated[Seconds, Meta(title="Upload", description="For one part of a photo or file.")] = 60.0
    resolve: Annotated[Seconds, Meta(title="Find a person", description="To look a name or number up.")] = 20.0
    history: Annotated[Seconds, Meta(title="Read history", description="For one page of a conversation.")] = 30.0
    catch_up: Annotated[Seconds, Meta(title="Catch up", description="To read what came while offline.")] = 60.0
    proxy_check: Annotated[Seconds, Meta(title="Check a proxy", description="For Telegram's answer through it.")] = (
        8.0
    )
    ai_generate: Annotated[Seconds, Meta(title="AI answer", description="For a whole answer of the model.")] = 60.0
    ai_stream: Annotated[
        Seconds,
        Meta(title="AI stream", description="For a whole streamed answer; the library counts per piece only."),
    ] = 120.0
    webhook: Annotated[
        Seconds, Meta(title="Webhook", description="For one try to tell a webhook, with finding its address.")
    ] = 10.0
    # A keyring call takes 12 to 39 ms; only a prompt that nobody answers takes longer.
    secret_store: Annotated[Seconds, Meta(title="Key store", description="For one call to the key store.")] = 10.0
    # The writer tries for 30 s to get the lock; this limit lies above it.
    database: Annotated[Seconds, Meta(title="Database", description="For one unit of work.")] = 35.0


class RetrySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Trying again"""

    base_s: Annotated[Seconds, Meta(title="First wait", description="Before the second try.")] = 1.0
    factor: Annotated[
        float, Meta(title="Growth", description="Each further wait is this much longer.", ge=1, le=10)
    ] = 2.0
    maximum_s: Annotated[Seconds, Meta(title="Longest wait", description="Waits never grow beyond it.")] = 60.0
    jitter: Annotated[
        float,
        Meta(
            title="Spread",
            description="The share of a wait that is left to chance, so that accounts do not all come back at once.",
            ge=0,
            le=1,
        ),
    ] = 0.3

    def __post_init__(self) -> None:
        if self.base_s > self.maximum_s:
            raise ValueError("retry.base_s is longer than retry.maximum_s")


class LogSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Logs"""

    level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(title="Detail", description="What is written. Never message texts, numbers or secrets."),
    ] = "info"
    max_mb: Annotated[
        int, Meta(title="Size of a file", description="Then a new one is begun.", ge=1, le=1000, extra={"unit": "MB"})
    ] = 10
    backups: Annotated[int, Meta(title="Older files", description="How many are kept.", ge=1, le=100)] = 5

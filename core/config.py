"""The settings of a workspace: one TOML file, typed, strict, described well enough to draw a settings page from.

A new section is one Struct below and one line in `Config`. The defaults are the `careful` values; nothing secret
is ever a setting. Reading and changing the file is `core.config_file`.
"""

import typing
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal

import msgspec.structs
from msgspec import Meta, Struct

from core.quiet_hours import QuietHours, parse_time
from core.week_days import parse_days

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


class PeopleSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """People"""

    stop_words: Annotated[
        str,
        Meta(
            title="More words that mean STOP",
            description="With commas between, beside those known in 37 languages. A message of nothing but one of them "
            "suppresses its sender everywhere.",
            min_length=1,
            max_length=1000,
        ),
    ] = "stop"
    confirm_stop: Annotated[
        bool,
        Meta(
            title="Confirm a STOP",
            description="Whoever says STOP gets one message that it was heard, and none after it until they agree again.",
        ),
    ] = True
    stop_confirmation: Annotated[
        str,
        Meta(
            title="Your words for it",
            description="In place of ours in 37 languages: one text for all, or by language, such as "
            '"de: Abgemeldet. | en: Done." A language with nothing behind it is not confirmed.',
            max_length=4000,
        ),
    ] = ""


# Emoji with blanks between: a few signs each, without letters.
_EMOJI = r"^[^\x00-\x7f\s]*( [^\x00-\x7f\s]+)*$"
_EMOJI_SIGNS = 60  # joined ones have up to ten


class InboxSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Inbox"""

    resolve_reaction: Annotated[
        str,
        Meta(
            title="Reaction that resolves",
            description="By the person, or by you on another device, to any message of the conversation. Telegram offers "
            "✅ with Premium only; 👌 or 🏆 are there for everybody. Several, as “✅ 👌”: each of them. Empty: none.",
            pattern=_EMOJI,
            max_length=_EMOJI_SIGNS,
            extra={"form": "emoji with blanks between"},
        ),
    ] = "✅"
    ticket_reaction: Annotated[
        str,
        Meta(
            title="Reaction that opens a ticket",
            description="The same for tickets. Telegram offers 🎫 with Premium only. Empty: none.",
            pattern=_EMOJI,
            max_length=_EMOJI_SIGNS,
            extra={"form": "emoji with blanks between"},
        ),
    ] = "🎫"
    send_read_marks: Annotated[
        bool,
        Meta(
            title="Show people that you read",
            description="A conversation that is opened here is marked as read at Telegram. Bots cannot do it.",
        ),
    ] = True
    send_typing: Annotated[
        bool,
        Meta(title="Show people that you type", description="While somebody writes an answer in the window."),
    ] = True


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


class AppearanceSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Appearance"""

    scheme: Annotated[
        Literal["system", "light", "dark"], Meta(title="Colours", description="Light, dark, or as the system has it.")
    ] = "system"
    text_size: Annotated[
        int, Meta(title="Text size", description="Of everything in the window.", ge=90, le=130, extra={"unit": "%"})
    ] = 100
    more_contrast: Annotated[bool, Meta(title="More contrast", description="Stronger lines and text.")] = False
    reduce_motion: Annotated[bool, Meta(title="Reduce motion", description="Nothing fades or slides.")] = False


class NotificationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Notifications"""

    enabled: Annotated[
        bool,
        Meta(
            title="Tell of new messages",
            description="By a notification of the desktop, while no window of Wireroom is in front.",
        ),
    ] = True
    which: Annotated[
        Literal["all", "mine or nobody's"],
        Meta(title="Of which conversations", description="All, or those assigned to you and to nobody."),
    ] = "all"
    show_text: Annotated[
        bool,
        Meta(
            title="With the text",
            description="What was written stands in the notification, for whoever looks at the screen. Off: only names.",
        ),
    ] = False
    quiet: Annotated[
        bool,
        Meta(
            title="Quiet hours",
            description="Nothing is told in them; what came meanwhile is told once, when they are over.",
        ),
    ] = False
    quiet_from: Annotated[
        str, Meta(title="Quiet from", description="In the time of this computer.", max_length=5)
    ] = "22:00"
    quiet_to: Annotated[
        str,
        Meta(
            title="Quiet to", description="On the next day when it is earlier; the same time: all day.", max_length=5
        ),
    ] = "07:00"
    quiet_days: Annotated[
        str,
        Meta(
            title="Quiet on",
            description="Days on which they begin: every day, or such as mon-fri or sat, sun.",
            max_length=60,
        ),
    ] = "every day"

    def __post_init__(self) -> None:
        for key, parse in (("quiet_from", parse_time), ("quiet_to", parse_time), ("quiet_days", parse_days)):
            try:
                parse(getattr(self, key))
            except ValueError as error:
                raise ValueError(f"notifications.{key} must be {error}") from error

    @property
    def quiet_hours(self) -> QuietHours | None:
        """None: there are none."""
        if not self.quiet:
            return None
        start, end = parse_time(self.quiet_from), parse_time(self.quiet_to)
        return QuietHours(start=start, end=end, days=parse_days(self.quiet_days))


class ReviewSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Review"""

    second_person: Annotated[
        bool,
        Meta(
            title="A second person approves",
            description="Whoever asked for the approval of a campaign cannot approve it.",
        ),
    ] = False


class WorkerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Worker"""

    keep_running_on_close: Annotated[
        Literal["ask", "keep", "pause", "stop"],
        Meta(
            title="When the window closes",
            description="Ask, keep sending in the background, pause the campaigns, or stop the worker.",
        ),
    ] = "ask"


class LockSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """App lock"""

    idle_minutes: Annotated[
        int,
        Meta(
            title="Lock after",
            description="So long without a key or the pointer; 0: only at the start and when you ask for it.",
            ge=0,
            le=720,
            extra={"unit": "min"},
        ),
    ] = 10


class AiSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """AI"""

    enabled: Annotated[
        bool,
        Meta(
            title="Help with writing",
            description="A text model is asked when you ask for it, and for what you turned on in the inbox. Off: nothing "
            "of it is loaded, and nothing is sent.",
        ),
    ] = True
    provider: Annotated[
        Literal["gemini", "openai", "legacy-gemini"],
        Meta(
            title="Provider",
            description="Gemini; any server of the OpenAI form, also on this computer; or Gemini by Google's former "
            "package, which Google no longer supports.",
        ),
    ] = "gemini"
    # The cheapest of the present ones; names change every few months, so the provider's list is what counts.
    model: Annotated[
        str, Meta(title="Model", description="As the provider lists it: ai models.", min_length=1, max_length=200)
    ] = "gemini-3.5-flash-lite"
    address: Annotated[
        str,
        Meta(
            title="Address",
            description="Of the provider, such as http://127.0.0.1:11434/v1. Empty: Google's, or Ollama on this computer.",
            max_length=500,
        ),
    ] = ""
    requests_a_day: Annotated[
        int,
        Meta(
            title="Requests a day", description="At most; then it stops until the next day (UTC).", ge=1, le=1_000_000
        ),
    ] = 500
    tokens_a_day: Annotated[
        int,
        Meta(
            title="Tokens a day",
            description="Read and written together, at most; then it stops until the next day (UTC).",
            ge=1000,
            le=1_000_000_000,
        ),
    ] = 1_000_000
    inbox_requests_a_day: Annotated[
        int,
        Meta(
            title="Requests a day of the inbox",
            description="For suggested answers and summaries; 0: they share the requests and tokens of writing.",
            ge=0,
            le=1_000_000,
        ),
    ] = 0
    sort_requests_a_day: Annotated[
        int,
        Meta(
            title="Requests a day of sorting",
            description="At most; new replies then wait until the next day (UTC). One request sorts what one person wrote.",
            ge=1,
            le=1_000_000,
        ),
    ] = 500
    sort_requests_a_minute: Annotated[
        int,
        Meta(
            title="Requests a minute of sorting",
            description="No faster, also when many answer at once.",
            ge=1,
            le=600,
        ),
    ] = 20
    cache_hours: Annotated[
        float,
        Meta(
            title="Hours to keep answers",
            description="The same request is then answered without asking again; 0: never. Nothing of the inbox is kept.",
            ge=0,
            le=720,
        ),
    ] = 24.0


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


class Config(Struct, frozen=True, forbid_unknown_fields=True):
    """All settings of a workspace. Each field is a section; its class docstring is the section's title."""

    executor: ExecutorSettings = ExecutorSettings()
    timeouts: TimeoutSettings = TimeoutSettings()
    retry: RetrySettings = RetrySettings()
    delivery: DeliverySettings = DeliverySettings()
    people: PeopleSettings = PeopleSettings()
    inbox: InboxSettings = InboxSettings()
    proxies: ProxySettings = ProxySettings()
    logs: LogSettings = LogSettings()
    appearance: AppearanceSettings = AppearanceSettings()
    notifications: NotificationSettings = NotificationSettings()
    worker: WorkerSettings = WorkerSettings()
    lock: LockSettings = LockSettings()
    review: ReviewSettings = ReviewSettings()
    ai: AiSettings = AiSettings()
    webhooks: WebhookSettings = WebhookSettings()
    data_centre: DataCentreSettings = DataCentreSettings()


SettingValue = bool | int | float | str | tuple[float, ...]


class SettingKind(StrEnum):
    """What a person sets: decides which control a page shows."""

    SWITCH = "switch"  # bool
    WHOLE = "whole"  # int
    NUMBER = "number"  # float
    NUMBERS = "numbers"  # tuple of floats
    CHOICE = "choice"  # one of `choices`
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingInfo:
    """One setting as a page shows it. `default` is the careful value; bounds are for numbers, of each for NUMBERS."""

    section: str
    section_title: str
    key: str
    title: str
    description: str
    unit: str
    kind: SettingKind
    value: SettingValue
    default: SettingValue
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    may_be_empty: bool = False  # a text
    form: str = ""  # of a text that is no free one, e.g. "one emoji"

    @property
    def is_changed(self) -> bool:
        """Whether the value differs from the careful one."""
        return self.value != self.default

    @property
    def allowed(self) -> str:
        """What may be set, in words, e.g. "a whole number from 90 to 130"."""
        match self.kind:
            case SettingKind.SWITCH:
                return "true or false"
            case SettingKind.CHOICE:
                return ", ".join(f'"{choice}"' for choice in self.choices)
            case SettingKind.TEXT:
                if self.form:
                    return f"{self.form}, or nothing" if self.may_be_empty else self.form
                return "a text" if self.may_be_empty else "a text that is not empty"
            case SettingKind.WHOLE:
                return f"a whole number from {self.minimum:g} to {self.maximum:g}"
            case SettingKind.NUMBER:
                return f"a number from {self.minimum:g} to {self.maximum:g}"
            case SettingKind.NUMBERS:
                return f"a list of 1 to 10 numbers from {self.minimum:g} to {self.maximum:g}"


def list_settings(config: Config) -> list[SettingInfo]:
    """Every setting of every section with its value in `config`, in the order of this file."""
    return [replace(info, value=getattr(getattr(config, info.section), info.key)) for info in _describe_settings()]


@cache  # reading the annotations takes some milliseconds, and the file is read whenever somebody looks
def _describe_settings() -> tuple[SettingInfo, ...]:
    """With the defaults as their values."""
    infos = []
    defaults = Config()
    for section in msgspec.structs.fields(Config):
        settings = getattr(defaults, section.name)
        hints = typing.get_type_hints(type(settings), include_extras=True)
        for field in msgspec.structs.fields(settings):
            base, metas = _unwrap(hints[field.name])
            item, item_metas = (
                _unwrap(typing.get_args(base)[0]) if typing.get_origin(base) is tuple else (base, metas)
            )
            infos.append(
                SettingInfo(
                    section=section.name,
                    section_title=type(settings).__doc__ or section.name,
                    key=field.name,
                    title=_first(meta.title for meta in metas),
                    description=_first(meta.description for meta in metas),
                    unit=_first((meta.extra or {}).get("unit") for meta in metas),
                    kind=SettingKind.NUMBERS if item is not base else _kind_of(base),
                    value=getattr(settings, field.name),
                    default=field.default,
                    choices=typing.get_args(base) if typing.get_origin(base) is Literal else (),
                    minimum=next((meta.ge for meta in item_metas if meta.ge is not None), None),
                    maximum=next((meta.le for meta in item_metas if meta.le is not None), None),
                    may_be_empty=base is str and all(meta.min_length is None for meta in metas),
                    form=_first((meta.extra or {}).get("form") for meta in metas),
                )
            )
    return tuple(infos)


def _unwrap(hint: object) -> tuple[object, list[Meta]]:
    if typing.get_origin(hint) is not Annotated:
        return hint, []
    base, *metas = typing.get_args(hint)
    return base, [meta for meta in metas if isinstance(meta, Meta)]


def _first(texts: Iterable[str | None]) -> str:
    return next((text for text in texts if text), "")


def _kind_of(base: object) -> SettingKind:
    if typing.get_origin(base) is Literal:
        return SettingKind.CHOICE
    kinds = {bool: SettingKind.SWITCH, int: SettingKind.WHOLE, float: SettingKind.NUMBER, str: SettingKind.TEXT}
    return kinds[typing.cast("type", base)]

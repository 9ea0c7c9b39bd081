"""All sections together, and every setting with its words, bounds and value: what a page is drawn from."""

import typing
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from typing import Annotated, Literal

import msgspec.structs
from msgspec import Meta, Struct

from core.config.ai import AiSettings
from core.config.people import InboxSettings, PeopleSettings, ReviewSettings
from core.config.running import ExecutorSettings, LogSettings, RetrySettings, TimeoutSettings
from core.config.sending import DataCentreSettings, DeliverySettings, ProxySettings, WebhookSettings
from core.config.window import AppearanceSettings, LockSettings, NotificationSettings, WorkerSettings


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
    """Every setting of every section with its value in `config`, in the order of `Config`."""
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

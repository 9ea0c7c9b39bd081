"""The settings of a workspace: one TOML file, typed, strict, described well enough to draw a settings page from.

A new section is one Struct in the room of its subject and one line in `Config`. The defaults are the `careful` values;
nothing secret is ever a setting. Reading and changing the file is `core.config_file`.
"""

from core.config.ai import AiSettings
from core.config.config import Config, SettingInfo, SettingKind, SettingValue, list_settings
from core.config.people import InboxSettings, PeopleSettings, ReviewSettings
from core.config.running import ExecutorSettings, LogSettings, RetrySettings, Seconds, TimeoutSettings
from core.config.sending import DataCentreSettings, DeliverySettings, ProxySettings, WebhookSettings
from core.config.window import AppearanceSettings, LockSettings, NotificationSettings, WorkerSettings

__all__ = [
    "AiSettings",
    "AppearanceSettings",
    "Config",
    "DataCentreSettings",
    "DeliverySettings",
    "ExecutorSettings",
    "InboxSettings",
    "LockSettings",
    "LogSettings",
    "NotificationSettings",
    "PeopleSettings",
    "ProxySettings",
    "RetrySettings",
    "ReviewSettings",
    "Seconds",
    "SettingInfo",
    "SettingKind",
    "SettingValue",
    "TimeoutSettings",
    "WebhookSettings",
    "WorkerSettings",
    "list_settings",
]

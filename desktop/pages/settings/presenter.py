"""Reads and changes settings: each change is written at once, and can be undone from its toast."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from core.config import Config, SettingInfo, SettingValue, list_settings
from core.config_file import read_config, write_setting
from core.errors import AppError, ConfigurationError
from desktop.notifications import NotificationCenter
from desktop.pages.settings.values import AT_ONCE, describe_wrong, show_value
from desktop.scope import Scope
from desktop.widgets.status import Glyph

Change = tuple[str, str, SettingValue]  # section, key, value


class SettingsPresenter(QObject):
    """Owns the file of settings while the page is open."""

    loaded = Signal(list)  # of SettingInfo
    refused = Signal(str, str)  # section.key, why

    def __init__(
        self,
        path: Path,
        notifications: NotificationCenter,
        apply: Callable[[Config], None],
        parent: QObject,
    ) -> None:
        """`apply` gets every new configuration at once: the theme listens there."""
        super().__init__(parent)
        self._path = path
        self._notifications = notifications
        self._apply = apply
        self._scope = Scope(self)

    def load(self) -> None:
        try:
            self.loaded.emit(list_settings(read_config(self._path)))
        except AppError as error:
            self._notifications.error(error)

    def change(self, info: SettingInfo, value: SettingValue) -> None:
        """Write one setting."""
        if value != info.value:
            self._scope.task(self._change([info], [(info.section, info.key, value)]), "change a setting")

    def make_careful(self, infos: Sequence[SettingInfo]) -> None:
        """Take a section back to the careful values."""
        changed = [info for info in infos if info.is_changed]
        if changed:
            changes = [(info.section, info.key, info.default) for info in changed]
            self._scope.task(self._change(changed, changes), "careful values")

    async def _change(self, before: Sequence[SettingInfo], changes: Sequence[Change]) -> None:
        first = before[0]
        try:
            await self._write(changes)
        except ConfigurationError as error:
            # Two settings that do not go together are refused in their own words; a single one by its range.
            both = "must be" in error.message and "Allowed" not in error.message
            self.refused.emit(f"{first.section}.{first.key}", error.message if both else describe_wrong(first))
            return
        except AppError as error:
            self._notifications.error(error)
            self.load()
            return
        back = [(info.section, info.key, info.value) for info in before]
        title = (
            f"{first.title}: {_say(first, changes[0][2])}" if len(before) == 1 else f"{first.section_title}: careful"
        )
        text = "" if first.section in AT_ONCE else "Console and worker use it from their next start."
        self._notifications.toast(title, text, glyph=Glyph.CHECK, undo=lambda: self._undo(back))

    def _undo(self, changes: Sequence[Change]) -> None:
        self._scope.task(self._write(changes), "undo a setting")

    async def _write(self, changes: Sequence[Change]) -> None:
        config = await asyncio.to_thread(self._write_all, changes)
        self._apply(config)
        self.loaded.emit(list_settings(config))

    def _write_all(self, changes: Sequence[Change]) -> Config:
        for section, key, value in changes:
            config = write_setting(self._path, section, key, value)
        return config


def _say(info: SettingInfo, value: SettingValue) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{show_value(value)} {info.unit}".strip()

"""Reads and changes settings: each change is written at once, and can be undone from its toast."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from campaigns.report.event_kinds import EventKind
from campaigns.worker_control import WorkerCondition, WorkerControl
from core.config import Config, SettingInfo, SettingValue, list_settings
from core.config_file import read_config
from core.config_writing import write_setting
from core.errors import AppError, ConfigurationError
from database import EventStore, setting_data
from desktop.pages.page import PageContext
from desktop.pages.settings.values import AT_ONCE, FROM_NEXT_START, describe_wrong, show_value
from desktop.scope import Scope
from desktop.widgets.status import Glyph

Change = tuple[str, str, SettingValue]  # section, key, value


class SettingsPresenter(QObject):
    """Owns the file of settings while the page is open."""

    loaded = Signal(list)  # of SettingInfo
    refused = Signal(str, str)  # section.key, why
    workerSeen = Signal(bool)  # whether one runs, so that it can be restarted

    def __init__(
        self,
        path: Path,
        context: PageContext,
        apply: Callable[[Config], None],
        parent: QObject,
    ) -> None:
        """`apply` gets every new configuration at once: the theme listens there."""
        super().__init__(parent)
        self._path = path
        self._context = context
        self._notifications = context.notifications
        self._events = context.services.get(EventStore)
        self._worker = context.services.get(WorkerControl)
        self._apply = apply
        self._scope = Scope(self)

    def load(self) -> None:
        try:
            self.loaded.emit(list_settings(read_config(self._path)))
        except AppError as error:
            self._notifications.error(error)
        self._scope.task(self._look_for_worker(), "look for the worker", is_latest=True)

    async def _look_for_worker(self) -> None:
        status = await self._worker.status()
        self.workerSeen.emit(status.condition is WorkerCondition.RUNNING)

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
        text = "" if first.section in AT_ONCE else FROM_NEXT_START
        self._notifications.toast(title, text, glyph=Glyph.CHECK, undo=lambda: self._undo(back))

    def _undo(self, changes: Sequence[Change]) -> None:
        self._scope.task(self._write(changes), "undo a setting")

    async def _write(self, changes: Sequence[Change]) -> None:
        config, written = await asyncio.to_thread(self._write_all, changes)
        for section, key, before, after in written:
            await self._events.add(
                EventKind.SETTING_CHANGED,
                at=self._context.clock.now(),
                actor=self._context.actor,
                data=setting_data(section, key, before=before, after=after),
            )
        self._apply(config)
        self.loaded.emit(list_settings(config))

    def _write_all(
        self, changes: Sequence[Change]
    ) -> tuple[Config, list[tuple[str, str, SettingValue, SettingValue]]]:
        """The settings as they are then, and what is another value now: section, key, before, after."""
        before = {(info.section, info.key): info.value for info in list_settings(read_config(self._path))}
        for section, key, value in changes:
            config = write_setting(self._path, section, key, value)
        written = [(section, key, before[section, key], value) for section, key, value in changes]
        return config, [one for one in written if one[2] != one[3]]


def _say(info: SettingInfo, value: SettingValue) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{show_value(value)} {info.unit}".strip()

"""The devices on which one account is signed in: asked for when the tab is opened, ended one by one or all others."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.domain.device import Device
from core.errors import AppError
from desktop.formatting import Formats, count_of
from desktop.theme import Role
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.empty import Skeleton
from desktop.widgets.labels import ElidedLabel, hairline, label
from desktop.widgets.layouts import clear_layout
from desktop.widgets.pills import Tag
from desktop.widgets.status import Tone

MOST_SHOWN = 60
"""Telegram keeps far fewer sessions of an account; more rows than that would be felt."""


class DevicesTab(QWidget):
    """Shows loading, the list, why there is none, or what went wrong."""

    endRequested = Signal(object)  # Device
    endOthersRequested = Signal()
    askRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.devices: Sequence[Device] = ()
        self.title = label("", Role.H3, wrap=True)
        self.text = label("", Role.DIM, wrap=True)
        self.again = Button("Ask again", "mdi6.refresh", small=True)
        self.end_others = Button("End all others…", "mdi6.logout-variant", kind=Kind.STOP, small=True)
        self.ends: dict[str, Button] = {}
        self._skeleton = Skeleton(4)
        self._rows = QWidget()
        self._list = QVBoxLayout(self._rows)
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(10)
        self._build_ui()
        self.again.clicked.connect(self.askRequested)
        self.end_others.clicked.connect(self.endOthersRequested)

    def show_loading(self) -> None:
        self._say("Asking Telegram…", "The worker asks where this account is signed in.")
        self._show(is_loading=True)

    def show_devices(self, devices: Sequence[Device], formats: Formats, now: datetime) -> None:
        self.devices = devices
        others = sum(not device.is_current for device in devices)
        if others:
            words = count_of(formats.number(others), "other device", "other devices")
            self._say(f"Signed in on {words}", "End those that you do not know.")
        else:
            self._say("Only here", "This account is signed in nowhere else.")
        self._clear()
        self.ends = {}
        for device in devices[:MOST_SHOWN]:
            self._list.addWidget(hairline())
            self._list.addLayout(self._device_row(device, formats, now))
        self._show(has_rows=True, has_others=bool(others))

    def show_none(self, title: str, text: str) -> None:
        """There is nothing to ask for: a bot, or an account that is not signed in."""
        self._clear()
        self._say(title, text)
        self._show(can_ask=False)

    def show_failed(self, error: AppError) -> None:
        self._clear()
        self._say(error.title, f"{error.message} {error.hint}".strip())
        self._show()

    def _say(self, title: str, text: str) -> None:
        self.title.setText(title)
        self.text.setText(text)

    def _show(
        self, *, is_loading: bool = False, has_rows: bool = False, has_others: bool = False, can_ask: bool = True
    ) -> None:
        self._skeleton.setVisible(is_loading)
        self._rows.setVisible(has_rows)
        self.end_others.setVisible(has_others)
        self.again.setVisible(can_ask and not is_loading)

    def _device_row(self, device: Device, formats: Formats, now: datetime) -> QHBoxLayout:
        name = QHBoxLayout()
        name.setSpacing(6)
        name.addWidget(ElidedLabel(device.model or device.app, Role.STRONG), 1)
        if device.is_current:
            name.addWidget(Tag("this one", Tone.GOOD))
        elif not device.is_official:
            name.addWidget(Tag("unofficial app", Tone.WARN))
        words = QVBoxLayout()
        words.setSpacing(1)
        words.addLayout(name)
        words.addWidget(ElidedLabel(" · ".join(part for part in (device.app, device.system) if part), Role.HINT))
        place = " · ".join(part for part in (device.country, device.ip) if part)
        words.addWidget(ElidedLabel(place, Role.HINT))
        words.addWidget(label(f"Active {formats.moment(device.active_at, now)}", Role.HINT))
        row = QHBoxLayout()
        row.setSpacing(10)
        row.addLayout(words, 1)
        if not device.is_current:
            end = Button("End this one…", small=True)
            end.setAccessibleName(f"End {device.model or device.app}")
            end.clicked.connect(partial(self.endRequested.emit, device))
            self.ends[device.hash] = end
            row.addWidget(end, 0, Qt.AlignmentFlag.AlignVCenter)
        return row

    def _clear(self) -> None:
        clear_layout(self._list)

    def _build_ui(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.text)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.again)
        foot.addWidget(self.end_others)
        foot.addStretch(1)
        column.addLayout(foot)
        column.addWidget(self._skeleton)
        column.addWidget(self._rows)
        column.addStretch(1)
        self._show(can_ask=False)

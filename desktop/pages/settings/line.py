"""One setting on its card: name, why, whether it is the careful value, the control of its kind, the unit."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from core.config import SettingInfo, SettingKind, SettingValue
from desktop.pages.settings.row import add_line, column_of_lines
from desktop.pages.settings.values import UNTAGGED, describe_change, describe_wrong, parse_value, show_value
from desktop.theme import Role, Theme, Token
from desktop.widgets.choices import Switch
from desktop.widgets.fields import mark_wrong
from desktop.widgets.labels import label, set_token
from desktop.widgets.pills import Tag
from desktop.widgets.status import Tone

UNIT_WIDTH = 128
FIELD_WIDTH, WIDE_FIELD = 92, 150


class SettingLine(QWidget):
    """Emits what was chosen; a value that cannot be used is explained in place of the description."""

    changed = Signal(object, object)  # SettingInfo, the new value

    def __init__(self, info: SettingInfo, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.info = info
        self.setObjectName(f"{info.section}.{info.key}")
        self._why = label("", Role.HINT, wrap=True)
        self._tag = Tag("careful")
        self._control = self._make_control()
        self._control.setAccessibleName(info.title)
        controls = [self._tag, self._control]
        if info.unit:
            unit = label(info.unit, Role.DIM)
            unit.setFixedWidth(Theme.of_application().px(UNIT_WIDTH))
            controls.append(unit)
        add_line(column_of_lines(self), (label(info.title, Role.STRONG), self._why), controls)
        self.show_info(info)

    @property
    def control(self) -> QWidget:
        return self._control

    @property
    def why(self) -> str:
        """The line below the name, as a person reads it."""
        return self._why.text()

    def show_info(self, info: SettingInfo) -> None:
        """The value as it is in the file now."""
        self.info = info
        self._say(describe_change(info), is_wrong=False)
        self._tag.set("changed" if info.is_changed else "careful", Tone.WARN if info.is_changed else Tone.MUTE)
        self._tag.setVisible(info.section not in UNTAGGED)
        control = self._control
        control.blockSignals(True)
        if isinstance(control, Switch):
            control.setChecked(bool(info.value))
        elif isinstance(control, QComboBox):
            control.setCurrentText(str(info.value))
        elif isinstance(control, QLineEdit):
            control.setText(show_value(info.value))
        control.blockSignals(False)

    def show_refused(self, reason: str) -> None:
        self._say(reason, is_wrong=True)

    def _make_control(self) -> QWidget:
        theme = Theme.of_application()
        match self.info.kind:
            case SettingKind.SWITCH:
                switch = Switch(self.info.title)
                switch.toggled.connect(self._emit)
                return switch
            case SettingKind.CHOICE:
                combo = QComboBox()
                combo.addItems(self.info.choices)
                combo.setMinimumWidth(theme.px(WIDE_FIELD))
                combo.currentTextChanged.connect(self._emit)
                return combo
            case _:
                is_wide = self.info.kind in (SettingKind.TEXT, SettingKind.NUMBERS)
                entry = QLineEdit()
                entry.setFixedWidth(theme.px(WIDE_FIELD if is_wide else FIELD_WIDTH))
                entry.editingFinished.connect(self._parse)
                return entry

    def _emit(self, value: SettingValue) -> None:
        self.changed.emit(self.info, value)

    def _parse(self) -> None:
        assert isinstance(self._control, QLineEdit)
        value = parse_value(self.info, self._control.text())
        if value is None:
            self.show_refused(describe_wrong(self.info))
        elif value == self.info.value:
            self.show_info(self.info)
        else:
            self._emit(value)

    def _say(self, text: str, *, is_wrong: bool) -> None:
        self._why.setText(text)
        set_token(self._why, Token.BAD if is_wrong else None)
        self._control.setAccessibleDescription(text)
        mark_wrong(self._control, is_wrong)

"""The limits of one account as they hold now: number, what is used of it, where it comes from, how far it is safe."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from campaigns.accounts.views import LimitUse
from campaigns.plan.account_limits import LIMIT_NAMES, LimitInForce, LimitSource
from core.domain.account import LimitKind
from core.errors import AppError
from desktop.formatting import Formats
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button
from desktop.widgets.cards import Note
from desktop.widgets.labels import hairline, label, set_token
from desktop.widgets.progress import Meter
from desktop.widgets.status import Tone

NAMES: Final = {kind: name[0].upper() + name[1:] for kind, name in LIMIT_NAMES.items()}
ABOUT: Final = (
    "Telegram publishes no limits for user accounts; the safe range is what the profile allows. After a flood wait an "
    "account halves its pace by itself for a day."
)


class _LimitLine(QWidget):
    """One limit."""

    def __init__(self, kind: LimitKind) -> None:
        super().__init__()
        self.kind = kind
        self.value = label("", Role.STRONG)
        self.source = label("", Role.HINT, wrap=True)
        self.meter = Meter(f"Used of {LIMIT_NAMES[kind]}")
        head = QHBoxLayout()
        head.addWidget(label(NAMES[kind], Role.BODY), 1)
        head.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.meter)
        column.addWidget(self.source)

    def show_limit(self, limit: LimitInForce, used: int | None, formats: Formats, now: datetime) -> None:
        number = limit_words(limit.value, formats)
        words = number if used is None or limit.value is None else f"{formats.number(used)} of {number}"
        self.value.setText(words)
        self.source.setText(source_words(limit, formats, now))
        is_held = limit.is_beyond_safe or limit.source is LimitSource.SLOWED
        set_token(self.source, Token.WARN if is_held else None)
        share = None if used is None or not limit.value else min(1.0, used / limit.value)
        self.meter.setVisible(share is not None)
        self.meter.set_share(share, Tone.WARN if (share or 0) >= 0.9 else Tone.GOOD, words)


class LimitsTab(QWidget):
    """Shows what it is given; an error stands in its place."""

    editRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lines = {kind: _LimitLine(kind) for kind in LimitKind}
        self.edit = Button("Change the limits…", "mdi6.speedometer", small=True)
        self.problem = Note("", "mdi6.alert-circle-outline", Tone.BAD)
        self.problem.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(18, 14, 18, 14)
        column.setSpacing(10)
        column.addWidget(self.problem)
        for line in self.lines.values():
            column.addWidget(line)
            column.addWidget(hairline())
        foot = QHBoxLayout()
        foot.addWidget(self.edit)
        foot.addStretch(1)
        column.addLayout(foot)
        column.addWidget(label(ABOUT, Role.HINT, wrap=True))
        column.addStretch(1)
        self.edit.clicked.connect(self.editRequested)

    def show_limits(self, limits: Sequence[LimitInForce], use: LimitUse, formats: Formats, now: datetime) -> None:
        self.problem.hide()
        used = {
            LimitKind.PER_HOUR: use.tried_hour,
            LimitKind.PER_DAY: use.tried_day,
            LimitKind.LOOK_UPS_PER_DAY: use.look_ups_day,
        }
        for limit in limits:
            self.lines[limit.kind].show_limit(limit, used.get(limit.kind), formats, now)

    def show_failed(self, error: AppError) -> None:
        self.problem.text.setText(f"{error.title}. {error.message}")
        self.problem.show()


def limit_words(value: float | None, formats: Formats) -> str:
    """40; 7.5; no limit"""
    if value is None:
        return "no limit"
    return formats.number(int(value)) if value == int(value) else f"{value:.1f}".replace(".", formats.decimal)


def source_words(limit: LimitInForce, formats: Formats, now: datetime) -> str:
    """Where the number comes from, and up to where it is safe."""
    profile = f"From the profile “{limit.profile}”"
    by_person = f"Set by {limit.set_by}, {formats.moment(limit.set_at, now)}" if limit.set_at else ""
    match limit.source:
        case LimitSource.SLOWED:
            words = f"Half of it until {formats.until(limit.until, now)}, after a flood wait. {by_person or profile}"
        case LimitSource.PERSON:
            words = by_person
        case LimitSource.PROFILE:
            words = profile
    if limit.profile_value is None:
        return f"{words}."
    safe = limit_words(limit.profile_value, formats)
    return f"{words}. Beyond the safe {safe}." if limit.is_beyond_safe else f"{words}. Safe up to {safe}."

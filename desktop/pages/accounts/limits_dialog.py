"""Changing the limits of one or several accounts: numbers are checked in place, a risk is said before it is taken."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QWidget

from campaigns.plan.account_limits import LARGEST, LimitInForce, LimitSource
from core.domain.account import LimitKind
from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats, join_words
from desktop.pages.accounts.limits_tab import NAMES, limit_words
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.cards import Note
from desktop.widgets.fields import mark_wrong
from desktop.widgets.labels import label
from desktop.widgets.status import Tone


class LimitsDialog(Dialog):
    """Accepted: `changes` and `takes_risk`.

    For one account an empty field means the profile's number; for several it leaves each as it is.
    """

    def __init__(
        self, parent: QWidget, who: str, limits: Sequence[LimitInForce], formats: Formats, *, count: int
    ) -> None:
        """`limits`: those of the one account, or the strictest of the chosen ones."""
        super().__init__(parent, f"Limits of {who}", width=520)
        self._limits = {limit.kind: limit for limit in limits}
        self._formats = formats
        self._is_one = count == 1
        self.entries: dict[LimitKind, QLineEdit] = {}
        empty = (
            "An empty field goes back to the profile’s number." if self._is_one else "An empty field changes nothing."
        )
        self.add_text(f"Whole numbers from 1. {empty} To send nothing at all, pause instead.")
        for kind in LimitKind:
            self._add_line(kind)
        self.reset = QCheckBox("Go back to the profile’s numbers")
        self.reset.setVisible(not self._is_one)
        self.body.addWidget(self.reset)
        self._note = Note("", "mdi6.alert-outline", Tone.WARN)
        self.body.addWidget(self._note)
        self.risk = QCheckBox("I take the risk")
        self.body.addWidget(self.risk)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.save = self.add_action("Save", kind=Kind.PRIMARY, is_default=True)
        self.save.clicked.connect(self._check)
        self.reset.toggled.connect(self._follow)
        self.risk.toggled.connect(self._follow)
        next(iter(self.entries.values())).setFocus()
        self._follow()

    @property
    def takes_risk(self) -> bool:
        return self.risk.isChecked()

    @property
    def changes(self) -> Mapping[LimitKind, int | None]:
        """What is different from now; None: back to the profile."""
        if self.reset.isChecked():
            return dict.fromkeys(LimitKind)
        found: dict[LimitKind, int | None] = {}
        for kind, entry in self.entries.items():
            if entry.text():
                if not self._is_one or entry.text() != self._set_before(kind):
                    found[kind] = int(entry.text())
            elif self._is_one and self._set_before(kind):
                found[kind] = None
        return found

    def _set_before(self, kind: LimitKind) -> str:
        """The number that a person set; '': the profile's holds."""
        limit = self._limits.get(kind)
        if limit is None or not limit.set_by or limit.value is None:
            return ""
        value = limit.value * 2 if limit.source is LimitSource.SLOWED else limit.value
        return str(int(value))

    def _add_line(self, kind: LimitKind) -> None:
        limit = self._limits.get(kind)
        entry = QLineEdit(self._set_before(kind) if self._is_one else "")
        entry.setValidator(QIntValidator(0, LARGEST, entry))
        entry.setAccessibleName(NAMES[kind])
        entry.setAlignment(Qt.AlignmentFlag.AlignRight)
        entry.setFixedWidth(self._theme.px(92))
        safe = limit.profile_value if limit is not None else None
        entry.setPlaceholderText(limit_words(safe, self._formats) if self._is_one else "as it is")
        entry.textChanged.connect(self._follow)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(label(NAMES[kind], Role.BODY), 1)
        words = "any number is safe" if safe is None else f"safe up to {limit_words(safe, self._formats)}"
        row.addWidget(label(words, Role.HINT))
        row.addWidget(entry)
        self.body.addLayout(row)
        self.entries[kind] = entry

    def _risks(self) -> list[LimitKind]:
        safe = {kind: limit.profile_value for kind, limit in self._limits.items() if limit.profile_value is not None}
        return [kind for kind, value in self.changes.items() if value is not None and value > safe.get(kind, value)]

    def _wrong(self) -> list[LimitKind]:
        return [
            kind for kind, entry in self.entries.items() if entry.text() and not 1 <= int(entry.text()) <= LARGEST
        ]

    def _follow(self) -> None:
        for entry in self.entries.values():
            entry.setEnabled(not self.reset.isChecked())
        wrong, risks = self._wrong(), self._risks()
        for kind, entry in self.entries.items():
            mark_wrong(entry, kind in wrong or (kind in risks and not self.risk.isChecked()))
        if wrong:
            words = f"{join_words([NAMES[kind] for kind in wrong])}: give a whole number from 1 to {LARGEST:,}."
        else:
            words = (
                f"{join_words([NAMES[kind] for kind in risks])}: more than the safe range. Telegram publishes no limits; "
                "accounts that send more get limited or frozen."
            )
        was_shown = self._note.isHidden(), self.risk.isHidden()
        self._note.text.setText(words)
        self._note.setVisible(bool(wrong or risks))
        self.risk.setVisible(bool(risks) and not wrong)
        reason = "" if self._can_save(wrong, risks) else "Nothing is different" if not (wrong or risks) else words
        self.save.set_reason_disabled(reason)
        if self.isVisible() and was_shown != (self._note.isHidden(), self.risk.isHidden()):
            self.fit()

    def _can_save(self, wrong: Sequence[LimitKind], risks: Sequence[LimitKind]) -> bool:
        return bool(self.changes) and not wrong and (not risks or self.risk.isChecked())

    def _check(self) -> None:
        if self._can_save(self._wrong(), self._risks()):
            self.accept()

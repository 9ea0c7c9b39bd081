"""Why the people of a file may be written to where its rows do not say: stated once, with the evidence."""

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from campaigns.audience.people import StatedBasis
from core.domain.consent import ConsentBasis
from desktop.pages.audiences.import_words import STATED
from desktop.theme import Role
from desktop.widgets.fields import Field
from desktop.widgets.labels import label

NOTHING = "Nothing: they are kept and cannot be written to"


class BasisFields(QWidget):
    """`changed` when something else is stated."""

    changed = Signal()

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self._now = now
        self.basis = QComboBox()
        self.basis.addItem(NOTHING, None)
        for basis, words in STATED.items():
            self.basis.addItem(words, basis)
        self.source, self.evidence, self.day = QLineEdit(), QLineEdit(), QLineEdit(f"{now:%Y-%m-%d}")
        self._source_field = Field("Where", self.source, "A form, a counter, a call")
        self._evidence_field = Field("Words or proof", self.evidence, "What they agreed to, or where the proof lies")
        self._day_field = Field("Since", self.day, "As 2026-11-20")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(12)
        words = (
            "What a row says itself goes before this. Only people who agreed, started the bot or wrote first may be "
            "written to."
        )
        column.addWidget(label(words, Role.DIM, wrap=True))
        column.addWidget(Field("Where a row says nothing", self.basis))
        row = QHBoxLayout()
        row.setSpacing(12)
        for field, stretch in ((self._source_field, 3), (self._evidence_field, 3), (self._day_field, 1)):
            row.addWidget(field, stretch)
        column.addLayout(row)
        column.addStretch(1)
        self.basis.currentIndexChanged.connect(self._chosen)
        for entry in (self.source, self.evidence, self.day):
            entry.editingFinished.connect(self.changed)
            entry.textChanged.connect(self._clear_errors)
        self._enable()

    @property
    def stated(self) -> StatedBasis | None:
        """What is stated as far as it is whole; None: nothing."""
        basis = self.basis.currentData()
        at = self._at()
        if basis is None or at is None or self._lacks_proof():
            return None
        return StatedBasis(
            basis=ConsentBasis(basis), at=at, source=self.source.text().strip(), evidence=self.evidence.text().strip()
        )

    def check(self) -> bool:
        """Whether it can be imported so; what is missing is said below its field."""
        if self.basis.currentData() is None:
            return True
        at = self._at()
        self._source_field.set_error("Say where they agreed, or in which words." if self._lacks_proof() else "")
        self._day_field.set_error("" if at is not None else "This is no day up to today.")
        return at is not None and not self._lacks_proof()

    def _lacks_proof(self) -> bool:
        is_agreed = self.basis.currentData() == ConsentBasis.AGREED
        return is_agreed and not (self.source.text().strip() or self.evidence.text().strip())

    def _at(self) -> datetime | None:
        try:
            day = datetime.fromisoformat(self.day.text().strip()).replace(tzinfo=UTC)
        except ValueError:
            return None
        if day.date() == self._now.date():
            return self._now
        return None if day > self._now + timedelta(minutes=1) else day

    def _chosen(self) -> None:
        self._enable()
        self.changed.emit()

    def _clear_errors(self, *_: object) -> None:
        for field in (self._source_field, self._evidence_field, self._day_field):
            field.set_error("")

    def _enable(self) -> None:
        self._clear_errors()
        for field in (self._source_field, self._evidence_field, self._day_field):
            field.setEnabled(self.basis.currentData() is not None)

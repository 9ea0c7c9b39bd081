"""Questions about people: a consent with its evidence, a reason, tags, changed values, merging, erasing."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLineEdit, QListWidget, QPlainTextEdit, QWidget

from campaigns.audience.contacts import ContactCard, ContactEdit, ContactRow, ErasurePlan, MergeOffer
from desktop.dialogs.dialog import Dialog
from desktop.dialogs.one_line import OneLineDialog
from desktop.formatting import Formats, count_of
from desktop.pages.audiences.words import handle_of, name_of, state_of
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.fields import Field

FIELDS_HEIGHT = 110
OFFERS_HEIGHT = 220


class ConsentDialog(Dialog):
    """Accepted: `source`, `wording`, `evidence` and `at`."""

    def __init__(self, parent: QWidget, who: str, now: datetime) -> None:
        super().__init__(parent, f"{who} agreed", width=540)
        self._now = now
        self.add_text("Write down that they agreed to be written to. It stands with your name and stays as a record.")
        self.source_entry, self.wording_entry = QLineEdit(), QLineEdit()
        self.evidence_entry, self.day_entry = QLineEdit(), QLineEdit(f"{now:%Y-%m-%d}")
        self._fields = {
            "source": Field("Where", self.source_entry, "A form, a counter, a call"),
            "wording": Field("In which words", self.wording_entry, "What they agreed to; may be empty"),
            "evidence": Field("Where the proof lies", self.evidence_entry, "A paper, a recording, a ticket number"),
            "day": Field("On which day", self.day_entry, "As 2026-11-20"),
        }
        for field in self._fields.values():
            self.body.addWidget(field)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.add_action("Add the consent", kind=Kind.PRIMARY, is_default=True).clicked.connect(self._check)
        self.source_entry.setFocus()

    @property
    def values(self) -> dict[str, str]:
        return {
            "source": self.source_entry.text(),
            "wording": self.wording_entry.text(),
            "evidence": self.evidence_entry.text(),
        }

    @property
    def at(self) -> datetime:
        """Today is this moment; another day counts from its begin. Raises ValueError for what is no day."""
        day = datetime.fromisoformat(self.day_entry.text().strip()).replace(tzinfo=UTC)
        return self._now if day.date() == self._now.date() else day

    def _check(self) -> None:
        errors = {
            "source": "" if self.source_entry.text().strip() else "Say where they agreed.",
            "evidence": "" if self.evidence_entry.text().strip() else "Say where the proof lies.",
            "day": self._day_error(),
        }
        for name, error in errors.items():
            self._fields[name].set_error(error)
        self.fit()
        if not any(errors.values()):
            self.accept()

    def _day_error(self) -> str:
        try:
            at = self.at
        except ValueError:
            return "This is no day. Write it as 2026-11-20."
        return "This day lies in the future." if at > self._now + timedelta(minutes=1) else ""


class ReasonDialog(OneLineDialog):
    """One act that wants a reason, which stays with the person. Accepted: `text`, the reason."""

    def __init__(self, parent: QWidget, title: str, message: str, confirm: str, *, must: bool) -> None:
        super().__init__(
            parent,
            title,
            "Why",
            confirm,
            longest=500,
            hint="Stays with the person" if must else "Stays with the person; may be empty",
            message=message,
            missing="Say why. It stays with the person." if must else "",
        )


class TagDialog(OneLineDialog):
    """Accepted: `text`, a tag to put on or (`is_removal`) to take off."""

    def __init__(self, parent: QWidget, who: str, known: Sequence[str]) -> None:
        hint = "Known: " + ", ".join(known[:12]) if known else "A word of yours: a group, a place, a course"
        super().__init__(parent, f"Tag {who}", "Tag", "Put on", longest=40, hint=hint, missing="Type a tag.")
        self.is_removal = False
        self.remove = self.add_quiet("Take off")
        self.remove.clicked.connect(self._remove)

    def _remove(self) -> None:
        self.is_removal = True
        self.check()


class EditDialog(Dialog):
    """Accepted: `edit`."""

    def __init__(self, parent: QWidget, card: ContactCard) -> None:
        super().__init__(parent, f"Edit {name_of(card.row)}", width=540)
        row = card.row
        self.entries = {
            "name": QLineEdit(row.name),
            "username": QLineEdit(row.username),
            "phone": QLineEdit(row.phone),
            "language": QLineEdit(row.language),
            "time_zone": QLineEdit(card.time_zone),
        }
        for name, title in (
            ("name", "Name"),
            ("username", "Username"),
            ("phone", "Phone"),
            ("language", "Language"),
            ("time_zone", "Time zone"),
        ):
            self.body.addWidget(Field(title, self.entries[name]))
        self.fields_entry = QPlainTextEdit("\n".join(f"{name}: {value}" for name, value in card.fields.items()))
        self.fields_entry.setFixedHeight(self._theme.px(FIELDS_HEIGHT))
        self.fields_entry.setTabChangesFocus(True)
        self._field = Field("Fields of your own", self.fields_entry, "One a line, as “course: Finnish B1”")
        self.body.addWidget(self._field)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.add_action("Save", kind=Kind.PRIMARY, is_default=True).clicked.connect(self._check)
        self.entries["name"].setFocus()

    @property
    def edit(self) -> ContactEdit:
        texts = {name: entry.text().strip() for name, entry in self.entries.items()}
        return ContactEdit(**texts, fields=self._fields)

    @property
    def _fields(self) -> Mapping[str, str]:
        lines = [line for line in self.fields_entry.toPlainText().splitlines() if line.strip()]
        return {name.strip(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

    def _check(self) -> None:
        lines = [line for line in self.fields_entry.toPlainText().splitlines() if line.strip()]
        wrong = next((line for line in lines if not line.partition(":")[1] or not line.partition(":")[0].strip()), "")
        self._field.set_error(f"“{wrong[:40]}” has no name before a colon." if wrong else "")
        self.fit()
        if not wrong:
            self.accept()


class EraseDialog(Dialog):
    """Erasing for good: what it reaches, and the name typed to confirm it."""

    def __init__(self, parent: QWidget, row: ContactRow, plan: ErasurePlan, formats: Formats) -> None:
        super().__init__(parent, f"Erase {name_of(row)}?", width=540)
        self._word = name_of(row)
        number = formats.number
        lines = [
            "Everything about this person goes: name, numbers, fields, tags, consents, and who they were in campaigns."
        ]
        if plan.deliveries:
            deliveries = count_of(number(plan.deliveries), "delivery stays", "deliveries stay")
            lines.append(f"{deliveries} counted, without whom and what.")
        if plan.planned:
            planned = count_of(number(plan.planned), "message is", "messages are")
            lines.append(f"{planned} not sent any more.")
        if plan.backups:
            backups = count_of(number(plan.backups), "copy of the database holds", "copies of the database hold")
            lines.append(f"{backups} this person and will be deleted.")
        lines.append("Only hashes stay, so that nobody ever writes to them again. This cannot be undone.")
        self.add_text("\n".join(f"•  {line}" for line in lines), Role.BODY)
        self.entry = QLineEdit()
        self.body.addWidget(Field(f"Type “{self._word}” to confirm", self.entry))
        self.add_action("Keep this person", is_default=True).clicked.connect(self.reject)
        self.confirm = self.add_action("Erase", kind=Kind.DANGER)
        self.confirm.clicked.connect(self.accept)
        self.entry.textChanged.connect(self._follow)
        self._follow("")
        self.entry.setFocus()

    def _follow(self, text: str) -> None:
        is_same = text.strip().casefold() == self._word.casefold()
        self.confirm.set_reason_disabled("" if is_same else "Type the name above first")


class MergeDialog(Dialog):
    """Pairs that may be one person, one after the other. `mergeRequested` and `dismissed` come with the pair."""

    mergeRequested = Signal(object)  # MergeOffer
    dismissed = Signal(object)

    def __init__(self, parent: QWidget, offers: Sequence[MergeOffer]) -> None:
        super().__init__(parent, "Are they one person?", width=560)
        self.offers = list(offers)
        self.add_text(
            "Merging keeps all consents, suppressions and deliveries of both; the stricter suppression holds. "
            "The first contact keeps what the two say differently. It cannot be undone."
        )
        self.list = QListWidget()
        self.list.setAccessibleName("Pairs of contacts")
        self.list.setFixedHeight(self._theme.px(OFFERS_HEIGHT))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.body.addWidget(self.list)
        self.add_quiet("Close").clicked.connect(self.reject)
        self.two = self.add_action("They are two")
        self.one = self.add_action("Merge into one", kind=Kind.DANGER)
        self.two.clicked.connect(self._dismiss)
        self.one.clicked.connect(self._merge)
        self._show()

    def _show(self) -> None:
        self.list.clear()
        self.list.addItems([_pair_words(offer) for offer in self.offers])
        self.list.setCurrentRow(0)
        reason = "" if self.offers else "No pair is left"
        self.one.set_reason_disabled(reason)
        self.two.set_reason_disabled(reason)

    def _take(self) -> MergeOffer:
        offer = self.offers.pop(self.list.currentRow())
        self._show()
        return offer

    def _merge(self) -> None:
        self.mergeRequested.emit(self._take())

    def _dismiss(self) -> None:
        self.dismissed.emit(self._take())


def _pair_words(offer: MergeOffer) -> str:
    why = "have one Telegram id" if offer.why == "telegram" else "one row of a file named both"
    sides = [
        f"{name_of(row)} ({handle_of(row)}, {state_of(row).word.lower()})" for row in (offer.first, offer.second)
    ]
    return f"{sides[0]}  and  {sides[1]}: {why}"

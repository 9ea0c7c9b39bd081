"""What is asked before a campaign is steered: whom to send to again, what unknown fates count as, a pace, an account."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QRadioButton, QWidget

from campaigns.reasons import PASSING, SENTENCES, DeliveryReason
from campaigns.steering import LARGEST_PER_HOUR, FailedReason, JoiningAccount, SendAgainPlan
from core.domain.ids import AccountId, DeliveryId
from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats, count_of, join_words
from desktop.models.keyed_rows import KeyedRows
from desktop.models.paged_rows import PagedRows
from desktop.models.table_model import TableModel
from desktop.pages.campaign.people_ticks import PeopleTicks, TickRow
from desktop.pages.reasons import short
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.cards import Note
from desktop.widgets.labels import label
from desktop.widgets.status import Glyph, Tone
from desktop.widgets.table import Cell, Column, Table, TableCard

LIST_HEIGHT = 248
LIKELY = frozenset({DeliveryReason.REFUSED, DeliveryReason.RECIPIENT, DeliveryReason.UNREACHABLE})
"""Ticked at first: what may have passed by itself. The others need that somebody did something."""

_ACCOUNTS = (Column("Account", 260, stretch=1),)


class SendAgainDialog(Dialog):
    """Accepted: `reasons` and `chosen`. Other reasons are asked for by `choose`, which fills the list."""

    def __init__(
        self,
        parent: QWidget,
        plan: SendAgainPlan,
        rows: PagedRows[TickRow],
        formats: Formats,
        choose: Callable[[frozenset[DeliveryReason]], object],
    ) -> None:
        super().__init__(parent, "Send again", width=640)
        self._choose = choose
        self._formats = formats
        self.add_text(
            "The same message to the same people, from the same account. Consent is asked again for each of them, "
            "and nobody gets it twice: only who was proved not to have it is in this list."
        )
        self.boxes: dict[DeliveryReason, QCheckBox] = {}
        for one in plan.reasons:
            self._add_reason(one)
        if plan.lasting:
            self.body.addWidget(label(self._lasting_words(plan), Role.HINT, wrap=True))
        self.people = PeopleTicks("People who are sent to again", rows, formats, all_ticked=True)
        self.people.setFixedHeight(LIST_HEIGHT)
        self.body.addWidget(self.people)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.send = self.add_action("Send again", "mdi6.send-outline", kind=Kind.PRIMARY, is_default=True)
        self.send.clicked.connect(self.accept)
        self.people.changed.connect(self._follow)
        self._follow()

    @property
    def reasons(self) -> frozenset[DeliveryReason]:
        return frozenset(reason for reason, box in self.boxes.items() if box.isChecked())

    @property
    def chosen(self) -> list[DeliveryId]:
        return [DeliveryId(number) for number in self.people.ticked]

    def show_people(self) -> None:
        """The list holds the people of the ticked reasons now."""
        self.people.show_count()
        self._follow()

    def _add_reason(self, one: FailedReason) -> None:
        box = QCheckBox(f"{short(one.reason)} · {self._formats.number(one.count)}")
        box.setToolTip(SENTENCES[one.reason])
        box.setChecked(one.reason in LIKELY and one.can_be_sent > 0)
        box.setEnabled(one.can_be_sent > 0)
        self.boxes[one.reason] = box
        self.body.addWidget(box)
        words = PASSING[one.reason]
        if one.held:
            why = join_words(
                [f"{short(reason).lower()} ({self._formats.number(count)})" for reason, count in one.held.items()]
            )
            words = f"{words} Left out: {why}."
        hint = label(words, Role.HINT, wrap=True)
        hint.setContentsMargins(26, 0, 0, 4)
        self.body.addWidget(hint)
        box.toggled.connect(self._reason_toggled)

    def _lasting_words(self, plan: SendAgainPlan) -> str:
        parts = [f"{short(reason).lower()} ({self._formats.number(count)})" for reason, count in plan.lasting.items()]
        return f"Not in the list, since it does not pass: {join_words(parts)}."

    def _reason_toggled(self) -> None:
        self.send.set_reason_disabled("The list is being read")
        self._choose(self.reasons)

    def _follow(self) -> None:
        count = len(self.people.ticked)
        people = count_of(self._formats.number(count), "person", "people")
        self.send.set_text(f"Send to {people} again" if count else "Send again")
        self.send.set_reason_disabled("" if count else "Choose at least one person")


class UnknownDialog(Dialog):
    """Accepted: `chosen` and `counts_as_sent`."""

    def __init__(self, parent: QWidget, rows: PagedRows[TickRow], formats: Formats) -> None:
        super().__init__(parent, "Messages with unknown fate", width=640)
        self._formats = formats
        self.counts_as_sent = False
        self.add_text(
            "Each of them may have left, and is never sent again. Look into the chats: what stands there counts as "
            "sent. What you leave stays unknown in the report, and is no longer asked about."
        )
        self.people = PeopleTicks("Messages with unknown fate", rows, formats, all_ticked=False)
        self.people.setFixedHeight(LIST_HEIGHT + 40)
        self.body.addWidget(self.people)
        self.add_quiet("Decide later").clicked.connect(self.reject)
        self.leave = self.add_action("Leave")
        self.count = self.add_action("Count as sent", "mdi6.check", kind=Kind.PRIMARY)
        self.leave.clicked.connect(self.accept)
        self.count.clicked.connect(self._count)
        self.people.changed.connect(self._follow)
        self._follow()
        self.people.table.setFocus()

    @property
    def chosen(self) -> list[DeliveryId]:
        return [DeliveryId(number) for number in self.people.ticked]

    def _count(self) -> None:
        self.counts_as_sent = True
        self.accept()

    def _follow(self) -> None:
        count = len(self.people.ticked)
        number = self._formats.number(count)
        self.leave.set_text(f"Leave {number}" if count else "Leave")
        self.count.set_text(f"Count {number} as sent" if count else "Count as sent")
        for button in (self.leave, self.count):
            button.set_reason_disabled("" if count else "Choose at least one message")


class PaceDialog(Dialog):
    """Accepted: `per_hour`, None for as fast as its plan says."""

    def __init__(self, parent: QWidget, *, now_per_hour: int | None, slowed: int | None, formats: Formats) -> None:
        """`now_per_hour`: how fast it is, as measured; `slowed`: what a person chose before."""
        super().__init__(parent, "Slow down", width=460)
        pace = f"It sends about {formats.number(now_per_hour)} an hour now. " if now_per_hour else ""
        self.add_text(
            f"{pace}A slower pace holds from the next message on, spread evenly over the hour. The limits of the "
            "plan and of each account hold as well."
        )
        self.fast = QRadioButton("As fast as its plan and its accounts allow")
        self.slow = QRadioButton("At most")
        self.number = QLineEdit(str(slowed or max(1, (now_per_hour or 120) // 2)))
        self.number.setValidator(QIntValidator(0, LARGEST_PER_HOUR, self.number))
        self.number.setAccessibleName("Messages an hour")
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setFixedWidth(self._theme.px(96))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.slow)
        row.addWidget(self.number)
        row.addWidget(label("messages an hour"), 1)
        self.body.addSpacing(4)
        self.body.addLayout(row)
        self.body.addWidget(self.fast)
        self.slow.setChecked(True)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.save = self.add_action("Change the pace", "mdi6.speedometer-slow", kind=Kind.PRIMARY, is_default=True)
        self.save.clicked.connect(self.accept)
        for signal in (self.slow.toggled, self.number.textChanged):
            signal.connect(self._follow)
        self._follow()
        self.number.setFocus()
        self.number.selectAll()

    @property
    def per_hour(self) -> int | None:
        return int(self.number.text()) if self.slow.isChecked() else None

    def _follow(self) -> None:
        self.number.setEnabled(self.slow.isChecked())
        is_whole = self.fast.isChecked() or (self.number.hasAcceptableInput() and int(self.number.text()) > 0)
        self.save.set_reason_disabled("" if is_whole else "Write a number from 1; to send nothing, pause instead")


class AddAccountDialog(Dialog):
    """Accepted: `account_id`."""

    def __init__(self, parent: QWidget, accounts: Sequence[JoiningAccount]) -> None:
        super().__init__(parent, "Add an account", width=520)
        self.add_text(
            "It takes over its share of the people who were not tried yet. Nobody moves who wrote to their account, "
            "or whose account Telegram asked to wait: another account is no way around a limit."
        )
        self._rows = KeyedRows[JoiningAccount](lambda row: row.account_id)
        self._rows.show(sorted(accounts, key=lambda one: bool(one.why_not)))
        self.table = Table("Accounts", _ACCOUNTS)
        self.table.setModel(TableModel(self._rows, _account_cells, len(_ACCOUNTS), self))
        card = TableCard(self.table)
        card.setFixedHeight(LIST_HEIGHT)
        self.body.addWidget(card)
        if not accounts:
            card.hide()
            self.body.addWidget(Note("Every account of this workspace is in the campaign already.", tone=Tone.WARN))
        self.add_action("Cancel").clicked.connect(self.reject)
        self.add = self.add_action("Add it", "mdi6.account-plus-outline", kind=Kind.PRIMARY, is_default=True)
        self.add.clicked.connect(self.accept)
        self.table.selectionModel().selectionChanged.connect(self._follow)
        self.table.opened.connect(self._opened)
        if accounts:
            self.table.selectRow(0)
        self._follow()
        self.table.setFocus()

    @property
    def account_id(self) -> AccountId:
        chosen = self._chosen()
        assert chosen is not None, "it cannot be accepted without one"
        return chosen.account_id

    def _chosen(self) -> JoiningAccount | None:
        row = self.table.chosen_row
        return None if row is None else self._rows.row(row)

    def _opened(self, row: int) -> None:
        if self.add.isEnabled():
            self.accept()

    def _follow(self) -> None:
        chosen = self._chosen()
        self.add.set_reason_disabled("Choose an account" if chosen is None else chosen.why_not)


def _account_cells(row: JoiningAccount) -> Sequence[Cell]:
    if row.why_not:
        return (Cell(text=row.title, detail=row.why_not, role=Role.DIM, glyph=Glyph.WARNING, tone=Tone.BAD),)
    return (Cell(text=row.title, detail="Ready", role=Role.STRONG, glyph=Glyph.DISC, tone=Tone.GOOD),)

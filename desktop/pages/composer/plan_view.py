"""The Plan step: when, how fast, first a few, from which accounts; and the whole plan in sentences."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QBoxLayout, QListView, QVBoxLayout, QWidget

from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.schedule.plan_words import describe_plan, describe_repeat
from campaigns.schedule.repeat import Repeat
from core.clock import Clock
from core.domain.account import AccountKind
from core.domain.ids import AccountId
from core.errors import ConfigurationError
from desktop.formatting import Formats
from desktop.pages.composer.plan_cards import CanaryCard, PaceCard, WhenCard
from desktop.pages.composer.repeat_card import RepeatCard
from desktop.theme import Role, Theme
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.cards import Card, Note, check_line
from desktop.widgets.labels import label
from desktop.widgets.layouts import scrolled
from desktop.widgets.status import Tone

WIDE = 960
"""Of the step: below it the cards stand in one column."""
ACCOUNT_ROLE = int(Qt.ItemDataRole.UserRole) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountChoice:
    """One account that the campaign may be sent from."""

    id: AccountId
    kind: AccountKind
    title: str
    facts: str  # how it stands and what it may send
    is_chosen: bool


class AccountsCard(Card):
    """Which accounts it is sent from."""

    chosen = Signal(object)  # frozenset of AccountId

    def __init__(self) -> None:
        super().__init__("From these accounts")
        self.count = label("", Role.HINT)
        self.all = Button("All", kind=Kind.LINK)
        self.none = Button("None", kind=Kind.LINK)
        self.head.insertWidget(1, self.count)
        self.add_to_head(self.all, self.none)
        self.list = QListView()
        self.list.setAccessibleName("Accounts to send from")
        self.list.setMinimumHeight(132)
        self.model = QStandardItemModel(self)
        self.list.setModel(self.model)
        self.list.setUniformItemSizes(True)
        self.body.addWidget(self.list, 1)
        self.body.addWidget(
            label(
                "A person hears from the account that wrote to them first; the others share the rest.",
                Role.HINT,
                wrap=True,
            )
        )
        self._shown: tuple[AccountChoice, ...] = ()
        self._is_loading = False
        self.model.itemChanged.connect(self._changed)
        self.list.activated.connect(self._turn)
        self.all.clicked.connect(self._choose_all)
        self.none.clicked.connect(self._choose_none)

    def show_accounts(self, accounts: Sequence[AccountChoice], *, is_frozen: bool) -> None:
        for button in (self.all, self.none):
            button.setVisible(not is_frozen)
        self.list.setEnabled(not is_frozen)
        number = sum(account.is_chosen for account in accounts)
        self.count.setText(f"{number} of {len(accounts)}")
        if tuple(accounts) == self._shown:
            return
        is_same = [account.id for account in accounts] == [account.id for account in self._shown]
        self._shown = tuple(accounts)
        self._is_loading = True
        if not is_same:
            self.model.clear()
            height = Theme.of_application().px(32)
            for _ in accounts:
                item = QStandardItem()
                item.setCheckable(True)
                item.setEditable(False)
                item.setSizeHint(QSize(0, height))
                self.model.appendRow(item)
        for row, account in enumerate(accounts):
            item = self.model.item(row)
            item.setText(f"{account.title}   ·   {account.facts}")
            item.setData(account.id, ACCOUNT_ROLE)
            item.setCheckState(Qt.CheckState.Checked if account.is_chosen else Qt.CheckState.Unchecked)
        self._is_loading = False

    def _changed(self, _: object = None) -> None:
        if not self._is_loading:
            rows = [self.model.item(row) for row in range(self.model.rowCount())]
            self.chosen.emit(
                frozenset(
                    AccountId(item.data(ACCOUNT_ROLE)) for item in rows if item.checkState() is Qt.CheckState.Checked
                )
            )

    def _turn(self, index: QModelIndex) -> None:
        item = self.model.itemFromIndex(index)
        is_on = item.checkState() is Qt.CheckState.Checked
        item.setCheckState(Qt.CheckState.Unchecked if is_on else Qt.CheckState.Checked)

    def _choose_all(self) -> None:
        self.chosen.emit(frozenset(account.id for account in self._shown))

    def _choose_none(self) -> None:
        self.chosen.emit(frozenset())


class PlanWords(Card):
    """The plan as it will be kept, in sentences."""

    def __init__(self) -> None:
        super().__init__("In words")
        self._lines: list[QWidget] = []
        self.sentences: list[str] = []

    def show_plan(self, plan: CampaignPlan, repeat: Repeat | None) -> None:
        sentences = [*(describe_repeat(repeat) if repeat is not None else ()), *describe_plan(plan)]
        if sentences == self.sentences:
            return
        self.sentences = sentences
        for line in self._lines:
            self.body.removeWidget(line)
            line.deleteLater()
        self._lines = []
        for sentence in sentences:
            line = check_line(sentence)
            self._lines.append(line)
            self.body.addWidget(line)


class PlanView(QWidget):
    """Shows and emits: `planned` with a plan that can be, `repeated` with a repeat or None, `accountsChosen` with ids."""

    planned = Signal(object)  # CampaignPlan
    repeated = Signal(object)  # Repeat, or None: it runs once
    accountsChosen = Signal(object)

    def __init__(self, formats: Formats, clock: Clock) -> None:
        super().__init__()
        self.when, self.pace, self.canary = WhenCard(), PaceCard(), CanaryCard()
        self.repeat = RepeatCard(formats, clock)
        self.accounts, self.words = AccountsCard(), PlanWords()
        self.wrong = Note("", "mdi6.alert-circle-outline", Tone.BAD)
        self.wrong.hide()
        self.frozen = Note("", "mdi6.lock-outline")
        self._inside = QWidget()
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        # Around it before anything is in it: each move of a widget to another parent styles all that it holds anew.
        whole.addWidget(scrolled(self._inside))
        self._plan: CampaignPlan | None = None
        self._repeat: Repeat | None = None
        self._cards = (self.when, self.repeat, self.pace, self.canary)
        for card in self._cards:
            card.changed.connect(self._changed)
        self.accounts.chosen.connect(self.accountsChosen)

    def set_zones(self, zones: Sequence[str]) -> None:
        """The time zones that there are."""
        self.when.set_zones(zones)
        self.repeat.set_zones(zones)

    def show_plan(self, plan: CampaignPlan, repeat: Repeat | None, *, frozen: str) -> None:
        """`frozen`: why it cannot be changed; "" for a draft."""
        self._plan, self._repeat = plan, repeat
        for card in self._cards:
            card.blockSignals(True)
        self.when.show_schedule(plan.schedule)
        self.repeat.show_repeat(repeat)
        self.pace.show_plan(plan)
        self.canary.show_canary(plan.canary)
        for card in self._cards:
            card.blockSignals(False)
            card.setEnabled(not frozen)
        self.words.show_plan(plan, repeat)
        self.frozen.setVisible(bool(frozen))
        self.frozen.text.setText(frozen)
        self._show_error(None)

    def lay_out(self) -> None:
        """Once. With making the cards it would be more than one handler may take."""
        left = QVBoxLayout()
        left.setSpacing(12)
        left.addWidget(self.when)
        left.addWidget(self.repeat)
        left.addWidget(self.accounts, 1)
        right = QVBoxLayout()
        right.setSpacing(12)
        right.addWidget(self.pace)
        right.addWidget(self.canary)
        right.addWidget(self.words)
        right.addWidget(self.wrong)
        right.addWidget(self.frozen)
        right.addStretch(1)
        self._columns = QBoxLayout(QBoxLayout.Direction.LeftToRight, self._inside)
        self._columns.setContentsMargins(24, 4, 24, 16)
        self._columns.setSpacing(12)
        self._columns.addLayout(left, 3)
        self._columns.addLayout(right, 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_wide = self.width() >= Theme.of_application().px(WIDE)
        side, below = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._columns.setDirection(side if is_wide else below)

    def _changed(self) -> None:
        try:
            plan = CampaignPlan(
                schedule=self.when.schedule(),
                per_hour=self.pace.per_hour.value(),
                per_day=self.pace.per_day.value(),
                cap=self.pace.cap(),
                canary=self.canary.canary(),
            )
            repeat = self.repeat.repeat()
        except ConfigurationError as error:
            self._show_error(error)
            return
        self._show_error(None)
        is_planned, is_repeated = plan != self._plan, repeat != self._repeat
        if is_planned or is_repeated:
            self.show_plan(plan, repeat, frozen="")
        if is_planned:
            self.planned.emit(plan)
        if is_repeated:
            self.repeated.emit(repeat)

    def _show_error(self, error: ConfigurationError | None) -> None:
        self.wrong.setVisible(error is not None)
        self.wrong.text.setText(f"{error.message} {error.hint}".strip() if error is not None else "")
        self.when.mark(error)

"""Beside the search: conversations of one account, one campaign or one label alone. What is chosen stands below it."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from campaigns.inbox.conversations import ConversationPlaces
from core.domain.ids import AccountId, CampaignId
from desktop.widgets.buttons import IconButton
from desktop.widgets.choices import ChosenFilter

_HINT = "Only of an account, a campaign or a label (F)"


class PlaceChoice(QWidget):
    """Shows and emits. `changed`: other filters hold, which are `account_id`, `campaign_id` and `label`."""

    offerRequested = Signal()  # `offer` is called with what there is
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.account_id: AccountId | None = None
        self.campaign_id: CampaignId | None = None
        self.label = ""
        self.open = IconButton("mdi6.filter-variant", _HINT)
        self.account, self.campaign, self.labelled = ChosenFilter(""), ChosenFilter(""), ChosenFilter("")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for chip, forget in (
            (self.account, partial(self.choose_account, None, "")),
            (self.campaign, partial(self.choose_campaign, None, "")),
            (self.labelled, partial(self.choose_label, "")),
        ):
            line = QHBoxLayout()
            line.addWidget(chip)
            line.addStretch(1)
            column.addLayout(line)
            chip.clicked.connect(lambda _=False, forget=forget: forget())
            chip.hide()
        self.hide()
        self.open.clicked.connect(self.offerRequested)

    @property
    def is_on(self) -> bool:
        return self.account_id is not None or self.campaign_id is not None or bool(self.label)

    def offer(self, places: ConversationPlaces) -> QMenu:
        """The menu, open. It deletes itself when it closes."""
        menu = QMenu(self.open)
        accounts, campaigns, labels = menu.addMenu("Account"), menu.addMenu("Campaign"), menu.addMenu("Label")
        for account_id, title in places.accounts:
            accounts.addAction(title, partial(self.choose_account, account_id, title))
        for campaign_id, title in places.campaigns:
            campaigns.addAction(title, partial(self.choose_campaign, campaign_id, title))
        for name in places.labels:
            labels.addAction(name, partial(self.choose_label, name))
        for part in (accounts, campaigns, labels):
            part.setEnabled(not part.isEmpty())
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(self.open.mapToGlobal(self.open.rect().bottomLeft()))
        return menu

    def choose_account(self, account_id: AccountId | None, title: str) -> None:
        self.account_id = account_id
        self._show(self.account, title)

    def choose_campaign(self, campaign_id: CampaignId | None, title: str) -> None:
        self.campaign_id = campaign_id
        self._show(self.campaign, title)

    def choose_label(self, name: str) -> None:
        self.label = name
        self._show(self.labelled, name)

    def clear(self) -> None:
        """None of them holds."""
        self.account_id, self.campaign_id, self.label = None, None, ""
        for chip in (self.account, self.campaign, self.labelled):
            chip.hide()
        self.hide()
        self.changed.emit()

    def _show(self, chip: ChosenFilter, words: str) -> None:
        chip.setText(words)
        chip.setAccessibleName(f"Remove the filter {words}")
        chip.updateGeometry()
        chip.setVisible(bool(words))
        self.setVisible(self.is_on)
        self.changed.emit()

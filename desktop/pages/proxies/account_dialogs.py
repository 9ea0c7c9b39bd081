"""Giving proxies to accounts and taking them back: who, from where, and what they do when a proxy fails."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QRadioButton, QWidget

from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyWish
from database.stores.proxy_screens import AccountRoute
from desktop.dialogs.dialog import Dialog
from desktop.formatting import count_of
from desktop.pages.proxies.account_list import AccountList
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.cards import Note
from desktop.widgets.fields import Field
from desktop.widgets.labels import label
from desktop.widgets.status import Tone

LIST_HEIGHT = 250


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignChoice:
    """Which accounts get a proxy, tried in the order of `wishes` until one is free."""

    accounts: tuple[AccountRoute, ...]
    wishes: tuple[ProxyWish, ...]
    may_move: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseChoice:
    """Whose proxy is taken; `direct`: they connect without one from then on."""

    accounts: tuple[AccountId, ...]
    direct: bool


class AssignDialog(Dialog):
    """Accepted: `choice`."""

    def __init__(
        self,
        parent: QWidget,
        accounts: Sequence[AccountRoute],
        *,
        proxies: Sequence[tuple[ProxyId, str]],
        labels: Sequence[str],
        countries: Sequence[str],
    ) -> None:
        """`proxies`: those chosen in the list, with their addresses."""
        super().__init__(parent, "Assign proxies to accounts", width=640)
        self._proxies = tuple(proxies)
        self.add_text("From then on an account leaves through its proxy or not at all. One that is connected is "
                      "disconnected first; nothing is lost, and nothing is sent twice.")  # fmt: skip
        without = [one.account_id for one in accounts if not one.address]
        self.list = AccountList(accounts, ticked=without if len(without) == 1 else ())
        self.list.setFixedHeight(LIST_HEIGHT)
        self.body.addWidget(self.list)
        self.body.addWidget(label("Which proxies", Role.LABEL))
        self.from_chosen = QRadioButton(self._chosen_words())
        self.from_any = QRadioButton("Any healthy one that has room, those with the fewest accounts first")
        self.from_chosen.setVisible(bool(proxies))
        (self.from_chosen if proxies else self.from_any).setChecked(True)
        self.body.addWidget(self.from_chosen)
        self.body.addWidget(self.from_any)
        self.label_box = _combo("Any label", labels)
        self.country_box = _combo("Any country", countries)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(Field("Label", self.label_box), 1)
        row.addWidget(Field("Country", self.country_box), 1)
        self.body.addLayout(row)
        self.may_move = QCheckBox("May move to a healthy proxy of the same label and country when its own fails")
        self.body.addWidget(self.may_move)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.assign = self.add_action("Assign", "mdi6.swap-horizontal", kind=Kind.PRIMARY, is_default=True)
        self.assign.clicked.connect(self.accept)
        self.list.changed.connect(self._changed)
        self.from_any.toggled.connect(self._changed)
        self._changed()
        self.list.table.setFocus()

    @property
    def choice(self) -> AssignChoice:
        if self.from_chosen.isChecked():
            wishes = tuple(ProxyWish(proxy_id=proxy_id) for proxy_id, _ in self._proxies)
        else:
            wishes = (ProxyWish(label=_value(self.label_box), country=_value(self.country_box)),)
        return AssignChoice(accounts=tuple(self.list.ticked), wishes=wishes, may_move=self.may_move.isChecked())

    def _chosen_words(self) -> str:
        if len(self._proxies) == 1:
            return f"Only {self._proxies[0][1]}"
        return f"Only the {len(self._proxies)} chosen ones, in their order"

    def _changed(self) -> None:
        ticked = len(self.list.ticked)
        self.assign.set_reason_disabled("" if ticked else "Choose at least one account")
        self.assign.set_text(f"Assign to {count_of(str(ticked), 'account')}" if ticked else "Assign")
        for box in (self.label_box, self.country_box):
            box.setEnabled(self.from_any.isChecked())


class ReleaseDialog(Dialog):
    """Accepted: `choice`."""

    def __init__(self, parent: QWidget, accounts: Sequence[AccountRoute]) -> None:
        super().__init__(parent, "Release accounts from their proxies", width=600)
        self.add_text("What is under way is settled first. Their deliveries stay in the queue.")
        self.list = AccountList(accounts, ticked=[one.account_id for one in accounts])
        self.list.setFixedHeight(LIST_HEIGHT - 50)
        self.body.addWidget(self.list)
        self.wait = QRadioButton("They wait until they are given another proxy")
        self.direct = QRadioButton("They connect without a proxy from now on")
        self.wait.setChecked(True)
        self.body.addWidget(self.wait)
        self.body.addWidget(self.direct)
        self.warning = Note(
            "Telegram then sees the address of this computer. This is the only way an account comes to connect directly.",
            "mdi6.alert-outline",
            Tone.WARN,
        )
        self.warning.hide()
        self.body.addWidget(self.warning)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.release = self.add_action("Release", "mdi6.link-variant-off", kind=Kind.PRIMARY, is_default=True)
        self.release.clicked.connect(self.accept)
        self.list.changed.connect(self._changed)
        self.direct.toggled.connect(self._warn)
        self._changed()
        self.list.table.setFocus()

    @property
    def choice(self) -> ReleaseChoice:
        accounts = tuple(one.account_id for one in self.list.ticked)
        return ReleaseChoice(accounts=accounts, direct=self.direct.isChecked())

    def _changed(self) -> None:
        ticked = len(self.list.ticked)
        self.release.set_reason_disabled("" if ticked else "Choose at least one account")
        self.release.set_text(f"Release {count_of(str(ticked), 'account')}" if ticked else "Release")

    def _warn(self, is_direct: bool) -> None:
        self.warning.setVisible(is_direct)
        self.fit()


def _combo(everything: str, values: Sequence[str]) -> QComboBox:
    box = QComboBox()
    box.addItem(everything, None)
    for value in values:
        box.addItem(value, value)
    return box


def _value(box: QComboBox) -> str | None:
    value = box.currentData()
    return str(value) if value else None

"""Which way out: a proxy for one or several accounts, or none."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from PySide6.QtWidgets import QCheckBox, QComboBox, QRadioButton, QWidget

from core.domain.proxy import Proxy, ProxyWish
from desktop.dialogs.dialog import Dialog
from desktop.pages.accounts.acts import ProxyChoice
from desktop.pages.accounts.cells import PROXY_KINDS
from desktop.widgets.buttons import Kind
from desktop.widgets.cards import Note
from desktop.widgets.fields import Field
from desktop.widgets.status import Tone


class AccountProxyDialog(Dialog):
    """Accepted: `choice`. Several accounts choose a group; one may choose a certain proxy as well."""

    def __init__(
        self,
        parent: QWidget,
        who: str,
        proxies: Sequence[Proxy],
        *,
        ids: Sequence[int],
        now: datetime,
        is_direct: bool,
        may_move: bool,
    ) -> None:
        super().__init__(parent, f"Proxy for {who}", width=520)
        self._wishes = list_wishes(proxies, ids, now=now)
        self.give = QRadioButton("Leave through a proxy, never around it")
        self.wait = QRadioButton("Take the proxy away and wait for another one")
        self.direct = QRadioButton("Connect directly, without a proxy")
        self.which = QComboBox()
        self.which.addItems(list(self._wishes))
        self.move_itself = QCheckBox("Move to another one of the same group when it fails")
        self.move_itself.setChecked(may_move)
        self._note = Note("Telegram then sees the address of this computer.", "mdi6.shield-lock-outline", Tone.WARN)
        self._build(len(ids))
        if not self._wishes:
            self.give.setEnabled(False)
            self.give.setToolTip("No healthy proxy has room. Import more on the Proxies page.")
            self.direct.setChecked(is_direct)
            self.wait.setChecked(not is_direct)
        else:
            self.give.setChecked(True)
        self._follow()

    @property
    def choice(self) -> ProxyChoice:
        if self.give.isChecked():
            wish = self._wishes[self.which.currentText()]
            return ProxyChoice(wish=wish, may_move=self.move_itself.isChecked())
        return ProxyChoice(wish=None, is_direct=self.direct.isChecked())

    def _build(self, count: int) -> None:
        self.body.addWidget(self.give)
        hint = (
            "Each keeps the one it has where that fits." if count > 1 else "It keeps the one it has where that fits."
        )
        self._which = Field("Which", self.which, hint)
        self.body.addWidget(self._which)
        self.body.addWidget(self.move_itself)
        self.body.addWidget(self.wait)
        self.body.addWidget(self.direct)
        self.body.addWidget(self._note)
        for way in (self.give, self.wait, self.direct):
            way.toggled.connect(self._follow)
        self.add_action("Cancel").clicked.connect(self.reject)
        self.add_action("Save", kind=Kind.PRIMARY, is_default=True).clicked.connect(self.accept)

    def _follow(self) -> None:
        is_given = self.give.isChecked()
        self._which.setEnabled(is_given)
        self.move_itself.setEnabled(is_given)
        self._note.setVisible(self.direct.isChecked())
        if self.isVisible():
            self.fit()


def list_wishes(proxies: Sequence[Proxy], ids: Sequence[int], *, now: datetime) -> Mapping[str, ProxyWish]:
    """What these accounts can choose, with the room that is left: any, each label and country; one account also a
    certain proxy. What they have comes first where that is one, or all that is left: to change nothing is no loss."""
    chosen = set(ids)
    own = [proxy for proxy in proxies if not chosen.isdisjoint(proxy.account_ids)]
    usable = [
        proxy
        for proxy in proxies
        if (proxy.quarantined_until is None or proxy.quarantined_until <= now)
        and len(proxy.account_ids) < proxy.capacity
    ]
    found: dict[str, ProxyWish] = {}
    if own and len(ids) == 1:
        found[f"The one it has: {_name(own[0])}"] = ProxyWish(proxy_id=own[0].id)
    elif own and not usable:
        found["The ones they have"] = ProxyWish()
    if not usable:
        return found
    room = sum(proxy.capacity - len(proxy.account_ids) for proxy in usable)
    found[f"Any healthy one   ({room:,} free)"] = ProxyWish()
    for field, name in (("label", "Label"), ("country", "Country")):
        rooms: dict[str, int] = {}
        for proxy in usable:
            value = getattr(proxy, field)
            if value:
                rooms[value] = rooms.get(value, 0) + proxy.capacity - len(proxy.account_ids)
        for value, free in sorted(rooms.items()):
            wish = ProxyWish(label=value) if field == "label" else ProxyWish(country=value)
            found[f"{name} {value}   ({free:,} free)"] = wish
    if len(ids) == 1:
        for proxy in usable:
            if proxy not in own:
                found[_name(proxy)] = ProxyWish(proxy_id=proxy.id)
    return found


def _name(proxy: Proxy) -> str:
    return f"{proxy.endpoint.address}   {PROXY_KINDS[proxy.endpoint.kind]}"

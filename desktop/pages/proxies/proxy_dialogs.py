"""Editing and removing proxies. A password is never shown: it can only be replaced."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QRadioButton, QWidget

from core.domain.proxy import HolderFate, Proxy, ProxyChange, ProxyFailure, ProxyKind
from core.errors import UserInputError
from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats, count_of
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.cards import Note
from desktop.widgets.fields import Field
from desktop.widgets.labels import label
from proxy import read_country

MOST_AT_ONCE = 1000  # accounts of one proxy; the schema says so, too


@dataclass(frozen=True, slots=True, kw_only=True)
class EditChoice:
    """What to change; `secret` empty: it stays."""

    change: ProxyChange
    secret: str


class GroupFields(QWidget):
    """Label, country and capacity in one row. What nobody touched is None."""

    def __init__(self, *, label: str, country: str, capacity: str) -> None:
        super().__init__()
        self.label, self.country, self.capacity = QLineEdit(label), QLineEdit(country), QLineEdit(capacity)
        self.country.setMaxLength(2)
        self.capacity.setValidator(QIntValidator(1, MOST_AT_ONCE, self))
        self._country_field = Field("Country", self.country, "Such as DE")
        self._capacity_field = Field("Accounts at once", self.capacity, "1: exclusive")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(Field("Label", self.label, "Such as the provider"), 2)
        row.addWidget(self._country_field, 1)
        row.addWidget(self._capacity_field, 1)

    def read(self) -> ProxyChange | None:
        """What was typed; None when it cannot be used, which then stands below its field."""
        try:
            country = read_country(self.country.text())
        except UserInputError as error:
            self._country_field.set_error(error.hint)
            return None
        self._country_field.set_error("")
        if self.capacity.text() and not self.capacity.hasAcceptableInput():
            self._capacity_field.set_error(f"From 1 to {MOST_AT_ONCE:,}")
            return None
        self._capacity_field.set_error("")
        return ProxyChange(
            label=self.label.text().strip() if self.label.isModified() else None,
            country=country if self.country.isModified() else None,
            capacity=int(self.capacity.text()) if self.capacity.isModified() and self.capacity.text() else None,
        )


class EditDialog(Dialog):
    """Accepted: `choice`."""

    def __init__(self, parent: QWidget, proxies: Sequence[Proxy]) -> None:
        one = proxies[0] if len(proxies) == 1 else None
        super().__init__(parent, f"Edit {one.endpoint.address}" if one else f"Edit {len(proxies)} proxies", width=560)
        self._choice: EditChoice | None = None
        self.add_text(
            "Accounts stay on the proxy. They move by themselves only within the same label and country."
            if one
            else "What you leave untouched stays as it is for each of them."
        )
        self.fields = GroupFields(
            label=_common([proxy.label for proxy in proxies]),
            country=_common([proxy.country for proxy in proxies]),
            capacity=_common([str(proxy.capacity) for proxy in proxies]),
        )
        for entry, values in (
            (self.fields.label, {proxy.label for proxy in proxies}),
            (self.fields.country, {proxy.country for proxy in proxies}),
            (self.fields.capacity, {str(proxy.capacity) for proxy in proxies}),
        ):
            if len(values) > 1:
                entry.setPlaceholderText("differ")
        self.body.addWidget(self.fields)
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        if one is not None and takes_secret(one):
            is_kept = bool(one.endpoint.secret_name)
            self.secret.setPlaceholderText("•••••• is kept" if is_kept else "none yet")
            name = "New secret" if one.endpoint.kind is ProxyKind.MTPROXY else "New password"
            hint = "Empty: it stays as it is. A new one goes into the vault and is checked at once"
            self.body.addWidget(Field(name, self.secret, hint))
        else:
            self.secret.setParent(self)
            self.secret.hide()
        self.add_action("Cancel").clicked.connect(self.reject)
        self.add_action("Save", kind=Kind.PRIMARY, is_default=True).clicked.connect(self._check)
        self.fields.label.setFocus()

    @property
    def choice(self) -> EditChoice:
        assert self._choice is not None, "it was accepted"
        return self._choice

    def _check(self) -> None:
        change = self.fields.read()
        if change is None:
            self.fit()
            return
        self._choice = EditChoice(change=change, secret=self.secret.text())
        self.accept()


class RemoveDialog(Dialog):
    """Accepted: `fate` says what the accounts do."""

    def __init__(self, parent: QWidget, proxies: Sequence[Proxy], formats: Formats) -> None:
        count = len(proxies)
        which = proxies[0].endpoint.address if count == 1 else f"{formats.number(count)} proxies"
        super().__init__(parent, f"Remove {which}?", width=540)
        held = sum(len(proxy.account_ids) for proxy in proxies)
        limited = sum(len(proxy.account_ids) for proxy in proxies if proxy.failure is ProxyFailure.LIMITED)
        self.add_text(_what_goes(proxies))
        they, their = ("It", "its") if held == 1 else ("They", "their")
        s = "s" if held == 1 else ""
        self.to_move = QRadioButton(f"{they} move{s} to a healthy one of the same label and country, or else wait{s}")
        self.to_wait = QRadioButton(f"{they} wait{s} until given another proxy")
        self._held = held
        self._is_one = count == 1
        if held:
            leave = count_of(formats.number(held), "account leaves", "accounts leave")
            its = "it" if count == 1 else "them"
            self.body.addWidget(label(f"{leave} through {its}", Role.STRONG))
            self.body.addWidget(self.to_wait)
            self.body.addWidget(self.to_move)
            words = "It does not connect" if held == 1 else "None of them connects"
            words += f" without a proxy. {their.capitalize()} deliveries stay in the queue."
            if limited:
                words += f" {formats.number(limited)} wait in any case: Telegram limits the address of their proxy."
            self.body.addWidget(Note(words, "mdi6.shield-lock-outline"))
        for choice in (self.to_move, self.to_wait):
            if not held:
                choice.setParent(self)
                choice.hide()
        self.to_wait.setChecked(True)
        back = self.add_action("Keep it" if count == 1 else "Keep them", is_default=True)
        back.clicked.connect(self.reject)
        remove = "Remove it" if count == 1 else f"Remove {formats.number(count)}"
        self.add_action(remove, kind=Kind.DANGER).clicked.connect(self.accept)

    @property
    def fate(self) -> HolderFate:
        if not self._held:  # somebody may have assigned one meanwhile: it stays
            return HolderFate.REFUSE if self._is_one else HolderFate.KEEP
        return HolderFate.MOVE if self.to_move.isChecked() else HolderFate.WAIT


def takes_secret(proxy: Proxy) -> bool:
    """Whether there can be a password or secret at all."""
    if proxy.endpoint.kind is ProxyKind.MTPROXY:
        return True
    return bool(proxy.endpoint.username) and proxy.endpoint.kind is not ProxyKind.SOCKS4


def _common(values: Sequence[str]) -> str:
    return values[0] if len(set(values)) == 1 else ""


def _what_goes(proxies: Sequence[Proxy]) -> str:
    has_secret = any(proxy.endpoint.secret_name for proxy in proxies)
    if len(proxies) == 1:
        also = " and its password in the vault" if has_secret else ""
        return f"Its history of checks{also} will be gone. Import it again to have it back."
    also = " and their passwords in the vault" if has_secret else ""
    return f"Their history of checks{also} will be gone. Import them again to have them back."

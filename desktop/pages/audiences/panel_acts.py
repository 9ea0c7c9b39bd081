"""What is pressed about the person of the panel, done by ContactActs."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from campaigns.audience.contacts import ContactCard
from desktop.pages.audiences.contact_acts import ContactActs
from desktop.pages.audiences.contact_panel import ContactPanel
from desktop.pages.audiences.words import name_of


class PanelActs(QObject):
    """`card`: of the person who is shown; None: nobody is."""

    def __init__(self, parent: QObject, acts: ContactActs, card: Callable[[], ContactCard | None]) -> None:
        super().__init__(parent)
        self._acts = acts
        self._card = card

    def attach(self, panel: ContactPanel) -> None:
        """Once, when the panel was made."""
        panel.consentRequested.connect(self.add_consent)
        panel.withdrawRequested.connect(self.withdraw)
        panel.suppressRequested.connect(self.suppress)
        panel.liftRequested.connect(self.lift)
        panel.editRequested.connect(self.edit)
        panel.exportRequested.connect(self.export)
        panel.eraseRequested.connect(self.erase)

    def add_consent(self) -> None:
        self._begin("add_consent")

    def withdraw(self) -> None:
        self._begin("withdraw")

    def lift(self) -> None:
        self._begin("lift")

    def edit(self) -> None:
        self._begin("edit")

    def export(self) -> None:
        self._begin("export")

    def erase(self) -> None:
        self._begin("erase")

    def suppress(self) -> None:
        card = self._card()
        if card is not None:
            self._acts.begin(self._acts.suppress(card.row.id, name_of(card.row)), "people: suppress")

    def _begin(self, name: str) -> None:
        card = self._card()
        if card is not None:
            self._acts.begin(getattr(self._acts, name)(card), f"people: {name}")

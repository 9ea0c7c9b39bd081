"""How a campaign goes on that came back with a backup: asked before it is resumed or started."""

from datetime import datetime

from PySide6.QtWidgets import QRadioButton, QWidget

from campaigns.backup.after_restore import AfterRestore, RestoredCampaign
from desktop.dialogs.dialog import Dialog
from desktop.event_loop import ask_for
from desktop.formatting import Formats, count_of
from desktop.pages.services import PageServices
from desktop.theme import Role
from desktop.widgets.buttons import Kind
from desktop.widgets.labels import label

CHECK = "Look before each message"
LEAVE = "Send to nobody else"
NOTHING_SENT = "Nothing was sent after the backup"


class AfterRestoreDialog(Dialog):
    """Accepted: `choice`."""

    def __init__(self, parent: QWidget, campaign: RestoredCampaign, formats: Formats, now: datetime) -> None:
        super().__init__(parent, f"How does “{campaign.title}” go on?", width=560)
        self.add_text(
            f"It came back with a backup of {formats.moment(campaign.since, now)}. Who got its message after that is not "
            "known here, so nothing is sent before you choose."
        )
        to_do = campaign.by_users + campaign.by_bots
        self.choices: dict[AfterRestore, QRadioButton] = {}
        self._add(AfterRestore.CHECK, CHECK, _check_words(campaign, formats))
        if to_do:
            people = count_of(formats.number(to_do), "person counts", "people count")
            words = f"{people} as possibly sent and can be looked at one by one. Nobody gets it twice."
            self._add(AfterRestore.LEAVE, LEAVE, words)
        words = "Only if you know it, because no worker ran anywhere, for example. Otherwise people get it twice."
        self._add(AfterRestore.NOTHING_SENT, NOTHING_SENT, words)
        self.choices[AfterRestore.CHECK].setChecked(True)
        self.add_quiet("Decide later").clicked.connect(self.reject)
        self.go_on = self.add_action("Choose and go on", kind=Kind.PRIMARY, is_default=True)
        self.go_on.clicked.connect(self.accept)
        self.choices[AfterRestore.CHECK].setFocus()

    @property
    def choice(self) -> AfterRestore:
        return next(choice for choice, button in self.choices.items() if button.isChecked())

    def _add(self, choice: AfterRestore, title: str, words: str) -> None:
        button = QRadioButton(title)
        button.setAccessibleDescription(words)
        self.choices[choice] = button
        self.body.addSpacing(2)
        self.body.addWidget(button)
        hint = label(words, Role.HINT, wrap=True)
        hint.setContentsMargins(26, 0, 0, 4)
        self.body.addWidget(hint)


def _check_words(campaign: RestoredCampaign, formats: Formats) -> str:
    read = "Each chat is read first: who has the message counts as sent, the others get it."
    bots = (
        "A bot cannot read chats: for 24 hours from the backup Telegram recognises what it has already, afterwards they "
        "count as possibly sent."
    )
    if not campaign.by_bots:
        return read
    people = count_of(formats.number(campaign.by_bots), "person is", "people are")
    return (
        f"{people} written to by bots. {bots}"
        if not campaign.by_users
        else f"{read} {people} written to by bots. {bots}"
    )


async def choose_after_restore(parent: QWidget, services: PageServices, campaign: RestoredCampaign) -> bool:
    """Ask and keep the choice. False: it was put off."""
    dialog = AfterRestoreDialog(parent.window(), campaign, services.formats, services.clock.now())
    choice = await ask_for(dialog, lambda: dialog.choice)
    if choice is None:
        return False
    await services.restores.choose(campaign.id, choice, actor=services.actor)
    return True

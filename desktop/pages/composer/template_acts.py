"""What the Message step does with the library of templates: begins with one of them, keeps the message as one."""

import asyncio

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from campaigns.message.variants import Message
from core.errors import AppError
from desktop.pages.composer.presenter import DraftPresenter
from desktop.pages.composer.templates_dialog import SaveTemplateDialog, TemplatesDialog
from desktop.pages.composer.templates_presenter import keep_as_template
from desktop.pages.services import PageServices


class TemplateActs(QObject):
    """Dialogs stand over the view that asked for them."""

    def __init__(self, parent: QObject, services: PageServices, presenter: DraftPresenter) -> None:
        super().__init__(parent)
        self._services = services
        self._presenter = presenter

    def ask_which(self) -> None:
        """One of the library, instead of what stands there; that can be undone."""
        self._services.spawn(self._open_library(self._asker()), "open the library of templates")

    async def _open_library(self, asker: QWidget) -> None:
        dialog = TemplatesDialog(asker, self._services)
        dialog.used.connect(self._use)
        await asyncio.sleep(0)  # making and showing it at once would be more than a frame
        dialog.open()

    def ask_title(self) -> None:
        """Under which the message is kept."""
        dialog = SaveTemplateDialog(self._asker(), self._presenter.title)
        dialog.given.connect(self._keep)
        dialog.open()

    def _asker(self) -> QWidget:
        sender = self.sender()
        assert isinstance(sender, QWidget), "a view asks"
        return sender

    def _use(self, message: Message) -> None:
        self._services.spawn(self._put(message), "use a template")

    async def _put(self, message: Message) -> None:
        await asyncio.sleep(0)  # after the dialog has closed: a long text takes a handler of its own
        self._presenter.change(lambda _: message, is_checked_later=True)

    def _keep(self, title: str) -> None:
        self._services.spawn(self._keep_as(title, self._presenter.message), "save as template")

    async def _keep_as(self, title: str, message: Message) -> None:
        try:
            await keep_as_template(self._services, title, message)
        except AppError as error:
            self._services.tells.error(error)

"""What the Message step does with the library of templates: begins with one of them, keeps the message as one."""

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
        dialog = TemplatesDialog(self._asker(), self._services)
        dialog.used.connect(self._use)
        dialog.open()

    def ask_title(self) -> None:
        """Under which the message is kept."""
        dialog = SaveTemplateDialog(self._asker(), self._presenter.title)
        dialog.named.connect(self._keep)
        dialog.open()

    def _asker(self) -> QWidget:
        sender = self.sender()
        assert isinstance(sender, QWidget), "a view asks"
        return sender

    def _use(self, message: Message) -> None:
        self._presenter.change(lambda _: message)

    def _keep(self, title: str) -> None:
        self._services.spawn(self._keep_as(title, self._presenter.message), "save as template")

    async def _keep_as(self, title: str, message: Message) -> None:
        try:
            await keep_as_template(self._services, title, message)
        except AppError as error:
            self._services.tells.error(error)

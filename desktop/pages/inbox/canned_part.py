"""What the inbox does with canned replies: it calls them into answers, counts that, and opens the dialog for them."""

from collections.abc import Coroutine, Sequence

from PySide6.QtCore import QObject

from campaigns.inbox.canned import CannedReplies, CannedReply
from campaigns.inbox.conversations import ConversationRow
from core.errors import AppError
from desktop.event_loop import ask
from desktop.pages.inbox.canned_dialog import CannedDialog
from desktop.pages.inbox.canned_presenter import CannedPresenter
from desktop.pages.inbox.canned_typing import CannedTyping
from desktop.pages.page import PageContext, PageKey
from desktop.pages.services import PageServices
from desktop.scope import Scope


class CannedPart(QObject):
    """Lives as long as the thread in which answers are written."""

    def __init__(self, context: PageContext, services: PageServices, typing: CannedTyping, scope: Scope) -> None:
        super().__init__(typing)
        self._services = services
        self._scope = scope
        self._typing = typing
        self._canned = context.services.get(CannedReplies)
        self.presenter = CannedPresenter(self._canned, self._spawn_latest, typing)
        typing.inserted.connect(self._count)
        typing.failed.connect(self._tell)
        typing.manageRequested.connect(self.manage)
        scope.connect(context.hub.cannedRepliesChanged, self.presenter.changed)
        scope.connect(context.hub.contactsChanged, self.presenter.changed)

    @property
    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(keys="Ctrl+E", text="Canned reply…", act=self._typing.begin),
            PageKey(keys="Ctrl+Shift+E", text="Manage canned replies…", act=self.manage),
        )

    def open(self, row: ConversationRow) -> None:
        """An answer may be written here."""
        self.presenter.open(row.id)

    def watch(self, *, is_watched: bool) -> None:
        self.presenter.watch(is_watched=is_watched)

    def manage(self) -> None:
        """Look at all of them, with what this person would read."""
        self._services.spawn(self._manage(), "inbox: manage canned replies")

    async def _manage(self) -> None:
        dialog = CannedDialog(self._typing.popup.window(), self._services, self._canned, self.presenter.person)
        await ask(dialog)

    def _count(self, reply: CannedReply) -> None:
        self._services.spawn(self.presenter.count_use(reply), "inbox: count a canned reply")

    def _tell(self, error: AppError) -> None:
        self._services.tells.error(error)

    def _spawn_latest(self, work: Coroutine[object, object, object], name: str) -> object:
        return self._scope.task(work, name, is_latest=True)

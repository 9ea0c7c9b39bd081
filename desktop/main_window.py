"""The window: the frame with its pages; keys, palette, toasts, tray and the lock around it."""

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from campaigns.backup.backups import Backups
from campaigns.exporting.control import ExportControl
from campaigns.service import CampaignService
from campaigns.worker_control import WorkerControl
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.ids import AccountId
from core.errors import AppError
from core.version import VERSION
from core.workspace import Workspace
from database import ConversationStore, EventStore, InboxNewsStore, ReportStore
from desktop.changes import ChangeHub
from desktop.dialogs.about import AboutDialog
from desktop.dialogs.back_up import ask_and_back_up
from desktop.dialogs.passphrase import PassphraseDialog
from desktop.dialogs.quit import OnClose, QuitDialog
from desktop.event_loop import ask_for
from desktop.exports import ExportDesk
from desktop.formatting import Formats
from desktop.frame.ai_access import AiAccess
from desktop.frame.commands import Command
from desktop.frame.facts import FrameFacts, WorkerView, WorkspaceLabel
from desktop.frame.frame import Frame
from desktop.frame.palette import CommandPalette
from desktop.frame.presenter import FramePresenter
from desktop.frame.toasts import ToastStack
from desktop.frame.tray import Tray
from desktop.frame.unlocked import accept_unlocked
from desktop.frame.warm_up import WarmUp
from desktop.frame.window_commands import list_window_commands
from desktop.frame.window_keys import add_window_keys, show_window_keys
from desktop.frame.window_questions import ask_end_worker, ask_pause_everything
from desktop.frame.workspace_menu import WorkspaceMenu
from desktop.lock.guard import LockGuard
from desktop.lock.screen import LOCKED_TITLE
from desktop.notices.desk import NoticeDesk
from desktop.notifications import NotificationCenter, Step
from desktop.opening_window import FIRST
from desktop.pages.page import Page, PageContext, PageSpec
from desktop.scope import Scope
from desktop.sign_in.opening import open_sign_in
from desktop.sign_in.presenter import sign_in_services
from desktop.theme import Theme
from desktop.theme.font_warming import warm_fonts
from desktop.widgets.identity import app_icon
from desktop.widgets.status import Glyph

LEAST = (1080, 680)


class MainWindow(QMainWindow):
    """One per workspace. It asks before it closes, and emits `closed` when it may go."""

    closed = Signal()
    openWorkspaceRequested = Signal()
    makeWorkspaceRequested = Signal()

    def __init__(
        self,
        *,
        label: WorkspaceLabel,
        workspace: Workspace,
        services: ServiceContainer,
        hub: ChangeHub,
        pages: Sequence[PageSpec],
        clock: Clock,
        formats: Formats,
        actor: str,
    ) -> None:
        super().__init__()
        self._label = label
        self._workspace = workspace
        self._clock = clock
        self._formats = formats
        self._theme = Theme.of_application()
        self._scope = Scope(self)
        self.specs: Mapping[str, PageSpec] = {spec.key: spec for spec in pages}
        self._may_close = False
        self.facts = FrameFacts()
        self.notifications = NotificationCenter(self, clock)
        control = services.get(ExportControl)
        self.exports = ExportDesk(control, self.notifications, formats, actor=actor, parent=self)
        self.page_context = PageContext(
            services=services,
            hub=hub,
            notifications=self.notifications,
            exports=self.exports,
            clock=clock,
            actor=actor,
            navigate=self.navigate,
            restart_worker=self._restart_worker,
            open_sign_in=self.open_sign_in,
            lock_now=self.lock_now,
        )
        self._sign_in = sign_in_services(
            workspace, services, start_worker=self._start_worker_with, clock=clock, actor=actor
        )
        self.presenter = FramePresenter(
            view=self,
            workspace=workspace,
            reports=services.get(ReportStore),
            conversations=services.get(ConversationStore),
            events=services.get(EventStore),
            campaigns=services.get(CampaignService),
            worker=services.get(WorkerControl),
            hub=hub,
            clock=clock,
            formats=formats,
            actor=actor,
            parent=self,
        )
        self.setWindowIcon(app_icon(self._theme, sandbox=label.is_sandbox))
        self.setMinimumSize(*LEAST)
        self.resize(*FIRST)
        self._build(pages)
        self.notices = NoticeDesk(
            self,
            tray=self.tray,
            guard=self.guard,
            hub=hub,
            news=services.get(InboxNewsStore),
            workspace=workspace,
            clock=clock,
            formats=formats,
            viewer=actor,
        )
        self._connect(hub)
        self._show_lock()
        add_window_keys(self, self)
        if pages:
            self.navigate(pages[0].key)

    # -------------------------------------------------------------------------------------------- building

    def _build(self, pages: Sequence[PageSpec]) -> None:
        self.frame = Frame(self._label, pages, self.page_context, self._formats)
        shell = QStackedWidget()  # the frame, or the lock screen in its place
        shell.addWidget(self.frame)
        self.setCentralWidget(shell)
        self.guard = LockGuard(self, shell, self._workspace, self._clock)
        self.palette_frame = CommandPalette(self, self.list_commands)
        self.toasts = ToastStack(self, self.notifications)
        self.warm_up = WarmUp(self)
        self._ai = AiAccess.of_window(self, self.page_context.services, self.guard, self._workspace)
        self.tray = Tray(self, name=self._label.name, is_sandbox=self._label.is_sandbox)

    def _connect(self, hub: ChangeHub) -> None:
        self.frame.side_bar.paletteRequested.connect(self.open_palette)
        self.frame.side_bar.workspaceMenuRequested.connect(self._open_workspace_menu)
        self.frame.side_bar.worker_card.actionRequested.connect(self._act_on_worker)
        self.frame.worker_banner.actionRequested.connect(self._act_on_worker)
        self.tray.openRequested.connect(self.come_forward)
        self.tray.inboxRequested.connect(self._open_inbox)
        self.notices.opened.connect(self._open_inbox)
        self.tray.pauseRequested.connect(self.ask_pause_everything)
        self.tray.quitRequested.connect(self.quit)
        self.guard.lockChanged.connect(self._show_lock)
        self.guard.lockMissing.connect(self._say_no_lock)
        self.guard.unlocked.connect(self._on_unlocked)
        self._scope.connect(hub.pollFailed, self._on_trouble)
        self._scope.connect(hub.pollRecovered, self.frame.show_saved)

    def start(self) -> None:
        """Begin to read and to tick; called once the loop runs."""
        self.setFocus()  # no control begins with a focus ring; Tab and F6 start from here
        self.presenter.start()
        self.exports.look()
        self._scope.timer(1000, self._tick)
        self._tick()

    def prepare(self) -> None:
        """Make and open ahead what the person has not looked at yet, a piece a turn; again when the text size is another."""
        self.warm_up.add(self.frame.pages.prepare())
        self._prepare_fonts()
        self._scope.connect(self._theme.changed, self._prepare_fonts)

    def _prepare_fonts(self) -> None:
        self.warm_up.add(warm_fonts(self._theme))

    # -------------------------------------------------------------------------------------------- pages

    @property
    def page_key(self) -> str:
        return self.frame.pages.key

    @property
    def page(self) -> Page | None:
        return self.frame.pages.page

    def navigate(self, key: str, subject_id: int | None = None) -> None:
        """Show a page; an unknown key does nothing (a page that this version does not have)."""
        self.frame.navigate(key, subject_id)

    def focus_search(self) -> None:
        self.frame.focus_search()

    def refresh_page(self) -> None:
        if self.page is not None:
            self.page.refresh()
        self._scope.task(self.presenter.refresh(), "read the frame again")

    def escape(self) -> None:
        """The top thing goes first: palette, newest toast, then what the page has."""
        if self.palette_frame.isVisible():
            self.palette_frame.close_palette()
        elif self.toasts.toasts:
            self.toasts.toasts[-1].dismiss()
        else:
            self.frame.escape()

    @property
    def panes(self) -> Sequence[QWidget]:
        """What F6 walks through."""
        return self.frame.panes

    # -------------------------------------------------------------------------------------------- palette, keys

    def open_palette(self) -> None:
        self.palette_frame.open()

    def list_commands(self) -> list[Command]:
        """What can be done and where one can go, now."""
        return list_window_commands(self)

    def show_keys(self) -> None:
        show_window_keys(self, self)

    def show_about(self) -> None:
        AboutDialog(self, VERSION).open()

    # -------------------------------------------------------------------------------------------- frame view

    def show_facts(self, facts: FrameFacts) -> None:
        self.facts = facts
        self.frame.show_facts(facts, self._clock.now())
        inbox = facts.badges.get("inbox")
        self.tray.show_counts(inbox.count if inbox is not None else 0, facts.tray_line(self._formats))

    def show_worker(self, view: WorkerView) -> None:
        self.frame.show_worker(view, standing=len(self.facts.active))

    def show_error(self, error: BaseException) -> None:
        self.notifications.error(error)

    async def ask_passphrase(self, error: str) -> str | None:
        dialog = PassphraseDialog(self, error=error)
        return await ask_for(dialog, lambda: dialog.passphrase)

    async def ask_on_close(self, titles: list[str]) -> tuple[OnClose, bool] | None:
        dialog = QuitDialog(self, titles)
        return await ask_for(dialog, lambda: (dialog.choice, dialog.is_remembered))

    def _act_on_worker(self) -> None:
        word = self.frame.side_bar.worker_card.words[2]
        if word.startswith("End"):
            self._scope.task(ask_end_worker(self.notifications, self.presenter), "ask about the worker")
        else:
            self.presenter.begin_worker(is_asked=True)

    def _restart_worker(self) -> None:
        self.presenter.begin_restarting_worker()

    def _on_trouble(self, error: AppError) -> None:
        self.frame.show_trouble(error)
        self.notifications.error(error)

    def _tick(self) -> None:
        self.frame.show_time(self._clock.now())
        self.presenter.tick()
        self.guard.tick()
        self.notices.tick()

    # -------------------------------------------------------------------------------------------- actions

    def open_sign_in(self, account_id: AccountId | None = None) -> None:
        """Add an account, or give this one a new session. Its deliveries stay with it."""
        self.come_forward()
        opening = open_sign_in(self, self._sign_in, self._formats, account_id=account_id)
        self._scope.task(opening, "sign in")

    def _start_worker_with(self, key_line: bytes) -> None:
        self.presenter.begin_worker(is_asked=True, key_line=key_line)

    def ask_pause_everything(self) -> None:
        self._scope.task(self._pause_everything(), "pause everything")

    async def _pause_everything(self) -> None:
        await self.presenter.refresh()
        active = self.facts.active
        if not active:
            self.notifications.toast("Nothing runs", "There is no campaign to pause.", glyph=Glyph.BARS)
            return
        self.come_forward()
        await ask_pause_everything(self.notifications, self.presenter, len(active))

    def _open_workspace_menu(self) -> None:
        menu = WorkspaceMenu(self._workspace.folder, self)
        menu.openRequested.connect(self.openWorkspaceRequested)
        menu.makeRequested.connect(self.makeWorkspaceRequested)
        menu.backUpRequested.connect(self.back_up)
        menu.settingsRequested.connect(partial(self.navigate, "settings"))
        menu.aboutRequested.connect(self.show_about)
        button = self.frame.side_bar.workspace_button
        menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    def open_another(self) -> None:
        self.openWorkspaceRequested.emit()

    def make_another(self) -> None:
        self.makeWorkspaceRequested.emit()

    def back_up(self) -> None:
        """Ask where to, and write the workspace into one file while everything goes on."""
        backups = self.page_context.services.get(Backups)
        self._scope.task(ask_and_back_up(self, backups, self.notifications, self._formats), "back up")

    def come_forward(self) -> None:
        """Show the window in front of others: a second start of this workspace, or the tray."""
        self.show()
        self.setWindowState(self.windowState() & ~self.windowState().WindowMinimized)
        self.raise_()
        self.activateWindow()

    def _open_inbox(self, conversation_id: int = 0) -> None:
        """From the tray or a notification; 0: no conversation of it."""
        self.come_forward()
        self.navigate("inbox", conversation_id or None)

    # -------------------------------------------------------------------------------------------- lock

    def lock_now(self) -> None:
        """Cover the window; without a lock, say where one is set."""
        self.guard.lock()

    def _say_no_lock(self) -> None:
        settings = Step(text="Settings", act=partial(self.navigate, "settings"))
        self.notifications.toast(
            "No lock is set", "Set a passphrase under Settings, App lock.", glyph=Glyph.RING, action=settings
        )

    def _show_lock(self) -> None:
        """Nothing of the workspace is named in the task bar or in the tray while it is locked."""
        locked = self.guard.is_locked
        self.setWindowTitle(LOCKED_TITLE if locked else f"{self._label.name} · Wireroom")
        self.tray.show_locked(locked)
        if locked:
            self.notifications.hold()
        else:
            self.notifications.release()

    def _on_unlocked(self, opened: object) -> None:
        accept_unlocked(opened, self.page_context.services.get(WorkerControl), self.notifications)

    # -------------------------------------------------------------------------------------------- closing

    def end(self) -> None:
        """Stop reading and ticking; nothing of the window runs afterwards."""
        self._scope.close()
        self.warm_up.stop()
        self.guard.end()
        self._ai.end()
        self.exports.end()
        self.presenter.end()
        self.notices.end()
        self._may_close = True
        self.close()

    def quit(self) -> None:
        """Close and end the program, also where a tray would keep it."""
        self._begin_close(is_quit=True)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self._may_close:
            event.accept()
            return
        event.ignore()
        self._begin_close(is_quit=False)

    def _begin_close(self, *, is_quit: bool) -> None:
        self._scope.task(self._close(is_quit=is_quit), "close the window", is_latest=True)

    async def _close(self, *, is_quit: bool) -> None:
        # Locked: who closes it may not be who may decide, and a question would name campaigns. The worker goes on.
        if not self.guard.is_locked and not await self.presenter.resolve_close():
            return
        if self.tray.is_there and not is_quit and self.facts.active:
            self.hide()  # the worker goes on; the tray brings the window back
            return
        self._may_close = True
        self.close()
        self.closed.emit()

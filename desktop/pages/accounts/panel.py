"""One account beside the list: who it is, how it stands and what to do about it, then its parts as tabs."""

from datetime import datetime
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from campaigns.accounts.views import AccountRow
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId
from desktop.formatting import Formats
from desktop.pages.accounts.health_tab import HealthTab
from desktop.pages.accounts.history_tab import HistoryTab
from desktop.pages.accounts.note_card import NoteCard
from desktop.pages.accounts.panel_words import Step, identity_line, note_of
from desktop.pages.services import PageServices
from desktop.theme import Role
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.choices import Tabs
from desktop.widgets.identity import Avatar
from desktop.widgets.labels import ElidedLabel
from desktop.widgets.pills import Tag

TABS: Final = (("health", "Health"), ("history", "History"))
AVATAR: Final = 36


class AccountPanel(QWidget):
    """Shows a row and passes on what is pressed, as a Step. What only some tabs show is read when they are opened."""

    stepRequested = Signal(object)  # Step
    closeRequested = Signal()

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self._formats: Formats = services.formats
        self.row: AccountRow | None = None
        self._avatar: Avatar | None = None
        self.name = ElidedLabel("", Role.H2)
        self.identity = ElidedLabel("", Role.HINT)
        self.close_button = IconButton("mdi6.close", "Close the panel")
        self.note = NoteCard()
        self.pause = Button(Step.PAUSE.value, "mdi6.pause", small=True)
        self.proxy = Button("Proxy…", "mdi6.swap-horizontal", small=True)
        self.more = IconButton("mdi6.dots-horizontal", "More for this account")
        self.tabs = Tabs("Parts of the account", TABS)
        self.health = HealthTab()
        self.history = HistoryTab(services)
        self._labels = QHBoxLayout()
        self._stack = QStackedWidget()
        self._build_ui()
        self._connect_signals()

    def show_row(self, row: AccountRow) -> None:
        now = self._services.clock.now()
        is_other = self.row is None or self.row.id != row.id
        labels_before = () if self.row is None else self.row.labels
        self.row = row
        if is_other:
            self._show_face(row)
        self.name.set_text(row.title)
        self.identity.set_text(identity_line(row, self._formats, now))
        self.note.show_note(note_of(row, self._formats, now), now)
        self._show_pause(row)
        if is_other or row.labels != labels_before:
            self._show_labels(row)
        self.health.show_row(row, self._formats, now)
        if is_other:
            self._open_tab()

    def tick(self, now: datetime) -> None:
        self.note.tick(now)

    def events_changed(self) -> None:
        self.history.changed()

    def more_menu(self) -> QMenu:
        """What is done more rarely. Deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for step in self._more_steps():
            menu.addAction(step.value).triggered.connect(partial(self.stepRequested.emit, step))
        return menu

    def _more_steps(self) -> list[Step]:
        return [Step.LABELS]

    def _show_face(self, row: AccountRow) -> None:
        if self._avatar is not None:
            self._head.removeWidget(self._avatar)
            self._avatar.deleteLater()
        self._avatar = Avatar(row.id, row.title, bot=row.kind is AccountKind.BOT, size=AVATAR)
        self._head.insertWidget(0, self._avatar)

    def _show_pause(self, row: AccountRow) -> None:
        is_paused = row.state is AccountState.PAUSED
        self.pause.set_text(Step.RESUME.value if is_paused else Step.PAUSE.value)
        self.pause.set_icon("mdi6.play" if is_paused else "mdi6.pause")
        can = row.state in (AccountState.READY, AccountState.PAUSED)
        self.pause.set_reason_disabled("" if can else "It sends nothing, so there is nothing to pause.")

    def _show_labels(self, row: AccountRow) -> None:
        while (item := self._labels.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        for text in row.labels[:4]:
            self._labels.addWidget(Tag(text))
        if len(row.labels) > 4:
            self._labels.addWidget(Tag(f"+{len(row.labels) - 4}"))
        self._labels.addStretch(1)

    def _open_tab(self) -> None:
        self._stack.setCurrentIndex([key for key, _ in TABS].index(self.tabs.value))
        if self.row is not None and self.tabs.value == "history":
            self.history.open(AccountId(self.row.id))

    def _pause_or_resume(self) -> None:
        is_paused = self.row is not None and self.row.state is AccountState.PAUSED
        self.stepRequested.emit(Step.RESUME if is_paused else Step.PAUSE)

    def _open_more(self) -> None:
        self.more_menu().popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _build_ui(self) -> None:
        self._head = QHBoxLayout()
        self._head.setSpacing(10)
        names = QVBoxLayout()
        names.setSpacing(1)
        names.addWidget(self.name)
        names.addWidget(self.identity)
        self._head.addLayout(names, 1)
        self._head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        self._labels.setSpacing(5)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        for button in (self.pause, self.proxy):
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.more)
        top = QVBoxLayout()
        top.setContentsMargins(18, 14, 14, 4)
        top.setSpacing(10)
        top.addLayout(self._head)
        top.addLayout(self._labels)
        top.addWidget(self.note)
        top.addLayout(self._buttons)
        top.addWidget(self.tabs)
        for key, _ in TABS:
            self._stack.addWidget(self._tab(key))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._stack, 1)

    def _tab(self, key: str) -> QWidget:
        return self.history if key == "history" else scrolled(self.health)

    def _connect_signals(self) -> None:
        self.close_button.clicked.connect(self.closeRequested)
        self.note.stepRequested.connect(self.stepRequested)
        self.pause.clicked.connect(self._pause_or_resume)
        self.proxy.clicked.connect(partial(self.stepRequested.emit, Step.PROXY))
        self.more.clicked.connect(self._open_more)
        self.tabs.valueChanged.connect(self._open_tab)


def scrolled(content: QWidget) -> QScrollArea:
    """A tab that may be longer than the window."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    content.setObjectName("scrolled")
    area.setWidget(content)
    return area

"""One account beside the list: who it is, how it stands and what to do about it, then its parts as tabs."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cached_property, partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from campaigns.accounts.standing import StandingWords
from campaigns.accounts.views import AccountRow
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId
from core.errors import AppError
from desktop.formatting import Formats
from desktop.pages.accounts.cells import STOPPED
from desktop.pages.accounts.devices_tab import DevicesTab
from desktop.pages.accounts.health_tab import HealthTab
from desktop.pages.accounts.history_tab import HistoryTab
from desktop.pages.accounts.limits_tab import LimitsTab
from desktop.pages.accounts.note_card import NoteCard
from desktop.pages.accounts.panel_words import Step, identity_line, note_of
from desktop.pages.accounts.side import WIDTH
from desktop.pages.services import PageServices
from desktop.theme import Role, Theme
from desktop.widgets.buttons import Button, IconButton
from desktop.widgets.choices import Tabs
from desktop.widgets.identity import Avatar
from desktop.widgets.labels import ElidedLabel
from desktop.widgets.layouts import clear_layout, scrolled
from desktop.widgets.pills import Tag

TABS: Final = (("health", "Health"), ("limits", "Limits"), ("devices", "Devices"), ("history", "History"))
AVATAR: Final = 36
SIDES: Final = (18, 14)  # left and right
TAG_GAP: Final = 5


class AccountPanel(QWidget):
    """Shows a row and passes on what is pressed, as a Step. What only some tabs show is read when they are opened."""

    stepRequested = Signal(object)  # Step
    endDeviceRequested = Signal(object)  # Device
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
        self.limit = Button(Step.LIMITS.value, "mdi6.speedometer", small=True)
        self.proxy = Button("Proxy…", "mdi6.swap-horizontal", small=True)
        self.more = IconButton("mdi6.dots-horizontal", "More for this account")
        self.tabs = Tabs("Parts of the account", TABS)
        self._standing: StandingWords | None = None
        self._tabs: dict[str, QWidget] = {}  # as they lie in the stack
        self._labels = QHBoxLayout()
        self._stack = QStackedWidget(self)
        self._build_ui()
        self._connect_signals()

    @cached_property
    def health(self) -> HealthTab:
        """Each tab is made when it is first opened: all at once is more than one handler may take."""
        return HealthTab()

    @cached_property
    def limits(self) -> LimitsTab:
        tab = LimitsTab()
        tab.editRequested.connect(partial(self.stepRequested.emit, Step.LIMITS))
        return tab

    @cached_property
    def devices(self) -> DevicesTab:
        tab = DevicesTab()
        tab.askRequested.connect(self.ask_devices)
        tab.endRequested.connect(self.endDeviceRequested)
        tab.endOthersRequested.connect(partial(self.stepRequested.emit, Step.END_OTHERS))
        return tab

    @cached_property
    def history(self) -> HistoryTab:
        return HistoryTab(self._services)

    def prepare(self) -> Iterator[None]:
        """Make the tabs that were not opened yet, one a step."""
        for key, _ in TABS:
            self._tab(key)
            yield

    def show_row(self, row: AccountRow, standing: StandingWords | None = None) -> None:
        """`standing` None: not read yet."""
        now = self._services.clock.now()
        is_other = self.row is None or self.row.id != row.id
        labels_before = () if self.row is None else self.row.labels
        was_stopped = self.row is not None and self.row.state in STOPPED
        self.row = row
        if is_other:
            self._show_face(row)
            self._standing = None
        self._standing = standing or self._standing
        self.name.set_text(row.title)
        self.identity.set_text(identity_line(row, self._formats, now))
        self.note.show_note(note_of(row, self._standing, self._formats, now), now)
        self._show_pause(row)
        if is_other or row.labels != labels_before:
            self._show_labels(row)
        if is_other or was_stopped != (row.state in STOPPED):
            self._open_tab()
        elif self.tabs.value == "health":
            self.health.show_row(row, self._formats, now)
        elif self.tabs.value == "limits":
            self._read_limits(row)

    def tick(self, now: datetime) -> None:
        self.note.tick(now)

    def events_changed(self) -> None:
        if "history" in self.__dict__:  # made
            self.history.changed()

    def more_menu(self) -> QMenu:
        """What is done more rarely. Deletes itself when it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for step in self._more_steps():
            menu.addAction(step.value).triggered.connect(partial(self.stepRequested.emit, step))
        return menu

    def _more_steps(self) -> list[Step]:
        steps = [Step.LABELS, Step.SIGN_IN]
        is_signed_in = self.row is not None and self.row.state not in (AccountState.SIGNED_OUT, AccountState.BANNED)
        return [*steps, *([Step.LOG_OUT] if is_signed_in else []), Step.REMOVE]

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
        clear_layout(self._labels)
        for tag in _tags_of(row.labels, Theme.of_application().px(WIDTH) - sum(SIDES)):
            self._labels.addWidget(tag)
        self._labels.addStretch(1)

    def _open_tab(self) -> None:
        self._stack.setCurrentWidget(self._tab(self.tabs.value))
        if self.row is None:
            return
        match self.tabs.value:
            case "health":
                self.health.show_row(self.row, self._formats, self._services.clock.now())
            case "limits":
                self._read_limits(self.row)
            case "devices":
                self.ask_devices()
            case "history":
                self.history.open(self.row.id)

    def _read_limits(self, row: AccountRow) -> None:
        self._services.spawn(self._show_limits(row.id), "limits of an account")

    async def _show_limits(self, account_id: AccountId) -> None:
        now = self._services.clock.now()
        try:
            limits = await self._services.account_service.limits(account_id)
            use = await self._services.account_lists.limit_use(account_id, now=now)
        except AppError as error:
            self.limits.show_failed(error)
            return
        if self.row is not None and self.row.id == account_id:
            self.limits.show_limits(limits, use, self._formats, now)

    def ask_devices(self) -> None:
        """Ask Telegram, through the worker, where the account is signed in."""
        row = self.row
        if row is None or self.tabs.value != "devices":
            return
        if row.kind is AccountKind.BOT:
            self.devices.show_none("A bot has no devices", "To end its sessions, revoke its token at @BotFather.")
        elif row.state in STOPPED and row.state is not AccountState.LIMITED:
            self.devices.show_none("Not online", "Telegram tells devices only to an account that is signed in.")
        else:
            self.devices.show_loading()
            self._services.spawn(self._show_devices(row.id), "devices of an account")

    async def _show_devices(self, account_id: AccountId) -> None:
        try:
            devices = await self._services.account_service.list_devices(account_id, actor=self._services.actor)
        except AppError as error:
            if self.row is not None and self.row.id == account_id:
                self.devices.show_failed(error)
            return
        if self.row is not None and self.row.id == account_id:
            self.devices.show_devices(devices, self._formats, self._services.clock.now())

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
        self._labels.setSpacing(TAG_GAP)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(6)
        for button in (self.pause, self.limit, self.proxy):
            self._buttons.addWidget(button)
        self._buttons.addStretch(1)
        self._buttons.addWidget(self.more)
        top = QVBoxLayout()
        top.setContentsMargins(SIDES[0], 14, SIDES[1], 4)
        top.setSpacing(10)
        top.addLayout(self._head)
        top.addLayout(self._labels)
        top.addWidget(self.note)
        top.addLayout(self._buttons)
        top.addWidget(self.tabs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(self._stack, 1)

    def _tab(self, key: str) -> QWidget:
        if key not in self._tabs:
            self._tabs[key] = self._make_tab(key)
            self._stack.addWidget(self._tabs[key])
        return self._tabs[key]

    def _make_tab(self, key: str) -> QWidget:
        match key:
            case "health":
                return scrolled(self.health)
            case "limits":
                return scrolled(self.limits)
            case "devices":
                return scrolled(self.devices)
            case _:
                return self.history

    def _connect_signals(self) -> None:
        self.close_button.clicked.connect(self.closeRequested)
        self.note.stepRequested.connect(self.stepRequested)
        self.pause.clicked.connect(self._pause_or_resume)
        self.proxy.clicked.connect(partial(self.stepRequested.emit, Step.PROXY))
        self.limit.clicked.connect(partial(self.stepRequested.emit, Step.LIMITS))
        self.more.clicked.connect(self._open_more)
        self.tabs.valueChanged.connect(self._open_tab)


def _tags_of(labels: Sequence[str], room: int) -> list[Tag]:
    """As many labels as have room in one line, and how many more there are; all of them in the tool tip."""
    tags: list[Tag] = []
    used = 0
    for number, text in enumerate(labels):
        rest = len(labels) - number - 1
        left = room - used - (Tag(f"+{rest}").sizeHint().width() + TAG_GAP if rest else 0)
        tag = Tag(text)
        if tag.sizeHint().width() > left and tags:
            tags.append(Tag(f"+{rest + 1}"))
            break
        tag.fit(left)
        tags.append(tag)
        used += tag.sizeHint().width() + TAG_GAP
    for tag in tags:
        tag.setToolTip(", ".join(labels))
    return tags

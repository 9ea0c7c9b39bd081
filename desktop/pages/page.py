"""What every page is to the window around it: a heading, actions for the header, a search field, keys of its own."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from core.clock import Clock
from core.container import ServiceContainer
from core.domain.ids import AccountId
from desktop.changes import ChangeHub
from desktop.exports import ExportDesk
from desktop.notifications import NotificationCenter


@dataclass(frozen=True, slots=True, kw_only=True)
class PageContext:
    """What a page may use. `navigate` opens a page by its key, and there the thing with this id when one is given."""

    services: ServiceContainer
    hub: ChangeHub
    notifications: NotificationCenter
    exports: ExportDesk
    clock: Clock
    actor: str  # the name of the person at the window, as Activity shows it
    navigate: Callable[[str, int | None], None]
    restart_worker: Callable[[], object]  # in order; asks for what a start needs
    open_sign_in: Callable[[AccountId | None], None]  # to add an account, or to give this one a new session
    lock_now: Callable[[], object]  # covers the window


@dataclass(frozen=True, slots=True, kw_only=True)
class PageKey:
    """A key of a page: shown in F1 and in the palette. Single letters work only while no text field has the focus."""

    keys: str  # as QKeySequence reads it, e.g. "Ctrl+Return"
    text: str
    act: Callable[[], object]


class Page(QWidget):
    """Shown right of the side bar. It lives as long as the window; hidden pages do not repaint."""

    headingChanged = Signal()  # title, subtitle, actions or can_go_back are others now

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.title = ""
        self.subtitle = ""

    def set_heading(self, title: str, subtitle: str = "") -> None:
        if (title, subtitle) != (self.title, self.subtitle):
            self.title, self.subtitle = title, subtitle
            self.headingChanged.emit()

    @property
    def header_actions(self) -> Sequence[QWidget]:
        """Quiet actions, then the one primary; the header lays them out and owns them while they are shown."""
        return ()

    @property
    def search_field(self) -> QLineEdit | None:
        """Where Ctrl+F goes."""
        return None

    @property
    def keys(self) -> Sequence[PageKey]:
        return ()

    @property
    def panes(self) -> Sequence[QWidget]:
        """What F6 walks through; the first widget of each that takes the focus gets it."""
        return (self,)

    def prepare(self) -> Iterator[None]:
        """Make what is costly and not seen at first, a piece below 8 ms of CPU a step, while the page is not shown.

        Whoever opens the page before gets the rest in one go.
        """
        yield from ()

    @property
    def can_go_back(self) -> bool:
        return False

    def go_back(self) -> None:
        """From a thing to the list it is in."""

    def escape(self) -> bool:
        """Close what was opened beside the content; False: there was nothing to close."""
        return False

    def show_subject(self, subject_id: int) -> None:
        """Open the thing with this id."""

    def refresh(self) -> None:
        """F5: read everything again."""

    def watch(self, *, is_watched: bool) -> None:
        """The page came into sight, or went: what nobody sees is not read."""

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.watch(is_watched=True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.watch(is_watched=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageOffer:
    """Something that a page can do, found in the palette from everywhere: the page is opened first."""

    title: str
    icon: str
    act: Callable[[Page], object] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageSpec:
    """A page of the navigation."""

    key: str
    title: str
    icon: str
    factory: Callable[[PageContext], Page] = field(repr=False)
    offers: Sequence[PageOffer] = ()

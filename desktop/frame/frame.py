"""What the window holds while it is not locked: side bar, header, banner, pages and status bar, and one page at a time."""

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from core.errors import AppError
from desktop.formatting import DAYS, MONTHS, Formats
from desktop.frame.facts import FrameFacts, WorkerView, WorkspaceLabel
from desktop.frame.header import Header
from desktop.frame.page_stack import PageStack
from desktop.frame.side_bar import SideBar
from desktop.frame.status_bar import StatusBar
from desktop.frame.worker_banner import WorkerBanner
from desktop.pages.page import PageContext, PageSpec


class Frame(QWidget):
    """Shows what it is given, and moves between the pages and within the page; all else is the window's."""

    def __init__(
        self, label: WorkspaceLabel, specs: Sequence[PageSpec], context: PageContext, formats: Formats
    ) -> None:
        super().__init__()
        self._formats = formats
        self.side_bar = SideBar(label, specs)
        self.header = Header()
        self.worker_banner = WorkerBanner()
        self.pages = PageStack(specs, context)
        self.status_bar = StatusBar()
        right = QVBoxLayout()
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(0)
        right.addWidget(self.header)
        right.addWidget(self.worker_banner)
        right.addWidget(self.pages, 1)
        right.addWidget(self.status_bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.side_bar)
        row.addLayout(right, 1)
        self.pages.headingChanged.connect(self._show_heading)
        self.side_bar.pageRequested.connect(self.navigate)
        self.header.backRequested.connect(self._go_back)
        self.show_saved()

    # -------------------------------------------------------------------------------------------- pages

    def navigate(self, key: str, subject_id: int | None = None) -> None:
        """Show a page; an unknown key does nothing (a page that this version does not have)."""
        if key in self.pages.specs:
            self.side_bar.show_page(key)
            self.pages.show_page(key, subject_id)

    def focus_search(self) -> None:
        """Into the search field of the page, if it has one, with its text selected."""
        field = self.pages.page.search_field if self.pages.page else None
        if field is not None:
            field.setFocus()
            field.selectAll()

    def escape(self) -> None:
        """The top thing of the page goes first: what is beside it, the search text, then back."""
        page = self.pages.page
        if page is None or page.escape():
            return
        if page.search_field is not None and page.search_field.text():
            page.search_field.clear()
        elif page.can_go_back:
            page.go_back()

    @property
    def panes(self) -> Sequence[QWidget]:
        """What F6 walks through."""
        return (self.side_bar, self.header, *(self.pages.page.panes if self.pages.page else ()))

    def _show_heading(self) -> None:
        if self.pages.page is not None:
            self.header.show_page(self.pages.page)

    def _go_back(self) -> None:
        if self.pages.page is not None:
            self.pages.page.go_back()

    # -------------------------------------------------------------------------------------------- what is so now

    def show_facts(self, facts: FrameFacts, now: datetime) -> None:
        self.side_bar.show_badges(facts.badges)
        self.status_bar.show_facts(
            facts.accounts_line(self._formats),
            facts.delivered_line(self._formats),
            facts.next_line(self._formats, now),
        )

    def show_worker(self, view: WorkerView, *, standing: int) -> None:
        """`standing`: how many campaigns wait for a worker."""
        self.side_bar.worker_card.show_worker(view)
        self.worker_banner.show_worker(view, standing=standing)

    def show_time(self, now: datetime) -> None:
        local = self._formats.local(now)
        day = f"{DAYS[local.weekday()]} {local.day} {MONTHS[local.month - 1]}"
        self.status_bar.show_time(f"{day} · {local:%H:%M:%S}")

    def show_saved(self) -> None:
        self.status_bar.show_saved("Everything saved", is_good=True)

    def show_trouble(self, error: AppError) -> None:
        self.status_bar.show_saved(error.title, is_good=False)

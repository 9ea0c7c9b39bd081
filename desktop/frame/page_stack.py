"""The pages of the window: made when first needed or ahead of it, one of them shown, its keys connected."""

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget

from desktop.pages.page import Page, PageContext, PageSpec


class PageStack(QStackedWidget):
    """Pages live as long as the window. `headingChanged`: the shown page is another one, or says something else."""

    headingChanged = Signal()

    def __init__(self, specs: Sequence[PageSpec], context: PageContext) -> None:
        super().__init__()
        self.specs: Mapping[str, PageSpec] = {spec.key: spec for spec in specs}
        self._context = context
        self._pages: dict[str, Page] = {}
        self._key = ""
        self._shortcuts: list[QShortcut] = []

    @property
    def key(self) -> str:
        return self._key

    @property
    def page(self) -> Page | None:
        return self._pages.get(self._key)

    def show_page(self, key: str, subject_id: int | None = None) -> None:
        """Show the page of a known key, and there the thing with this id."""
        page = self._get_page(key)
        self._key = key
        self.setCurrentWidget(page)
        if subject_id is not None:
            page.show_subject(subject_id)
        self._follow_heading()

    def prepare(self) -> Iterator[None]:
        """Make the pages that were not shown yet, a piece a step."""
        for key in self.specs:
            page = self._get_page(key)
            yield
            yield from page.prepare()

    def _get_page(self, key: str) -> Page:
        if key not in self._pages:
            page = self.specs[key].factory(self._context)
            page.setObjectName("page")
            page.headingChanged.connect(self._follow_heading)
            self._pages[key] = page
            self.addWidget(page)
        return self._pages[key]

    def _follow_heading(self) -> None:
        page = self.page
        if page is None:
            return
        for shortcut in self._shortcuts:
            shortcut.setParent(None)
            shortcut.deleteLater()
        self._shortcuts = [QShortcut(QKeySequence(key.keys), page, key.act) for key in page.keys]
        self.headingChanged.emit()

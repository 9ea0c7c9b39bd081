"""Which proxies the list shows: search, chips with counts, and a menu of labels and countries."""

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QMenu, QWidget

from database.stores.proxy_screens import ProxyCounts, ProxyQuestion, ProxyView
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.choices import ChosenFilter, FilterChip
from desktop.widgets.fields import SearchField
from desktop.widgets.filters import Chips, filter_row, show_chosen
from desktop.widgets.status import Glyph

_CHIPS: Final[tuple[tuple[ProxyView, str, Glyph | None], ...]] = (
    (ProxyView.ALL, "All", None),
    (ProxyView.HEALTHY, "Healthy", Glyph.DISC),
    (ProxyView.SLOW, "Slow", Glyph.CLOCK),
    (ProxyView.FAILING, "Out of service", Glyph.CROSS),
    (ProxyView.UNCHECKED, "Not checked", Glyph.RING),
    (ProxyView.FREE, "Free", Glyph.RING),
)


_LEFT_OUT: Final = (ProxyView.FREE, ProxyView.UNCHECKED, ProxyView.SLOW)
"""Chips that stand in the menu instead, one after the other, until the rest has room."""


class ProxyFilters(QWidget):
    """Shows and emits; which rows there are is the presenter's business."""

    searched = Signal(str)
    viewChosen = Signal(object)  # ProxyView
    labelChosen = Signal(object)  # str, or None: any
    countryChosen = Signal(object)  # str, or None: any

    def __init__(self) -> None:
        super().__init__()
        self.search = SearchField("Host, label, country, account", self)
        self.search.setMinimumWidth(150)
        self.search.setMaximumWidth(270)
        chips = {view: FilterChip(word, glyph=glyph) for view, word, glyph in _CHIPS}
        self.chips = Chips[ProxyView](self, chips)
        self.filter = Button("Filter", "mdi6.filter-variant", kind=Kind.QUIET)
        self.chosen: list[ChosenFilter] = []
        self._counts: ProxyCounts | None = None
        self._question = ProxyQuestion()
        self._without_chip: list[ProxyView] = []
        self._row = filter_row(self.search, self.chips, self.filter)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.setLayout(self._row)
        self.search.searched.connect(self.searched)
        self.chips.chosen.connect(self.viewChosen)
        self.filter.clicked.connect(self._open_menu)

    def show_counts(self, counts: ProxyCounts) -> None:
        self._counts = counts
        self.chips.show_counts(counts.by_view)
        self._fit()

    def show_question(self, question: ProxyQuestion) -> None:
        """What is asked now: each part can be taken off again."""
        self._question = question
        filters: list[tuple[str, Callable[[], object]]] = []
        if question.label is not None:
            filters.append((f"Label: {question.label}", partial(self.labelChosen.emit, None)))
        if question.country is not None:
            filters.append((f"Country: {question.country}", partial(self.countryChosen.emit, None)))
        self.chosen = show_chosen(self._row, self.filter, self.chosen, filters)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def clear(self) -> None:
        """Back to all of them; whoever calls asks anew."""
        self.chips.show(ProxyView.ALL)
        self.search.clear()

    def menu(self) -> QMenu:
        """By label, by country, and the views that have no room for a chip; what is on is checked. Deletes itself when
        it closes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        counts = self._counts
        if counts is not None:
            for view in self._without_chip:
                menu.addAction(self.chips[view].text()).triggered.connect(self.chips[view].click)
            if self._without_chip and (counts.labels or counts.countries):
                menu.addSeparator()
            for label in counts.labels:
                self._add_choice(menu, label, self._question.label, self.labelChosen)
            if counts.labels and counts.countries:
                menu.addSeparator()
            for country in counts.countries:
                self._add_choice(menu, country, self._question.country, self.countryChosen)
        return menu

    def _fit(self) -> None:
        """Show the chips that say something, as far as they have room."""
        if self._counts is None:
            return
        wanted = [
            view
            for view, chip in self.chips.items()
            if view is ProxyView.ALL or chip.isChecked() or self._counts.by_view[view] > 0
        ]
        rest = [self.filter, *self.chosen]
        gap = self._row.spacing()
        needed = self.search.minimumWidth() + sum(one.sizeHint().width() + gap for one in rest) + gap
        needed += sum(self.chips[view].sizeHint().width() + gap for view in wanted)
        self._without_chip = []
        for view in _LEFT_OUT:
            if needed > self.width() and view in wanted and not self.chips[view].isChecked():
                wanted.remove(view)
                self._without_chip.append(view)
                needed -= self.chips[view].sizeHint().width() + gap
        for view, chip in self.chips.items():
            chip.setVisible(view in wanted)
        self.filter.setVisible(bool(self._counts.labels or self._counts.countries or self._without_chip))

    def _add_choice(self, menu: QMenu, text: str, chosen: str | None, signal: object) -> None:
        action = menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(text == chosen)
        action.triggered.connect(partial(signal.emit, None if text == chosen else text))  # type: ignore[attr-defined]

    def _open_menu(self) -> None:
        self.menu().popup(self.filter.mapToGlobal(self.filter.rect().bottomLeft()))

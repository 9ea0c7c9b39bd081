"""What stands above a list: its search, and its views with their counts, of which one is on."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QAbstractButton, QButtonGroup, QHBoxLayout, QWidget

from desktop.widgets.choices import ChosenFilter, FilterChip

K = TypeVar("K")


class Chips(QObject, Generic[K]):
    """`chosen` carries the view whose chip a person pressed. The first is the whole list, on until another is.

    Tab comes to them after what `parent` had before: so the search is made its child first.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget, chips: Mapping[K, FilterChip]) -> None:
        super().__init__(parent)
        self._chips = dict(chips)
        self._all = next(iter(chips))
        self._group = QButtonGroup(self)
        for chip in chips.values():
            chip.setParent(parent)  # until a layout takes it; without one it would be a window
            self._group.addButton(chip)
        self[self._all].setChecked(True)
        self._group.buttonClicked.connect(self._clicked)

    def __getitem__(self, view: K) -> FilterChip:
        return self._chips[view]

    def items(self) -> Iterable[tuple[K, FilterChip]]:
        return self._chips.items()

    def show(self, view: K) -> None:
        """Turn its chip on, without `chosen`; that of the whole list where it has none."""
        self._chips.get(view, self[self._all]).setChecked(True)

    def show_counts(self, counts: Mapping[K, int | None], *, are_told: bool = True) -> None:
        """A view that is known to hold nothing is hidden, unless it is on. `are_told` False: there is no room for them."""
        for view, chip in self.items():
            count = counts.get(view)
            chip.set_count(count if are_told else None)
            chip.setVisible(view == self._all or chip.isChecked() or count is None or count > 0)

    def _clicked(self, button: QAbstractButton) -> None:
        self.chosen.emit(next(view for view, chip in self.items() if chip is button))


def filter_row(search: QWidget, chips: Chips[K], *others: QWidget) -> QHBoxLayout:
    """Side by side; `others` at the right."""
    row = QHBoxLayout()
    row.setSpacing(8)
    row.addWidget(search, 100)  # of what is left it takes what it may, before the gap does
    for _, chip in chips.items():
        row.addWidget(chip)
    row.addStretch(1)
    for other in others:
        row.addWidget(other)
    return row


def show_chosen(
    row: QHBoxLayout,
    before: QWidget,
    shown: Iterable[ChosenFilter],
    filters: Sequence[tuple[str, Callable[[], object]]],
) -> list[ChosenFilter]:
    """Put a chip for each filter that is on, with what takes it off, in the place of those that are `shown`."""
    for chip in shown:
        chip.hide()
        chip.deleteLater()
    chips = []
    for text, remove in filters:
        chip = ChosenFilter(text)
        chip.clicked.connect(remove)
        chips.append(chip)
        row.insertWidget(row.indexOf(before), chip)
        _put_after_neighbour(row, chip)
    return chips


def _put_after_neighbour(row: QHBoxLayout, chip: QWidget) -> None:
    """Tab goes as the eye does."""
    items = [row.itemAt(index) for index in range(row.indexOf(chip))]
    for neighbour in reversed([item.widget() for item in items if item is not None]):
        # Views that are off take no focus by Tab, and Qt puts nothing after what takes none.
        if neighbour is not None and neighbour.focusPolicy() is not Qt.FocusPolicy.NoFocus:
            QWidget.setTabOrder(neighbour, chip)
            return

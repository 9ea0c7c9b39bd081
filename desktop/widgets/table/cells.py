"""What a cell of a table shows, as one frozen value a model hands to the delegate."""

from dataclasses import dataclass

from PySide6.QtCore import Qt

from desktop.theme import Role
from desktop.widgets.progress import Part
from desktop.widgets.status import Glyph, State, Tone

CELL = Qt.ItemDataRole.UserRole + 1  # the role under which a model answers with a Cell


@dataclass(frozen=True, slots=True)
class Column:
    """A column. `width` in px at a text size of 100 %; columns with `stretch` share what is left over and are at least
    that wide. Numbers stand at the right under a header at the right and are never cut."""

    title: str
    width: int
    stretch: int = 0
    numeric: bool = False
    sortable: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """A stacked bar in a cell: under the text, or alone in the middle."""

    parts: tuple[Part, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Cell:
    """First line (`lead` bold in the tone, then `text`), second line `detail`; before them a glyph or an avatar.

    An empty cell is a missing value and shows "–".
    """

    text: str = ""
    detail: str = ""
    role: Role = Role.BODY
    tone: Tone | None = None
    glyph: Glyph | None = None
    lead: str = ""
    bar: Bar | None = None
    tags: tuple[tuple[str, Tone], ...] = ()
    trend: tuple[float | None, ...] = ()
    avatar: tuple[int, bool] | None = None  # the number that picks the colour; whether it is a bot

    @classmethod
    def of_state(cls, state: State) -> "Cell":
        """Shape, word and reason."""
        return cls(state.word, state.detail, Role.STRONG, state.tone, state.glyph)

    @property
    def words(self) -> str:
        """The first line as plain text."""
        return f"{self.lead} {self.text}".strip()

    @property
    def spoken(self) -> str:
        """All of it as a screen reader says it."""
        bar = ", ".join(f"{part.count} {part.word}" for part in self.bar.parts if part.count) if self.bar else ""
        tags = ", ".join(text for text, _ in self.tags)
        return ", ".join(part for part in (self.words, self.detail, bar, tags) if part)


def cell_data(cell: Cell, role: int) -> object:
    """What `data()` of a model answers for a cell: the cell itself, its text, or its words for a screen reader."""
    if role == CELL:
        return cell
    if role == Qt.ItemDataRole.DisplayRole:
        return cell.words
    if role == Qt.ItemDataRole.AccessibleTextRole:
        return cell.spoken
    return None

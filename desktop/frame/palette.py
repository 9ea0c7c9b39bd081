"""The command palette (Ctrl+K): go to a page or a campaign, or do something, by a few letters."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from desktop.dialogs.dialog import Scrim
from desktop.frame.commands import Command, find_commands
from desktop.theme import Role, Theme, Token
from desktop.widgets.cards import IconLabel
from desktop.widgets.labels import hairline, label
from desktop.widgets.painted import paint_chosen, paint_words
from desktop.widgets.pills import KeyCap, key_hints
from desktop.widgets.shadow import float_above

WIDTH, TOP = 620, 120
ROW, HEADING = 40, 28
MOST_ROWS = 8
RECENT = 5
Index = QModelIndex | QPersistentModelIndex


class _Lines(QAbstractListModel):
    """Headings (texts) and commands, in the order they are shown."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lines: list[str | Command] = []

    def set_commands(self, commands: Sequence[Command]) -> None:
        self.beginResetModel()
        self._lines = []
        group = None
        for command in commands:
            if command.group is not group:
                group = command.group
                self._lines.append(group.value)
            self._lines.append(command)
        self.endResetModel()

    def line(self, index: Index) -> str | Command | None:
        return self._lines[index.row()] if 0 <= index.row() < len(self._lines) else None

    def rows_of_commands(self) -> list[int]:
        return [row for row, line in enumerate(self._lines) if isinstance(line, Command)]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.line(index)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) or line is None:
            return None
        return line if isinstance(line, str) else f"{line.title}  {line.detail}  {line.keys}".strip()

    def flags(self, index: Index) -> Qt.ItemFlag:
        line = self.line(index)
        if isinstance(line, Command):
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return Qt.ItemFlag.NoItemFlags


class _LineDelegate(QStyledItemDelegate):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = Theme.of_application()
        self.words: list[str] = []

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        model = index.model()
        assert isinstance(model, _Lines)
        height = ROW if isinstance(model.line(index), Command) else HEADING
        return QSize(WIDTH - 20, self._theme.px(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, _Lines)
        line = model.line(index)
        box: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if isinstance(line, Command):
            is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
            self._paint_command(painter, box, line, is_chosen=is_chosen)
        elif line is not None:
            paint_words(painter, box.adjusted(14, 4, 0, 0), line.upper(), self._theme, Role.TINY, Token.TEXT3)
        painter.restore()

    def _paint_command(self, painter: QPainter, box: QRect, command: Command, *, is_chosen: bool) -> None:
        theme = self._theme
        if is_chosen:
            paint_chosen(painter, box, theme)
        side = theme.px(16)
        icon = theme.pixmap(command.icon, Token.ACCENT_TEXT if is_chosen else Token.TEXT2)
        painter.drawPixmap(box.left() + 14, box.top() + (box.height() - side) // 2, icon)
        left = box.left() + 14 + side + 12
        room = QRect(left, box.top(), box.right() - left - 90, box.height())
        left += paint_words(painter, room, command.title, theme, Role.STRONG, Token.TEXT) + 10
        keys = QKeySequence(command.keys).toString(QKeySequence.SequenceFormat.NativeText)
        room = QRect(left, box.top(), box.right() - left - 14, box.height())
        used = paint_words(painter, room, keys, theme, Role.HINT, Token.TEXT3, at_right=True)
        room.setRight(room.right() - used - 10)
        paint_words(painter, room, command.detail, theme, Role.HINT, Token.TEXT3)


class _Found(QListView):
    """Fills its own ground: what lies below the palette is not painted again at each key."""

    def __init__(self) -> None:
        super().__init__()
        self._theme = Theme.of_application()
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self.viewport()).fillRect(event.rect(), self._theme.color(Token.SURFACE))
        super().paintEvent(event)


class CommandPalette(QFrame):
    """A child of the window, shown over it. Closed by Esc, a click elsewhere, or by doing what was chosen."""

    def __init__(self, window: QWidget, list_commands: Callable[[], Sequence[Command]]) -> None:
        super().__init__(window)
        self._below = window
        self._scrim: Scrim | None = None
        self.setObjectName("palette")
        self.setAccessibleName("Go to or do something")
        self._theme = Theme.of_application()
        self._list_commands = list_commands
        self._commands: Sequence[Command] = ()
        self._recent: list[str] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._build_search())
        column.addWidget(hairline())
        self._view = _Found()
        self._view.setAccessibleName("Found")
        self._view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lines = _Lines(self._view)
        self._view.setModel(self._lines)
        self._view.setItemDelegate(_LineDelegate(self._view))
        self._view.clicked.connect(self._do)
        holder = QVBoxLayout()
        holder.setContentsMargins(8, 4, 8, 6)
        holder.addWidget(self._view)
        self._nothing = label("", Role.DIM)
        self._nothing.setContentsMargins(14, 14, 14, 14)
        holder.addWidget(self._nothing)
        column.addLayout(holder)
        column.addWidget(hairline())
        foot = key_hints(((("↑", "↓"), "choose"), (("Enter",), "do it"), ((">",), "only actions")))
        foot.setContentsMargins(20, 9, 20, 9)
        column.addLayout(foot)
        float_above(self)
        self.hide()
        window.installEventFilter(self)

    def open(self, text: str = "") -> None:
        """Show it with everything that can be done now; the text field has the focus."""
        self._commands = self._list_commands()
        self._search.setText(text)
        self._find(text)
        if self._scrim is None:
            self._scrim = Scrim(self._below)
            self._scrim.pressed.connect(self.close_palette)
        self.show()
        self.raise_()
        self._search.setFocus()

    def close_palette(self) -> None:
        self.hide()
        if self._scrim is not None:
            self._scrim.hide()
            self._scrim.deleteLater()
            self._scrim = None
        self._commands = ()
        self._lines.set_commands(())

    @property
    def found(self) -> list[str]:
        """The titles in view, for tests."""
        rows = self._lines.rows_of_commands()
        lines = [self._lines.line(self._lines.index(row)) for row in rows]
        return [line.title for line in lines if isinstance(line, Command)]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._search and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            return self._on_key(event)
        if watched is self._below and event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _build_search(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(22, 12, 20, 12)
        row.setSpacing(12)
        row.addWidget(IconLabel("mdi6.magnify", size=18))
        self._search = QLineEdit()
        self._search.setProperty("bare", "true")
        self._search.setPlaceholderText("Go to or do …")
        self._search.setAccessibleName("Go to or do")
        self._search.textChanged.connect(self._find)
        self._search.installEventFilter(self)
        row.addWidget(self._search, 1)
        row.addWidget(KeyCap("Esc"))
        return row

    def _find(self, text: str) -> None:
        found = find_commands(self._commands, text, recent=self._recent)
        self._lines.set_commands(found)
        self._nothing.setText(f"Nothing matches “{text.strip()}”.")
        self._nothing.setVisible(not found)
        self._view.setVisible(bool(found))
        rows = self._lines.rows_of_commands()
        if rows:
            self._view.setCurrentIndex(self._lines.index(rows[0]))
        self._fit()

    def _fit(self) -> None:
        heights = [self._view.sizeHintForRow(row) for row in range(self._lines.rowCount())]
        shown = sum(heights[: MOST_ROWS + 2])
        self._view.setFixedHeight(shown + 2 * self._view.frameWidth())
        width = min(self._theme.px(WIDTH), self._below.width() - 40)
        layout = self.layout()
        assert layout is not None
        layout.activate()
        self.setGeometry((self._below.width() - width) // 2, TOP, width, layout.sizeHint().height())

    def _on_key(self, event: QKeyEvent) -> bool:
        rows = self._lines.rows_of_commands()
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.close_palette()
            return True
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._do(self._view.currentIndex())
            return True
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 6, Qt.Key.Key_PageUp: -6}
        if key not in steps:
            return False
        if rows:
            here = rows.index(self._view.currentIndex().row()) if self._view.currentIndex().row() in rows else 0
            there = here + steps[Qt.Key(key)]
            there = there % len(rows) if abs(steps[Qt.Key(key)]) == 1 else min(max(there, 0), len(rows) - 1)
            self._view.setCurrentIndex(self._lines.index(rows[there]))
        return True

    def _do(self, index: QModelIndex) -> None:
        command = self._lines.line(index)
        if not isinstance(command, Command):
            return
        self._recent = [command.id, *(known for known in self._recent if known != command.id)][:RECENT]
        self.close_palette()
        command.act()

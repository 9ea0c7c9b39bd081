"""The canned replies that may be meant, over the box in which an answer is written. It never takes the focus."""

import re
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from campaigns.inbox.canned import CannedReply
from campaigns.inbox.canned_text import PersonFields
from core.domain.field_names import to_field_name
from desktop.pages.composer.tags import TAG, read_field
from desktop.theme import Role, Theme, Token
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.labels import hairline
from desktop.widgets.painted import paint_chosen, paint_words
from desktop.widgets.pills import key_hints
from desktop.widgets.shadow import float_above

WIDTH: Final = 460
ROW: Final = 46
MOST_ROWS: Final = 5
LONGEST_LINE: Final = 300  # signs of a text that can be seen in one line
GAP: Final = 8
Index = QModelIndex | QPersistentModelIndex


class CannedRows(QAbstractListModel):
    """Canned replies in the order they are shown, as one person would read them; without a person as they are written."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.replies: Sequence[CannedReply] = ()
        self._person: PersonFields | None = None

    def show_replies(self, replies: Sequence[CannedReply], person: PersonFields | None = None) -> None:
        self.beginResetModel()
        self.replies = replies
        self._person = person
        self.endResetModel()

    def line(self, reply: CannedReply) -> str:
        """How its text begins."""
        text = reply.said.text[:LONGEST_LINE]
        return " ".join((text if self._person is None else glance(text, self._person)).split())

    def reply(self, index: Index) -> CannedReply | None:
        return self.replies[index.row()] if 0 <= index.row() < len(self.replies) else None

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.replies)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        reply = self.reply(index)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole) or reply is None:
            return None
        return f"/{reply.said.shortcut}, {reply.said.title}: {self.line(reply)}"


class CannedDelegate(QStyledItemDelegate):
    """The shortcut and the title, the language at the right, and below how the text begins."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = Theme.of_application()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, self._theme.px(ROW))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, CannedRows)
        reply = model.reply(index)
        if reply is None:
            return
        theme, box = self._theme, QRect(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & QStyle.StateFlag.State_Selected:
            paint_chosen(painter, box, theme)
        half = box.height() // 2
        upper = QRect(box.left() + 12, box.top() + 4, box.width() - 24, half - 3)
        lower = QRect(upper.left(), box.top() + half, upper.width(), half - 5)
        language = reply.said.language
        if language:
            used = paint_words(painter, upper, language, theme, Role.HINT, Token.TEXT3, at_right=True)
            upper.setRight(upper.right() - used - GAP)
        used = paint_words(painter, upper, f"/{reply.said.shortcut}", theme, Role.STRONG, Token.ACCENT_TEXT)
        upper.setLeft(upper.left() + used + GAP)
        paint_words(painter, upper, reply.said.title, theme, Role.BODY, Token.TEXT)
        paint_words(painter, lower, model.line(reply), theme, Role.HINT, Token.TEXT2)
        painter.restore()


class CannedPopup(QFrame):
    """A child of what it floats in. Whoever shows it moves the choice; a click chooses."""

    chosen = Signal(object)  # CannedReply
    manageRequested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self.setAccessibleName("Canned replies")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._theme = Theme.of_application()
        self.rows = CannedRows(self)
        self.view = QListView()
        self.view.setAccessibleName("Canned replies that fit")
        self.view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.view.setUniformItemSizes(True)
        self.view.setModel(self.rows)
        self.view.setItemDelegate(CannedDelegate(self.view))
        self.view.clicked.connect(self._click)
        self.manage = Button("Manage…", kind=Kind.LINK, small=True)
        self.manage.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.manage.setToolTip("All canned replies: write, change, remove")
        self.manage.clicked.connect(self.manageRequested)
        self._build_ui()
        self.hide()

    @property
    def current(self) -> CannedReply | None:
        """What Enter takes."""
        return self.rows.reply(self.view.currentIndex())

    def show_replies(self, replies: Sequence[CannedReply], person: PersonFields, caret: QRect) -> None:
        """Above the caret, which is in coordinates of the parent. What was chosen stays chosen while it fits."""
        held = self.current
        kept = next((row for row, one in enumerate(replies) if held is not None and one.id == held.id), 0)
        self.rows.show_replies(replies, person)
        self.view.setCurrentIndex(self.rows.index(kept if self.isVisible() else 0))
        self._fit(caret)
        if not self.isVisible():
            self.show()
            self.raise_()
        self._announce()

    def step(self, by: int) -> None:
        """The next one, or the one before; round at the ends."""
        count = len(self.rows.replies)
        if count:
            self.view.setCurrentIndex(self.rows.index((self.view.currentIndex().row() + by) % count))
            self._announce()

    def _click(self, index: QModelIndex) -> None:
        reply = self.rows.reply(index)
        if reply is not None:
            self.chosen.emit(reply)

    def _announce(self) -> None:
        """The focus stays in the text, so a screen reader is told what Enter would take."""
        reply = self.current
        if reply is not None:
            index = self.view.currentIndex()
            words = f"{index.data()}, {index.row() + 1} of {len(self.rows.replies)}"
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

    def _fit(self, caret: QRect) -> None:
        within = self.parentWidget()
        assert within is not None
        rows = min(len(self.rows.replies), MOST_ROWS)
        self.view.setFixedHeight(rows * self._theme.px(ROW) + 2 * self.view.frameWidth())
        layout = self.layout()
        assert layout is not None
        layout.activate()
        width = min(self._theme.px(WIDTH), within.width() - 24)
        height = layout.sizeHint().height()
        left = min(max(12, caret.left() - 16), within.width() - width - 12)
        self.setGeometry(left, max(0, caret.top() - height - 6), width, height)

    def _build_ui(self) -> None:
        float_above(self, blur=24, down=6)
        foot = key_hints(((("↑", "↓"), "choose"), (("Enter",), "insert"), (("Esc",), "close")))
        foot.setContentsMargins(14, 6, 8, 6)
        foot.addWidget(self.manage)
        holder = QVBoxLayout()
        holder.setContentsMargins(6, 6, 6, 4)
        holder.addWidget(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(holder)
        column.addWidget(hairline())
        column.addLayout(foot)


def glance(text: str, person: PersonFields) -> str:
    """Fields as this person has them, and blocks as dots: cheap enough for every row that is painted."""

    def words(tag: re.Match[str]) -> str:
        field = read_field(tag[0])
        if field is None:
            return "…"
        return person.values.get(to_field_name(field.name), "").strip() or field.fallback or f"⟦{field.name}⟧"

    return TAG.sub(words, text)

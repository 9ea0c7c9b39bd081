"""Where an answer is written. What was typed for one person is kept while another conversation is looked at."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from campaigns.inbox.conversations import ConversationRow, MessageKind
from core.domain.ids import ConversationId
from core.domain.message import MAX_MESSAGE_UNITS, utf16_length
from desktop.pages.inbox.assist_suggestion import SuggestionCard
from desktop.pages.inbox.canned_gaps import mark_gaps
from desktop.pages.inbox.editing_line import EditingLine
from desktop.theme import Role, Theme, Token
from desktop.widgets.buttons import Button, IconButton, Kind
from desktop.widgets.labels import label, set_token
from desktop.widgets.pills import key_caps

HEIGHT = 84
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class AnswerBox(QWidget):
    """`sent` carries the text; the box is emptied by `clear` once it is committed."""

    sent = Signal(str)
    edited = Signal(int, str)  # which message, and what it says from now on
    lastRequested = Signal()  # Up in an empty box
    typing = Signal()  # a key, while an answer is written
    left = Signal()  # Esc

    def __init__(self) -> None:
        super().__init__()
        self._drafts: dict[ConversationId, str] = {}
        self._target: ConversationId | None = None
        self.editing = EditingLine()
        self.editing.cancelled.connect(self.end_edit)
        self.entry = QPlainTextEdit()
        self.entry.setAccessibleName("Answer")
        self.entry.setTabChangesFocus(True)
        self.entry.installEventFilter(self)
        self.canned = IconButton("mdi6.comment-flash-outline", "Canned reply… (/ or Ctrl+E)")
        self.suggestion = SuggestionCard()
        self.suggest = IconButton("mdi6.creation", "Suggest an answer… (Ctrl+J)")
        self.units = label("", Role.HINT)
        self.send = Button("Send", "mdi6.send", kind=Kind.PRIMARY)
        self.send.setToolTip("Ctrl+Enter")
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self.canned)
        foot.addWidget(self.suggest)
        foot.addWidget(self.units, 1)
        foot.addWidget(key_caps("Ctrl+Return"))
        foot.addWidget(self.send)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.suggestion)
        column.addWidget(self.editing)
        column.addWidget(self.entry)
        column.addLayout(foot)
        self._theme = Theme.of_application()
        self._theme.changed.connect(self._restyle)
        self._restyle()
        self.entry.textChanged.connect(self._typed)
        self.send.clicked.connect(self._send)
        self._typed()

    def begin(self) -> None:
        """Somebody wants to write."""
        if self.entry.isEnabled():
            self.entry.setFocus()

    def show_target(self, row: ConversationRow, *, is_other: bool) -> None:
        """Whom it goes to, and from whom; or why nobody may answer."""
        if is_other:
            self.end_edit()
            if self._target is not None:
                self._drafts[self._target] = self.entry.toPlainText()
            self._target = row.id
            self.entry.setPlainText(self._drafts.pop(row.id, ""))
        is_refused = row.suppression is not None and row.last_kind is MessageKind.STOP
        self.entry.setEnabled(not is_refused)
        self.canned.setEnabled(not is_refused)
        self.suggest.setEnabled(not is_refused)
        words = (
            "They said STOP. They can be answered once they write again."
            if is_refused
            else f"Answer as {row.account}, or / for a canned reply"
        )
        self.entry.setPlaceholderText(words)
        self._typed()

    def begin_edit(self, message_id: int, text: str) -> None:
        """Let somebody change what was sent. What they were typing comes back afterwards."""
        kept = self.editing.kept if self.editing.message_id else self.entry.toPlainText()
        self.editing.show_message(message_id, text, kept=kept)
        self.send.set_text("Save")
        self.send.set_icon("mdi6.check")
        self.entry.setPlainText(text)
        self.entry.moveCursor(QTextCursor.MoveOperation.End)
        self.begin()

    def end_edit(self) -> None:
        """Nothing is being changed; harmless when nothing was."""
        if self.editing.message_id:
            self.editing.hide_message()
            self.send.set_text("Send")
            self.send.set_icon("mdi6.send")
            self.entry.setPlainText(self.editing.kept)
            self.begin()

    def clear(self, conversation_id: ConversationId) -> None:
        """What was written for this conversation is on its way."""
        self._drafts.pop(conversation_id, None)
        if conversation_id == self._target:
            self.entry.clear()

    def put_back(self, text: str) -> None:
        """It was taken back: it can be changed and sent again."""
        if not self.entry.toPlainText().strip():
            self.entry.setPlainText(text)
        self.begin()

    @property
    def has_text(self) -> bool:
        """Something is typed."""
        return bool(self.entry.toPlainText().strip())

    def add_draft(self, text: str) -> None:
        """Put a text below what is typed. Ctrl+Z takes it out again."""
        cursor = self.entry.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(f"\n\n{text}" if self.has_text else text)
        self.entry.setTextCursor(cursor)
        self.begin()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.entry or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        is_escape = event.key() == Qt.Key.Key_Escape
        if event.type() == QEvent.Type.ShortcutOverride and is_escape:
            event.accept()  # else the window's own Esc comes first, and closes the conversation
            return True
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if is_escape:
            self._escape()
            return True
        if event.key() in _ENTER and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._send()
            return True
        if event.key() == Qt.Key.Key_Up and not self.entry.toPlainText():
            self.lastRequested.emit()
            return True
        return super().eventFilter(watched, event)

    def _escape(self) -> None:
        """One thing at a time."""
        if self.suggestion.escape():
            return
        if self.editing.message_id:
            self.end_edit()
        else:
            self.left.emit()

    def _typed(self) -> None:
        if self.entry.hasFocus() and self.has_text and not self.editing.message_id:
            self.typing.emit()
        text = self.entry.toPlainText().strip()
        units = utf16_length(text)
        gaps = mark_gaps(self.entry)
        blank = f"Fill in {gaps[0]}, or take it away" if gaps else ""
        self.units.setText(blank or (f"{units:,} of {MAX_MESSAGE_UNITS:,}" if units else ""))
        set_token(self.units, Token.BAD if units > MAX_MESSAGE_UNITS else Token.WARN if gaps else None)
        refusal = "" if self.entry.isEnabled() else self.entry.placeholderText()
        too_long = "Telegram takes at most 4,096 characters" if units > MAX_MESSAGE_UNITS else ""
        self.send.set_reason_disabled(refusal or too_long or blank or ("" if units else "Write something first"))
        self.send.setToolTip(self.send.toolTip() or "Ctrl+Enter")

    def _send(self) -> None:
        if not self.send.isEnabled():
            return
        if self.editing.message_id:
            self.edited.emit(self.editing.message_id, self.entry.toPlainText())
        else:
            self.sent.emit(self.entry.toPlainText())

    def _restyle(self) -> None:
        self.entry.setFixedHeight(self._theme.px(HEIGHT))

"""Blanks in an answer that its writer fills in before it may leave, such as ⟦city⟧."""

from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit

from campaigns.inbox.canned_text import find_gaps
from core.domain.message import utf16_length
from desktop.theme import Theme, Token


def mark_gaps(entry: QPlainTextEdit) -> tuple[str, ...]:
    """Tint every blank; what they say, in their order."""
    theme = Theme.of_application()
    look = QTextCharFormat()
    look.setBackground(theme.color(Token.WARN_BG))
    look.setForeground(theme.color(Token.WARN))
    text = entry.toPlainText()
    marks: list[QTextEdit.ExtraSelection] = []
    for start, end in find_gaps(text):
        mark = QTextEdit.ExtraSelection()
        mark.format = look
        mark.cursor = _select(entry, utf16_length(text[:start]), utf16_length(text[:end]))
        marks.append(mark)
    entry.setExtraSelections(marks)
    return tuple(text[start:end] for start, end in find_gaps(text))


def select_first_gap(entry: QPlainTextEdit, begin: int, end: int) -> None:
    """The caret goes onto the first blank between two places of the document, so that typing fills it in; else behind."""
    text = entry.toPlainText()
    for start, stop in find_gaps(text):
        place = utf16_length(text[:start]), utf16_length(text[:stop])
        if begin <= place[0] and place[1] <= end:
            entry.setTextCursor(_select(entry, *place))
            return
    entry.setTextCursor(_select(entry, end, end))


def _select(entry: QPlainTextEdit, start: int, end: int) -> QTextCursor:
    cursor = QTextCursor(entry.document())
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    return cursor

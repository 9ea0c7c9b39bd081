"""Calling a canned reply while an answer is written: "/" at the start or after a blank, then a few letters."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent, QTextCursor
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from campaigns.inbox.canned import CannedReply, rank
from campaigns.inbox.canned_text import PersonFields, fill_text
from core.errors import AppError
from desktop.pages.inbox.canned_gaps import select_first_gap
from desktop.pages.inbox.canned_popup import CannedPopup

_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
_TAKES = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
_BARE = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)


class CannedTyping(QObject):
    """Takes Up, Down, Enter, Tab and Esc only while the popup is in sight, and leaves every other key to the text."""

    inserted = Signal(object)  # CannedReply
    failed = Signal(object)  # AppError: it could not be filled in
    manageRequested = Signal()

    def __init__(self, entry: QPlainTextEdit, within: QWidget) -> None:
        super().__init__(entry)
        self._entry = entry
        self._within = within
        self._replies: Sequence[CannedReply] | None = None  # not read yet
        self._person: PersonFields | None = None
        self._start: QTextCursor | None = (
            None  # before what an inserted text takes the place of; it moves with the text
        )
        self._lead = 0  # 1: a stroke stands there
        self.popup = CannedPopup(within)
        self.popup.chosen.connect(self._insert)
        self.popup.manageRequested.connect(self._manage)
        entry.installEventFilter(self)
        entry.document().contentsChange.connect(self._on_change)
        entry.cursorPositionChanged.connect(self._follow)
        entry.textChanged.connect(self._follow)

    @property
    def is_open(self) -> bool:
        return self.popup.isVisible()

    def show_replies(self, replies: Sequence[CannedReply]) -> None:
        """All that there are, by shortcut."""
        self._replies = replies
        self._follow()

    def show_person(self, person: PersonFields | None) -> None:
        """Whose fields come in; None: nobody is known yet."""
        self._person = person
        if person is None:
            self.close()
        self._follow()

    def begin(self) -> None:
        """By button or key: choose one for where the caret is, or write the first one."""
        if self._replies is not None and not self._replies:
            self.manageRequested.emit()
        elif self._entry.isEnabled() and not self._entry.isReadOnly():
            self._entry.setFocus()
            self._start_at(self._entry.textCursor().selectionStart(), lead=0)
            self._follow()

    def close(self) -> None:
        """What was typed stays."""
        self._start = None
        self.popup.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.FocusOut, QEvent.Type.Hide, QEvent.Type.Resize):
            self.close()
        elif self.is_open and isinstance(event, QKeyEvent) and event.modifiers() in _BARE:
            if kind == QEvent.Type.ShortcutOverride and event.key() == Qt.Key.Key_Escape:
                event.accept()  # else the window's own Esc would come first
                return True
            if kind == QEvent.Type.KeyPress:
                return self._take(Qt.Key(event.key()))
        return False

    # ------------------------------------------------------------------------------------------------- inside

    def _take(self, key: Qt.Key) -> bool:
        if key in _STEPS:
            self.popup.step(_STEPS[key])
        elif key in _TAKES and self.popup.current is not None:
            self._insert(self.popup.current)
        elif key == Qt.Key.Key_Escape:
            self.close()
        else:
            return False
        return True

    def _on_change(self, position: int, removed: int, added: int) -> None:
        """A stroke was typed where a word may begin."""
        if removed or added != 1 or not self._entry.hasFocus():
            return
        document = self._entry.document()
        before = document.characterAt(position - 1) if position else " "
        if document.characterAt(position) == "/" and before.isspace():
            self._start_at(position, lead=1)

    def _start_at(self, position: int, *, lead: int) -> None:
        self._start = QTextCursor(self._entry.document())
        self._start.setPosition(position)
        self._start.setKeepPositionOnInsert(True)
        self._lead = lead

    def _typed(self) -> str | None:
        """What stands between the beginning and the caret; None: it is no call any more."""
        caret = self._entry.textCursor()
        if self._start is None or caret.position() < self._start.position() + self._lead:
            return None
        reach = QTextCursor(self._entry.document())
        reach.setPosition(self._start.position())
        reach.setPosition(caret.position(), QTextCursor.MoveMode.KeepAnchor)
        text = reach.selectedText()
        if (self._lead and not text.startswith("/")) or any(sign.isspace() for sign in text):
            return None
        return text[self._lead :]

    def _follow(self) -> None:
        if self._start is None:
            return
        typed = self._typed()
        if typed is None:
            self.close()
            return
        person = self._person
        found: Sequence[CannedReply] = ()
        if person is not None and self._replies is not None:
            found = rank(self._replies, typed, person.language)
        if person is not None and found:
            self.popup.show_replies(found, person, self._caret())
        else:
            self.popup.hide()  # every key is the text's again; what is typed next may fit

    def _insert(self, reply: CannedReply) -> None:
        person, start = self._person, self._start
        if person is None or start is None:
            return
        place = self._entry.textCursor()
        place.setPosition(start.position(), QTextCursor.MoveMode.KeepAnchor)
        self.close()
        try:
            text = fill_text(reply.said.text, person)
        except AppError as error:
            self.failed.emit(error)
            return
        begin = min(place.position(), place.anchor())
        place.insertText(text)
        select_first_gap(self._entry, begin, place.position())
        self._entry.setFocus()
        self.inserted.emit(reply)

    def _manage(self) -> None:
        self.close()
        self.manageRequested.emit()

    def _caret(self) -> QRect:
        at = self._entry.cursorRect()
        corner = self._entry.viewport().mapTo(self._within, QPoint(at.left(), at.top()))
        return QRect(corner, at.size())

"""The text of a message as a person writes it: fields as chips, formatting as it will look, mistakes at their place."""

from difflib import SequenceMatcher
from typing import Final

from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QTextEdit

from campaigns.message.toolbar import Edited, Marked, active_kinds, find_marked, toggle
from core.domain.message import EntityKind, utf16_length
from desktop.pages.composer.editor_painting import CHIP, Chips, Looks, chip_format, raw_of
from desktop.pages.composer.places import Place, alike, in_units, index_of
from desktop.pages.composer.tags import TAG, Field, read_field
from desktop.theme import Theme, Token

_OBJECT: Final = "￼"  # stands in the document where a chip is
_LINE_HEIGHT = 25


class MessageEditor(QTextEdit):
    """Edits the source of a template. What is typed, pasted or copied is plain source; chips are how it is shown.

    `edited` comes after each change by the person; `fieldPressed` when a chip of a field is pressed.
    """

    edited = Signal()
    fieldPressed = Signal(object, QPoint)  # Field, where on the screen
    filesGiven = Signal(list)  # paths that were pasted
    undoRequested = Signal()  # there is nothing typed since the text was put here

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Message text")
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.setPlaceholderText("Hello {{ first_name }}! What do you want to say?")
        self._theme = Theme.of_application()
        self._pressed: QTextCursor | None = None
        self._is_loading = False
        self.document().setDocumentMargin(10)
        self._space_lines()
        self._chips = Chips(self)
        self.document().documentLayout().registerHandler(CHIP, self._chips)
        self._looks = Looks(self)
        self._relook = QTimer(self, singleShot=True, interval=0)
        self._relook.timeout.connect(self._look_again)
        self.textChanged.connect(self._changed)
        self._theme.changed.connect(self._look_again)

    @property
    def wrong_chip(self) -> int:
        """Position of the chip that holds the mistake; -1: none does."""
        return self._chips.wrong_at

    # ------------------------------------------------------------------------------------------------- source

    def source(self) -> str:
        """The template that is shown."""
        pieces: list[str] = []
        block = self.document().firstBlock()
        while block.isValid():
            fragments = block.begin()
            while not fragments.atEnd():
                fragment = fragments.fragment()
                raw = raw_of(fragment.charFormat())
                text = fragment.text()
                pieces.append(text.replace(_OBJECT, raw) if raw else text)
                fragments += 1
            block = block.next()
            if block.isValid():
                pieces.append("\n")
        return "".join(pieces).replace("\u2028", "\n")

    def set_source(self, source: str) -> None:
        """Show another text; forgets what could be undone. `edited` does not come."""
        if source == self.source():
            return
        self._is_loading = True
        self._looks.spans = ()  # those of the former text; the new one is looked at once, when it is whole
        try:
            self.setPlainText(source)
            self._make_chips()
            self._space_lines()
            self.document().clearUndoRedoStacks()
        finally:
            self._is_loading = False
        self.mark_mistake(None)
        self._look_again()

    def mark_mistake(self, place: Place | None) -> None:
        """Underline where the mistake is; None: there is none."""
        self._chips.wrong_at = -1
        if place is None:
            self.setExtraSelections([])
            self.viewport().update()
            return
        cursor = self._cursor_at(place)
        is_chip = bool(raw_of(cursor.charFormat())) if cursor.hasSelection() else False
        if is_chip:
            self._chips.wrong_at = cursor.selectionStart()
        selection = QTextEdit.ExtraSelection()
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        look.setUnderlineColor(self._theme.color(Token.BAD))
        selection.format = look
        selection.cursor = cursor
        self.setExtraSelections([] if is_chip else [selection])
        self.viewport().update()

    def go_to(self, place: Place) -> None:
        """Put the caret there."""
        cursor = self._cursor_at(place)
        cursor.setPosition(cursor.selectionStart())
        self.setTextCursor(cursor)
        self.setFocus()

    # -------------------------------------------------------------------------------------------------- acting

    def toggle_format(self, kind: EntityKind) -> None:
        """Format the selection, or take the formatting away."""
        if self.isReadOnly():
            return
        cursor = self.textCursor()
        before = Edited(self._raw_text(), cursor.selectionStart(), cursor.selectionEnd())
        after = toggle(before, kind)
        self._change_to(before.source, after.source)
        self._select(after.start, after.end)
        self.setFocus()

    def insert_field(self, field: Field) -> None:
        """At the caret, in the place of what is selected."""
        self.insert_source(field.source())

    def replace_pressed(self, source: str) -> None:
        """In the place of the chip that was pressed last; an empty text removes it."""
        if self._pressed is not None:
            self.setTextCursor(self._pressed)
            self._pressed = None
            self.insert_source(source)

    def insert_source(self, source: str) -> None:
        if not self.isReadOnly():
            cursor = self.textCursor()
            cursor.insertText(source, QTextCharFormat())
            self.setTextCursor(cursor)
            self.setFocus()

    def append_line(self, source: str) -> None:
        """Below everything else."""
        cursor = self.textCursor()
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(f"\n\n{source}" if self.source().strip() else source, QTextCharFormat())
        self.setTextCursor(cursor)
        self.setFocus()

    def link_at_caret(self) -> tuple[str, str] | None:
        """Selects the link that holds the caret; its label and address. None: there is none."""
        text = self._raw_text()
        at = index_of(text, self.textCursor().position())
        for span in find_marked(text):
            start, end = span.outer
            if span.kind is EntityKind.TEXT_LINK and start <= at <= end:
                self._select(utf16_length(text[:start]), utf16_length(text[:end]))
                return text[slice(*span.inner)], text[span.inner[1] + 2 : end - 1]
        return None

    def selected_source(self) -> str:
        """What is selected, as plain text."""
        cursor, text = self.textCursor(), self._raw_text()
        begin, end = (index_of(text, at) for at in (cursor.selectionStart(), cursor.selectionEnd()))
        tags = [tag[0] for tag in TAG.finditer(self.source())][text[:begin].count(_OBJECT) :]
        pieces = iter(text[begin:end].split(_OBJECT))
        return next(pieces) + "".join(tag + piece for tag, piece in zip(tags, pieces, strict=False))

    def active_kinds(self) -> frozenset[EntityKind]:
        """The formatting that the caret or the selection stands in."""
        cursor = self.textCursor()
        return active_kinds(Edited(self._raw_text(), cursor.selectionStart(), cursor.selectionEnd()))

    # ----------------------------------------------------------------------------------------------------- Qt

    def createMimeDataFromSelection(self) -> QMimeData:
        # Qt's own object with our text, none made in Python: the clipboard may hold it until the C++ library is left,
        # when there is no interpreter any more to delete such a one with, and the program crashes as it ends.
        data = super().createMimeDataFromSelection()
        data.text()  # it fills itself when it is first asked, and would do so over our text
        data.clear()
        data.setText(self.selected_source())
        return data

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        # Files that are dropped here belong to the step around it.
        return not files_in(source) and super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if files := files_in(source):
            self.filesGiven.emit(files)
        elif source.hasText():
            self.textCursor().insertText(source.text(), QTextCharFormat())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A letter typed beside a chip must not take its format, or it would be read as the chip.
        if raw_of(self.currentCharFormat()):
            self.setCurrentCharFormat(QTextCharFormat())
        if event.matches(QKeySequence.StandardKey.Undo) and not self.document().isUndoAvailable():
            self.undoRequested.emit()
        super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() is Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            self._press(event.position().toPoint())

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    # -------------------------------------------------------------------------------------------------- inside

    def _press(self, point: QPoint) -> None:
        position = self.cursorForPosition(point).position()
        for at in (position, position - 1):
            cursor = QTextCursor(self.document())
            if at < 0 or at + 1 >= self.document().characterCount():
                continue
            cursor.setPosition(at)
            left = self.cursorRect(cursor)
            cursor.setPosition(at + 1, QTextCursor.MoveMode.KeepAnchor)
            field = read_field(raw_of(cursor.charFormat()))
            right = QTextCursor(cursor)
            right.setPosition(at + 1)
            if field is not None and left.left() <= point.x() <= self.cursorRect(right).left():
                self._pressed = cursor
                self.fieldPressed.emit(field, self.viewport().mapToGlobal(left.bottomLeft()))
                return

    def _changed(self) -> None:
        if self._is_loading:
            return
        self._make_chips()
        self._relook.start()
        self.edited.emit()

    def _make_chips(self) -> None:
        """Put a chip in the place of every whole tag that stands there as text."""
        text = self._raw_text()
        found = list(TAG.finditer(text))
        if not found:
            return
        was_loading, self._is_loading = self._is_loading, True
        cursor = QTextCursor(self.document())
        cursor.joinPreviousEditBlock()
        for tag in reversed(found):
            cursor.setPosition(utf16_length(text[: tag.start()]))
            cursor.setPosition(utf16_length(text[: tag.end()]), QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(_OBJECT, chip_format(tag[0]))
        cursor.endEditBlock()
        self._is_loading = was_loading

    def _space_lines(self) -> None:
        """Lines with chips are as high as lines without; a new line takes it from the one before."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        block = QTextBlockFormat()
        block.setLineHeight(self._theme.px(_LINE_HEIGHT), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        cursor.mergeBlockFormat(block)

    def _look_again(self) -> None:
        self._looks.spans = self._spans_in_document()
        was_loading, self._is_loading = self._is_loading, True
        self._looks.rehighlight()
        self._is_loading = was_loading

    def _raw_text(self) -> str:
        """The document with one sign for each chip."""
        return self.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def _spans_in_document(self) -> list[Marked]:
        """In positions of the document, which are UTF-16 units."""
        text = self._raw_text()
        spans = list(find_marked(text))
        if utf16_length(text) == len(text):
            return spans
        return [Marked(span.kind, in_units(text, span.outer), in_units(text, span.inner)) for span in spans]

    def _change_to(self, old: str, new: str) -> None:
        """Change only what differs, so that the chips in between stay."""
        begin = alike(old, new)
        shorter = min(len(old), len(new)) - begin
        end = min(alike(old[::-1], new[::-1]), shorter)
        first, second = old[begin : len(old) - end], new[begin : len(new) - end]
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for tag, low, high, start, stop in reversed(
            SequenceMatcher(None, first, second, autojunk=False).get_opcodes()
        ):
            if tag != "equal":
                cursor.setPosition(utf16_length(old[: begin + low]))
                cursor.setPosition(utf16_length(old[: begin + high]), QTextCursor.MoveMode.KeepAnchor)
                cursor.insertText(second[start:stop], QTextCharFormat())
        cursor.endEditBlock()

    def _select(self, start: int, end: int) -> None:
        cursor = self.textCursor()
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        self.setTextCursor(cursor)

    def _cursor_at(self, place: Place) -> QTextCursor:
        """Selects the sign, word or chip at this place of the source."""
        lines = self.source().split("\n")
        number = min(place.line, len(lines)) - 1
        wanted = sum(len(line) + 1 for line in lines[:number]) + min(place.column - 1, len(lines[number]))
        raw, passed, index = self._raw_text(), 0, 0
        tags = iter(TAG.finditer(self.source()))
        while index < len(raw):
            width = len(next(tags)[0]) if raw[index] == _OBJECT else 1
            if passed + width > wanted:
                break
            passed += width
            index += 1
        end = index + 1
        while end < len(raw) and not raw[end].isspace() and raw[index : index + 1] != _OBJECT:
            end += 1
        cursor = QTextCursor(self.document())
        cursor.setPosition(utf16_length(raw[: min(index, len(raw))]))
        cursor.setPosition(utf16_length(raw[: min(end, len(raw))]), QTextCursor.MoveMode.KeepAnchor)
        return cursor


def files_in(data: QMimeData) -> list[str]:
    """Paths of the files that are dropped or pasted."""
    return [url.toLocalFile() for url in data.urls() if url.isLocalFile()]

"""The canned replies of a team: found, written with what a person would read beside it, removed and brought back."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QTimer
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from campaigns.inbox.canned import LONGEST_SHORTCUT, LONGEST_TITLE, CannedReplies, CannedReply, CannedText
from campaigns.inbox.canned_text import PersonFields
from core.domain.ids import CannedReplyId
from core.domain.message import FormattedText, utf16_length
from desktop.dialogs.dialog import Dialog
from desktop.pages.composer.preview import Chat
from desktop.pages.inbox.canned_editing import CannedEditing
from desktop.pages.inbox.canned_popup import CannedDelegate, CannedRows
from desktop.pages.services import PageServices
from desktop.scope import Scope
from desktop.theme import Role, Token
from desktop.widgets.bubble import Bubble
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.fields import Field, SearchField
from desktop.widgets.labels import label, set_token
from desktop.widgets.layouts import scrolled

HEIGHT: Final = 452
LIST_WIDTH: Final = 280
TEXT_HEIGHT: Final = 128
PREVIEW_PAUSE_MS: Final = 120  # after the last letter: at once to the eye, and one reading for a word
EMPTY: Final = CannedText(shortcut="", title="", text="")


class CannedDialog(Dialog):
    """What was changed and not kept waits while another one is looked at; closing with it asks once more."""

    def __init__(
        self, parent: QWidget, services: PageServices, canned: CannedReplies, person: PersonFields | None
    ) -> None:
        super().__init__(parent, "Canned replies", width=860)
        self.scope = Scope(self)
        self._services = services
        self._canned = canned
        self.presenter = CannedEditing(canned, person, services.actor, self, self.scope)
        self._drafts: dict[CannedReplyId | None, CannedText] = {}
        self._chosen: CannedReply | None = None  # None: a new one
        self._removed: CannedReply | None = None
        self._was_warned = False
        self.search = SearchField("Words of a title or text")
        self.rows = CannedRows(self)
        self.list = QListView()
        self.add = Button("New reply", "mdi6.plus", small=True)
        self.shortcut = QLineEdit()
        self.title = QLineEdit()
        self.language = QLineEdit()
        self.text = QPlainTextEdit()
        self.new_fields = QCheckBox("Keep it all the same: the field will come with an import")
        self.chat = Chat("The answer as the person reads it")
        self.bubble = Bubble(is_ours=True)
        self.blank = label("", Role.HINT, Token.WARN, wrap=True)
        self.problem = label("", Role.HINT, wrap=True)
        self.used = label("", Role.HINT)
        self.undo = Button("Bring it back", kind=Kind.LINK, small=True)
        self._pause = QTimer(self, singleShot=True, interval=PREVIEW_PAUSE_MS)
        self._build_ui()
        self._connect_signals()
        self._load(None)
        self.presenter.find("")
        self.search.setFocus()

    @property
    def said(self) -> CannedText:
        """What stands in the fields."""
        return CannedText(
            shortcut=self.shortcut.text(),
            title=self.title.text(),
            text=self.text.toPlainText(),
            language=self.language.text(),
        )

    # --------------------------------------------------------------------------------------- CannedEditingView

    def show_replies(self, replies: Sequence[CannedReply], chosen: CannedReplyId | None) -> None:
        held = chosen or self._key
        self.rows.show_replies(replies)
        place = next((number for number, one in enumerate(replies) if one.id == held), None)
        is_searched = bool(self.search.text().strip())
        self._empty.setText(
            "No canned reply holds these words."
            if is_searched
            else "None yet. The first one is written at the right."
        )
        self._empty.setVisible(not replies)
        self.list.setVisible(bool(replies))
        if place is not None and chosen is not None:
            self._load(replies[place])
        if place is not None:
            self.list.setCurrentIndex(self.rows.index(place))
        elif replies and self._chosen is None and not self._is_changed():
            self.list.setCurrentIndex(self.rows.index(0))
        elif self._chosen is not None and not is_searched:
            self._load(replies[0] if replies else None)

    def show_preview(self, message: FormattedText | None, words: str) -> None:
        self.bubble.setVisible(message is not None)
        if message is not None:
            self.bubble.show_message(message, "")
        self.blank.setText(words)
        self.blank.setVisible(bool(words))

    def show_problem(self, words: str, place: tuple[int, int] | None = None, *, may_be_new: bool = False) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))
        self.new_fields.setVisible(may_be_new)
        self.fit()
        self._mark(place)
        if place is not None:
            self.text.setFocus()

    def show_kept(self, reply_id: CannedReplyId) -> None:
        for key in (self._key, reply_id):
            self._drafts.pop(key, None)
        self.search.clear()  # what was kept need not hold the words

    def show_removed(self, reply: CannedReply | None) -> None:
        self._removed = reply
        self.undo.setVisible(reply is not None)
        self.undo.set_text(f"Bring /{reply.said.shortcut} back" if reply is not None else "")
        if reply is None:
            self._remember()
        else:
            self._drafts.pop(reply.id, None)
            self._load(None)

    def reject(self) -> None:
        """Once with what is not kept, it says so and stays."""
        self._remember()
        if self._drafts and not self._was_warned:
            self._was_warned = True
            names = ", ".join(f"/{one.shortcut}" if one.shortcut else "the new one" for one in self._drafts.values())
            self.show_problem(f"Not kept yet: {names}. Close once more to drop what was changed.")
            return
        if self._removed is not None:
            removed, canned, spawn = self._removed, self._canned, self._services.spawn
            self._services.tells.toast(
                f"/{removed.said.shortcut} is removed",
                removed.said.title,
                undo=lambda: spawn(canned.restore(removed), "canned reply: undo"),
            )
        super().reject()

    # ----------------------------------------------------------------------------------------------------- inside

    @property
    def _key(self) -> CannedReplyId | None:
        return None if self._chosen is None else self._chosen.id

    def _is_changed(self) -> bool:
        return self.said != (EMPTY if self._chosen is None else self._chosen.said)

    def _remember(self) -> None:
        """What was changed waits while another one is looked at."""
        if self._is_changed():
            self._drafts[self._key] = self.said
        else:
            self._drafts.pop(self._key, None)

    def _load(self, reply: CannedReply | None) -> None:
        self._chosen = reply
        shown = self._drafts.get(self._key, EMPTY if reply is None else reply.said)
        self.shortcut.setText(shown.shortcut)
        self.title.setText(shown.title)
        self.language.setText(shown.language)
        self.text.setPlainText(shown.text)
        self.remove.setVisible(reply is not None)
        self.new_fields.setChecked(False)
        self.show_problem("")
        self.used.setText("" if reply is None else self._uses(reply))
        self._pause.stop()
        self.presenter.preview(shown.text)

    def _uses(self, reply: CannedReply) -> str:
        if reply.last_used_at is None:
            return f"Not used yet. Written by {reply.updated_by}."
        formats, now = self._services.formats, self._services.clock.now()
        times = "once" if reply.used_count == 1 else f"{formats.number(reply.used_count)} times"
        return f"Used {times}, last {formats.moment(reply.last_used_at, now)}. Written by {reply.updated_by}."

    def _choose(self, index: QModelIndex) -> None:
        reply = self.rows.reply(index)
        if reply is not None and (self._chosen is None or reply != self._chosen):
            self._remember()
            self._load(reply)

    def _begin_new(self) -> None:
        self._remember()
        self.list.clearSelection()
        self.list.setCurrentIndex(QModelIndex())
        self._load(None)
        self.shortcut.setFocus()

    def _keep(self) -> None:
        self._was_warned = False
        self.presenter.keep(
            self._key, self.said, may_be_new=self.new_fields.isVisible() and self.new_fields.isChecked()
        )

    def _remove(self) -> None:
        if self._chosen is not None:
            self.presenter.remove(self._chosen.id)

    def _bring_back(self) -> None:
        if self._removed is not None:
            self.presenter.restore(self._removed)

    def _edited(self) -> None:
        self._was_warned = False
        self._mark(None)
        self._pause.start()

    def _show_preview(self) -> None:
        self.presenter.preview(self.text.toPlainText())

    def _find(self, words: str) -> None:
        self.presenter.find(words.strip())

    def _mark(self, place: tuple[int, int] | None) -> None:
        """Underline where the mistake is, up to the end of its word."""
        if place is None:
            self.text.setExtraSelections([])
            return
        mark = QTextEdit.ExtraSelection()
        look = QTextCharFormat()
        look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        look.setUnderlineColor(self._theme.color(Token.BAD))
        mark.format = look
        block = self.text.document().findBlockByNumber(place[0] - 1)
        mark.cursor = QTextCursor(block)
        mark.cursor.setPosition(block.position() + utf16_length(block.text()[: place[1] - 1]))
        self.text.setTextCursor(mark.cursor)
        mark.cursor.movePosition(QTextCursor.MoveOperation.EndOfWord, QTextCursor.MoveMode.KeepAnchor)
        if not mark.cursor.hasSelection():
            mark.cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        self.text.setExtraSelections([mark])

    def _build_ui(self) -> None:
        self.list.setAccessibleName("Canned replies")
        self.list.setUniformItemSizes(True)
        self.list.setModel(self.rows)
        self.list.setItemDelegate(CannedDelegate(self.list))
        self.shortcut.setMaxLength(LONGEST_SHORTCUT + 1)
        self.shortcut.setPlaceholderText("hours")
        self.title.setMaxLength(LONGEST_TITLE)
        self.language.setMaxLength(20)
        self.language.setPlaceholderText("any")
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(self._theme.px(TEXT_HEIGHT))
        self._empty = label("", Role.DIM, wrap=True)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(8)
        for part in (self.search, self._empty):
            left.addWidget(part)
        left.addWidget(self.list, 1)
        left.addStretch(0)
        left.addWidget(self.add)
        listing, holder = QWidget(), QWidget()
        listing.setLayout(left)
        listing.setFixedWidth(self._theme.px(LIST_WIDTH))
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(18)
        row.addWidget(listing)
        row.addLayout(self._build_right(), 1)
        holder.setFixedHeight(self._theme.px(HEIGHT))
        self.body.addWidget(holder)
        set_token(self.problem, Token.BAD)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.new_fields)
        self.remove = self.add_quiet("Remove", "mdi6.trash-can-outline")
        self.foot.insertWidget(1, self.undo)
        self.undo.hide()
        self.add_action("Close").clicked.connect(self.reject)
        self.keep = self.add_action("Keep it", "mdi6.check", kind=Kind.PRIMARY)
        self.keep.setToolTip("Ctrl+Enter")
        self.keep.setShortcut("Ctrl+Return")

    def _build_right(self) -> QVBoxLayout:
        names = QHBoxLayout()
        names.setSpacing(12)
        names.addWidget(Field("Shortcut, typed after /", self.shortcut), 3)
        names.addWidget(Field("Title", self.title), 5)
        names.addWidget(Field("Language", self.language), 2)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        self.chat.column.addWidget(self.bubble)
        self.chat.column.addWidget(self.blank)
        self.chat.column.addStretch(1)
        column.addWidget(self.chat)
        right = QVBoxLayout()
        right.setSpacing(8)
        right.addLayout(names)
        hint = 'Fields such as {{ name }} or {{ city | default("your town") }}, marks such as **bold**.'
        right.addWidget(Field("Text", self.text, hint))
        right.addWidget(label(self.presenter.heading, Role.LABEL))
        right.addWidget(scrolled(inside), 1)
        right.addWidget(self.used)
        return right

    def _connect_signals(self) -> None:
        self.search.searched.connect(self._find)
        self.list.selectionModel().currentChanged.connect(self._choose)
        self.add.clicked.connect(self._begin_new)
        self.text.textChanged.connect(self._edited)
        self._pause.timeout.connect(self._show_preview)
        self.keep.clicked.connect(self._keep)
        self.remove.clicked.connect(self._remove)
        self.undo.clicked.connect(self._bring_back)
        self._theme.changed.connect(self._follow_theme)
        self._follow_theme()

    def _follow_theme(self) -> None:
        self.chat.set_scheme(self._theme.scheme)

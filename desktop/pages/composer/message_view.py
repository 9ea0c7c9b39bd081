"""The Message step: tools, text, how long it is, what is missing before approval, and the preview beside it."""

from collections.abc import Sequence
from functools import cached_property

from msgspec import structs
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPixmap, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from campaigns.message.media_files import Thumbnail
from campaigns.message.variants import Choice, Message
from core.domain.media import MediaKind
from core.domain.message import ButtonRows, EntityKind, LinkPreview
from desktop.formatting import Formats
from desktop.pages.composer.assist.card import AssistCard
from desktop.pages.composer.assist.menu import AssistMenu
from desktop.pages.composer.buttons_card import ButtonsCard
from desktop.pages.composer.dialogs import FieldDialog, LinkDialog
from desktop.pages.composer.editor import MessageEditor, files_in
from desktop.pages.composer.findings import OPT_OUT, Finding
from desktop.pages.composer.findings_card import FindingsCard
from desktop.pages.composer.media_card import MediaCard, to_pixmap
from desktop.pages.composer.message_edits import (
    shares,
    with_buttons,
    with_language,
    with_shares,
    with_variant,
    without_language,
    without_variant,
)
from desktop.pages.composer.places import Place
from desktop.pages.composer.preview import PreviewPane
from desktop.pages.composer.shares_dialog import SharesDialog
from desktop.pages.composer.tags import Field
from desktop.pages.composer.text_tabs import TextTabs
from desktop.pages.composer.toolbar import Toolbar
from desktop.theme import Role, Theme, Token
from desktop.widgets.cards import Note
from desktop.widgets.labels import label, set_token

LOW = 640
"""Of the step: below it there is no room for everything."""


class MessageView(QWidget):
    """Shows and emits. `written` carries the source after each change."""

    written = Signal(str)
    changed = Signal(object)  # a function from Message to Message
    filesGiven = Signal(list, object)  # paths, and a MediaKind or None
    mediaKindChosen = Signal(object)  # MediaKind
    mediaMoved = Signal(int, int)
    mediaRemoved = Signal(int)
    templatesRequested = Signal()
    keepRequested = Signal()
    reviewRequested = Signal()  # by the text model
    undoRequested = Signal()
    cameIntoSight = Signal()

    def __init__(self, formats: Formats) -> None:
        super().__init__()
        self._formats = formats
        self._message, self._choice, self._is_frozen = Message.of_text(""), Choice(), False
        self._pixmaps: dict[str, QPixmap] = {}  # by SHA-256
        self.setAcceptDrops(True)
        self.tabs = TextTabs()
        self.toolbar = Toolbar(self)
        self.editor = MessageEditor()
        self.length = label("", Role.STRONG)
        self.length_note = label("", Role.HINT)
        self.frozen = Note("", "mdi6.lock-outline")
        self.findings = FindingsCard()
        self.preview = PreviewPane(formats)
        self.assist_menu = AssistMenu(self)
        self.toolbar.ai.setMenu(self.assist_menu)
        self._build_ui()
        self._connect_signals()

    @cached_property
    def buttons(self) -> ButtonsCard:
        """Made when there is the first button."""
        card = ButtonsCard()
        card.changed.connect(self._set_buttons)
        self._extras.addWidget(card)
        return card

    @cached_property
    def media(self) -> MediaCard:
        """Made when there is the first photo or file."""
        card = MediaCard()
        card.addRequested.connect(self._ask_more)
        card.kindChosen.connect(self.mediaKindChosen)
        card.moved.connect(self.mediaMoved)
        card.removed.connect(self.mediaRemoved)
        self._extras.insertWidget(0, card)
        return card

    @cached_property
    def assist(self) -> AssistCard:
        """Made when the text model is first asked."""
        card = AssistCard()
        card.hide()
        self._left.insertWidget(self._left.indexOf(self.frozen), card)
        return card

    @property
    def has_assist(self) -> bool:
        return "assist" in self.__dict__

    def show_offer(self, *, is_on: bool) -> None:
        """Whether the text model can be asked: where it cannot, nothing here speaks of it."""
        self.toolbar.ai.setVisible(is_on)
        self.findings.review.setVisible(is_on)

    def make_room(self) -> None:
        """In a low window what is missing gives way to the text model's card, which is what is worked on."""
        is_low = self.height() < Theme.of_application().px(LOW)
        self.findings.setVisible(not (is_low and self.has_assist and not self.assist.isHidden()))

    def show_text(self, message: Message, choice: Choice, *, frozen: str) -> None:
        """`frozen`: why it cannot be changed; "" for a draft."""
        self._message, self._choice, self._is_frozen = message, choice, bool(frozen)
        self.editor.set_source(message.find(choice).source)
        self.tabs.show_message(message, choice, is_frozen=bool(frozen))
        self.preview.show_options(message, is_frozen=bool(frozen))
        self.editor.setReadOnly(bool(frozen))
        self._show_extras()
        self.toolbar.setVisible(not frozen)
        self.frozen.setVisible(bool(frozen))
        self.frozen.text.setText(frozen)

    def show_length(self, units: int, most: int, note: str) -> None:
        self.length.setText(f"{self._formats.number(units)} of {self._formats.number(most)}")
        set_token(self.length, Token.BAD if units > most else None)
        self.length_note.setText(note)

    def show_findings(self, findings: Sequence[Finding], place: Place | None) -> None:
        self.findings.show_findings(findings, is_frozen=self.editor.isReadOnly())
        self.editor.mark_mistake(place)

    # -------------------------------------------------------------------------------------------------- MediaView

    def show_picture(self, sha256: str, picture: Thumbnail | None) -> None:
        if picture is None:
            return
        pixmap = self._pixmaps.get(sha256)
        if pixmap is None:
            pixmap = self._pixmaps[sha256] = to_pixmap(picture)
        self.media.show_picture(sha256, pixmap)
        self.preview.media.show_pictures({sha256: pixmap})

    def show_refusals(self, sentences: Sequence[str]) -> None:
        self.media.show_refusals(sentences)

    def show_attaching(self, count: int) -> None:
        self.media.show_attaching(count)

    # --------------------------------------------------------------------------------------------------------- Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.make_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.cameIntoSight.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if files_in(event.mimeData()) and not self._is_frozen:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.filesGiven.emit(files_in(event.mimeData()), None)

    # ----------------------------------------------------------------------------------------------------- inside

    def _show_extras(self) -> None:
        rows, media = self._message.find(self._choice).buttons, self._message.media
        if rows or "buttons" in self.__dict__:
            self.buttons.show_rows(rows, is_frozen=self._is_frozen)
            self.buttons.setVisible(bool(rows))
        if media or "media" in self.__dict__:
            self.media.show_media(media, is_frozen=self._is_frozen)

    def _build_ui(self) -> None:
        self._extras = QVBoxLayout()
        self._extras.setSpacing(8)
        count = QHBoxLayout()
        count.setSpacing(8)
        count.addWidget(self.length)
        count.addWidget(self.length_note, 1)
        left = self._left = QVBoxLayout()
        left.setContentsMargins(24, 4, 24, 16)
        left.setSpacing(8)
        left.addWidget(self.tabs)
        left.addWidget(self.toolbar)
        left.addWidget(self.editor, 1)
        left.addLayout(count)
        left.addLayout(self._extras)
        left.addWidget(self.frozen)
        left.addWidget(self.findings)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addLayout(left, 1)
        row.addWidget(self.preview)

    def _connect_signals(self) -> None:
        self.editor.edited.connect(self._edited)
        self.editor.cursorPositionChanged.connect(self._show_active)
        self.editor.fieldPressed.connect(self._ask_field)
        self.toolbar.formatPressed.connect(self._format)
        self.toolbar.linkPressed.connect(self._ask_link)
        self.toolbar.fieldChosen.connect(self._insert_field)
        self.toolbar.conditionChosen.connect(self._insert_condition)
        self.findings.acted.connect(self._act)
        self.tabs.languageAdded.connect(self._add_language)
        self.tabs.languageRemoved.connect(self._remove_language)
        self.tabs.variantAdded.connect(self._add_variant)
        self.tabs.variantRemoved.connect(self._remove_variant)
        self.tabs.sharesRequested.connect(self._ask_shares)
        self.editor.filesGiven.connect(self._paste)
        self.editor.undoRequested.connect(self.undoRequested)
        self.findings.reviewRequested.connect(self.reviewRequested)
        self.toolbar.photosPressed.connect(self._ask_photos)
        self.toolbar.filesPressed.connect(self._ask_files)
        self.toolbar.buttonPressed.connect(self._add_button)
        self.toolbar.templatesPressed.connect(self.templatesRequested)
        self.toolbar.keepPressed.connect(self.keepRequested)
        self.preview.link_preview.clicked.connect(self._set_preview)
        self.preview.silent.clicked.connect(self._set_silent)

    def _add_language(self, language: str) -> None:
        self.changed.emit(lambda message: with_language(message, language))
        self.tabs.languages[language].click()

    def _remove_language(self, language: str) -> None:
        self.changed.emit(lambda message: without_language(message, language))

    def _add_variant(self) -> None:
        self.changed.emit(with_variant)

    def _remove_variant(self, name: str) -> None:
        self.changed.emit(lambda message: without_variant(message, name))

    def _ask_shares(self) -> None:
        names = [variant.name for variant in self._message.variants]
        dialog = SharesDialog(self, names, shares(self._message))
        dialog.chosen.connect(self._set_shares)
        dialog.open()

    def _set_shares(self, percents: Sequence[int]) -> None:
        self.changed.emit(lambda message: with_shares(message, percents))

    def _add_button(self) -> None:
        self.buttons.add_one()

    def _set_buttons(self, rows: ButtonRows) -> None:
        choice = self._choice
        self.changed.emit(lambda message: with_buttons(message, choice, rows))

    def _paste(self, paths: list[str]) -> None:
        self.filesGiven.emit(paths, None)

    def _ask_photos(self) -> None:
        self._choose(MediaKind.PHOTO)

    def _ask_files(self) -> None:
        self._choose(MediaKind.FILE)

    def _ask_more(self) -> None:
        self._choose(self._message.media[0].media.kind if self._message.media else MediaKind.PHOTO)

    def _choose(self, kind: MediaKind) -> None:
        is_photo = kind is MediaKind.PHOTO
        chooser = QFileDialog(self, "Attach photos" if is_photo else "Attach files")
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.setFileMode(QFileDialog.FileMode.ExistingFiles)
        if is_photo:
            chooser.setNameFilter("Photos (*.jpg *.jpeg *.png *.webp *.JPG *.JPEG *.PNG *.WEBP)")
        chooser.filesSelected.connect(self._take_photos if is_photo else self._take_files)
        chooser.open()

    def _take_photos(self, paths: list[str]) -> None:
        self.filesGiven.emit(paths, MediaKind.PHOTO)

    def _take_files(self, paths: list[str]) -> None:
        self.filesGiven.emit(paths, MediaKind.FILE)

    def _set_preview(self, on: bool) -> None:
        wanted = LinkPreview.BELOW if on else LinkPreview.OFF
        self.changed.emit(lambda message: structs.replace(message, preview=wanted))

    def _set_silent(self, on: bool) -> None:
        self.changed.emit(lambda message: structs.replace(message, is_silent=on))

    def _edited(self) -> None:
        self.written.emit(self.editor.source())

    def _format(self, kind: EntityKind) -> None:
        self.editor.toggle_format(kind)
        self._show_active()

    def _show_active(self) -> None:
        self.toolbar.show_active(self.editor.active_kinds())

    def _insert_field(self, name: str) -> None:
        self.editor.insert_field(Field(name, None))

    def _insert_condition(self, name: str) -> None:
        inside = self.editor.selected_source() or f"{Field(name, None).source()}"
        self.editor.insert_source(f"{{% if {name} %}}{inside}{{% endif %}}")

    def _ask_field(self, field: Field, _: QPoint) -> None:
        if not self.editor.isReadOnly():
            dialog = FieldDialog(self, field)
            dialog.chosen.connect(self.editor.replace_pressed)
            dialog.open()

    def _ask_link(self) -> None:
        found = self.editor.link_at_caret()
        text, address = found if found else (self.editor.selected_source(), "")
        dialog = LinkDialog(self, text, address)
        dialog.chosen.connect(self.editor.insert_source)
        dialog.open()

    def _act(self, finding: Finding) -> None:
        if finding.place is not None:
            self.editor.go_to(finding.place)
        elif finding.action and finding.choice is None:
            self.editor.append_line(OPT_OUT)

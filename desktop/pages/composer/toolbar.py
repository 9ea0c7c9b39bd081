"""The tools above the text: formatting, link, fields and conditions. What each does stands in its tool tip with its key."""

from collections.abc import Collection, Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QWidget

from core.domain.message import EntityKind
from desktop.theme import Theme
from desktop.widgets.buttons import Button, IconButton, Kind

TOOLS: Final = (
    (EntityKind.BOLD, "mdi6.format-bold", "Bold", "Ctrl+B"),
    (EntityKind.ITALIC, "mdi6.format-italic", "Italic", "Ctrl+I"),
    (EntityKind.UNDERLINE, "mdi6.format-underline", "Underline", "Ctrl+U"),
    (EntityKind.STRIKE, "mdi6.format-strikethrough-variant", "Strike out", "Ctrl+Shift+X"),
    (EntityKind.CODE, "mdi6.code-tags", "Code", "Ctrl+Shift+M"),
    (EntityKind.SPOILER, "mdi6.eye-off-outline", "Hidden until tapped", "Ctrl+Shift+P"),
    (EntityKind.BLOCKQUOTE, "mdi6.format-quote-close", "Quote", "Ctrl+Shift+Q"),
)
WIDE: Final = 620
"""Of the toolbar: below it there is no room for words beside the icons."""
LINK_KEY, FIELD_KEY, AI_KEY = "Ctrl+L", "Ctrl+E", "Ctrl+J"


class Toolbar(QFrame):
    """`owner` is the widget in which the keys work."""

    formatPressed = Signal(object)  # EntityKind
    linkPressed = Signal()
    fieldChosen = Signal(str)
    conditionChosen = Signal(str)
    photosPressed = Signal()
    filesPressed = Signal()
    buttonPressed = Signal()
    templatesPressed = Signal()
    keepPressed = Signal()

    def __init__(self, owner: QWidget) -> None:
        super().__init__()
        self.setObjectName("card")
        self._theme = Theme.of_application()
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 4, 8, 4)
        row.setSpacing(2)
        self.tools: dict[EntityKind, IconButton] = {}
        for kind, icon, name, keys in TOOLS:
            tool = IconButton(icon, f"{name} ({keys})", checkable=True)
            tool.clicked.connect(partial(self.formatPressed.emit, kind))
            self.tools[kind] = tool
            row.addWidget(tool)
            self._key(owner, keys, tool)
        self.link = IconButton("mdi6.link-variant", f"Link ({LINK_KEY})")
        self.link.clicked.connect(self.linkPressed)
        self._key(owner, LINK_KEY, self.link)
        row.addWidget(self.link)
        self.attach = IconButton("mdi6.paperclip", "Attach photos or files; they can be dropped here as well")
        self._attach_menu = QMenu(self)
        self._attach_menu.addAction("Photos…", self.photosPressed.emit)
        self._attach_menu.addAction("Files…", self.filesPressed.emit)
        self.attach.clicked.connect(self._ask_kind)
        self.button = IconButton("mdi6.gesture-tap-button", "Add a button that opens an address; bots only")
        self.button.clicked.connect(self.buttonPressed)
        row.addWidget(self.attach)
        row.addWidget(self.button)
        line = QFrame()
        line.setObjectName("hairline")
        line.setFixedSize(1, 20)
        row.addSpacing(5)
        row.addWidget(line)
        row.addSpacing(5)
        self.field = Button("Field", "mdi6.code-braces", kind=Kind.QUIET, small=True)
        self.field.setToolTip(f"What is another word for each person ({FIELD_KEY})")
        self._menu = QMenu(self)
        self.field.setMenu(self._menu)
        shortcut = QShortcut(QKeySequence(FIELD_KEY), owner)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(self.field.showMenu)
        row.addWidget(self.field)
        row.addStretch(1)
        self.templates = Button("Templates", "mdi6.text-box-multiple-outline", kind=Kind.QUIET, small=True)
        self.template_menu = QMenu(self)
        self.template_menu.addAction("Use a template…", self.templatesPressed.emit)
        self.template_menu.addAction("Save as template…", self.keepPressed.emit)
        self.templates.setMenu(self.template_menu)
        row.addWidget(self.templates)
        self.ai = Button("Write with AI", "mdi6.creation", small=True)
        self.ai.setToolTip(f"A draft by a text model, beside yours ({AI_KEY})")
        self.ai.hide()  # until it is known that it can be asked
        row.addWidget(self.ai)
        self.row = row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = self.width() >= self._theme.px(WIDE)
        for button, word in ((self.field, "Field"), (self.templates, "Templates")):
            button.set_text(word if has_room else "")
            button.setAccessibleName(word)
        self.ai.set_text("Write with AI" if has_room else "")
        self.ai.setAccessibleName("Write with AI")
        self.templates.setToolTip("" if has_room else "Templates")

    def set_fields(self, fields: Sequence[str]) -> None:
        """The fields that people have, by name."""
        self._menu.clear()
        conditions = QMenu("Only where it is filled", self._menu)
        for field in fields:
            words = field.replace("_", " ")
            self._menu.addAction(words, partial(self.fieldChosen.emit, field))
            conditions.addAction(words, partial(self.conditionChosen.emit, field))
        self._menu.addSeparator()
        self._menu.addMenu(conditions)

    def show_active(self, kinds: Collection[EntityKind]) -> None:
        """What the caret stands in is pressed."""
        for kind, tool in self.tools.items():
            tool.setChecked(kind in kinds)

    def _ask_kind(self) -> None:
        self._attach_menu.popup(self.attach.mapToGlobal(self.attach.rect().bottomLeft()))

    @staticmethod
    def _key(owner: QWidget, keys: str, tool: IconButton) -> None:
        shortcut = QShortcut(QKeySequence(keys), owner)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(tool.click)

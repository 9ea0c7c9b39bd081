"""The library of templates: found by words, read version by version, used for the draft, renamed, put away."""

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QModelIndex, QStringListModel, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from campaigns.message.library import MAX_TITLE, SavedTemplate
from desktop.dialogs.dialog import Dialog
from desktop.dialogs.one_line import OneLineDialog
from desktop.pages.composer.templates_presenter import TemplatesPresenter
from desktop.pages.services import PageServices
from desktop.scope import Scope
from desktop.theme import Role, Token
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.choices import Segments
from desktop.widgets.fields import Field, SearchField
from desktop.widgets.labels import label, set_token
from desktop.widgets.layouts import scrolled

HEIGHT: Final = 372
LIST_WIDTH: Final = 264
KEPT, AWAY = "kept", "away"


class TemplatesDialog(Dialog):
    """`used` carries a Message: that of the version that is shown."""

    used = Signal(object)

    def __init__(self, parent: QWidget, services: PageServices) -> None:
        super().__init__(parent, "Templates", width=760)
        self.scope = Scope(self)
        self.presenter = TemplatesPresenter(services, self, self.scope)
        self._services = services
        self._found: Sequence[SavedTemplate] = ()
        self._versions: Sequence[SavedTemplate] = ()
        self.search = SearchField("Words of a title or text")
        self.which = Segments("Which templates", ((KEPT, "In the library"), (AWAY, "Put away")))
        self.list = QListView()
        self.list.setAccessibleName("Templates")
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setUniformItemSizes(True)
        self.model = QStringListModel(self)
        self.list.setModel(self.model)
        self.title = QLineEdit()
        self.title.setMaxLength(MAX_TITLE)
        self.title.setAccessibleName("Title of the template")
        self.version = QComboBox()
        self.version.setAccessibleName("Version")
        self.text = label("", Role.BODY, wrap=True)
        self.text.setTextInteractionFlags(
            self.text.textInteractionFlags() | Qt.TextInteractionFlag.TextSelectableByMouse
        )
        self.restore = Button("Make it the newest", "mdi6.undo-variant", small=True)
        self.away = Button("Put away", "mdi6.archive-outline", small=True)
        self.back = Button("Back into the library", "mdi6.archive-arrow-up-outline", small=True)
        self.problem = label("", Role.HINT, wrap=True)
        self._build_ui()
        self._connect_signals()
        self._show_chosen()
        self.presenter.find()
        self.search.setFocus()

    @property
    def chosen(self) -> SavedTemplate | None:
        """The version that is shown."""
        at = self.version.currentIndex()
        return self._versions[at] if 0 <= at < len(self._versions) else None

    # --------------------------------------------------------------------------------------------- TemplatesView

    def show_templates(self, found: Sequence[SavedTemplate]) -> None:
        held = self.chosen
        self._found = found
        self.model.setStringList([one.title for one in found])
        places = [number for number, one in enumerate(found) if held is not None and one.id == held.id]
        if found:
            self.list.setCurrentIndex(self.model.index((places or [0])[0]))
        else:
            self.show_versions(())
        none = (
            "Nothing was put away." if self.which.value == AWAY else "No template yet. “Save as template…” keeps one."
        )
        self._empty.setText("No template holds these words." if self.search.text().strip() else none)
        self._empty.setVisible(not found)

    def show_versions(self, versions: Sequence[SavedTemplate]) -> None:
        is_same = [one.version for one in versions] == [one.version for one in self._versions]
        held = self.version.currentIndex() if is_same else 0
        self._versions = versions
        now, formats = self._services.clock.now(), self._services.formats
        self.version.blockSignals(True)
        self.version.clear()
        self.version.addItems(
            [f"Version {one.version}, {formats.moment(one.saved_at, now)} by {one.saved_by}" for one in versions]
        )
        self.version.setCurrentIndex(max(0, held) if versions else -1)
        self.version.blockSignals(False)
        self._show_chosen()

    def show_problem(self, words: str) -> None:
        self.problem.setText(words)
        self.problem.setVisible(bool(words))

    # ----------------------------------------------------------------------------------------------------- inside

    def _show_chosen(self) -> None:
        chosen = self.chosen
        is_newest = chosen is not None and self.version.currentIndex() == 0
        is_away = self.which.value == AWAY
        self._right.setVisible(chosen is not None)
        self.use.setEnabled(chosen is not None)
        if chosen is None:
            return
        if not self.title.hasFocus() or not self.title.isModified():
            self.title.setText(chosen.title)
        self.title.setReadOnly(is_away)
        several = sum(1 for _ in chosen.message.texts()) > 1
        texts = [
            (f"{variant.name}{' · ' + text.language if text.language else ''}\n" if several else "") + text.source
            for variant, text in chosen.message.texts()
        ]
        self.text.setText("\n\n".join(texts))
        self.restore.setVisible(not is_newest and not is_away)
        self.away.setVisible(not is_away)
        self.back.setVisible(is_away)

    def _build_ui(self) -> None:
        left = QVBoxLayout()
        left.setSpacing(8)
        self._empty = label("", Role.DIM, wrap=True)
        self._empty.hide()
        for part in (self.search, self.which, self._empty):
            left.addWidget(part)
        left.addWidget(self.list, 1)
        acts = QHBoxLayout()
        acts.setSpacing(8)
        for button in (self.restore, self.away, self.back):
            acts.addWidget(button)
        acts.addStretch(1)
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.text)
        column.addStretch(1)
        self._right = QWidget()
        right = QVBoxLayout(self._right)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(8)
        right.addWidget(Field("Title", self.title))
        right.addWidget(Field("Version", self.version))
        right.addWidget(scrolled(inside), 1)
        right.addLayout(acts)
        holder, listing, reading = QWidget(), QWidget(), QWidget()
        listing.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        listing.setFixedWidth(self._theme.px(LIST_WIDTH))
        whole = QVBoxLayout(reading)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(self._right)
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(18)
        row.addWidget(listing)
        row.addWidget(reading, 1)
        holder.setFixedHeight(self._theme.px(HEIGHT))
        self.body.addWidget(holder)
        set_token(self.problem, Token.BAD)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.add_action("Close").clicked.connect(self.reject)
        self.use = self.add_action("Use it", "mdi6.check", kind=Kind.PRIMARY)
        self.use.setToolTip("It takes the place of the text that is there; Undo brings that back")

    def _connect_signals(self) -> None:
        self.search.searched.connect(self._find)
        self.which.valueChanged.connect(self._find)
        self.list.selectionModel().currentChanged.connect(self._choose)
        self.list.activated.connect(self._use)
        self.version.currentIndexChanged.connect(self._show_chosen)
        self.title.editingFinished.connect(self._rename)
        self.restore.clicked.connect(self._restore)
        self.away.clicked.connect(self._put_away)
        self.back.clicked.connect(self._bring_back)
        self.use.clicked.connect(self._use)

    def _find(self, _: str = "") -> None:
        self.show_versions(())
        self.presenter.find(self.search.text().strip(), is_deleted=self.which.value == AWAY)

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and index.row() < len(self._found):
            self.title.setModified(False)
            self.presenter.look_at(self._found[index.row()].id)

    def _rename(self) -> None:
        chosen = self.chosen
        if chosen is not None and self.title.isModified() and self.title.text().strip() != chosen.title:
            self.title.setModified(False)
            self.presenter.rename(chosen.id, self.title.text())

    def _restore(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.presenter.restore_version(chosen.id, chosen.version)

    def _put_away(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.presenter.put_away(chosen.id)

    def _bring_back(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.presenter.bring_back(chosen.id)

    def _use(self, *_: object) -> None:
        chosen = self.chosen
        if chosen is not None:
            self.used.emit(chosen.message)
            self.accept()


class SaveTemplateDialog(OneLineDialog):
    """Asks for the title under which a message is kept."""

    def __init__(self, parent: QWidget, title: str) -> None:
        super().__init__(
            parent,
            "Save as template",
            "Title",
            "Keep it",
            longest=MAX_TITLE,
            text=title[:MAX_TITLE],
            hint="A template of this title gets a new version; what it said before stays in its history.",
            missing="Give it a title by which you find it again",
        )

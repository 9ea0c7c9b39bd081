"""The tab of saved audiences: the list, and from it the rule of one."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from core.domain.ids import AudienceId
from database import AudienceStore, Database
from desktop.event_loop import ask_for
from desktop.pages.audiences.list_dialogs import AudienceTitleDialog
from desktop.pages.audiences.rule_builder import RuleBuilder
from desktop.pages.audiences.saved_list import SavedAudiencesWidget
from desktop.pages.audiences.saved_presenter import SavedAudiencesPresenter
from desktop.pages.page import PageContext, PageKey
from desktop.pages.services import page_services
from desktop.scope import Scope
from desktop.widgets.buttons import Button, Kind

TICK_MS: Final = 1_000


class SavedSection(QWidget):
    """What the page asks of this tab. Only what is in view is kept fresh.

    `is_inside`: a rule is open, so that the tabs give way to it.
    """

    headingChanged = Signal()
    peopleRequested = Signal(int)  # of a fixed list

    def __init__(self, context: PageContext, scope: Scope) -> None:
        super().__init__()
        self._services = page_services(context, scope.task)
        store = AudienceStore(context.services.get(Database))
        self.presenter = SavedAudiencesPresenter(store, self._services, scope, self)
        self.list = SavedAudiencesWidget(self.presenter.rows, self._services.formats)
        self.presenter.attach(self.list, lambda: self.builder)
        self.new = Button("New audience", "mdi6.plus", kind=Kind.PRIMARY)
        self.new_list = Button("New list…", "mdi6.playlist-plus")
        self.save = Button("Save", kind=Kind.PRIMARY)
        self.cancel = Button("Cancel", kind=Kind.QUIET)
        self._heading = ""
        self.facts = ""
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._connect_signals(context, scope)

    @cached_property
    def builder(self) -> RuleBuilder:
        """Made when it is first needed: with the list it would be more than one handler may take."""
        builder = RuleBuilder(self._services.formats)
        builder.ruleChanged.connect(self.presenter.rule_changed)
        builder.title.returnPressed.connect(self.presenter.save)
        self._stack.addWidget(builder)
        return builder

    def prepare(self) -> Iterator[None]:
        _ = self.builder
        yield

    # ------------------------------------------------------------------------------------------------- section

    @property
    def header_actions(self) -> Sequence[QWidget]:
        return (self.cancel, self.save) if self.is_inside else (self.new_list, self.new)

    @property
    def search_field(self) -> QLineEdit | None:
        return None if self.is_inside else self.list.search

    @property
    def keys(self) -> Sequence[PageKey]:
        if self.is_inside:
            return (PageKey(keys="Ctrl+Return", text="Save the audience", act=self.presenter.save),)
        return (
            PageKey(keys="Ctrl+N", text="New audience", act=self.presenter.begin),
            PageKey(keys="F2", text="Rename the chosen audience", act=self.presenter.rename),
            PageKey(keys="D", text="Duplicate the chosen audience", act=self.presenter.duplicate),
            PageKey(keys="Del", text="Delete the chosen audience (asks)", act=self.presenter.delete),
        )

    @property
    def is_inside(self) -> bool:
        return self._stack.currentWidget() is not self.list

    def go_back(self) -> None:
        self.show_builder(shown=False, title="")

    def escape(self) -> bool:
        if self.is_inside:
            self.go_back()
            return True
        if not self.list.side.isHidden():
            self.list.choose_none()
            return True
        return False

    def watch(self, *, is_watched: bool) -> None:
        self.presenter.watch(is_watched=is_watched)

    def refresh(self) -> None:
        self.presenter.refresh()

    def show_audience(self, audience_id: AudienceId) -> None:
        self.list.choose(audience_id)

    # ------------------------------------------------------------------------------------------------- steps

    def show_builder(self, *, shown: bool, title: str) -> None:
        self._heading = title
        self._stack.setCurrentWidget(self.builder if shown else self.list)
        self.headingChanged.emit()

    def show_facts(self, words: str) -> None:
        self.facts = words
        self.headingChanged.emit()

    @property
    def heading(self) -> str:
        return self._heading if self.is_inside else "Audiences"

    async def ask_title(self, title: str) -> str | None:
        heading, confirm = ("Rename the audience", "Rename") if title else ("A new list", "Begin it")
        explanation = "" if title else "People are put on it among the contacts: choose some, then “Add to list…”."
        dialog = AudienceTitleDialog(self.window(), heading, confirm, explanation, title)
        return await ask_for(dialog, lambda: dialog.text)

    # ------------------------------------------------------------------------------------------------- wiring

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.list.side.isHidden():
            self.list.place_side()

    def _connect_signals(self, context: PageContext, scope: Scope) -> None:
        for signal in (context.hub.audiencesChanged, context.hub.contactsChanged):
            scope.connect(signal, self.presenter.changed)
        scope.timer(TICK_MS, self.presenter.tick)
        self.new.clicked.connect(self.presenter.begin)
        self.new_list.clicked.connect(self.presenter.begin_list)
        self.list.peopleRequested.connect(self.peopleRequested)
        self.save.clicked.connect(self.presenter.save)
        self.cancel.clicked.connect(self.go_back)
        self.list.searched.connect(self.presenter.search)
        self.list.chosenChanged.connect(self.presenter.show_chosen)
        self.list.editRequested.connect(self.presenter.edit)
        self.list.duplicateRequested.connect(self.presenter.duplicate)
        self.list.renameRequested.connect(self.presenter.rename)
        self.list.deleteRequested.connect(self.presenter.delete)

"""Audiences: saved audiences, the people that are known, and whom no campaign writes to, as parts of one page."""

from collections.abc import Coroutine, Iterator, Sequence
from functools import cached_property
from typing import Final

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from campaigns.audience.contacts import ContactCard, ContactCounts, ContactFacets, ContactQuestion
from campaigns.audience.people_service import PeopleService
from campaigns.exporting.orders import ExportKind
from core.domain.ids import AudienceId, ContactId
from core.errors import AppError
from database import ContactCardStore, ContactListStore
from desktop.formatting import count_of
from desktop.models.paged_rows import Span
from desktop.pages.accounts.side import SidePane
from desktop.pages.audiences.contact_acts import ContactActs
from desktop.pages.audiences.contact_panel import ContactPanel
from desktop.pages.audiences.contacts_list import ContactListWidget
from desktop.pages.audiences.contacts_presenter import ContactsPresenter
from desktop.pages.audiences.import_acts import ImportActs
from desktop.pages.audiences.imports_view import ImportsView
from desktop.pages.audiences.list_acts import ListActs
from desktop.pages.audiences.panel_acts import PanelActs
from desktop.pages.audiences.saved_section import SavedSection
from desktop.pages.audiences.suppression_view import SuppressionView
from desktop.pages.audiences.words import ContactCells, heading_words
from desktop.pages.page import Page, PageContext, PageKey
from desktop.pages.services import page_services
from desktop.scope import Scope
from desktop.widgets.buttons import Button, Kind
from desktop.widgets.choices import Tabs

SAVED: Final = "saved"
CONTACTS: Final = "contacts"
IMPORTS: Final = "imports"
SUPPRESSION: Final = "suppression"
TABS: Final = ((SAVED, "Audiences"), (CONTACTS, "Contacts"), (IMPORTS, "Imports"), (SUPPRESSION, "Suppression"))
WORKING_TICK_MS: Final = 1_000
"""Between two looks at what changed: an import changes people many times a second."""


class AudiencesPage(Page):
    """Tabs; of the contacts a list, and beside it the chosen person."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.scope = Scope(self)
        self.services = page_services(context, self.scope.task)
        get = context.services.get
        cards, self._people = get(ContactCardStore), get(PeopleService)
        self.presenter = ContactsPresenter(get(ContactListStore), cards, self._spawn_latest, self)
        formats = self.services.formats
        self.acts = ContactActs(self, self.services, self._people, cards)
        self.panel_acts = PanelActs(self, self.acts, self._card)
        self.list_acts = ListActs(self, self.services, get(ContactListStore), self.show_audience)
        self.tabs = Tabs("Parts of the page", TABS)
        self.tabs.set_value(CONTACTS)
        self.list = ContactListWidget(self.presenter.rows, ContactCells(formats, context.clock), formats)
        self.imports = ImportActs(self, self.services, context.services)
        self.offers = Button("Duplicates…", "mdi6.account-multiple-outline")
        self.begin_import = Button("Import people…", "mdi6.tray-arrow-down", kind=Kind.PRIMARY)
        self.side = SidePane(self)
        self._panel: ContactPanel | None = None
        self._suppression: SuppressionView | None = None
        self._saved: SavedSection | None = None
        self._contacts_facts = ""
        self._parts = QStackedWidget()
        self._wanted: int | None = None  # to be chosen as soon as it is in the list
        self._is_dirty = self._has_offers = False
        self._build_ui()
        self._connect_signals()
        self.offers.hide()
        self._head()

    # ------------------------------------------------------------------------------------------------- page

    @property
    def header_actions(self) -> Sequence[QWidget]:
        if self.is_saved:
            return self.saved.header_actions
        offers = (self.offers,) if self._has_offers else ()
        return (*offers, self.begin_import) if self.tabs.value in (CONTACTS, IMPORTS) else offers

    @property
    def search_field(self) -> QLineEdit | None:
        if self.is_saved:
            return self.saved.search_field
        if self.tabs.value == IMPORTS:
            return None
        return self.list.search if self.tabs.value == CONTACTS else self.suppression.search

    @property
    def panes(self) -> Sequence[QWidget]:
        return (self._parts, self.side)

    @property
    def keys(self) -> Sequence[PageKey]:
        if self.is_saved:
            return self.saved.keys
        return (
            PageKey(keys="T", text="Tag who is chosen…", act=self._tag),
            PageKey(keys="L", text="Put who is chosen on a list…", act=self._add_to_list),
            PageKey(keys="F2", text="Edit the chosen person…", act=self.panel_acts.edit),
            PageKey(keys="Del", text="Erase the chosen person (asks)…", act=self.panel_acts.erase),
        )

    def prepare(self) -> Iterator[None]:
        yield
        panel = self.panel
        yield
        yield from panel.prepare()
        assert self.suppression is not None
        yield
        assert self.imports_view is not None
        yield
        saved = self.saved
        yield
        yield from saved.prepare()

    @property
    def panel(self) -> ContactPanel:
        """Made when it is first needed, or ahead of it."""
        if self._panel is None:
            panel = self._panel = ContactPanel(self.services.formats, self.context.clock)
            self.side.body.addWidget(panel)
            panel.closeRequested.connect(self._choose_none)
            self.panel_acts.attach(panel)
        return self._panel

    @property
    def suppression(self) -> SuppressionView:
        """Likewise."""
        if self._suppression is None:
            self._suppression = SuppressionView(self.services, self.context.services, self._spawn_latest)
            self._suppression.personRequested.connect(self.show_subject)
            self._suppression.show_exporting()
            self._parts.addWidget(self._suppression)
        return self._suppression

    @cached_property
    def imports_view(self) -> ImportsView:
        """Likewise."""
        view = ImportsView(self.services, self.context.services, self._spawn_latest)
        self._parts.addWidget(view)
        return view

    @property
    def saved(self) -> SavedSection:
        """Likewise."""
        if self._saved is None:
            self._saved = SavedSection(self.context, self.scope)
            self._saved.headingChanged.connect(self._head)
            self._saved.peopleRequested.connect(self._show_people)
            self._parts.addWidget(self._saved)
        return self._saved

    @property
    def is_saved(self) -> bool:
        """The tab of saved audiences is open."""
        return self.tabs.value == SAVED

    @property
    def can_go_back(self) -> bool:
        return self.is_saved and self.saved.is_inside

    def go_back(self) -> None:
        self.saved.go_back()

    def show_audience(self, audience_id: AudienceId) -> None:
        """Open the list of audiences, with this one chosen."""
        self.tabs.set_value(SAVED)
        self.saved.show_audience(audience_id)

    def show_subject(self, subject_id: int) -> None:
        self.tabs.set_value(CONTACTS)
        self._wanted = subject_id
        if self.list.select(subject_id):
            self._wanted = None
        elif self.presenter.rows.is_complete:
            self.presenter.clear()

    def refresh(self) -> None:
        self.presenter.refresh()
        if self.is_saved:
            self.saved.refresh()
        if self._suppression is not None:
            self._suppression.read()

    def escape(self) -> bool:
        if self.is_saved:
            return self.saved.escape()
        if self.side.isHidden():
            return False
        self._choose_none()
        return True

    # --------------------------------------------------------------------------------------- ContactsView

    def show_counts(self, counts: ContactCounts, facets: ContactFacets) -> None:
        self.list.show_counts(counts, facets)
        self.tabs.set_count(CONTACTS, counts.total or None)
        self.tabs.set_count(SUPPRESSION, counts.suppressed or None)
        self._contacts_facts = heading_words(counts, self.services.formats) if counts.total else "Nobody yet"
        self._head()

    def show_list(self, question: ContactQuestion, count: int, *, is_whole: bool) -> None:
        self.list.show_list(question, count)
        if self._wanted is not None and self.list.select(self._wanted):
            self._wanted = None

    def show_card(self, card: ContactCard | None) -> None:
        if card is None:
            self._choose_none()
        else:
            self.panel.show_card(card)

    def show_offers(self, count: int) -> None:
        words = count_of(self.services.formats.number(count), "possible duplicate", "possible duplicates")
        self.offers.set_text(f"{words}…")
        self._has_offers = count > 0
        self.offers.setVisible(self._has_offers)
        self.headingChanged.emit()

    def show_failed(self, error: AppError) -> None:
        self.list.show_failed(error)

    def visible_rows(self) -> Span:
        return self.list.visible_rows()

    # ------------------------------------------------------------------------------------------------ acting

    def _card(self) -> ContactCard | None:
        return self._panel.card if self._panel is not None and not self.side.isHidden() else None

    @property
    def _chosen(self) -> ContactQuestion | Sequence[int]:
        """All that match is the question itself, so that nobody who matches is left out."""
        return self.presenter.question if self.list.is_everybody_selected else self.list.selected_ids

    def _tag(self) -> None:
        count = self.list.selected_count
        if count:
            self.acts.begin(self.acts.tag(self._chosen, count, list(self.presenter.facets.tags)), "people: tag")

    def _export(self) -> None:
        if (running := self.services.exports.find(ExportKind.PEOPLE)) is not None:
            self.services.exports.cancel(running)
        elif self.list.selected_count:
            self.acts.begin(self.acts.export_many(self._chosen), "people: export")

    def _show_exports(self) -> None:
        self.list.show_exporting(self.services.exports.find(ExportKind.PEOPLE))
        if self._suppression is not None:
            self._suppression.show_exporting()
        if "imports_view" in self.__dict__:  # made
            self.imports_view.show_exporting()

    def _add_to_list(self) -> None:
        count = self.list.selected_count
        if count:
            self.acts.begin(self.list_acts.add(self._chosen, count), "people: add to a list")

    def _take_off(self) -> None:
        list_id = self.presenter.question.list_id
        if list_id is not None and self.list.selected_count:
            self.acts.begin(self.list_acts.take_off(list_id, self._chosen), "people: take off a list")

    def _save_filter(self) -> None:
        self.acts.begin(self.list_acts.save_filter(self.presenter.question), "people: save the filter")

    def _show_people(self, list_id: int) -> None:
        """Who is on this list."""
        self.tabs.set_value(CONTACTS)
        self.presenter.ask(ContactQuestion(list_id=AudienceId(list_id)))

    def _import(self) -> None:
        self.imports.open()

    def _look_at_offers(self) -> None:
        self.acts.begin(self.acts.look_at_offers(), "people: duplicates")

    # ----------------------------------------------------------------------------------------------- choosing

    def _selection_changed(self) -> None:
        if self.list.selected_count != 1:
            self._close_side()
            return
        contact_id = self.list.selected_ids[0]
        place = self.presenter.rows.find(contact_id)
        row = None if place is None else self.presenter.rows.row(place)
        if row is not None:
            self.panel.show_row(row)
        self.presenter.open(ContactId(contact_id))
        if self.side.isHidden():
            assert self.panel is not None
            self.side.show()
            self._place_side()

    def _choose_none(self) -> None:
        self.list.table.clearSelection()
        self._close_side()

    def _close_side(self) -> None:
        self.presenter.open(None)
        self.side.hide()
        self.list.show_extra(shown=True)

    def _place_side(self) -> None:
        self.side.place(self._row, self)
        self.list.show_extra(shown=self.side.isHidden() or self.side.is_over)

    # ------------------------------------------------------------------------------------------------- wiring

    def _spawn_latest(self, work: Coroutine[object, object, None], name: str) -> object:
        return self.scope.task(work, name, is_latest=True)

    def _build_ui(self) -> None:
        self._parts.addWidget(self.list)
        head = QHBoxLayout()
        head.setContentsMargins(24, 0, 24, 0)
        head.addWidget(self.tabs, 1)
        column = QVBoxLayout()
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._parts, 1)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addLayout(column, 1)

    def _connect_signals(self) -> None:
        for changed in (self.context.hub.contactsChanged, self.context.hub.audiencesChanged):
            self.scope.connect(changed, self._mark_dirty)
        self.scope.connect(self.services.exports.changed, self._show_exports)
        self.scope.timer(WORKING_TICK_MS, self._tick)
        self.tabs.valueChanged.connect(self._show_part)
        self.offers.clicked.connect(self._look_at_offers)
        self.begin_import.clicked.connect(self._import)
        self.list.importRequested.connect(self._import)
        self.list.asked.connect(self.presenter.ask)
        self.list.sorted.connect(self.presenter.sort)
        self.list.cleared.connect(self.presenter.clear)
        self.list.selectionChanged.connect(self._selection_changed)
        self.list.tagRequested.connect(self._tag)
        self.list.suppressRequested.connect(self.panel_acts.suppress)
        self.list.exportRequested.connect(self._export)
        self.list.listRequested.connect(self._add_to_list)
        self.list.unlistRequested.connect(self._take_off)
        self.list.saveRequested.connect(self._save_filter)

    def _mark_dirty(self) -> None:
        self._is_dirty = True

    def _tick(self) -> None:
        if self.isVisible() and self.tabs.value == IMPORTS:
            self.imports_view.read()
        if self._is_dirty and self.isVisible():
            self._is_dirty = False
            self.presenter.changed()
            if self._suppression is not None and self._suppression.isVisible():
                self._suppression.read()

    def _show_part(self, key: str) -> None:
        if key != CONTACTS:
            self._choose_none()
        if key == SUPPRESSION:
            self._parts.setCurrentWidget(self.suppression)
            self.suppression.read()
        elif key == IMPORTS:
            self._parts.setCurrentWidget(self.imports_view)
            self.imports_view.read()
        elif key == SAVED:
            self._parts.setCurrentWidget(self.saved)
        else:
            self._parts.setCurrentWidget(self.list)
        self._watch_saved()
        self._head()

    def _watch_saved(self) -> None:
        if self._saved is not None:
            self._saved.watch(is_watched=self.isVisible() and self.is_saved)

    def _head(self) -> None:
        """Title, facts and actions are those of the open tab."""
        is_inside = self.is_saved and self.saved.is_inside
        self.tabs.setVisible(not is_inside)
        if self.is_saved:
            self.title, self.subtitle = self.saved.heading, "" if is_inside else self.saved.facts
        else:
            titles = {IMPORTS: "Imports", SUPPRESSION: "Suppression list"}
            self.title, self.subtitle = titles.get(self.tabs.value, "Contacts"), self._contacts_facts
        self.headingChanged.emit()

    def watch(self, *, is_watched: bool) -> None:
        self.presenter.watch(is_watched=is_watched)
        self._watch_saved()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.side.isHidden():
            self._place_side()

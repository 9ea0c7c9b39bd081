"""Campaigns: the list, and from it one campaign on its road."""

from collections.abc import Iterator, Sequence
from functools import cached_property

from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.pages.campaign.panel import CampaignPanel
from desktop.pages.campaigns.compare_dialog import ask_and_compare
from desktop.pages.campaigns.list_view import CampaignListWidget
from desktop.pages.campaigns.presenter import CampaignListPresenter, Chosen
from desktop.pages.composer.assist_acts import FOCUS_KEY
from desktop.pages.composer.name_dialog import NameDialog
from desktop.pages.composer.toolbar import AI_KEY
from desktop.pages.page import Page, PageContext, PageKey, PageOffer
from desktop.pages.services import page_services
from desktop.scope import Scope

TICK_MS = 1_000


class CampaignsPage(Page):
    """Only what is in view is kept fresh: the list or the open campaign, and neither while the page is hidden."""

    def __init__(self, context: PageContext, parent: QWidget | None = None) -> None:
        super().__init__(context, parent)
        self.scope = Scope(self)
        self._services = page_services(context, self.scope.task)
        self.list = CampaignListWidget()
        self.list_presenter = CampaignListPresenter(self._services, self.list)
        self.list.set_rows(self.list_presenter.rows)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._stack)
        self._connect_signals()
        self._head()

    @cached_property
    def panel(self) -> CampaignPanel:
        """Made when it is first needed: with the list it would be more than one handler may take."""
        panel = CampaignPanel(self._services)
        panel.headingChanged.connect(self._head)
        self._stack.addWidget(panel)
        return panel

    def prepare(self) -> Iterator[None]:
        panel = self.panel
        yield
        yield from panel.prepare()

    @property
    def is_open(self) -> bool:
        """One campaign is shown, not the list."""
        return self._stack.currentWidget() is not self.list

    @property
    def header_actions(self) -> Sequence[QWidget]:
        return self.panel.header_actions if self.is_open else (self.list.new,)

    @property
    def search_field(self) -> QLineEdit | None:
        if not self.is_open:
            return self.list.search
        return self.panel.search_field

    @property
    def keys(self) -> Sequence[PageKey]:
        if not self.is_open:
            return (PageKey(keys="Ctrl+N", text="New campaign", act=self.ask_new),)
        space = PageKey(keys="Space", text="Pause or resume the campaign", act=self.panel.pause_or_resume)
        assist = self.panel.composer.assist
        with_ai = (
            PageKey(keys=AI_KEY, text="Write with AI", act=assist.open_menu),
            PageKey(keys=FOCUS_KEY, text="Go to the draft of the text model", act=assist.go_to_draft),
        )
        return (
            *(with_ai if assist.is_offered else ()),
            PageKey(keys="F2", text="Rename the campaign", act=self.panel.ask_name),
            # On the other steps it presses the button that has the focus.
            *((space,) if self.panel.is_run_shown else ()),
            PageKey(keys="Ctrl+Return", text="Next step of the campaign", act=self.panel.next_step),
        )

    def escape(self) -> bool:
        return self.is_open and self.panel.composer.assist.escape()

    @property
    def can_go_back(self) -> bool:
        return self.is_open

    def go_back(self) -> None:
        self._stack.setCurrentWidget(self.list)
        self._watch()
        self._head()

    def show_subject(self, subject_id: int) -> None:
        self._stack.setCurrentWidget(self.panel)
        self.panel.open(CampaignId(subject_id))
        self._watch()
        self._head()

    def ask_new(self) -> None:
        """Ctrl+N: ask for its name, then open the draft."""
        dialog = NameDialog(self, "New campaign", "", "Begin")
        dialog.given.connect(self._begin)
        dialog.open()

    def _begin(self, title: str) -> None:
        self.scope.task(self._begin_draft(title), "begin a campaign")

    async def _begin_draft(self, title: str) -> None:
        try:
            campaign_id = await self._services.drafts.begin(title=title, actor=self._services.actor)
        except AppError as error:
            self._services.tells.error(error)
            return
        self.show_subject(campaign_id)

    def refresh(self) -> None:
        if self.is_open:
            self.panel.presenter.refresh()
        else:
            self.list_presenter.refresh()

    def watch(self, *, is_watched: bool) -> None:
        self._watch()

    def _connect_signals(self) -> None:
        hub = self.context.hub
        self.scope.connect(hub.campaignsChanged, self._campaigns_changed)
        self.scope.connect(hub.lanesChanged, self._lanes_changed)
        self.scope.connect(self.context.exports.changed, self._show_exports)
        self.scope.timer(TICK_MS, self._tick)
        self.list.newRequested.connect(self.ask_new)
        self.list.campaignOpened.connect(self.show_subject)
        self.list.chosen.connect(self._choose)
        self.list.searched.connect(self._search)
        self.list.compareRequested.connect(self._compare)

    def _campaigns_changed(self, campaign_ids: frozenset[int]) -> None:
        self.list_presenter.changed(campaign_ids)
        if self.is_open:
            self.panel.presenter.changed(campaign_ids)
            self.panel.report_changed(campaign_ids)

    def _show_exports(self) -> None:
        if "panel" in self.__dict__:  # made
            self.panel.report_presenter.show_export()

    def _lanes_changed(self) -> None:
        if self.is_open:
            self.panel.presenter.lanes_changed()

    def _tick(self) -> None:
        if self.is_open:
            self.panel.presenter.tick()
        else:
            self.list_presenter.tick()

    def _choose(self, chosen: Chosen) -> None:
        self.list_presenter.choose(chosen)

    def _compare(self, numbers: list[int]) -> None:
        ids = [CampaignId(number) for number in numbers]
        self.scope.task(ask_and_compare(self, self._services, ids), "comparing campaigns")

    def _search(self, text: str) -> None:
        self.list_presenter.search(text)

    def _watch(self) -> None:
        self.list_presenter.watch(is_watched=self.isVisible() and not self.is_open)
        if "panel" in self.__dict__:  # made
            if not (self.isVisible() and self.is_open):
                self.panel.composer.presenter.leave()
            self.panel.presenter.watch(is_watched=self.isVisible() and self.is_open)

    def _head(self) -> None:
        if self.is_open:
            self.title, self.subtitle = self.panel.title, self.panel.facts
        else:
            self.title, self.subtitle = "Campaigns", "Each of them reaches everybody exactly once"
        self.headingChanged.emit()


def _ask_new(page: Page) -> None:
    assert isinstance(page, CampaignsPage)
    page.ask_new()


CAMPAIGN_OFFERS: tuple[PageOffer, ...] = (PageOffer(title="New campaign", icon="mdi6.plus", act=_ask_new),)

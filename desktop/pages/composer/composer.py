"""The steps of a campaign before it runs, made when they are first shown, and fed with what the presenter says."""

from collections.abc import Sequence
from functools import cached_property

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from campaigns.campaign import CampaignState
from campaigns.message.variants import Choice, Message
from campaigns.report.screens import CampaignDetails
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.schedule.repeat import Repeat
from core.domain.ids import AccountId, CampaignId
from core.domain.message import MAX_MESSAGE_UNITS
from desktop.formatting import count_of
from desktop.pages.composer.assist_acts import AssistActs
from desktop.pages.composer.findings import Finding
from desktop.pages.composer.media_presenter import MediaPresenter
from desktop.pages.composer.message_view import MessageView
from desktop.pages.composer.people_step import PeopleStep
from desktop.pages.composer.people_view import PeopleView
from desktop.pages.composer.places import Place
from desktop.pages.composer.plan_view import AccountChoice, PlanView
from desktop.pages.composer.presenter import DraftPresenter
from desktop.pages.composer.preview_presenter import Preview
from desktop.pages.composer.rehearsal_card import RehearsalCard
from desktop.pages.composer.rehearsal_presenter import RehearsalPresenter
from desktop.pages.composer.rehearsal_words import RehearsalWords
from desktop.pages.composer.review_view import ReviewView
from desktop.pages.composer.template_acts import TemplateActs
from desktop.pages.composer.test_send_dialog import TestSendDialog
from desktop.pages.composer.trial_card import TrialCard
from desktop.pages.composer.trial_presenter import TrialPresenter
from desktop.pages.services import PageServices

_FROZEN = {
    CampaignState.IN_REVIEW: "It waits for approval. Send it back to change it.",
    CampaignState.APPROVED: "Frozen since it was approved: what is sent is exactly this.",
}
_SENT = "Frozen since it was approved: what is sent is exactly this."


class Composer(QObject):
    """`changed`: what is missing, what is saved or what can be undone is another now. `goRequested`: to this step."""

    changed = Signal()
    goRequested = Signal(str)

    def __init__(self, services: PageServices, parent: QObject) -> None:
        super().__init__(parent)
        self._services = services
        self._people = PeopleStep(services, lambda: self.frozen, self)
        self._people.changed.connect(self._show_people)
        self._people.chosen.connect(self.show_changed)
        self.rehearsal_presenter = RehearsalPresenter(services, self)
        self.trial_presenter = TrialPresenter(services, lambda: self._message)
        self.presenter = DraftPresenter(services, self, self._open_rest)
        self._templates = TemplateActs(self, services, self.presenter)
        self.assist = AssistActs(self, services, self.presenter)
        self.saved = ""
        self.findings: Sequence[Finding] = ()
        self._details: CampaignDetails | None = None
        self._message, self._choice = Message.of_text(""), Choice()
        self._length = (0, MAX_MESSAGE_UNITS, "")
        self._place: Place | None = None
        self._preview: Preview | None = None
        self._fields: Sequence[str] = ()
        self._plan = CampaignPlan()
        self._repeat: Repeat | None = None
        self._accounts: Sequence[AccountChoice] = ()
        self._zones: Sequence[str] = ()
        self._rehearsal: tuple[RehearsalWords | None, bool] = (None, False)

    @cached_property
    def message(self) -> MessageView:
        view = MessageView(self._services.formats)
        view.written.connect(self._write)
        view.findings.acted.connect(self._act)
        view.tabs.chosen.connect(self.presenter.look_at)
        view.changed.connect(self.presenter.change)
        view.preview.nextRequested.connect(self._next_person)
        view.preview.previousRequested.connect(self._previous_person)
        view.preview.emptyRequested.connect(self._empty_person)
        view.templatesRequested.connect(self._templates.ask_which)
        view.keepRequested.connect(self._templates.ask_title)
        self._media = MediaPresenter(self._services, view, self.presenter.change)
        view.filesGiven.connect(self._media.attach)
        view.mediaKindChosen.connect(self._media.send_as)
        view.mediaMoved.connect(self._media.move)
        view.mediaRemoved.connect(self._media.remove)
        view.undoRequested.connect(self.presenter.undo)
        view.toolbar.set_fields(self._fields)
        if self._details is not None:
            view.show_text(self._message, self._choice, frozen=self.frozen)
            view.show_length(*self._length)
            view.show_findings(self._of_message(), self._place)
            if self._preview is not None:
                self._show_preview(view, self._preview)
            self._media.show(self._message)
        self.assist.attach(view)
        return view

    @cached_property
    def assist_card(self) -> QWidget:
        """Made ahead, apart from the step that it stands in."""
        return self.assist.card(self.message)

    @property
    def people(self) -> PeopleView:
        return self._people.view

    @cached_property
    def plan_cards(self) -> PlanView:
        """The step before its cards are laid into it."""
        return PlanView(self._services.formats, self._services.clock)

    @cached_property
    def repeat_inputs(self) -> QWidget:
        """What stands there when a campaign is to repeat."""
        inputs = self.plan_cards.repeat.inputs
        inputs.hide()
        return inputs

    @cached_property
    def plan(self) -> PlanView:
        view = self.plan_cards
        view.lay_out()
        view.set_zones(self._zones)
        view.planned.connect(self._set_plan)
        view.repeated.connect(self._set_repeat)
        view.accountsChosen.connect(self._set_accounts)
        if self._details is not None:
            view.show_plan(self._plan, self._repeat, frozen=self.frozen)
            view.accounts.show_accounts(self._accounts, is_frozen=bool(self.frozen))
        return view

    @cached_property
    def rehearsal_card(self) -> RehearsalCard:
        """Made apart from the step that it stands in: both at once are more than one handler may take."""
        return RehearsalCard()

    @cached_property
    def trial_card(self) -> TrialCard:
        return TrialCard()

    @cached_property
    def review_frame(self) -> ReviewView:
        """The step without its rehearsal."""
        return ReviewView()

    @cached_property
    def review(self) -> ReviewView:
        view = self.review_frame
        view.attach(self.rehearsal_card, self.trial_card)
        view.trial.trialRequested.connect(self._try)
        view.trial.cancelRequested.connect(self.trial_presenter.cancel)
        self.trial_presenter.show_on(view.trial)
        view.findings.acted.connect(self._act)
        view.findings.reviewRequested.connect(self._review_text)
        self.assist.attach_review(view.findings)
        view.rehearsal.rehearseRequested.connect(self._rehearse)
        view.rehearsal.cancelRequested.connect(self.rehearsal_presenter.cancel)
        if self._details is not None:
            self._show_review(view)
        return view

    def step(self, key: str) -> QWidget | None:
        """The view of a step; None: it is not one of these."""
        if key in ("message", "review"):
            self.presenter.look_at_files()
        match key:
            case "message":
                return self.message
            case "people":
                return self.people
            case "plan":
                return self.plan
            case "review":
                self.review.show_message(self.presenter.message)
                return self.review
            case _:
                return None

    @property
    def frozen(self) -> str:
        """Why nothing can be changed; "" for a draft."""
        if self._details is None or self._details.campaign.state is CampaignState.DRAFT:
            return ""
        return _FROZEN.get(self._details.campaign.state, _SENT)

    @property
    def why_not_submit(self) -> str:
        """What has to be mended before anybody is asked to approve; "": nothing."""
        blocking = [finding.text for finding in self.findings if finding.blocks]
        return f"{blocking[0]}." if blocking else ""

    def facts(self) -> str:
        """The line below the title of a draft."""
        if self._details is None:
            return ""
        people = count_of(self._services.formats.number(self._details.members), "person", "people")
        return " · ".join(part for part in (self.saved, f"{people} chosen") if part)

    def is_whole(self, step: str) -> bool:
        """Nothing of this step is missing."""
        return not any(finding.blocks for finding in self.findings if finding.step == step)

    def show_details(self, details: CampaignDetails) -> None:
        is_other = self._details is None or self._details.campaign.id != details.campaign.id
        self._details = details
        self.presenter.show(details)
        self.assist.open(is_other=is_other)
        self._people.show_again()
        if "review" in self.__dict__:
            self._show_review(self.review)

    # --------------------------------------------------------------------------------------------- DraftView

    def show_text(self, message: Message, choice: Choice) -> None:
        self._message, self._choice = message, choice
        if "message" in self.__dict__:
            self.message.show_text(message, choice, frozen=self.frozen)
            self._media.show(message)

    def show_length(self, units: int, most: int, note: str) -> None:
        self._length = units, most, note
        if "message" in self.__dict__:
            self.message.show_length(units, most, note)

    def show_findings(self, findings: Sequence[Finding], place: Place | None) -> None:
        self.findings, self._place = findings, place
        if "message" in self.__dict__:
            self.message.show_findings(self._of_message(), place)
        if "review" in self.__dict__:
            self.review.show_findings(findings, is_frozen=bool(self.frozen))
            if self.review.isVisible():
                self.review.show_message(self.presenter.message)
        self.changed.emit()

    def show_preview(self, preview: Preview) -> None:
        self._preview = preview
        if "message" in self.__dict__:
            self._show_preview(self.message, preview)

    def show_fields(self, fields: Sequence[str]) -> None:
        self._fields = fields
        if "message" in self.__dict__:
            self.message.toolbar.set_fields(fields)

    def show_plan(self, plan: CampaignPlan, repeat: Repeat | None) -> None:
        self._plan, self._repeat = plan, repeat
        if "plan" in self.__dict__:
            self.plan.show_plan(plan, repeat, frozen=self.frozen)

    def show_accounts(self, accounts: Sequence[AccountChoice]) -> None:
        self._accounts = accounts
        if "plan" in self.__dict__:
            self.plan.accounts.show_accounts(accounts, is_frozen=bool(self.frozen))

    def show_zones(self, zones: Sequence[str]) -> None:
        self._zones = zones
        if "plan" in self.__dict__:
            self.plan.set_zones(zones)

    def show_changed(self) -> None:
        """The draft holds something else now."""
        self.assist.note_change()
        self.rehearsal_presenter.note_change()
        self.trial_presenter.note_change()

    # --------------------------------------------------------------------------------------- RehearsalShows

    def show_rehearsal(self, words: RehearsalWords | None, *, is_stale: bool) -> None:
        self._rehearsal = words, is_stale
        if "review" in self.__dict__:
            self.review.rehearsal.show_words(words)
            self.review.rehearsal.set_stale(is_stale)
        self.changed.emit()

    def show_saved(self, words: str) -> None:
        self.saved = words
        self.changed.emit()

    # ------------------------------------------------------------------------------------------------ inside

    def _of_message(self) -> Sequence[Finding]:
        return [finding for finding in self.findings if finding.step == "message"]

    def _show_review(self, view: ReviewView) -> None:
        assert self._details is not None
        services = self._services
        view.show_details(self._details, services.formats, services.clock.now(), services.actor)
        view.show_findings(self.findings, is_frozen=bool(self.frozen))
        view.show_people(self._people.words)
        view.rehearsal.show_words(self._rehearsal[0])
        view.rehearsal.set_stale(self._rehearsal[1])

    def _show_people(self) -> None:
        if "review" in self.__dict__:
            self.review.show_people(self._people.words)

    async def _open_rest(self, campaign_id: CampaignId, *, is_draft: bool) -> None:
        self.trial_presenter.open(campaign_id)
        await self._people.presenter.open(campaign_id, is_draft=is_draft)
        await self.rehearsal_presenter.open(campaign_id)

    def ask_test(self) -> None:
        """From which account, and to whom."""
        chosen = [account for account in self._accounts if account.is_chosen]
        dialog = TestSendDialog(self.message, chosen, self.presenter.preview.person_name)
        dialog.chosen.connect(self.presenter.preview.send_test)
        dialog.open()

    async def before_submit(self) -> None:
        """Everything typed is saved."""
        await self.presenter.flush()

    def _rehearse(self) -> None:
        self.rehearsal_presenter.rehearse(self._before_rehearsal)

    def _try(self) -> None:
        self.trial_presenter.begin(self._before_rehearsal)

    async def _before_rehearsal(self) -> None:
        await self.presenter.flush()
        if self.presenter.is_draft:
            await self._people.presenter.refresh()

    @staticmethod
    def _show_preview(view: MessageView, preview: Preview) -> None:
        view.preview.show_person(preview.person, preview.facts, preview.place, preview.members)
        view.preview.show_message(preview.message, preview.problem, preview.time)

    def _act(self, finding: Finding) -> None:
        if finding.choice is not None:
            self.goRequested.emit("message")
            self.presenter.look_at(finding.choice)
            return
        if finding.step != "message" or finding.place is None:
            self.goRequested.emit(finding.step)
            return
        self.goRequested.emit("message")
        self.message.editor.go_to(finding.place)

    def _review_text(self) -> None:
        self.goRequested.emit("message")
        self.assist.review()

    def _write(self, text: str) -> None:
        self.presenter.write(text)

    def _set_plan(self, plan: CampaignPlan) -> None:
        self._plan = plan
        self.presenter.set_plan(plan)

    def _set_repeat(self, repeat: Repeat | None) -> None:
        self._repeat = repeat
        self.presenter.set_repeat(repeat)

    def _set_accounts(self, account_ids: frozenset[AccountId]) -> None:
        self.presenter.set_accounts(account_ids)

    def _next_person(self) -> None:
        self.presenter.preview.next_person()

    def _previous_person(self) -> None:
        self.presenter.preview.previous_person()

    def _empty_person(self) -> None:
        self.presenter.preview.empty_person()

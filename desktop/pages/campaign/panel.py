"""One campaign from message to report: the road on top, the chosen step below, its actions for the header."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from campaigns.backup.after_restore import RestoredCampaign
from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from campaigns.report.figures import Measure
from campaigns.report.screens import CampaignDetails
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.pages.campaign.actions import CampaignActions
from desktop.pages.campaign.acts import Acts
from desktop.pages.campaign.after_restore import choose_after_restore
from desktop.pages.campaign.monitor import Monitor
from desktop.pages.campaign.presenter import ENDED, CampaignPresenter, Chart
from desktop.pages.campaign.report import ReportPresenter
from desktop.pages.campaign.report_groups import Grouping
from desktop.pages.campaign.report_view import ReportStepView
from desktop.pages.campaign.run_view import RunView
from desktop.pages.campaign.series_presenter import SeriesPresenter
from desktop.pages.campaign.series_view import SeriesView
from desktop.pages.campaign.series_words import SeriesWords
from desktop.pages.composer.composer import Composer
from desktop.pages.repeat_words import is_series
from desktop.pages.services import PageServices
from desktop.widgets.empty import FailedState
from desktop.widgets.pills import Pill
from desktop.widgets.status import Glyph, State
from desktop.widgets.steps import Steps, StepState

STEPS: Final = (
    ("message", "Message"),
    ("people", "People"),
    ("plan", "Plan"),
    ("review", "Review"),
    ("run", "Run"),
    ("report", "Report"),
)
_KEYS: Final = tuple(key for key, _ in STEPS)
DRAFT_STEPS: Final = _KEYS[:4]
_MARGINS: Final = (24, 4, 24, 16)


def present_step(state: CampaignState) -> str:
    """Where on the road a campaign is."""
    if state is CampaignState.DRAFT:
        return "message"
    if state is CampaignState.IN_REVIEW:
        return "review"
    return "report" if state in ENDED else "run"


class CampaignPanel(QWidget):
    """Shows what the presenters say and passes on what is pressed. `headingChanged`: title, facts or actions differ."""

    headingChanged = Signal()

    def __init__(self, services: PageServices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._services = services
        self.presenter = CampaignPresenter(services, self)
        self.title = ""
        self.facts = ""
        self._acts: Acts | None = None
        self._progress_step = ""
        self._shown_step = ""
        self._failed: FailedState | None = None
        self._details: CampaignDetails | None = None
        self._last: Monitor | None = None
        self.pill = Pill(State(Glyph.RING, ""))
        self.road = Steps("The road of the campaign", STEPS)
        self.composer = Composer(services, self)
        self.report_presenter = ReportPresenter(services)
        self.series_presenter = SeriesPresenter(services, self)
        self.buttons = CampaignActions(self, services, self.presenter, self.composer)
        self._build_ui()
        self._connect_signals()

    @cached_property
    def run(self) -> RunView:
        """Made when it is first needed, as the report: all at once is more than one handler may take."""
        view = RunView()
        view.after.againRequested.connect(self.buttons.send_again)
        view.after.decisionRequested.connect(self.buttons.decide_unknown)
        view.setContentsMargins(*_MARGINS)
        self._stack.addWidget(view)
        return view

    @cached_property
    def report(self) -> ReportStepView:
        view = ReportStepView(self.report_presenter.rows)
        view.setContentsMargins(*_MARGINS)
        self.report_presenter.show_on(view)
        view.chosen.connect(self._choose_people)
        view.after.againRequested.connect(self.buttons.send_again)
        view.after.decisionRequested.connect(self.buttons.decide_unknown)
        view.people.searched.connect(self._search_people)
        view.people.exportRequested.connect(self._export)
        view.people.cancelRequested.connect(self._cancel_export)
        view.groups.chosen.connect(self._compare)
        self._stack.addWidget(view)
        return view

    @cached_property
    def series(self) -> SeriesView:
        """In the place of Run, for a campaign that repeats."""
        view = SeriesView(self.series_presenter.rows)
        view.setContentsMargins(*_MARGINS)
        view.opened.connect(self.series_presenter.open_run)
        self._stack.addWidget(view)
        return view

    # ------------------------------------------------------------------------------------------- for the page

    def prepare(self) -> Iterator[None]:
        """Make the steps that were not shown yet, one a step."""
        for step in ("message", "run", "people"):
            self._step(step)
            yield
        for part in (
            "assist_card",
            "plan_cards",
            "plan",
            "repeat_inputs",
            "rehearsal_card",
            "trial_card",
            "review_frame",
        ):
            getattr(self.composer, part)
            yield
        for step in ("plan", "review", "report"):
            self._step(step)
            yield
        assert self.series is not None
        yield

    @property
    def _is_series(self) -> bool:
        return self._last is not None and is_series(self._last.progress)

    @property
    def search_field(self) -> QLineEdit | None:
        """Where Ctrl+F goes: the people of the report."""
        return self.report.people.search if self._shown_step == "report" else None

    def open(self, campaign_id: CampaignId) -> None:
        """Show this campaign at the step where it is."""
        if campaign_id != self.presenter.campaign_id:
            self._progress_step = self._shown_step = ""
            self._details = self._last = None
            self.run.forget()
            self._stack.setCurrentWidget(self._waiting)
        self.presenter.open(campaign_id)

    @property
    def header_actions(self) -> Sequence[QWidget]:
        """The buttons that its state allows; the primary one last but for Stop."""
        acts = self._acts
        if acts is None:
            return (self.pill,)
        if not acts.can_submit:
            return (self.pill, *self.buttons.shown(acts))
        at = DRAFT_STEPS.index(self._shown_step) if self._shown_step in DRAFT_STEPS else 0
        following = "" if self._shown_step == DRAFT_STEPS[-1] else DRAFT_STEPS[at + 1]
        return (self.pill, *self.buttons.of_draft(self._shown_step, following))

    def report_changed(self, campaign_ids: frozenset[int]) -> None:
        """Rows of these campaigns changed: what people did is counted anew while somebody looks at it."""
        self.series_presenter.changed(campaign_ids)
        self.report_presenter.changed(campaign_ids, is_shown=self._shown_step == "report")

    @property
    def is_run_shown(self) -> bool:
        return self._shown_step == "run"

    def pause_or_resume(self) -> None:
        """Space on the Run step."""
        if self._shown_step == "run" and self._acts is not None:
            if self._acts.can_pause:
                self.presenter.pause()
            elif self._acts.can_resume:
                self.presenter.resume()

    def next_step(self) -> None:
        """Ctrl+Enter: what follows on the road, where it is allowed."""
        acts = self._acts
        if acts is not None:
            for is_there, button in (
                (acts.can_submit, self.buttons.submit if self._shown_step == "review" else self.buttons.next),
                (acts.can_approve, self.buttons.approve),
                (acts.can_start, self.buttons.start),
            ):
                if is_there:
                    button.click()
                    return

    # ------------------------------------------------------------------------------------------ CampaignView

    def show_details(self, details: CampaignDetails) -> None:
        self._details = details
        self.composer.show_details(details)

    def show_step(self) -> None:
        """Where the campaign is by its details."""
        assert self._details is not None
        step = present_step(self._details.campaign.state)
        self._walk("run" if step == "report" and self._details.repeat is not None else step)

    def show_monitor(self, monitor: Monitor) -> None:
        self._forget_failure()
        if self._last is None or self._last.state != monitor.state:
            self.pill.set_state(monitor.state)
        had_series, self._last = self._is_series, monitor
        if self._is_series is not had_series:
            self.road.set_text("run", "Runs" if self._is_series else "Run")
            if self._shown_step == "run":
                self._stack.setCurrentWidget(self._step("run"))
        facts = self.composer.facts() if monitor.acts.can_submit else monitor.facts
        if (monitor.title, facts, monitor.acts) != (self.title, self.facts, self._acts):
            self.title, self.facts, self._acts = monitor.title, facts, monitor.acts
            self.headingChanged.emit()
        if self._shown_step == "run" and self._is_series:
            self.series_presenter.show(monitor.progress)
        elif self._shown_step == "run":
            self.run.show_monitor(monitor)
            self.run.after.show_aftercare(monitor.after, self._services.formats)
        elif self._shown_step == "report":
            self.report_presenter.show_progress(monitor.progress)
            self.report.after.show_aftercare(monitor.after, self._services.formats)
        elif self._shown_step == "people":
            self.composer.people.show_planned(monitor.progress)

    def show_chart(self, chart: Chart) -> None:
        if self._shown_step == "run":
            self.run.show_chart(chart)

    def show_series(self, words: SeriesWords) -> None:
        self.series.show_series(words)

    def show_failed(self, error: AppError) -> None:
        if self._failed is None:
            self._failed = FailedState(error)
            self._stack.addWidget(self._failed)
        self._stack.setCurrentWidget(self._failed)

    def set_busy(self, *, is_busy: bool) -> None:
        self.buttons.set_busy(is_busy=is_busy)

    async def choose_after_restore(self, campaign: RestoredCampaign) -> bool:
        return await choose_after_restore(self, self._services, campaign)

    # ------------------------------------------------------------------------------------------------ inside

    def _build_ui(self) -> None:
        self.pill.setParent(self)
        self.pill.hide()
        self._stack = QStackedWidget()
        self._waiting = QWidget()  # nothing for the first moment; then the step is there
        self._stack.addWidget(self._waiting)
        self.road.setContentsMargins(24, 0, 24, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.road)
        column.addWidget(self._stack, 1)

    def _connect_signals(self) -> None:
        self.road.stepChosen.connect(self._choose_step)
        self.composer.changed.connect(self._draft_changed)
        self.composer.goRequested.connect(self._choose_step)
        self.buttons.nextRequested.connect(self._go_on)

    def _walk(self, step: str) -> None:
        """The campaign is at this step now. Whoever looked at the former one is taken along."""
        if step == self._progress_step:
            return
        follows = self._shown_step in ("", self._progress_step)
        self._progress_step = step
        at = _KEYS.index(step)
        states = {
            key: StepState.DONE if index < at else StepState.CURRENT if index == at else StepState.TO_DO
            for index, key in enumerate(_KEYS)
        }
        if step != "message":
            self.road.set_states(states)
        self._choose_step(step if follows else self._shown_step)

    def _choose_step(self, step: str) -> None:
        self._shown_step = step
        self.road.set_shown(step)
        if step != "run":
            self.series_presenter.leave()
        self._show_draft_road()
        self._stack.setCurrentWidget(self._step(step))
        if step == "report" and self.presenter.campaign_id is not None:
            self.report_presenter.open(self.presenter.campaign_id)
        if self._last is not None:
            self.show_monitor(self._last)
            self.headingChanged.emit()
        if step == "run":
            self.presenter.refresh()

    def _step(self, key: str) -> QWidget:
        if key == "run":
            return self.series if self._is_series else self.run
        if key == "report":
            return self.report
        view = self.composer.step(key)
        if view is not None and self._stack.indexOf(view) < 0:
            self._stack.addWidget(view)
        return view or self._waiting

    def _show_draft_road(self) -> None:
        """In a draft each step may be gone to; those where nothing is missing have their tick."""
        if self._progress_step != "message":
            return
        states: dict[str, StepState] = {}
        for key in DRAFT_STEPS:
            is_whole = key != "review" and self.composer.is_whole(key)
            states[key] = StepState.DONE if is_whole else StepState.OPEN
        self.road.set_states(states | {self._shown_step: StepState.CURRENT})

    def _draft_changed(self) -> None:
        self.buttons.show_draft()
        self._show_draft_road()
        if self._acts is not None and self._acts.can_submit and self.facts != self.composer.facts():
            self.facts = self.composer.facts()
            self.headingChanged.emit()

    def ask_name(self) -> None:
        """F2."""
        if self._acts is not None and self._acts.can_submit:
            self.buttons.ask_name()

    def _go_on(self) -> None:
        if self._shown_step in DRAFT_STEPS[:-1]:
            self._choose_step(DRAFT_STEPS[DRAFT_STEPS.index(self._shown_step) + 1])

    def _forget_failure(self) -> None:
        if self._failed is not None:
            self._stack.removeWidget(self._failed)
            self._failed.deleteLater()
            self._failed = None
            self._stack.setCurrentWidget(self._step(self._shown_step))

    def _choose_people(self, state: DeliveryState | None, reason: DeliveryReason | None) -> None:
        self.report_presenter.choose(state, reason)

    def _search_people(self, text: str) -> None:
        self.report_presenter.search(text)

    def _export(self, path: str) -> None:
        self.report_presenter.export(path)

    def _cancel_export(self) -> None:
        self.report_presenter.cancel_export()

    def _compare(self, grouping: Grouping, measure: Measure) -> None:
        self.report_presenter.compare(grouping, measure)

"""One campaign from message to report: the road on top, the chosen step below, its actions for the header."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from campaigns.report.figures import Measure
from campaigns.report.screens import CampaignDetails
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.pages.campaign.acts import Acts
from desktop.pages.campaign.asking import CampaignAsks
from desktop.pages.campaign.monitor import Monitor
from desktop.pages.campaign.presenter import ENDED, CampaignPresenter, Chart
from desktop.pages.campaign.report import ReportPresenter
from desktop.pages.campaign.report_groups import Grouping
from desktop.pages.campaign.report_view import ReportStepView
from desktop.pages.campaign.run_view import RunView
from desktop.pages.composer.composer import Composer
from desktop.pages.composer.name_dialog import NameDialog
from desktop.pages.composer.start_dialog import StartDialog
from desktop.pages.services import PageServices
from desktop.widgets.buttons import Button, IconButton, Kind
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
        self._asks = CampaignAsks(self, services)
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
        self._build_ui()
        self._connect_signals()

    @cached_property
    def run(self) -> RunView:
        """Made when it is first needed, as the report: all at once is more than one handler may take."""
        view = RunView()
        view.after.againRequested.connect(self._send_again)
        view.after.decisionRequested.connect(self._decide_unknown)
        view.setContentsMargins(*_MARGINS)
        self._stack.addWidget(view)
        return view

    @cached_property
    def report(self) -> ReportStepView:
        view = ReportStepView(self.report_presenter.rows)
        view.setContentsMargins(*_MARGINS)
        self.report_presenter.show_on(view)
        view.chosen.connect(self._choose_people)
        view.after.againRequested.connect(self._send_again)
        view.after.decisionRequested.connect(self._decide_unknown)
        view.people.searched.connect(self._search_people)
        view.people.exportRequested.connect(self._export)
        view.people.cancelRequested.connect(self._cancel_export)
        view.groups.chosen.connect(self._compare)
        self._stack.addWidget(view)
        return view

    # ------------------------------------------------------------------------------------------- for the page

    def prepare(self) -> Iterator[None]:
        """Make the steps that were not shown yet, one a step."""
        for step in ("message", "run", "people", "plan"):
            self._step(step)
            yield
        for part in ("rehearsal_card", "review_frame"):
            getattr(self.composer, part)
            yield
        for step in ("review", "report"):
            self._step(step)
            yield

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
        if acts.can_submit:
            return (self.pill, *self._draft_actions())
        chosen = (
            (self.edit, acts.can_start),
            (self.send_back, acts.can_approve),
            (self.clone, True),
            (self.archive, acts.can_archive),
            (self.unarchive, acts.can_unarchive),
            (self.slow_down, acts.can_steer),
            (self.add_account, acts.can_steer),
            (self.pause, acts.can_pause),
            (self.resume, acts.can_resume),
            (self.stop, acts.can_stop),
            (self.approve, acts.can_approve),
            (self.start_later, acts.can_start),
            (self.start, acts.can_start),
        )
        return (self.pill, *(button for button, is_there in chosen if is_there))

    def report_changed(self, campaign_ids: frozenset[int]) -> None:
        """Rows of these campaigns changed: what people did is counted anew while somebody looks at it."""
        self.report_presenter.changed(campaign_ids, is_shown=self._shown_step == "report")

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
                (acts.can_submit, self.submit if self._shown_step == "review" else self.next),
                (acts.can_approve, self.approve),
                (acts.can_start, self.start),
            ):
                if is_there:
                    button.click()
                    return

    # ------------------------------------------------------------------------------------------ CampaignView

    def show_details(self, details: CampaignDetails, *, is_planned: bool) -> None:
        self._details = details
        self.composer.show_details(details)
        self._walk(present_step(details.campaign.state))

    def show_monitor(self, monitor: Monitor) -> None:
        self._forget_failure()
        if self._last is None or self._last.state != monitor.state:
            self.pill.set_state(monitor.state)
        self._last = monitor
        facts = self.composer.facts() if monitor.acts.can_submit else monitor.facts
        if (monitor.title, facts, monitor.acts) != (self.title, self.facts, self._acts):
            self.title, self.facts, self._acts = monitor.title, facts, monitor.acts
            self.headingChanged.emit()
        if self._shown_step == "run":
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

    def show_failed(self, error: AppError) -> None:
        if self._failed is None:
            self._failed = FailedState(error.title, error.message, error.hint, error.detail)
            self._stack.addWidget(self._failed)
        self._stack.setCurrentWidget(self._failed)

    def set_busy(self, *, is_busy: bool) -> None:
        for button in self._buttons:
            button.setEnabled(not is_busy)
        if not is_busy:
            self.submit.set_reason_disabled(self.composer.why_not_submit)

    # ------------------------------------------------------------------------------------------------ inside

    def _build_ui(self) -> None:
        self.undo = IconButton("mdi6.undo-variant", "Undo the last change of this draft")
        self.rename = IconButton("mdi6.pencil-outline", "Rename (F2)")
        self.next = Button("Next: people", "mdi6.arrow-right", kind=Kind.PRIMARY)
        self.test_send = Button("Test send…", "mdi6.send-outline")
        self.edit = Button("Edit…", "mdi6.pencil-outline")
        self.send_back = Button("Send back", "mdi6.undo-variant")
        self.pause = Button("Pause", "mdi6.pause")
        self.resume = Button("Resume", "mdi6.play", kind=Kind.PRIMARY)
        self.clone = IconButton("mdi6.content-copy", "Copy into a new draft")
        self.archive = IconButton("mdi6.archive-outline", "Archive: out of the list, with all it holds")
        self.unarchive = Button("Back into the list", "mdi6.archive-arrow-up-outline")
        self.slow_down = Button("Slow down…", "mdi6.speedometer-slow")
        self.add_account = Button("Add account…", "mdi6.account-plus-outline")
        self.stop = Button("Stop…", "mdi6.stop", kind=Kind.STOP)
        self.submit = Button("Ask for approval", "mdi6.clipboard-check-outline", kind=Kind.PRIMARY)
        self.approve = Button("Approve", "mdi6.check", kind=Kind.PRIMARY)
        self.start_later = Button("Start at…", "mdi6.calendar-clock-outline")
        self.start = Button("Start", "mdi6.send-outline", kind=Kind.PRIMARY)
        self._buttons = (
            *(self.edit, self.send_back, self.pause, self.resume, self.stop),
            *(self.submit, self.approve, self.start, self.slow_down, self.add_account),
            self.start_later,
            *(self.clone, self.archive, self.unarchive),
        )
        for button in (*self._buttons, self.undo, self.rename, self.test_send, self.next, self.pill):
            button.setParent(self)
            button.hide()
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
        self.test_send.clicked.connect(self.composer.ask_test)
        self.undo.clicked.connect(self._undo)
        self.rename.clicked.connect(self.ask_name)
        self.next.clicked.connect(self._go_on)
        self.edit.clicked.connect(self._edit)
        self.send_back.clicked.connect(self._send_back)
        self.approve.clicked.connect(self._approve)
        self.pause.clicked.connect(self._pause)
        self.resume.clicked.connect(self._resume)
        self.stop.clicked.connect(self._stop)
        self.submit.clicked.connect(self._submit)
        self.start.clicked.connect(self._start)
        self.start_later.clicked.connect(self._ask_start)
        self.clone.clicked.connect(self._clone)
        self.archive.clicked.connect(self._archive)
        self.unarchive.clicked.connect(self._unarchive)
        self.slow_down.clicked.connect(self._slow_down)
        self.add_account.clicked.connect(self._add_account)

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
            return self.run
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

    def _draft_actions(self) -> Sequence[QWidget]:
        at = DRAFT_STEPS.index(self._shown_step) if self._shown_step in DRAFT_STEPS else 0
        if self._shown_step == "review":
            return (self.rename, self.undo, self.stop, self.submit)
        self.next.set_text(f"Next: {DRAFT_STEPS[at + 1]}")
        if self._shown_step == "message":
            return (self.rename, self.undo, self.test_send, self.next)
        return (self.rename, self.undo, self.next)

    def _draft_changed(self) -> None:
        self.undo.setEnabled(self.composer.presenter.can_undo)
        self.submit.set_reason_disabled(self.composer.why_not_submit)
        self._show_draft_road()
        if self._acts is not None and self._acts.can_submit and self.facts != self.composer.facts():
            self.facts = self.composer.facts()
            self.headingChanged.emit()

    def ask_name(self) -> None:
        """F2."""
        if self._acts is not None and self._acts.can_submit:
            dialog = NameDialog(self, "Rename the campaign", self.title, "Rename")
            dialog.named.connect(self.composer.presenter.rename)
            dialog.open()

    def _undo(self) -> None:
        self.composer.presenter.undo()

    def _go_on(self) -> None:
        if self._shown_step in DRAFT_STEPS[:-1]:
            self._choose_step(DRAFT_STEPS[DRAFT_STEPS.index(self._shown_step) + 1])

    def _edit(self) -> None:
        self.presenter.edit()

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

    def _approve(self) -> None:
        review = self.composer.review
        self.presenter.approve(review.name.text().strip(), review.comment.text().strip())

    def _send_back(self) -> None:
        review = self.composer.review
        self.presenter.send_back(review.name.text().strip(), review.comment.text().strip())

    def _submit(self) -> None:
        self.presenter.submit(self.composer.before_submit)

    def _ask_start(self) -> None:
        dialog = StartDialog(self, self._services.clock.now(), self._services.formats)
        dialog.chosen.connect(self.presenter.start)
        dialog.open()

    def _start(self) -> None:
        self.presenter.start()

    def _pause(self) -> None:
        self.presenter.pause()

    def _resume(self) -> None:
        self.presenter.resume()

    def _clone(self) -> None:
        self.presenter.do(self._asks.clone)

    def _archive(self) -> None:
        self.presenter.do(self._asks.archive)

    def _unarchive(self) -> None:
        self.presenter.do(self._asks.unarchive)

    def _slow_down(self) -> None:
        self.presenter.do(lambda campaign_id: self._asks.change_pace(campaign_id, self.presenter.rate_per_s))

    def _add_account(self) -> None:
        self.presenter.do(self._asks.add_account)

    def _send_again(self) -> None:
        self.presenter.do(self._asks.send_again)

    def _decide_unknown(self) -> None:
        self.presenter.do(self._asks.decide_unknown)

    def _stop(self) -> None:
        self.presenter.stop()

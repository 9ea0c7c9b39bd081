"""The buttons of one campaign for the header of the page: which its state allows, and what each of them does."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from core.domain.ids import CampaignId
from desktop.pages.campaign.acts import Acts
from desktop.pages.campaign.asking import CampaignAsks
from desktop.pages.campaign.presenter import CampaignPresenter
from desktop.pages.composer.composer import Composer
from desktop.pages.composer.name_dialog import NameDialog
from desktop.pages.composer.start_dialog import StartDialog
from desktop.pages.services import PageServices
from desktop.widgets.buttons import Button, IconButton, Kind


class CampaignActions(QObject):
    """`nextRequested`: to the next step of the draft. Errors and questions are the presenter's and `CampaignAsks`'."""

    nextRequested = Signal()

    def __init__(
        self, panel: QWidget, services: PageServices, presenter: CampaignPresenter, composer: Composer
    ) -> None:
        super().__init__(panel)
        self._panel = panel
        self._services = services
        self._presenter = presenter
        self._composer = composer
        self._asks = CampaignAsks(panel, services)
        self._run_of: CampaignId | None = None
        self._make()
        for button in (*self._busy, self.undo, self.rename, self.test_send, self.next, self.series):
            button.setParent(panel)
            button.hide()
        self._connect()

    def shown(self, acts: Acts) -> Sequence[QWidget]:
        """Those that its state allows; the primary one last but for Stop."""
        self._run_of = acts.run_of
        self.start.set_text("Begin the series" if acts.is_series else "Start")
        self.stop.set_text("End the series…" if acts.is_series else "Stop…")
        self.pause.setToolTip("No run begins until it is resumed" if acts.is_series else "")
        chosen = (
            (self.series, acts.run_of is not None),
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
        return [button for button, is_there in chosen if is_there]

    def of_draft(self, step: str, following: str) -> Sequence[QWidget]:
        """Those of a draft at this step; `following`: the step after it, "" after the last."""
        if not following:
            return (self.rename, self.undo, self.stop, self.submit)
        self.next.set_text(f"Next: {following}")
        if step == "message":
            return (self.rename, self.undo, self.test_send, self.next)
        return (self.rename, self.undo, self.next)

    def set_busy(self, *, is_busy: bool) -> None:
        """Something is being done: nothing can be pressed twice."""
        for button in self._busy:
            button.setEnabled(not is_busy)
        if not is_busy:
            self.show_draft()

    def show_draft(self) -> None:
        """What can be undone and what is missing may be another."""
        self.undo.setEnabled(self._composer.presenter.can_undo)
        self.submit.set_reason_disabled(self._composer.why_not_submit)

    def ask_name(self) -> None:
        """F2."""
        dialog = NameDialog(self._panel, "Rename the campaign", self._presenter.title, "Rename")
        dialog.given.connect(self._composer.presenter.rename)
        dialog.open()

    def send_again(self) -> None:
        """To those who failed for a passing reason; the list comes first."""
        self._presenter.do(self._asks.send_again)

    def decide_unknown(self) -> None:
        """About messages whose fate is unknown."""
        self._presenter.do(self._asks.decide_unknown)

    def _make(self) -> None:
        self.undo = IconButton("mdi6.undo-variant", "Undo the last change of this draft")
        self.rename = IconButton("mdi6.pencil-outline", "Rename (F2)")
        self.next = Button("Next: people", "mdi6.arrow-right", kind=Kind.PRIMARY)
        self.test_send = Button("Test send…", "mdi6.send-outline")
        self.series = Button("Its series", "mdi6.refresh")
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
        self._busy = (
            *(self.edit, self.send_back, self.pause, self.resume, self.stop),
            *(self.submit, self.approve, self.start, self.slow_down, self.add_account),
            self.start_later,
            *(self.clone, self.archive, self.unarchive),
        )

    def _connect(self) -> None:
        pressed: Sequence[tuple[Button | IconButton, Callable[[], None]]] = (
            (self.test_send, self._composer.ask_test),
            (self.undo, self._undo),
            (self.rename, self.ask_name),
            (self.next, self.nextRequested.emit),
            (self.series, self._open_series),
            (self.edit, self._edit),
            (self.send_back, self._send_back),
            (self.approve, self._approve),
            (self.pause, self._pause),
            (self.resume, self._resume),
            (self.stop, self._stop),
            (self.submit, self._submit),
            (self.start, self._start),
            (self.start_later, self._ask_start),
            (self.clone, self._clone),
            (self.archive, self._archive),
            (self.unarchive, self._unarchive),
            (self.slow_down, self._slow_down),
            (self.add_account, self._add_account),
        )
        for button, act in pressed:
            button.clicked.connect(act)

    def _undo(self) -> None:
        self._composer.presenter.undo()

    def _open_series(self) -> None:
        if self._run_of is not None:
            self._services.navigate("campaigns", self._run_of)

    def _edit(self) -> None:
        self._presenter.edit()

    def _approve(self) -> None:
        review = self._composer.review
        self._presenter.approve(review.name.text().strip(), review.comment.text().strip())

    def _send_back(self) -> None:
        review = self._composer.review
        self._presenter.send_back(review.name.text().strip(), review.comment.text().strip())

    def _submit(self) -> None:
        self._presenter.submit(self._composer.before_submit)

    def _ask_start(self) -> None:
        dialog = StartDialog(self._panel, self._services.clock.now(), self._services.formats)
        dialog.chosen.connect(self._presenter.start)
        dialog.open()

    def _start(self) -> None:
        self._presenter.start()

    def _pause(self) -> None:
        self._presenter.pause()

    def _resume(self) -> None:
        self._presenter.resume()

    def _stop(self) -> None:
        self._presenter.stop()

    def _clone(self) -> None:
        self._presenter.do(self._asks.clone)

    def _archive(self) -> None:
        self._presenter.do(self._asks.archive)

    def _unarchive(self) -> None:
        self._presenter.do(self._asks.unarchive)

    def _slow_down(self) -> None:
        self._presenter.do(lambda campaign_id: self._asks.change_pace(campaign_id, self._presenter.rate_per_s))

    def _add_account(self) -> None:
        self._presenter.do(self._asks.add_account)

"""Brings the help of the text model together with the Message step that shows it."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

from ai.writing.tasks import Tone
from campaigns.message.variants import Choice, Message
from desktop.pages.composer.assist import jobs
from desktop.pages.composer.assist.card import AssistCard
from desktop.pages.composer.assist.presenter import AssistPresenter
from desktop.pages.composer.assist.shown import Shown, Stage
from desktop.pages.composer.findings_card import FindingsCard
from desktop.pages.composer.message_view import MessageView
from desktop.pages.composer.presenter import DraftPresenter
from desktop.pages.services import PageServices
from desktop.pages.settings.values import AI_GROUP

COMPARE_MS = 300  # after the last key
FOCUS_KEY = "Ctrl+Shift+J"


class AssistActs(QObject):
    """Implements the presenter's view over the step, which may be made later or never."""

    def __init__(self, parent: QObject, services: PageServices, draft: DraftPresenter) -> None:
        super().__init__(parent)
        self._services = services
        self._draft = draft
        self._view: MessageView | None = None
        self._review_step: FindingsCard | None = None
        self._is_wish = self._was_draft = self._is_on = False
        self.presenter = AssistPresenter(services, draft, self)
        self._later = QTimer(self, singleShot=True, interval=COMPARE_MS)
        self._later.timeout.connect(self.presenter.compare_again)

    def attach(self, view: MessageView) -> None:
        """The step was made."""
        self._view = view
        presenter, menu = self.presenter, view.assist_menu
        view.cameIntoSight.connect(presenter.refresh)
        view.reviewRequested.connect(self.review)
        menu.opened.connect(self._fill_menu)
        menu.briefRequested.connect(self._open_brief)
        menu.wishRequested.connect(self._open_wish)
        menu.toneChosen.connect(self._rewrite)
        menu.shortenRequested.connect(self._shorten)
        menu.correctRequested.connect(self._correct)
        menu.languagesChosen.connect(self._translate)
        menu.wordingsRequested.connect(self._make_variants)
        menu.reviewRequested.connect(self.review)
        menu.showEachChosen.connect(self._show_each)
        presenter.refresh()

    def attach_review(self, findings: FindingsCard) -> None:
        """The Review step was made: what it lacks can be looked for there as well."""
        self._review_step = findings
        findings.review.setVisible(self._is_on)

    def open(self, *, is_other: bool) -> None:
        """This campaign, in its present state; `is_other`: what was asked for the last one is nothing for it."""
        if is_other:
            self.presenter.dismiss()
        if is_other or self._was_draft is not self._draft.is_draft:
            self._was_draft = self._draft.is_draft
            self.presenter.refresh()

    @property
    def is_offered(self) -> bool:
        """The step is in sight, and its text may be written with help."""
        return self._view is not None and self._view.isVisible() and self._is_on

    def open_menu(self) -> None:
        """Ctrl+J."""
        if self.is_offered and self._view is not None:
            self._view.toolbar.ai.showMenu()

    def go_to_draft(self) -> None:
        """Ctrl+Shift+J: the first thing that can be done with what came."""
        if self._view is not None and self._view.has_assist:
            self._view.assist.focus_first()

    def escape(self) -> bool:
        """Stop asking, or close the card; False: there is none in sight."""
        view, stage = self._view, self.presenter.stage
        if view is None or stage is Stage.CLOSED or not view.isVisible():
            return False
        (self.presenter.cancel if stage is Stage.ASKING else self.presenter.dismiss)()
        view.editor.setFocus()
        return True

    def note_change(self) -> None:
        """The message is another now."""
        if self.presenter.stage in (Stage.DRAFTS, Stage.FINDINGS):
            self._later.start()

    # -------------------------------------------------------------------------------------------- AssistView

    def show_offer(self, *, is_on: bool) -> None:
        self._is_on = is_on
        if self._review_step is not None:
            self._review_step.review.setVisible(is_on)
        if self._view is not None:
            self._view.show_offer(is_on=is_on)

    def show_assist(self, shown: Shown) -> None:
        view = self._view
        if view is None or (shown.stage is Stage.CLOSED and not view.has_assist):
            return
        self.card(view).show_assist(shown)
        view.make_room()

    def card(self, view: MessageView) -> AssistCard:
        """The card in this step, made when it is first needed; or ahead, since that takes most of a frame."""
        if not view.has_assist:
            self._connect_card(view)
        return view.assist

    def show_written(self, text: str) -> None:
        if self._view is not None:
            self._view.assist.show_written(text)

    def show_taken(self) -> None:
        if self._view is not None:
            self._view.editor.setFocus()

    # ------------------------------------------------------------------------------------------------ inside

    def _connect_card(self, view: MessageView) -> None:
        card, presenter = view.assist, self.presenter
        card.askRequested.connect(self._ask)
        card.againRequested.connect(presenter.ask_again)
        card.lookRequested.connect(self._look)
        card.cancelRequested.connect(presenter.cancel)
        card.dismissRequested.connect(presenter.dismiss)
        card.settingsRequested.connect(self._open_settings)
        card.useRequested.connect(presenter.use)
        card.useAllRequested.connect(presenter.use_all)
        card.changeRequested.connect(presenter.use_change)
        card.applyRequested.connect(presenter.apply)
        card.takeBackRequested.connect(presenter.take_back)

    @property
    def _now(self) -> tuple[Message, Choice]:
        return self._draft.message, self._draft.choice

    def _fill_menu(self) -> None:
        assert self._view is not None
        message = self._draft.message
        self._view.assist_menu.set_message(
            has_text=bool(message.find(self._draft.choice).source.strip()),
            languages=jobs.other_languages(message),
            has_room=jobs.can_add_wording(message),
            shows_each=self.presenter.shows_each,
        )

    def _open_brief(self) -> None:
        self._open_form(is_wish=False)

    def _open_wish(self) -> None:
        self._open_form(is_wish=True)

    def _open_form(self, *, is_wish: bool) -> None:
        assert self._view is not None
        self._is_wish = is_wish
        self.presenter.open_brief("Rewrite as you say" if is_wish else "Write from a brief")
        self._view.assist.form.show_kind(is_wish=is_wish)
        self._view.assist.form.what.setFocus()

    def _form_job(self) -> jobs.Job:
        assert self._view is not None
        form, (message, choice) = self._view.assist.form, self._now
        if self._is_wish:
            return jobs.rewrite(message, choice, form.tone, form.text)
        return jobs.write(message, choice, form.text, form.tone, self._draft.known_fields)

    def _ask(self) -> None:
        if self.presenter.stage is Stage.BRIEF:
            self.presenter.begin(self._form_job())
        else:
            self.presenter.ask()

    def _look(self) -> None:
        is_form = self.presenter.stage is Stage.BRIEF and not self.presenter.is_request_shown
        self.presenter.look(self._form_job() if is_form else None)

    def _rewrite(self, tone: Tone) -> None:
        self.presenter.begin(jobs.rewrite(*self._now, tone))

    def _shorten(self) -> None:
        self.presenter.begin(jobs.shorten(*self._now))

    def _correct(self) -> None:
        self.presenter.begin(jobs.correct(*self._now))

    def _translate(self, languages: Sequence[str]) -> None:
        self.presenter.begin(jobs.translate(*self._now, languages))

    def _make_variants(self, count: int) -> None:
        self.presenter.begin(jobs.make_variants(*self._now, count))

    def review(self) -> None:
        """What a reader could stumble over in the text that is shown."""
        self.presenter.begin(jobs.review(*self._now))

    def _show_each(self, on: bool) -> None:
        self.presenter.shows_each = on

    def _open_settings(self) -> None:
        self._services.navigate("settings", AI_GROUP)

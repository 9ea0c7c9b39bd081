"""AI in the inbox: for each feature who would be asked, a request as it would go, and the switch. At once, both ways."""

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from ai.child.control import AiControl
from ai.child.orders import ShowRequest
from ai.inbox.assistant import AssistStatus, FeatureState, InboxAssistant, SampleRequest
from core.clock import Clock
from core.domain.ai import AiFeature
from core.domain.ids import ConversationId
from core.errors import AppError, Cancelled
from desktop.dialogs.dialog import Dialog
from desktop.formatting import Formats
from desktop.pages.composer.assist.request_view import RequestView
from desktop.pages.inbox.assist_problem import Problem
from desktop.pages.inbox.assist_words import FEATURES, STAYS, WHAT, asked_words, of_words, problem_words, state_words
from desktop.scope import Scope
from desktop.theme import Role, Token
from desktop.widgets.buttons import Kind
from desktop.widgets.cards import Note
from desktop.widgets.choices import Segments, Switch
from desktop.widgets.labels import label
from desktop.widgets.status import Tone

WIDTH: Final = 640


class AssistDialog(Dialog):
    """A feature can be turned on only while a request of it is shown, and turned off at any time."""

    settingsRequested = Signal()

    def __init__(
        self,
        parent: QWidget,
        assistant: InboxAssistant,
        control: AiControl,
        formats: Formats,
        clock: Clock,
        actor: str,
        *,
        feature: AiFeature = AiFeature.SUGGEST,
        conversation_id: ConversationId | None = None,
    ) -> None:
        """The request that is shown is that of this conversation; None: of the newest."""
        super().__init__(parent, "AI in the inbox", width=WIDTH)
        self._assistant = assistant
        self._control = control
        self._formats = formats
        self._clock = clock
        self._actor = actor
        self.scope = Scope(self)
        self.feature = feature
        self._conversation_id = conversation_id
        self._status: AssistStatus | None = None
        self._sample: tuple[AiFeature, SampleRequest] | None = None
        self.segments = Segments("Feature", [(each.value, words) for each, words in FEATURES.items()])
        self.what = label("", Role.DIM, wrap=True)
        self.switch = Switch("Turn it on")
        self.state = label("", wrap=True)
        self.waits = label("", Role.HINT, Token.WARN, wrap=True)
        self.asked = label("", wrap=True)
        self.request = RequestView()
        self.of = label("", Role.HINT, wrap=True)
        self.stays = Note(STAYS, "mdi6.eye-off-outline", Tone.WARN)
        self.problem = Problem()
        self._build_ui()
        self.segments.set_value(feature.value)
        self.segments.valueChanged.connect(self._choose)
        self.switch.clicked.connect(self._turn)
        self.problem.againRequested.connect(self._begin)
        self.problem.settingsRequested.connect(self._open_settings)
        self._show()
        self._begin()

    # --------------------------------------------------------------------------------------------------------

    def _choose(self, value: str) -> None:
        self.feature = AiFeature(value)
        self._sample = None
        self._show()
        self._begin()

    def _begin(self) -> None:
        self.problem.show_problem(None)
        work = self._read(self.feature)
        self.reading = self.scope.task(work, "inbox: what would be sent", is_latest=True)

    async def _read(self, feature: AiFeature) -> None:
        try:
            self._status = await self._assistant.status()
            self._show()
            if self._status.is_ai_on:
                order = ShowRequest(feature=feature, conversation_id=self._conversation_id)
                self._sample = feature, await self._control.ask(order, actor=self._actor)
        except Cancelled:
            return
        except AppError as error:
            self.problem.show_problem(error)
        self._show()

    def _turn(self) -> None:
        # It shows what is so, not what was pressed: the database may refuse.
        is_on = self.switch.isChecked()
        self.switch.setChecked(not is_on)
        self.scope.task(self._write(self.feature, is_on=is_on), "inbox: turn a feature")

    async def _write(self, feature: AiFeature, *, is_on: bool) -> None:
        status = self._status
        assert status is not None
        try:
            if is_on:
                await self._assistant.turn_on(
                    feature, provider=status.provider, address=status.address, actor=self._actor
                )
            else:
                await self._assistant.turn_off(feature, actor=self._actor)
            self._status = await self._assistant.status()
        except AppError as error:
            self.problem.show_problem(error)
        self._show()

    def _open_settings(self) -> None:
        self.settingsRequested.emit()
        self.reject()

    # --------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        status, feature = self._status, self.feature
        self.what.setText(WHAT[feature])
        sample = self._sample[1] if self._sample is not None and self._sample[0] is feature else None
        self.request.show_request(None if sample is None else sample.sent)
        self.request.setVisible(status is None or status.is_ai_on)
        self.of.setText("" if sample is None else of_words(sample, is_open=self._conversation_id is not None))
        self.of.setVisible(sample is not None)
        self._show_switch(status, is_seen=sample is not None)
        if self.isVisible():
            self.fit()

    def _show_switch(self, status: AssistStatus | None, *, is_seen: bool) -> None:
        self.switch.setAccessibleName(FEATURES[self.feature])
        if status is None:
            self.switch.set_locked("It is being read")
            return
        state: FeatureState = next(each for each in status.features if each.feature is self.feature)
        now = self._clock.now()
        self.switch.setChecked(state.is_on)
        self.switch.update()
        refusal = "" if state.is_on or is_seen else "Look first at what would be sent"
        self.switch.set_locked(refusal if status.is_ai_on else "AI is turned off under Settings")
        self.state.setText(state_words(state, self._formats, now))
        waits = problem_words(state, self._formats, now)
        self.waits.setText(waits)
        self.waits.setVisible(bool(waits))
        self.asked.setText(
            asked_words(status) if status.is_ai_on else "AI is turned off under Settings. Nothing is sent."
        )

    def _build_ui(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(10)
        line.addWidget(self.switch)
        line.addWidget(self.state, 1)
        self.body.addWidget(self.segments)
        self.body.addWidget(self.what)
        self.body.addLayout(line)
        self.body.addWidget(self.waits)
        self.body.addWidget(self.asked)
        self.body.addWidget(self.request)
        self.body.addWidget(self.of)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.stays)
        self.waits.hide()
        done = self.add_action("Close", kind=Kind.DEFAULT, is_default=True)
        done.clicked.connect(self.accept)

"""What the inbox does with the text model: asks for suggestions and summaries, and shows what is turned on."""

import asyncio
from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ai.child.orders import SuggestAnswer, SummariseConversation
from ai.inbox.assistant import InboxAssistant
from campaigns.inbox.conversations import ConversationRow
from core.domain.ai import AiFeature
from core.domain.ids import ConversationId
from core.errors import AppError, Cancelled
from desktop.event_loop import ask
from desktop.pages.inbox.answer_box import AnswerBox
from desktop.pages.inbox.assist_dialog import AssistDialog
from desktop.pages.inbox.assist_kinds import KindChoice
from desktop.pages.inbox.assist_suggestion import SuggestionCard
from desktop.pages.inbox.assist_summary import SummaryCard
from desktop.pages.inbox.assist_words import problem_words, source_words
from desktop.pages.page import PageContext, PageKey
from desktop.pages.refresher import Refresher
from desktop.pages.services import PageServices
from desktop.scope import Scope
from desktop.widgets.buttons import Button, Kind

SUGGEST_KEY, SUMMARISE_KEY, MANAGE_KEY = "Ctrl+J", "S", "Ctrl+Shift+J"


class AssistPart(QObject):
    """Lives as long as the page. What is asked ends when another conversation is opened."""

    def __init__(
        self,
        context: PageContext,
        services: PageServices,
        scope: Scope,
        *,
        answer: AnswerBox,
        summary: SummaryCard,
        kinds: KindChoice,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._context = context
        self._services = services
        self._scope = scope
        self._assistant = context.services.get(InboxAssistant)
        self._window = window
        self._answer = answer
        self._kinds = kinds
        self._row: ConversationRow | None = None
        self._suggesting: asyncio.Task[object] | None = None
        self._summarising: asyncio.Task[object] | None = None
        self.suggestion: SuggestionCard = answer.suggestion
        self.summary = summary
        self.button = Button("AI…", "mdi6.creation", kind=Kind.QUIET)
        self.button.setToolTip("What a text model may do in the inbox (Ctrl+Shift+J)")
        self._state = Refresher(self._read_state, scope.task, "inbox: what the model may do", rest_s=1.0)
        self._connect_signals()

    @property
    def keys(self) -> Sequence[PageKey]:
        return (
            PageKey(keys=SUGGEST_KEY, text="Suggest an answer", act=self.suggest),
            PageKey(keys=SUMMARISE_KEY, text="Summarise", act=self.summarise),
            PageKey(keys=MANAGE_KEY, text="What a text model may do…", act=self.manage),
        )

    def open(self, row: ConversationRow | None) -> None:
        """This conversation is shown now; None: none is."""
        if row is None or self._row is None or row.id != self._row.id:
            self.stop()
            self.suggestion.put_away()
            self.summary.put_away()
        self._row = row

    def watch(self, *, is_watched: bool) -> None:
        """Whether somebody looks."""
        if is_watched:
            self._state.ask()
        self._state.watch(is_watched=is_watched)

    def suggest(self) -> None:
        """Ask for a draft of the next answer, or use the one that stands there; where nobody said yes yet, show what that
        means.
        """
        row = self._row
        if row is not None and self.suggestion.is_whole:
            self._use(self.suggestion.text.text())
        elif row is not None and self._answer.entry.isEnabled() and not self.suggestion.is_asking:
            self._suggesting = self._scope.task(self._suggest(row.id), "inbox: suggest", is_latest=True)

    def _suggest_again(self) -> None:
        self.suggestion.put_away()
        self.suggest()

    def summarise(self) -> None:
        """Ask for a summary, in the same way."""
        if self._row is not None:
            self._summarising = self._scope.task(self._summarise(self._row.id), "inbox: summarise", is_latest=True)

    def stop(self) -> None:
        """What is asked is cancelled at the provider."""
        self._stop_suggesting()
        self._stop_summarising()

    def manage(self, feature: AiFeature = AiFeature.SUGGEST) -> None:
        """Look at what is on and would be sent, and turn it on or off."""
        self._services.spawn(self._manage(feature), "inbox: what the model may do, asked")

    # --------------------------------------------------------------------------------------------------------

    async def _suggest(self, conversation_id: ConversationId) -> None:
        if not await self._is_on(AiFeature.SUGGEST):
            return
        self.suggestion.show_asking()
        order = SuggestAnswer(conversation_id=conversation_id)
        try:
            found = await self._services.ai.ask(
                order, actor=self._services.actor, on_text=self.suggestion.show_written
            )
        except Cancelled:
            self.suggestion.put_away()
        except AppError as error:
            self.suggestion.show_problem(error)
        else:
            source = source_words(found, self._services.formats)
            self.suggestion.show_suggestion(found.text, source, is_beside=self._answer.has_text)

    async def _summarise(self, conversation_id: ConversationId) -> None:
        if not await self._is_on(AiFeature.SUMMARISE):
            return
        self.summary.show_asking()
        order = SummariseConversation(conversation_id=conversation_id)
        try:
            self.summary.show_summary(await self._services.ai.ask(order, actor=self._services.actor))
        except Cancelled:
            self.summary.put_away()
        except AppError as error:
            self.summary.show_problem(error)

    async def _is_on(self, feature: AiFeature) -> bool:
        """False: the dialog says why not, and how it would be."""
        try:
            status = await self._assistant.status()
        except AppError as error:
            self._services.tells.error(error)
            return False
        is_on = any(each.is_on for each in status.features if each.feature is feature)
        if not is_on:
            self.manage(feature)
        return is_on

    async def _manage(self, feature: AiFeature) -> None:
        services = self._services
        dialog = AssistDialog(
            self._window.window(),
            self._assistant,
            services.ai,
            services.formats,
            services.clock,
            services.actor,
            feature=feature,
            conversation_id=None if self._row is None else self._row.id,
        )
        dialog.settingsRequested.connect(self._open_settings)
        await ask(dialog)
        self._state.ask()

    async def _read_state(self) -> None:
        try:
            status = await self._assistant.status()
        except AppError:
            return  # the list says that the workspace cannot be read
        states = {each.feature: each for each in status.features}
        if not states[AiFeature.SUGGEST].is_on and self.suggestion.is_asking:
            self.suggestion.escape()  # somebody turned it off meanwhile
        if not states[AiFeature.SUMMARISE].is_on and self.summary.is_asking:
            self._stop_summarising()
            self.summary.put_away()
        sorting = states[AiFeature.SORT]
        problem = problem_words(sorting, self._services.formats, self._services.clock.now())
        self._kinds.show_state(is_offered=sorting.switch is not None, problem=problem)

    def _use(self, text: str) -> None:
        self._answer.add_draft(text)
        self.suggestion.put_away()

    def _stop_suggesting(self) -> None:
        if self._suggesting is not None:
            self._suggesting.cancel()

    def _stop_summarising(self) -> None:
        if self._summarising is not None:
            self._summarising.cancel()

    def _manage_first(self) -> None:
        self.manage()

    def _open_settings(self) -> None:
        self._context.navigate("settings", None)

    def _connect_signals(self) -> None:
        self.suggestion.useRequested.connect(self._use)
        self.suggestion.againRequested.connect(self._suggest_again)
        self.suggestion.lookRequested.connect(self._manage_first)
        self.suggestion.stopRequested.connect(self._stop_suggesting)
        self.suggestion.settingsRequested.connect(self._open_settings)
        self.summary.againRequested.connect(self.summarise)
        self.summary.stopRequested.connect(self._stop_summarising)
        self.summary.settingsRequested.connect(self._open_settings)
        self._answer.suggest.clicked.connect(self.suggest)
        self.button.clicked.connect(self._manage_first)
        self._scope.connect(self._context.hub.conversationsChanged, self._state.ask)

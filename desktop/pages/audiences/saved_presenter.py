"""Saved audiences: read, counted one after the other while somebody looks, changed; and the rule that is being made."""

from collections.abc import Callable
from typing import Protocol

from campaigns.audience.rules import EVERYONE, Rule, check_rule
from campaigns.audience.views import AudienceCount, AudienceKind, AudienceView
from core.clock import Clock
from core.domain.ids import AudienceId
from core.errors import AppError
from database import AudienceStore
from desktop.dialogs.confirm import Question
from desktop.formatting import MISSING, Formats
from desktop.models.keyed_rows import KeyedRows
from desktop.pages.audiences.audience_facts import AudienceFacts
from desktop.pages.audiences.rule_builder import RuleBuilder
from desktop.pages.audiences.saved_list import AudienceLine, SavedAudiencesWidget
from desktop.pages.services import PageServices
from desktop.scope import Scope

SAMPLE = 8


class Steps(Protocol):
    """What the presenter leaves to its section."""

    def show_builder(self, *, shown: bool, title: str) -> None: ...
    def show_facts(self, words: str) -> None: ...
    async def ask_title(self, title: str) -> str | None: ...


class SavedAudiencesPresenter:
    """Figures are kept until people or audiences change; a rule that is being made is counted after each change."""

    def __init__(
        self,
        audiences: AudienceStore,
        services: PageServices,
        scope: Scope,
        steps: Steps,
    ) -> None:
        self._audiences, self._services, self._scope, self._steps = audiences, services, scope, steps
        self._clock: Clock = services.clock
        self._formats: Formats = services.formats
        self.rows = KeyedRows[AudienceLine](lambda line: line.view.id)
        self._views: list[AudienceView] = []
        self._counts: dict[AudienceId, AudienceCount] = {}
        self._problems: dict[AudienceId, str] = {}
        self._text = ""
        self._is_watched = False
        self._is_stale = True
        self._is_reading = False
        self._edited: AudienceView | None = None

    def attach(self, widget: SavedAudiencesWidget, builder: Callable[[], RuleBuilder]) -> None:
        self._list, self._builder = widget, builder

    # ------------------------------------------------------------------------------------------------- list

    def watch(self, *, is_watched: bool) -> None:
        self._is_watched = is_watched
        if is_watched and self._is_stale:
            self.refresh()

    def changed(self) -> None:
        """People or audiences are others now; seen with the next tick, since an import changes people all the time."""
        self._is_stale = True

    def tick(self) -> None:
        if self._is_stale and self._is_watched and not self._is_reading:
            self.refresh()

    def refresh(self) -> None:
        self._scope.task(self._read(), "audiences", is_latest=True)

    def search(self, text: str) -> None:
        self._text = text.strip()
        self._show()

    async def _read(self) -> None:
        self._is_reading, self._is_stale = True, False
        try:
            await self._read_and_count()
        finally:
            self._is_reading = False

    async def _read_and_count(self) -> None:
        try:
            self._views = list(await self._audiences.list_all())
        except AppError as error:
            self._list.show_failed(error)
            return
        self._problems = {view.id: view.problem for view in self._views if view.problem}
        self._show()
        self._steps.show_facts(f"{self._formats.number(len(self._views))} audiences")
        for view in self._views:
            if not view.problem:
                try:
                    self._counts[view.id] = await self._audiences.count(view.id, now=self._clock.now())
                except AppError as error:
                    self._problems[view.id] = error.title
                self._show()

    def _show(self) -> None:
        text, now = self._text.casefold(), self._clock.now()
        lines = [
            AudienceLine(
                view=view,
                count=self._counts.get(view.id),
                problem=self._problems.get(view.id, ""),
                used=MISSING if view.used_at is None else self._formats.moment(view.used_at, now),
            )
            for view in self._views
            if text in view.title.casefold() or text in view.sentence.casefold()
        ]
        if [line.view.id for line in lines] == [self.rows.row(i).view.id for i in range(len(self.rows))]:
            self.rows.update(lines)
        else:
            self.rows.show(lines)
        self._list.show_hint(has_own=any(view.can_change for view in self._views))
        if lines or not self._views:
            self._list.show_rows()
        else:
            self._list.show_no_match(self._text)

    def show_chosen(self) -> None:
        """What is chosen in the list, with its figures."""
        view = self._list.chosen
        self._list.show_chosen(view)
        if view is not None and not view.problem:
            self._scope.task(self._show_facts(view.id, self._list.facts), "chosen audience", is_latest=True)

    async def _show_facts(self, what: AudienceId | Rule, facts: AudienceFacts) -> None:
        try:
            now = self._clock.now()
            facts.show_count(await self._audiences.count(what, now=now))
            facts.show_people(await self._audiences.sample(what, now=now, limit=SAMPLE))
        except AppError as error:
            facts.show_problem(f"{error.title}. {error.message}")

    # ------------------------------------------------------------------------------------------------- acts

    def duplicate(self) -> None:
        view = self._list.chosen
        if view is not None:
            self._scope.task(self._duplicate(view), "duplicate an audience")

    def rename(self) -> None:
        view = self._list.chosen
        if view is not None and view.can_change:
            self._scope.task(self._rename(view), "rename an audience")

    def delete(self) -> None:
        view = self._list.chosen
        if view is not None and view.can_change:
            self._scope.task(self._delete(view), "delete an audience")

    def begin_list(self) -> None:
        """A fixed list that nobody is on yet."""
        self._scope.task(self._begin_list(), "begin a list")

    async def _begin_list(self) -> None:
        title = await self._steps.ask_title("")
        if title is None:
            return
        try:
            now = self._clock.now()
            await self._read_and_choose(await self._audiences.create_list(title, actor=self._services.actor, now=now))
        except AppError as error:
            self._services.tells.error(error)

    async def _duplicate(self, view: AudienceView) -> None:
        try:
            number = await self._audiences.duplicate(view.id, actor=self._services.actor, now=self._clock.now())
            await self._read_and_choose(number)
        except AppError as error:
            self._services.tells.error(error)

    async def _rename(self, view: AudienceView) -> None:
        title = await self._steps.ask_title(view.title)
        if title is None:
            return
        try:
            await self._audiences.rename(view.id, title)
            await self._read_and_choose(view.id)
        except AppError as error:
            self._services.tells.error(error)

    async def _delete(self, view: AudienceView) -> None:
        question = Question(
            title=f"Delete “{view.title}”?",
            message="Its people stay, and campaigns that were started keep theirs.",
            confirm="Delete it",
            cancel="Keep it",
            is_dangerous=True,
        )
        try:
            if view.drafts or view.named_by or await self._services.tells.confirm(question):
                await self._audiences.delete(view.id)  # refuses in words what is used
                self._list.choose_none()
                self.refresh()
        except AppError as error:
            self._services.tells.error(error)

    async def _read_and_choose(self, audience_id: AudienceId) -> None:
        self._views = list(await self._audiences.list_all())
        self._show()
        self._list.choose(audience_id)
        self.show_chosen()
        self.refresh()

    # ------------------------------------------------------------------------------------------------- builder

    def begin(self) -> None:
        """A new rule."""
        self._edited = None
        self._scope.task(self._open("", EVERYONE), "a new audience", is_latest=True)

    def edit(self) -> None:
        view = self._list.chosen
        if view is not None and view.kind is AudienceKind.RULE and view.rule is not None:
            self._edited = view
            self._scope.task(self._open(view.title, view.rule), "edit an audience", is_latest=True)

    async def _open(self, title: str, rule: Rule) -> None:
        try:
            choices = await self._audiences.choices()
        except AppError as error:
            self._services.tells.error(error)
            return
        builder, edited = self._builder(), self._edited
        self._steps.show_builder(shown=True, title=title or "New audience")
        builder.facts.show_sentence("")
        builder.show_rule(title, rule, choices, without=0 if edited is None else int(edited.id))
        builder.title.setFocus()

    def rule_changed(self) -> None:
        """Say and count what stands there."""
        self._scope.task(self._count_rule(), "a rule", is_latest=True)

    async def _count_rule(self) -> None:
        builder = self._builder()
        if builder.problem:
            builder.facts.show_problem(builder.problem)
            return
        rule = builder.rule
        try:
            builder.facts.show_sentence(await self._audiences.describe(rule))
        except AppError as error:
            builder.facts.show_problem(error.message)
            return
        await self._show_facts(rule, builder.facts)

    def save(self) -> None:
        self._scope.task(self._save(), "save an audience")

    async def _save(self) -> None:
        builder, edited = self._builder(), self._edited
        builder.title_field.set_error("")
        if builder.problem:
            builder.facts.show_problem(builder.problem)
            return
        try:
            check_rule(builder.rule)
        except AppError as error:
            builder.facts.show_problem(error.message)
            return
        try:
            if edited is None:
                number = await self._audiences.create_rule(
                    builder.title.text(), builder.rule, actor=self._services.actor, now=self._clock.now()
                )
            else:
                number = edited.id
                if builder.title.text() != edited.title:
                    await self._audiences.rename(number, builder.title.text())
                await self._audiences.change_rule(number, builder.rule)
        except AppError as error:
            builder.title_field.set_error(f"{error.title}. {error.message}")
            return
        self._steps.show_builder(shown=False, title="")
        await self._read_and_choose(number)

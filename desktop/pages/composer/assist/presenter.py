"""Asks the text model for help with a message and holds what it answered, until a person takes it. Knows no Qt."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ai.child.orders import Review
from ai.writing.review import ReviewFinding
from campaigns.message.variants import Choice, Message
from core.errors import AppError, Cancelled, ConfigurationError
from desktop.pages.composer.assist import jobs
from desktop.pages.composer.assist.difference import compare, with_only
from desktop.pages.composer.assist.jobs import Draft, Job
from desktop.pages.composer.assist.shown import (
    DraftShown,
    FindingShown,
    FindingState,
    Shown,
    Stage,
    facts_of,
    take_back,
)
from desktop.pages.composer.message_edits import with_source
from desktop.pages.services import PageServices


class Draftable(Protocol):
    """The open draft of a campaign: DraftPresenter."""

    @property
    def message(self) -> Message: ...
    @property
    def choice(self) -> Choice: ...
    @property
    def is_draft(self) -> bool: ...
    def change(self, edit: Callable[[Message], Message], *, is_checked_later: bool = False) -> None: ...
    def look_at(self, choice: Choice) -> None: ...
    def undo(self) -> None: ...


class AssistView(Protocol):
    """What the Message step can show of it."""

    def show_offer(self, *, is_on: bool) -> None: ...
    def show_assist(self, shown: Shown) -> None: ...
    def show_written(self, text: str) -> None: ...
    def show_taken(self) -> None: ...


@dataclass(slots=True)
class _Answer:
    """What came of the job. `applied` are findings by their place."""

    drafts: list[Draft]
    taken: set[int]
    findings: tuple[ReviewFinding, ...] | None
    applied: set[int]


class AssistPresenter:
    """One job at a time. Nothing is sent before its request was shown once in this window."""

    def __init__(self, services: PageServices, draft: Draftable, view: AssistView) -> None:
        self._services = services
        self._draft = draft
        self._view = view
        self._shown = Shown(stage=Stage.CLOSED)
        self._job: Job | None = None
        self._answer = _Answer([], set(), None, set())
        self._asking: asyncio.Task[None] | None = None
        self._known: set[str] = set()  # addresses to which a request was shown before it went
        self.shows_each = False  # every request is shown before it goes

    @property
    def stage(self) -> Stage:
        return self._shown.stage

    def refresh(self) -> None:
        """Whether there is anything to offer: the setting may be another."""
        try:
            is_on = self._services.ai.is_on
        except ConfigurationError:  # being mended by hand; whoever asks is told
            is_on = True
        self._view.show_offer(is_on=is_on and self._draft.is_draft)
        if not (is_on and self._draft.is_draft):
            self.dismiss()

    @property
    def is_request_shown(self) -> bool:
        return self._shown.is_request_asked

    def open_brief(self, title: str) -> None:
        """A person says what to ask for."""
        self._stop()
        self._job = None
        self._put(Shown(stage=Stage.BRIEF, title=title))
        self._services.spawn(self._read_facts(), "today's use of AI")

    def begin(self, job: Job) -> None:
        """Ask, or show first what would be sent."""
        self._stop()
        self._job = job
        self._answer = _Answer([], set(), None, set())
        self._services.spawn(self._begin(job), "begin to ask the model")

    def ask(self) -> None:
        """What was shown may go."""
        if self._job is not None:
            self._start(self._job, is_fresh=False)

    def ask_again(self) -> None:
        """Another answer than the one that is there."""
        if self._job is not None:
            is_fresh = self._shown.stage is not Stage.FAILED
            self._answer = _Answer([], set(), None, set())
            self._start(self._job, is_fresh=is_fresh)

    def look(self, job: Job | None = None) -> None:
        """Show the request of this job, or that of the job there is; or hide it."""
        if self._shown.is_request_asked and job is None:
            self._put(replace(self._shown, is_request_asked=False))
            return
        wanted = job or self._job
        if wanted is not None:
            self._put(replace(self._shown, is_request_asked=True, request=None))
            self._services.spawn(self._look(wanted), "see the request")

    def cancel(self) -> None:
        """Stop asking; what came is kept."""
        self._stop()
        self._show_answer()

    def dismiss(self) -> None:
        self._stop()
        self._job = None
        if self._shown.stage is not Stage.CLOSED:
            self._put(Shown(stage=Stage.CLOSED))

    # ------------------------------------------------------------------------------------------------ taking

    def use(self, place: int) -> None:
        """Take this draft; one step that can be undone."""
        draft = self._answer.drafts[place]
        self._draft.change(draft.put_into, is_checked_later=True)
        self._answer.taken.add(place)
        choice = draft.choice if not draft.is_variant else self._last_variant(draft)
        self._look_at(choice)
        self._taken()

    def use_all(self) -> None:
        """Every draft that was not taken; one step that can be undone."""
        left = [draft for place, draft in enumerate(self._answer.drafts) if place not in self._answer.taken]

        def put(message: Message) -> Message:
            for draft in left:
                message = draft.put_into(message)
            return message

        self._draft.change(put, is_checked_later=True)
        self._answer.taken.update(range(len(self._answer.drafts)))
        self._taken()

    def use_change(self, place: int, change: int) -> None:
        """Take one change of this draft."""
        draft, shown = self._answer.drafts[place], self._shown.drafts[place]
        source = with_only(shown.pieces, change)
        self._draft.change(lambda message: with_source(message, draft.choice, source), is_checked_later=True)
        self._look_at(draft.choice)
        self._show_answer()

    def apply(self, place: int) -> None:
        """Take this finding; one step that can be undone, here or there."""
        changed = self._findings[place].apply(self._source)
        if changed is not None:
            self._answer.applied.add(place)
            self._set_source(changed)

    def take_back(self, place: int) -> None:
        """As it was before this finding was applied; the others stay."""
        former = take_back(self._findings[place], self._source)
        if former is not None:
            self._answer.applied.discard(place)
            self._set_source(former)

    def compare_again(self) -> None:
        """The message is another now."""
        if self._shown.stage in (Stage.DRAFTS, Stage.FINDINGS):
            self._show_answer()

    # ------------------------------------------------------------------------------------------------ inside

    @property
    def _findings(self) -> Sequence[ReviewFinding]:
        return self._answer.findings or ()

    @property
    def _choice(self) -> Choice:
        """Of the text that the job is about, while there is one."""
        return self._job.parts[0].choice if self._job is not None else self._draft.choice

    @property
    def _source(self) -> str:
        try:
            return self._draft.message.find(self._choice).source
        except LookupError:
            return ""

    def _set_source(self, source: str) -> None:
        choice = self._choice
        self._draft.change(lambda message: with_source(message, choice, source), is_checked_later=True)
        self._look_at(choice)
        self._show_answer()

    def _look_at(self, choice: Choice) -> None:
        if choice != self._draft.choice:
            self._draft.look_at(choice)

    def _last_variant(self, draft: Draft) -> Choice:
        return Choice(self._draft.message.variants[-1].name, draft.choice.language)

    def _taken(self) -> None:
        taken = self._draft.message

        def undo() -> None:
            if self._draft.message == taken:  # what was written since is not lost
                self._draft.undo()

        title = self._job.title if self._job is not None else ""
        if len(self._answer.taken) == len(self._answer.drafts):
            self.dismiss()
        else:
            self._show_answer()
        drafts = [self._answer.drafts[place] for place in sorted(self._answer.taken)]
        self._services.tells.toast(f"{title}: taken into the message", jobs.left_words(taken, drafts), undo=undo)
        self._view.show_taken()

    async def _begin(self, job: Job) -> None:
        status = await self._services.ai.status()
        if self._job is not job:
            return
        if status.address in self._known and not self.shows_each:
            self._start(job, is_fresh=False)
            return
        facts = facts_of(status, self._services.formats)
        self._put(Shown(stage=Stage.READY, title=job.title, facts=facts, is_request_asked=True))
        await self._look(job)

    async def _look(self, job: Job) -> None:
        part = job.parts[0]
        try:
            sent = await self._services.ai.preview(part.order, streamed=part.is_streamed)
        except Cancelled:
            return
        except AppError as error:
            self._put(Shown(stage=Stage.FAILED, title=job.title, problem=error))
            return
        if not self._shown.is_request_asked:
            return
        more = len(job.parts) - 1
        note = f"This goes for {part.caption}; {more} more like it go for the other languages." if more else ""
        self._put(replace(self._shown, request=sent, request_note=note))

    def _start(self, job: Job, *, is_fresh: bool) -> None:
        self._stop()
        self._put(Shown(stage=Stage.ASKING, title=job.title, facts=self._shown.facts))
        task = self._services.spawn(self._run(job, is_fresh=is_fresh), "ask the model")
        assert isinstance(task, asyncio.Task)
        self._asking = task

    def _stop(self) -> None:
        task, self._asking = self._asking, None
        if task is not None:
            task.cancel()

    async def _run(self, job: Job, *, is_fresh: bool) -> None:
        services = self._services
        problem: AppError | None = None
        try:
            self._known.add((await services.ai.status()).address)
            for number, part in enumerate(job.parts, 1):
                progress = f"{part.caption}, {number} of {len(job.parts)}" if len(job.parts) > 1 else ""
                self._put(replace(self._shown, progress=progress))
                answer = await services.ai.ask(
                    part.order,
                    actor=services.actor,
                    on_text=self._view.show_written if part.is_streamed else None,
                    is_fresh=is_fresh,
                )
                if isinstance(part.order, Review):
                    assert isinstance(answer, tuple)
                    self._answer.findings = answer
                else:
                    self._answer.drafts += jobs.drafts_of(part, answer)
        except Cancelled:
            pass
        except AppError as error:
            problem = error
        self._asking = None
        await self._show(problem)
        await self._read_facts()

    async def _read_facts(self) -> None:
        facts = facts_of(await self._services.ai.status(), self._services.formats)
        if self._shown.stage is not Stage.CLOSED:
            self._put(replace(self._shown, facts=facts))

    def _show_answer(self) -> None:
        self._services.spawn(self._show(None), "show what the model answered")

    async def _show(self, problem: AppError | None) -> None:
        job, answer = self._job, self._answer
        if job is None:
            self._put(Shown(stage=Stage.CLOSED))
            return
        base = replace(self._shown, title=job.title, problem=problem, progress="", was_sent=True)
        if answer.findings is not None:
            source = self._source
            lines = [
                FindingShown(finding=finding, state=self._state(place, finding, source))
                for place, finding in enumerate(answer.findings)
            ]
            self._put(replace(base, stage=Stage.FINDINGS, findings=tuple(lines)))
        elif answer.drafts:
            # In a thread: comparing two long texts takes as long as a frame may.
            drafts = await asyncio.to_thread(
                _show_drafts, tuple(answer.drafts), set(answer.taken), self._draft.message
            )
            if self._job is job and self._answer is answer and self._asking is None:
                self._put(replace(base, stage=Stage.DRAFTS, drafts=drafts))
        elif problem is not None:
            self._put(replace(base, stage=Stage.FAILED, is_request_asked=False))
        else:
            self.dismiss()

    def _state(self, place: int, finding: ReviewFinding, source: str) -> FindingState:
        if place in self._answer.applied:
            if take_back(finding, source) is not None:
                return FindingState.APPLIED
            self._answer.applied.discard(place)  # undone elsewhere, or written over
        return FindingState.OPEN if finding.apply(source) is not None else FindingState.UNFIT

    def _put(self, shown: Shown) -> None:
        self._shown = shown
        self._view.show_assist(shown)


def _show_drafts(drafts: Sequence[Draft], taken: set[int], message: Message) -> tuple[DraftShown, ...]:
    return tuple(_show_draft(draft, message, is_taken=place in taken) for place, draft in enumerate(drafts))


def _show_draft(draft: Draft, message: Message, *, is_taken: bool) -> DraftShown:
    original, base = jobs.original_of(draft, message), jobs.base_of(draft, message)
    is_new = draft.is_translation and original in ("", base) and not is_taken
    source = draft.text.source
    return DraftShown(
        title=draft.title,
        text=source,
        original=base if is_new else original,
        pieces=() if is_new or not original else compare(original, source),
        action="Add as a variant" if draft.is_variant else "Use this",
        why_not=_why_not(draft, message),
        is_taken=is_taken,
        titles=tuple(button.title for row in draft.text.buttons for button in row),
    )


def _why_not(draft: Draft, message: Message) -> str:
    if draft.is_variant:
        return "" if jobs.can_add_wording(message) else "A message has no room for more variants."
    has_variant = any(variant.name == draft.choice.variant for variant in message.variants)
    has_text = draft.is_translation or draft.choice.language in message.languages
    return "" if has_variant and has_text else "The text that it is meant for is no longer there."

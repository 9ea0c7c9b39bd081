"""Keeps what a person writes: each change is saved at once, in order, and can be undone. Knows no Qt."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Protocol
from zoneinfo import available_timezones

from campaigns.accounts.views import AccountQuestion, AccountRow
from campaigns.campaign import CampaignState
from campaigns.message.grammar import TemplateMistake
from campaigns.message.preview import Recipient, render_for
from campaigns.message.ready_texts import ReadyTexts
from campaigns.message.variants import Choice, Message
from campaigns.report.screens import CampaignDetails
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.worker_control import WorkerCondition
from core.domain.ids import AccountId, CampaignId
from core.domain.message import FormattedText, utf16_length
from core.errors import AppError, MessageTooLong, UserInputError
from desktop.pages.accounts.cells import CONDITIONS, STOPPED
from desktop.pages.composer.editor import Place
from desktop.pages.composer.findings import Checked, Finding, check_message, check_rest, other_texts
from desktop.pages.composer.message_edits import choices_of, first_choice, with_source
from desktop.pages.composer.plan_view import AccountChoice
from desktop.pages.services import PageServices
from desktop.widgets.status import Glyph

SAVE_PAUSE_S: Final = 0.3  # between the first letter and the save; what is typed meanwhile goes with it
UNDO_STEPS: Final = 100
PAST: Final = 100


class OpenRest(Protocol):
    """See `DraftPresenter`."""

    async def __call__(self, campaign_id: CampaignId, *, is_draft: bool) -> None: ...


Save = Callable[[], Coroutine[object, object, None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What one person sees. No message: `problem` says why."""

    person: Recipient | None
    facts: str
    place: int
    members: int
    message: FormattedText | None
    problem: str
    time: str


class DraftView(Protocol):
    """What the page can show of a draft."""

    def show_text(self, message: Message, choice: Choice) -> None: ...
    def show_length(self, units: int, note: str) -> None: ...
    def show_findings(self, findings: Sequence[Finding], place: Place | None) -> None: ...
    def show_preview(self, preview: Preview) -> None: ...
    def show_fields(self, fields: Sequence[str]) -> None: ...
    def show_plan(self, plan: CampaignPlan) -> None: ...
    def show_accounts(self, accounts: Sequence[AccountChoice]) -> None: ...
    def show_zones(self, zones: Sequence[str]) -> None: ...
    def show_saved(self, words: str) -> None: ...
    def show_changed(self) -> None: ...


@dataclass(slots=True)
class _Undo:
    """The values before a change."""

    message: Message | None = None
    plan: CampaignPlan | None = None
    account_ids: tuple[AccountId, ...] | None = None


class DraftPresenter:
    """One campaign as it is written. What is typed counts before what is read, until it is saved."""

    def __init__(self, services: PageServices, view: DraftView, open_rest: OpenRest) -> None:
        """`open_rest`: reads what belongs to a campaign that was just opened, beside its text and plan."""
        self._open_rest = open_rest
        self._services = services
        self._view = view
        self._details: CampaignDetails | None = None
        self._message = Message.of_text("")
        self._choice = Choice()
        self._is_counted = False
        self._checked = Checked(template=None, findings=())
        self._checked_of: tuple[Message, Choice] | None = None
        self._others: Sequence[Finding] = ()
        self._person: Recipient | None = None
        self._number = 0
        self._accounts: Sequence[AccountRow] = ()
        self._waiting: dict[tuple[CampaignId, str], Save] = {}
        # What stood here before a change of ours: a read that began before the change may still bring it.
        self._past: deque[Message | CampaignPlan | tuple[AccountId, ...]] = deque(maxlen=PAST)
        self._is_saving = False
        self._undo: list[_Undo] = []
        self._text_noted_at: float | None = None

    # ----------------------------------------------------------------------------------------------- reading

    @property
    def is_draft(self) -> bool:
        return self._details is not None and self._details.campaign.state is CampaignState.DRAFT

    @property
    def findings(self) -> Sequence[Finding]:
        """What is missing, of all steps."""
        details = self._details
        if details is None:
            return ()
        rest = check_rest(details.campaign, details.members, self._services.clock.now(), is_counted=self._is_counted)
        return (*self._checked.findings, *self._others, *rest)

    @property
    def fields(self) -> Sequence[str]:
        """Those that the text uses."""
        template = self._checked.template
        return sorted(template.fields) if template is not None else []

    @property
    def _text(self) -> str:
        """The source that is shown and edited."""
        return self._message.find(self._choice).source

    @property
    def can_undo(self) -> bool:
        return bool(self._undo) and self.is_draft

    def show(self, details: CampaignDetails) -> None:
        """What was read of the open campaign."""
        is_other = self._details is None or self._details.campaign.id != details.campaign.id
        if is_other:
            self._undo.clear()
            self._past.clear()
            self._person, self._number, self._is_counted, self._text_noted_at = None, 0, False, None
            self._message = details.campaign.message
            self._choice = first_choice(self._message)
        elif self._details is not None:
            read, held = details.campaign, self._details.campaign
            if read.message not in self._past:
                self._hold_choice(read.message)
                self._message = read.message
            plan = held.plan if read.plan in self._past else read.plan
            account_ids = held.account_ids if read.account_ids in self._past else read.account_ids
            details = replace(details, campaign=replace(read, plan=plan, account_ids=account_ids))
        had = self._details.members if self._details is not None and not is_other else -1
        self._details = details
        self._view.show_text(self._message, self._choice)
        self._view.show_plan(details.campaign.plan)
        self._show_accounts()
        self._check()
        if is_other:
            self._view.show_saved("")
            self._services.spawn(self._read_around(), "draft surroundings")
        elif had != details.members:
            self._services.spawn(self._read_person(self._number), "preview person")

    async def _read_around(self) -> None:
        """Fields, zones, accounts, the first person; for a draft, everybody who is known is chosen."""
        campaign_id = self._get_id()
        try:
            self._view.show_fields(await self._services.draft_people.fields())
            await self._read_person(self._number)
            await self._read_accounts()
            self._view.show_zones(await asyncio.to_thread(list_zones))
            await self._open_rest(campaign_id, is_draft=self.is_draft)
        except AppError as error:
            self._services.tells.error(error)
            return
        if self._details is not None and self._details.campaign.id == campaign_id:
            self._is_counted = True
            self._check()

    async def _read_accounts(self) -> None:
        lists, now = self._services.account_lists, self._services.clock.now()
        has_worker = (await self._services.worker.status()).condition is WorkerCondition.RUNNING
        ids = await lists.ids(AccountQuestion(), now=now, has_worker=has_worker)
        rows = await lists.rows(list(ids), now=now, has_worker=has_worker)
        self._accounts = [rows[number] for number in ids if number in rows]
        self._show_accounts()

    def _show_accounts(self) -> None:
        if self._details is None:
            return
        chosen = set(self._details.campaign.account_ids)
        formats = self._services.formats
        self._view.show_accounts(
            [
                AccountChoice(
                    id=row.id,
                    title=row.title,
                    facts=_account_facts(row, formats.number),
                    is_chosen=row.id in chosen,
                )
                for row in self._accounts
            ]
        )

    # ----------------------------------------------------------------------------------------------- preview

    @property
    def person_name(self) -> str:
        """Whose text the preview shows."""
        return self._person.name if self._person is not None else ""

    def send_test(self, account_id: int, name: str) -> None:
        """What the previewed person would get, once, to this @name or, without one, to the account itself."""
        self._services.spawn(self._send_test(AccountId(account_id), name), "test send")

    async def _send_test(self, account_id: AccountId, name: str) -> None:
        tests, campaign_id = self._services.send_tests, self._get_id()
        try:
            to = await tests.find_contact(name) if name else None
            await tests.send(
                campaign_id, account_id, self._message, to=to, number=self._number, actor=self._services.actor
            )
        except AppError as error:
            self._services.tells.error(error)
            return
        self._services.tells.toast("The test is on its way", "A running worker delivers it.", glyph=Glyph.CLOCK)

    def next_person(self) -> None:
        self._look(self._number + 1)

    def previous_person(self) -> None:
        self._look(self._number - 1)

    def empty_person(self) -> None:
        """The next one for whom a field of the text is empty; says so when there is none."""
        self._services.spawn(self._look_for_empty(self._message.fields), "person with empty fields")

    async def _look_for_empty(self, fields: frozenset[str]) -> None:
        found = None
        if fields:
            found = await self._services.draft_people.with_empty_field(self._get_id(), fields, self._number)
        if found is None:
            self._services.tells.toast("Nobody with empty fields was found", "Every field of the text is filled.")
        else:
            await self._read_person(found)

    def _look(self, number: int) -> None:
        if self._details is not None and 0 <= number < self._details.members:
            self._services.spawn(self._read_person(number), "preview person")

    async def _read_person(self, number: int) -> None:
        details = self._details
        if details is None or not details.members:
            self._show_preview()
            return
        try:
            person = await self._services.recipients.nth(details.campaign.id, min(number, details.members - 1))
        except UserInputError:
            return  # the audience has just become smaller; who is in it is read again
        if self._details is not None and self._details.campaign.id == details.campaign.id:
            self._person, self._number = person, min(number, details.members - 1)
            self._show_preview()

    def _show_preview(self) -> None:
        details, person = self._details, self._person
        if details is None:
            return
        message, problem, facts = None, "", ""
        if person is not None:
            choice = self._message.choose(details.campaign.id, person.contact_id, person.language)
            facts = _facts_of(self._message, person, choice)
            message, error = self._render(details.campaign.id, person, choice)
            if error is not None and self._text.strip():
                has_mistake = isinstance(error, TemplateMistake)
                problem = "The text has a mistake, so nobody could get it yet." if has_mistake else error.message
        elif self._checked.template is None:
            problem = "The text has a mistake, so nobody could get it yet." if self._text.strip() else ""
        else:
            with suppress(UserInputError, MessageTooLong):
                message = self._checked.template.render({})
        self._view.show_preview(
            Preview(
                person=person,
                facts=facts,
                place=self._number + 1,
                members=details.members,
                message=message,
                problem=problem,
                time=self._services.formats.time(self._services.clock.now()),
            )
        )
        name = person.name if person is not None else ""
        if message is not None:
            note = f"UTF-16 units, as {name} gets it" if name else "UTF-16 units"
            self._view.show_length(utf16_length(message.text), note)
        else:
            self._view.show_length(utf16_length(self._text), "UTF-16 units of the text with its marks")

    def _render(
        self, campaign_id: CampaignId, person: Recipient, choice: Choice
    ) -> tuple[FormattedText | None, AppError | None]:
        """What this person gets; the text that is edited was parsed already."""
        template = self._checked.template
        if choice == self._choice and template is not None:
            try:
                return template.render(person.values), None
            except (UserInputError, MessageTooLong) as error:
                return None, error
        seen = render_for(ReadyTexts(self._message), campaign_id, person)
        return (seen.message.text if seen.message is not None else None), seen.problem

    def _check(self) -> None:
        if self._checked_of != (self._message, self._choice):  # parsing costs some milliseconds
            self._checked_of = self._message, self._choice
            self._checked = check_message(self._text)
            several = sum(1 for _ in self._message.texts()) > 1
            self._others = other_texts(self._message, self._choice) if several else ()
        self._view.show_findings(self.findings, self._checked.place)
        self._show_preview()

    # ----------------------------------------------------------------------------------------------- writing

    def write(self, text: str) -> None:
        """The text as it stands after a key."""
        if not self.is_draft or text == self._text:
            return
        now = self._services.clock.monotonic()
        if self._text_noted_at is None or now - self._text_noted_at > 2.0:
            self._note(_Undo(message=self._message))
        self._text_noted_at = now
        self._keep_message(with_source(self._message, self._choice, text))

    def change(self, edit: Callable[[Message], Message]) -> None:
        """Languages, variants, link preview, sound: one step that can be undone."""
        changed = edit(self._message)
        if self.is_draft and changed != self._message:
            self._note(_Undo(message=self._message))
            self._text_noted_at = None
            self._hold_choice(changed)
            self._keep_message(changed)
            self._view.show_text(self._message, self._choice)

    def look_at(self, choice: Choice) -> None:
        """Edit this text from now on."""
        if choice in choices_of(self._message):
            self._choice = choice
            self._text_noted_at = None
            self._view.show_text(self._message, self._choice)
            self._check()

    def _hold_choice(self, message: Message) -> None:
        if self._choice not in choices_of(message):
            self._choice = first_choice(message)

    def set_plan(self, plan: CampaignPlan) -> None:
        details = self._details
        if details is not None and self.is_draft and plan != details.campaign.plan:
            self._note(_Undo(plan=details.campaign.plan))
            self._keep_plan(plan)

    def set_accounts(self, account_ids: frozenset[AccountId]) -> None:
        details = self._details
        wanted = tuple(sorted(account_ids))
        if details is not None and self.is_draft and wanted != details.campaign.account_ids:
            self._note(_Undo(account_ids=details.campaign.account_ids))
            self._keep_accounts(wanted)

    def rename(self, title: str) -> None:
        campaign_id = self._get_id()
        self._save("title", lambda: self._services.drafts.rename(campaign_id, title))

    def undo(self) -> None:
        """Take the last change back."""
        if not self.can_undo:
            return
        last = self._undo.pop()
        self._text_noted_at = None
        if last.message is not None:
            self._hold_choice(last.message)
            self._keep_message(last.message)
            self._view.show_text(self._message, self._choice)
        elif last.plan is not None:
            self._view.show_plan(last.plan)
            self._keep_plan(last.plan)
        elif last.account_ids is not None:
            self._keep_accounts(last.account_ids)
            self._show_accounts()

    async def flush(self) -> None:
        """Whatever was typed is saved when this returns. Raises AppError when it could not be."""
        while self._waiting or self._is_saving:
            if self._is_saving:
                await asyncio.sleep(0.005)
            else:
                await self._write_waiting()

    def leave(self) -> None:
        """The page is hidden: nothing waits for a pause in typing."""
        if self._waiting:
            self._services.spawn(self._save_now(), "save the draft")

    def _keep_message(self, message: Message) -> None:
        self._replace(self._message, message)
        self._message = message
        campaign_id, actor = self._get_id(), self._services.actor
        self._check()
        self._save("message", lambda: self._services.campaigns.set_message(campaign_id, message, actor=actor))

    def _keep_plan(self, plan: CampaignPlan) -> None:
        self._hold(plan=plan)
        campaign_id, actor = self._get_id(), self._services.actor
        self._save("plan", lambda: self._services.campaigns.set_plan(campaign_id, plan, actor=actor))

    def _keep_accounts(self, account_ids: tuple[AccountId, ...]) -> None:
        self._hold(account_ids=account_ids)
        campaign_id = self._get_id()
        self._save("accounts", lambda: self._services.drafts.set_accounts(campaign_id, account_ids))

    def _hold(self, *, plan: CampaignPlan | None = None, account_ids: tuple[AccountId, ...] | None = None) -> None:
        """Show the change before it is read back."""
        assert self._details is not None
        campaign = self._details.campaign
        if plan is not None:
            self._replace(campaign.plan, plan)
        if account_ids is not None:
            self._replace(campaign.account_ids, account_ids)
        self._details = replace(
            self._details,
            campaign=replace(
                campaign,
                plan=campaign.plan if plan is None else plan,
                account_ids=campaign.account_ids if account_ids is None else account_ids,
            ),
        )
        self._show_accounts()
        self._check()

    def _replace(
        self,
        old: Message | CampaignPlan | tuple[AccountId, ...],
        new: Message | CampaignPlan | tuple[AccountId, ...],
    ) -> None:
        while new in self._past:
            self._past.remove(new)
        self._past.append(old)

    def _note(self, change: _Undo) -> None:
        self._undo.append(change)
        del self._undo[:-UNDO_STEPS]

    def _save(self, what: str, save: Save) -> None:
        is_first = not self._waiting
        self._waiting[self._get_id(), what] = save
        if what != "title":
            self._view.show_changed()
        self._view.show_saved("Saving …")
        if is_first:
            self._services.spawn(self._save_soon(), "save the draft")

    async def _save_soon(self) -> None:
        await asyncio.sleep(SAVE_PAUSE_S)
        await self._save_now()

    async def _save_now(self) -> None:
        try:
            await self.flush()
        except AppError as error:
            self._waiting.clear()
            self._view.show_saved("Not saved")
            self._services.tells.error(error)

    async def _write_waiting(self) -> None:
        self._is_saving = True
        try:
            while self._waiting:
                what = next(iter(self._waiting))
                await self._waiting.pop(what)()
        finally:
            self._is_saving = False
        self._view.show_saved(f"Saved {self._services.formats.seconds(self._services.clock.now())}")

    def _get_id(self) -> CampaignId:
        assert self._details is not None, "nothing is written without an open campaign"
        return self._details.campaign.id


def _facts_of(message: Message, person: Recipient, choice: Choice) -> str:
    parts = [person.language or "no language known"]
    if len(message.languages) > 1:
        parts.append(f"reads {choice.language or 'the first text'}")
    if len(message.variants) > 1:
        parts.append(f"variant {choice.variant}")
    return " · ".join(parts)


@cache
def list_zones() -> Sequence[str]:
    """Names of time zones of this machine. Reads a folder: not on the thread of the window."""
    return tuple(sorted(available_timezones()))


def _account_facts(row: AccountRow, number: Callable[[int], str]) -> str:
    state = STOPPED.get(row.state, CONDITIONS[row.condition].word)
    if row.per_day is None:
        return f"{state}, no daily limit"
    left = max(0, row.per_day - row.tried_day)
    return f"{state}, may send {number(left)} more in 24 h ({number(row.per_day)} a day)"

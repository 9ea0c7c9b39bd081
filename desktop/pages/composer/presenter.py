"""Keeps what a person writes: each change is saved at once, in order, and can be undone. Knows no Qt."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Final, Protocol
from zoneinfo import available_timezones

from campaigns.accounts.views import AccountQuestion, AccountRow
from campaigns.campaign import CampaignState
from campaigns.message.variants import Attachment, Choice, Message
from campaigns.report.screens import CampaignDetails
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.schedule.repeat import Repeat
from campaigns.worker_control import WorkerCondition
from core.domain.account import AccountKind
from core.domain.ids import AccountId, CampaignId
from core.errors import AppError
from desktop.pages.accounts.cells import CONDITIONS, STOPPED
from desktop.pages.composer.draft_saver import DraftSaver, Save
from desktop.pages.composer.findings import (
    Checked,
    Finding,
    check_extras,
    check_files,
    check_message,
    check_rest,
    other_texts,
)
from desktop.pages.composer.message_edits import choices_of, first_choice, with_source
from desktop.pages.composer.places import Place
from desktop.pages.composer.plan_view import AccountChoice
from desktop.pages.composer.preview_presenter import PreviewPresenter, PreviewView
from desktop.pages.services import PageServices

UNDO_STEPS: Final = 100
PAST: Final = 100
TYPED_TOGETHER_S: Final = 2.0
"""What is typed within this time is taken back by one step."""


class OpenRest(Protocol):
    """See `DraftPresenter`."""

    async def __call__(self, campaign_id: CampaignId, *, is_draft: bool) -> None: ...


class DraftView(PreviewView, Protocol):
    """What the page can show of a draft."""

    def show_text(self, message: Message, choice: Choice) -> None: ...
    def show_findings(self, findings: Sequence[Finding], place: Place | None) -> None: ...
    def show_fields(self, fields: Sequence[str]) -> None: ...
    def show_plan(self, plan: CampaignPlan, repeat: Repeat | None) -> None: ...
    def show_accounts(self, accounts: Sequence[AccountChoice]) -> None: ...
    def show_zones(self, zones: Sequence[str]) -> None: ...
    def show_saved(self, words: str) -> None: ...
    def show_changed(self) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a person writes of a campaign, as it stands."""

    message: Message
    plan: CampaignPlan
    repeat: Repeat | None
    account_ids: tuple[AccountId, ...]


class DraftPresenter:
    """One campaign as it is written. What is typed counts before what is read, until it is saved."""

    def __init__(self, services: PageServices, view: DraftView, open_rest: OpenRest) -> None:
        """`open_rest`: reads what belongs to a campaign that was just opened, beside its text and plan."""
        self._open_rest = open_rest
        self._services = services
        self._view = view
        self.preview = PreviewPresenter(services, view)
        self._saver = DraftSaver(services, view.show_saved)
        self._details: CampaignDetails | None = None
        self._written = Written(message=Message.of_text(""), plan=CampaignPlan(), repeat=None, account_ids=())
        self._choice = Choice()
        self._is_counted = False
        self._checked = Checked(template=None, findings=())
        self._checked_of: tuple[Message, Choice] | None = None
        self._file_faults: tuple[Sequence[Attachment], Sequence[Finding]] = ((), ())
        self._others: Sequence[Finding] = ()
        self._accounts: Sequence[AccountRow] = ()
        self._known_fields: Sequence[str] = ()
        # What stood here before a change of ours: a read that began before the change may still bring it.
        self._past: deque[object] = deque(maxlen=PAST)
        self._undo: list[Written] = []
        self._text_noted_at: float | None = None

    # ----------------------------------------------------------------------------------------------- reading

    @property
    def is_draft(self) -> bool:
        return self._details is not None and self._details.campaign.state is CampaignState.DRAFT

    @property
    def title(self) -> str:
        """As it was read last."""
        return self._details.campaign.title if self._details is not None else ""

    @property
    def message(self) -> Message:
        """As it stands."""
        return self._written.message

    @property
    def choice(self) -> Choice:
        """The text of it that is shown and edited."""
        return self._choice

    @property
    def known_fields(self) -> Sequence[str]:
        """Names of fields that people have."""
        return self._known_fields

    @property
    def findings(self) -> Sequence[Finding]:
        """What is missing, of all steps."""
        details = self._details
        if details is None:
            return ()
        campaign = replace(
            details.campaign, plan=self._written.plan, account_ids=self._written.account_ids, message=self.message
        )
        rest = check_rest(campaign, details.members, self._services.clock.now(), is_counted=self._is_counted)
        extras = check_extras(self.message, self._choice, self._sender_kinds)
        looked_at, faults = self._file_faults
        files = faults if looked_at == self.message.media else ()
        return (*self._checked.findings, *files, *extras, *self._others, *rest)

    @property
    def can_undo(self) -> bool:
        return bool(self._undo) and self.is_draft

    @property
    def _sender_kinds(self) -> frozenset[AccountKind]:
        chosen = set(self._written.account_ids)
        return frozenset(row.kind for row in self._accounts if row.id in chosen)

    @property
    def _text(self) -> str:
        """The source that is shown and edited."""
        return self.message.find(self._choice).source

    def show(self, details: CampaignDetails) -> None:
        """What was read of the open campaign."""
        is_other = self._details is None or self._details.campaign.id != details.campaign.id
        campaign, held = details.campaign, self._written
        if is_other:
            self._undo.clear()
            self._past.clear()
            self._is_counted, self._text_noted_at = False, None
        self._details = details
        self._written = Written(
            message=held.message if campaign.message in self._past else campaign.message,
            plan=held.plan if campaign.plan in self._past else campaign.plan,
            repeat=held.repeat if details.repeat in self._past else details.repeat,
            account_ids=held.account_ids if campaign.account_ids in self._past else campaign.account_ids,
        )
        if is_other:
            self._choice = first_choice(self.message)
        self._hold_choice()
        self.preview.open(campaign.id, details.members)
        self._show_written()
        self._check()
        if is_other:
            self._view.show_saved("")
            self._services.spawn(self._read_around(), "draft surroundings")

    async def _read_around(self) -> None:
        """Fields, zones, accounts, the first person; for a draft, everybody who is known is chosen."""
        campaign_id = self._get_id()
        try:
            self._known_fields = await self._services.draft_people.fields()
            self._view.show_fields(self._known_fields)
            await self.preview.read()
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
        self._check()

    def _show_written(self) -> None:
        self._view.show_text(self.message, self._choice)
        self._view.show_plan(self._written.plan, self._written.repeat)
        self._show_accounts()

    def _show_accounts(self) -> None:
        chosen, number = set(self._written.account_ids), self._services.formats.number
        self._view.show_accounts(
            [
                AccountChoice(
                    id=row.id,
                    kind=row.kind,
                    title=row.title,
                    facts=_account_facts(row, number),
                    is_chosen=row.id in chosen,
                )
                for row in self._accounts
            ]
        )

    def _check(self) -> None:
        if self._checked_of != (self.message, self._choice):  # parsing costs some milliseconds
            self._checked_of = self.message, self._choice
            self._checked = check_message(self._text, is_caption=bool(self.message.media))
            several = sum(1 for _ in self.message.texts()) > 1
            self._others = other_texts(self.message, self._choice) if several else ()
        self._view.show_findings(self.findings, self._checked.place)
        self.preview.write(self.message, self._choice, self._checked.template)

    # ----------------------------------------------------------------------------------------------- writing

    def write(self, text: str) -> None:
        """The text as it stands after a key."""
        if not self.is_draft or text == self._text:
            return
        now = self._services.clock.monotonic()
        if self._text_noted_at is None or now - self._text_noted_at > TYPED_TOGETHER_S:
            self._note()
        self._text_noted_at = now
        self._keep(replace(self._written, message=with_source(self.message, self._choice, text)))

    def change(self, edit: Callable[[Message], Message], *, is_checked_later: bool = False) -> None:
        """Languages, variants, buttons, link preview, sound: one step that can be undone.

        `is_checked_later`: in a handler of its own, for a whole text that is new.
        """
        wanted = replace(self._written, message=edit(self.message))
        if self._change(wanted, checks=not is_checked_later):
            self._view.show_text(self.message, self._choice)
            if is_checked_later:
                self._check_soon()

    def set_plan(self, plan: CampaignPlan) -> None:
        """As it is shown already."""
        self._change(replace(self._written, plan=plan))

    def set_repeat(self, repeat: Repeat | None) -> None:
        """None: it runs once. As it is shown already."""
        self._change(replace(self._written, repeat=repeat))

    def set_accounts(self, account_ids: frozenset[AccountId]) -> None:
        if self._change(replace(self._written, account_ids=tuple(sorted(account_ids)))):
            self._show_accounts()

    def look_at(self, choice: Choice) -> None:
        """Edit this text from now on."""
        if choice in choices_of(self.message):
            self._choice = choice
            self._text_noted_at = None
            self._view.show_text(self.message, self._choice)
            self._check()

    def rename(self, title: str) -> None:
        campaign_id = self._get_id()
        self._saver.save(campaign_id, "title", lambda: self._services.drafts.rename(campaign_id, title))

    def undo(self) -> None:
        """Take the last change back."""
        while self._undo and self._undo[-1] == self._written:  # taken back in the editor already
            self._undo.pop()
        if self.can_undo:
            self._text_noted_at = None
            self._keep(self._undo.pop(), checks=False)
            self._show_written()
            self._check_soon()

    async def flush(self) -> None:
        """Whatever was typed is saved when this returns. Raises AppError when it could not be."""
        await self._saver.flush()

    def leave(self) -> None:
        """The page is hidden: nothing waits for a pause in typing."""
        self._saver.save_at_once()

    def _change(self, wanted: Written, *, checks: bool = True) -> bool:
        """Whether it is kept: it is a draft, and says something else now."""
        if not self.is_draft or wanted == self._written:
            return False
        self._note()
        self._text_noted_at = None
        self._keep(wanted, checks=checks)
        return True

    def look_at_files(self) -> None:
        """Whether the photos and files are still what was attached; each is read again only where it changed."""
        if self.message.media or self._file_faults[0]:
            self._services.spawn(self._look_at_files(self.message), "look at the attached files")

    async def _look_at_files(self, message: Message) -> None:
        faults = check_files(await self._services.media.check_files(message))
        if message.media == self.message.media and (message.media, faults) != self._file_faults:
            self._file_faults = message.media, faults
            self._check()

    def _check_soon(self) -> None:
        """In a handler of its own: showing a long text and checking it together are more than a frame."""

        async def check() -> None:
            await asyncio.sleep(0)
            self._check()

        self._services.spawn(check(), "check the draft")

    def _hold_choice(self) -> None:
        if self._choice not in choices_of(self.message):
            self._choice = first_choice(self.message)

    def _keep(self, wanted: Written, *, checks: bool = True) -> None:
        """Show it before it is read back, and save what differs."""
        held, self._written = self._written, wanted
        self._hold_choice()
        campaign_id, actor, services = self._get_id(), self._services.actor, self._services
        message, plan, repeat, account_ids = wanted.message, wanted.plan, wanted.repeat, wanted.account_ids
        if self._replaced(held.message, message):
            self._save("message", lambda: services.campaigns.set_message(campaign_id, message, actor=actor))
        if self._replaced(held.plan, plan):
            self._save("plan", lambda: services.campaigns.set_plan(campaign_id, plan, actor=actor))
        if self._replaced(held.repeat, repeat):
            self._save("repeat", lambda: services.campaigns.set_repeat(campaign_id, repeat, actor=actor))
        if self._replaced(held.account_ids, account_ids):
            self._save("accounts", lambda: services.drafts.set_accounts(campaign_id, account_ids))
        if checks:
            self._check()

    def _replaced(self, old: object, new: object) -> bool:
        if old == new:
            return False
        while new in self._past:
            self._past.remove(new)
        self._past.append(old)
        return True

    def _note(self) -> None:
        self._undo.append(self._written)
        del self._undo[:-UNDO_STEPS]

    def _save(self, what: str, save: Save) -> None:
        self._view.show_changed()
        self._saver.save(self._get_id(), what, save)

    def _get_id(self) -> CampaignId:
        assert self._details is not None, "nothing is written without an open campaign"
        return self._details.campaign.id


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

"""The message as one person after the other will see it, and a test of it. Knows no Qt."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

from campaigns.message.grammar import TemplateMistake
from campaigns.message.preview import Recipient, render_for
from campaigns.message.ready_texts import ReadyTexts
from campaigns.message.template import Template
from campaigns.message.variants import Choice, Message
from core.domain.ids import AccountId, CampaignId
from core.domain.message import OutgoingMessage, utf16_length
from core.errors import AppError, MessageTooLong, UserInputError
from desktop.pages.services import PageServices
from desktop.widgets.status import Glyph

MISTAKE = "The text has a mistake, so nobody could get it yet."


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What one person sees. No message: `problem` says why."""

    person: Recipient | None
    facts: str
    place: int
    members: int
    message: OutgoingMessage | None
    problem: str
    time: str


class PreviewView(Protocol):
    """What shows it."""

    def show_length(self, units: int, most: int, note: str) -> None: ...
    def show_preview(self, preview: Preview) -> None: ...


class PreviewPresenter:
    """One campaign, and a message that need not be saved yet."""

    def __init__(self, services: PageServices, view: PreviewView) -> None:
        self._services = services
        self._view = view
        self._campaign_id: CampaignId | None = None
        self._members = 0
        self._message = Message.of_text("")
        self._choice = Choice()
        self._template: Template | None = None
        self._person: Recipient | None = None
        self._number = 0

    @property
    def person_name(self) -> str:
        """Whose text is shown."""
        return self._person.name if self._person is not None else ""

    def open(self, campaign_id: CampaignId, members: int) -> None:
        """This campaign from now on; reads its person anew where it has other members than before."""
        had, is_other = self._members, campaign_id != self._campaign_id
        self._campaign_id, self._members = campaign_id, members
        if is_other:
            self._person, self._number = None, 0
        elif had != members:
            self._look_at(self._number)

    def write(self, message: Message, choice: Choice, template: Template | None) -> None:
        """The message as it stands, and the text that is edited, parsed; None: it has a mistake."""
        self._message, self._choice, self._template = message, choice, template
        self._show()

    def next_person(self) -> None:
        self._step(self._number + 1)

    def previous_person(self) -> None:
        self._step(self._number - 1)

    def empty_person(self) -> None:
        """The next one for whom a field of the text is empty; says so when there is none."""
        self._services.spawn(self._look_for_empty(self._message.fields), "person with empty fields")

    def send_test(self, account_id: int, name: str) -> None:
        """What the previewed person would get, once, to this @name or, without one, to the account itself."""
        self._services.spawn(self._send_test(AccountId(account_id), name), "test send")

    async def read(self) -> None:
        """The person who is shown. Raises AppError."""
        await self._read(self._number)

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

    async def _look_for_empty(self, fields: frozenset[str]) -> None:
        found = None
        if fields:
            found = await self._services.draft_people.with_empty_field(self._get_id(), fields, self._number)
        if found is None:
            self._services.tells.toast("Nobody with empty fields was found", "Every field of the text is filled.")
        else:
            await self._read(found)

    def _step(self, number: int) -> None:
        if 0 <= number < self._members:
            self._look_at(number)

    def _look_at(self, number: int) -> None:
        self._services.spawn(self._read(number), "preview person")

    async def _read(self, number: int) -> None:
        campaign_id, members = self._campaign_id, self._members
        if campaign_id is None or not members:
            self._show()
            return
        try:
            person = await self._services.recipients.nth(campaign_id, min(number, members - 1))
        except UserInputError:
            return  # the audience has just become smaller; who is in it is read again
        if self._campaign_id == campaign_id:
            self._person, self._number = person, min(number, members - 1)
            self._show()

    def _show(self) -> None:
        if self._campaign_id is None:
            return
        person, source = self._person, self._message.find(self._choice).source
        message, problem, facts = None, "", ""
        if person is not None:
            choice = self._message.choose(self._campaign_id, person.contact_id, person.language)
            facts = _facts_of(self._message, person, choice)
            message, error = self._render(person, choice)
            if error is not None and source.strip():
                problem = MISTAKE if isinstance(error, TemplateMistake) else error.message
        elif self._template is None:
            problem = MISTAKE if source.strip() else ""
        else:
            with suppress(UserInputError, MessageTooLong):
                message = self._dress(self._template, {})
        self._view.show_preview(
            Preview(
                person=person,
                facts=facts,
                place=self._number + 1,
                members=self._members,
                message=message,
                problem=problem,
                time=self._services.formats.time(self._services.clock.now()),
            )
        )
        if message is not None:
            note = f"UTF-16 units, as {person.name} gets it" if person is not None and person.name else "UTF-16 units"
            self._view.show_length(utf16_length(message.text.text), self._message.max_units, note)
        else:
            self._view.show_length(
                utf16_length(source), self._message.max_units, "UTF-16 units of the text with its marks"
            )

    def _render(self, person: Recipient, choice: Choice) -> tuple[OutgoingMessage | None, AppError | None]:
        """What this person gets; the text that is edited was parsed already."""
        if choice == self._choice and self._template is not None:
            try:
                return self._dress(self._template, person.values), None
            except (UserInputError, MessageTooLong) as error:
                return None, error
        seen = render_for(ReadyTexts(self._message), self._get_id(), person)
        return seen.message, seen.problem

    def _dress(self, template: Template, values: Mapping[str, str]) -> OutgoingMessage:
        return OutgoingMessage(
            text=template.render(values, is_caption=bool(self._message.media)),
            preview=self._message.preview,
            is_silent=self._message.is_silent,
            buttons=self._message.find(self._choice).buttons,
            media=tuple(each.media for each in self._message.media),
        )

    def _get_id(self) -> CampaignId:
        assert self._campaign_id is not None, "nothing is previewed without an open campaign"
        return self._campaign_id


def _facts_of(message: Message, person: Recipient, choice: Choice) -> str:
    parts = [person.language or "no language known"]
    if len(message.languages) > 1:
        parts.append(f"reads {choice.language or 'the first text'}")
    if len(message.variants) > 1:
        parts.append(f"variant {choice.variant}")
    return " · ".join(parts)

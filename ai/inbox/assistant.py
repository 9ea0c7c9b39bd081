"""The features of the inbox as people use them: what is turned on, what would be sent, a suggestion, a summary."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeVar

from ai.inbox.made_up import MADE_UP, MADE_UP_VALUES
from ai.inbox.sort import CONTEXT, sort
from ai.inbox.suggest import READ as READ_TO_SUGGEST
from ai.inbox.suggest import InboxTask, Suggestion, suggest
from ai.inbox.summarise import READ as READ_TO_SUMMARISE
from ai.inbox.summarise import Summary, summarise
from ai.service import AiService
from campaigns.inbox.assist import AssistDesk, AssistSwitch, ReadyAnswer, Unsorted
from campaigns.inbox.canned import CannedReplies, rank
from campaigns.inbox.conversations import Conversation, MessageKind, TheirMessage
from campaigns.message.parsing import parse_template
from core.ai_errors import AiFeatureOff, AiTurnedOff
from core.clock import Clock
from core.domain.ai import OF_THE_INBOX, AiFeature
from core.domain.ids import ConversationId
from core.errors import AppError, UserInputError
from core.text_model import SentRequest

T = TypeVar("T")

_DONE = {
    AiFeature.SUGGEST: "Suggesting answers is turned off in this workspace. Nothing was sent.",
    AiFeature.SUMMARISE: "Summaries are turned off in this workspace. Nothing was sent.",
    AiFeature.SORT: "Sorting is turned off in this workspace. Nothing was sent.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureState:
    """How one feature stands. `switch` None: nobody has decided yet. `is_on`: the provider of the settings is asked.

    A yes for another provider or address is no yes: then `is_on` is false and `is_elsewhere` true.
    """

    feature: AiFeature
    is_on: bool
    switch: AssistSwitch | None

    @property
    def is_elsewhere(self) -> bool:
        """Somebody said yes, to another provider or address than the one that is set now."""
        return self.switch is not None and self.switch.is_on and not self.is_on


@dataclass(frozen=True, slots=True, kw_only=True)
class AssistStatus:
    """`is_ai_on`: the setting for the whole workspace, above all features."""

    is_ai_on: bool
    provider: str
    address: str
    model: str
    features: tuple[FeatureState, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRequest:
    """A request as it would go, byte for byte. `conversation_id` None: it is made of a made-up conversation.

    `hidden`: the fields whose values stood in the texts and are masked in it.
    """

    sent: SentRequest
    conversation_id: ConversationId | None
    hidden: tuple[str, ...]


class InboxAssistant:
    """Every feature is off until `turn_on`, and off again from the moment of `turn_off`."""

    def __init__(self, service: AiService, desk: AssistDesk, canned: CannedReplies, clock: Clock) -> None:
        self._service = service
        self._desk = desk
        self._canned = canned
        self._clock = clock

    async def status(self) -> AssistStatus:
        """What is on, for whom, and since when. Asks nobody."""
        found, switches = await self._service.status(), await self._desk.switches()
        features = []
        for feature in (each for each in AiFeature if each in OF_THE_INBOX):
            switch = switches.get(feature)
            is_on = found.is_on and switch is not None and switch.allows(found.provider, found.address)
            features.append(FeatureState(feature=feature, is_on=is_on, switch=switch))
        return AssistStatus(
            is_ai_on=found.is_on,
            provider=found.provider,
            address=found.address,
            model=found.model,
            features=tuple(features),
        )

    async def turn_on(self, feature: AiFeature, *, provider: str, address: str, actor: str) -> None:
        """Say yes to this provider at this address, which is what the person was shown.

        Raises AiTurnedOff when AI is off as a whole, and UserInputError when the settings name another by now.
        """
        now = await self._service.status()
        if not now.is_on:
            raise AiTurnedOff
        if (now.provider, now.address) != (provider, address):
            raise UserInputError(
                "The provider was changed under Settings meanwhile.", hint="Look at what would be sent to it first."
            )
        await self._desk.turn(
            feature, on=True, provider=provider, address=address, actor=actor, now=self._clock.now()
        )

    async def turn_off(self, feature: AiFeature, *, actor: str) -> None:
        """From now on nothing is asked for it; sorting that is under way is not kept."""
        now = await self._service.status()
        await self._desk.turn(
            feature, on=False, provider=now.provider, address=now.address, actor=actor, now=self._clock.now()
        )

    async def show_request(self, feature: AiFeature, conversation_id: ConversationId | None = None) -> SampleRequest:
        """What this feature would send for a conversation (None: the newest), on or off; nothing is sent. Raises AiError."""
        number = conversation_id or await self._desk.newest_conversation()
        if number is None:
            task = await self._task(feature, MADE_UP, MADE_UP_VALUES)
        else:
            limit = READ_TO_SUMMARISE if feature is AiFeature.SUMMARISE else READ_TO_SUGGEST
            conversation = await self._desk.conversation(number, limit=limit)
            task = await self._task(feature, conversation, await self._desk.known_values(number))
        sent = await self._service.preview(task.question, streamed=feature is AiFeature.SUGGEST)
        return SampleRequest(
            sent=sent, conversation_id=number, hidden=tuple(token[1:-1] for token in task.masked.tokens)
        )

    async def suggest(
        self, conversation_id: ConversationId, *, actor: str, on_text: Callable[[str], None] | None = None
    ) -> Suggestion:
        """A draft of the next answer. `on_text` gets it as it is written, with the person's values in place.

        Raises AiFeatureOff, UserInputError when the conversation is gone or has nothing to answer, and every AiError.
        """
        await self._demand_on(AiFeature.SUGGEST)
        conversation = await self._desk.conversation(conversation_id, limit=READ_TO_SUGGEST)
        _demand_words(conversation)
        values = await self._desk.known_values(conversation_id)
        task = suggest(conversation, values, await self._ready(conversation_id))
        return await task.run(self._service, actor=actor, on_text=on_text)

    async def summarise(self, conversation_id: ConversationId, *, actor: str) -> Summary:
        """What was said and what is open; it is not kept. Raises as `suggest`."""
        await self._demand_on(AiFeature.SUMMARISE)
        conversation = await self._desk.conversation(conversation_id, limit=READ_TO_SUMMARISE)
        _demand_words(conversation)
        values = await self._desk.known_values(conversation_id)
        return await summarise(conversation, values).run(self._service, actor=actor)

    async def _ready(self, conversation_id: ConversationId) -> list[ReadyAnswer]:
        """The team's canned replies as this person would get them, but for those that lack a field of theirs."""
        replies = await self._canned.list()
        if not replies or conversation_id == MADE_UP.row.id:
            return []
        person = await self._canned.person(conversation_id)
        ready = []
        for reply in rank(replies, "", person.language):
            with suppress(AppError):
                text = parse_template(reply.said.text).render(person.values).text
                ready.append(ReadyAnswer(title=reply.said.title, text=text))
        return ready

    async def _demand_on(self, feature: AiFeature) -> None:
        status = await self.status()
        if not status.is_ai_on:
            raise AiTurnedOff
        state = next(each for each in status.features if each.feature is feature)
        if state.is_elsewhere:
            raise AiFeatureOff(
                "It was turned on for another provider than the one that is set now. Nothing was sent."
            )
        if not state.is_on:
            raise AiFeatureOff(_DONE[feature])

    async def _task(
        self, feature: AiFeature, conversation: Conversation, values: Mapping[str, str]
    ) -> InboxTask[object]:
        match feature:
            case AiFeature.SUGGEST:
                return _any(suggest(conversation, values, await self._ready(conversation.row.id)))
            case AiFeature.SUMMARISE:
                return _any(summarise(conversation, values))
            case _:
                return _any(_sort_newest(conversation, values))


def _sort_newest(conversation: Conversation, values: Mapping[str, str]) -> InboxTask[object]:
    theirs = [each for each in conversation.messages if isinstance(each, TheirMessage) and each.text.strip()]
    newest = theirs[-1:]
    earlier = [each for each in conversation.messages if each not in newest][-CONTEXT:]
    before = Conversation(row=conversation.row, messages=tuple(earlier), has_older=False, notes=())
    return _any(sort([Unsorted(id=each.message_id, text=each.text) for each in newest], before, values))


def _any(task: InboxTask[T]) -> InboxTask[object]:
    return InboxTask(task.question, task.masked, task.read)


def _demand_words(conversation: Conversation) -> None:
    if not any(
        isinstance(each, TheirMessage) and each.kind is not MessageKind.STARTED and each.text.strip()
        for each in conversation.messages
    ):
        raise UserInputError(
            "The person wrote no words here that a model could read.", title="There is nothing to read yet"
        )

"""What can be asked of the child process: the tasks as values that go through a pipe, and their answers back.

A new feature is one class here and its name in `AnyOrder`.
"""

from collections.abc import Callable
from typing import ClassVar, Generic, TypeVar

import msgspec

from ai.inbox.assistant import InboxAssistant, SampleRequest
from ai.inbox.suggest import Suggestion
from ai.inbox.summarise import Summary
from ai.service import Question
from ai.writing import review, tasks
from ai.writing.task import Draft, Task
from campaigns.message.variants import Text
from core.domain.ai import AiFeature
from core.domain.ids import ConversationId
from core.domain.message import MAX_MESSAGE_UNITS

R_co = TypeVar("R_co", covariant=True)

_draft = msgspec.json.Decoder(Draft)
_drafts = msgspec.json.Decoder(tuple[Draft, ...])
_text = msgspec.json.Decoder(Text)
_findings = msgspec.json.Decoder(tuple[review.ReviewFinding, ...])
_suggestion = msgspec.json.Decoder(Suggestion)
_summary = msgspec.json.Decoder(Summary)
_sample = msgspec.json.Decoder(SampleRequest)
_word = msgspec.json.Decoder(str)


class Order(
    msgspec.Struct, Generic[R_co], frozen=True, kw_only=True, tag=True, tag_field="is", repr_omit_defaults=True
):
    """One task. Its repr is its name only: texts never get into a log."""

    needs_key: ClassVar[bool] = True  # False: nobody is asked for it

    def task(self) -> Task[R_co]:
        """In the child: what is asked. Raises UserInputError for what cannot be asked."""
        raise NotImplementedError

    def decode(self, answer: bytes) -> R_co:
        """In the parent: the answer, which the child encoded as JSON."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class _DraftOrder(Order[Draft], frozen=True, kw_only=True):
    def decode(self, answer: bytes) -> Draft:
        return _draft.decode(answer)


class Write(_DraftOrder, frozen=True, kw_only=True):
    """A text from a brief; `ai.writing.tasks` says what each of these does."""

    brief: tasks.Brief

    def task(self) -> Task[Draft]:
        return tasks.write(self.brief)


class Rewrite(_DraftOrder, frozen=True, kw_only=True):
    source: str
    tone: tasks.Tone
    wish: str = ""
    language: str = ""

    def task(self) -> Task[Draft]:
        return tasks.rewrite(self.source, self.tone, wish=self.wish, language=self.language)


class Shorten(_DraftOrder, frozen=True, kw_only=True):
    source: str
    most_units: int = MAX_MESSAGE_UNITS
    language: str = ""

    def task(self) -> Task[Draft]:
        return tasks.shorten(self.source, most_units=self.most_units, language=self.language)


class Correct(_DraftOrder, frozen=True, kw_only=True):
    source: str
    language: str = ""

    def task(self) -> Task[Draft]:
        return tasks.correct(self.source, language=self.language)


class Translate(Order[Text], frozen=True, kw_only=True):
    text: Text
    language: str

    def task(self) -> Task[Text]:
        return tasks.translate(self.text, self.language)

    def decode(self, answer: bytes) -> Text:
        return _text.decode(answer)


class MakeVariants(Order[tuple[Draft, ...]], frozen=True, kw_only=True):
    source: str
    count: int
    language: str = ""

    def task(self) -> Task[tuple[Draft, ...]]:
        return tasks.make_variants(self.source, self.count, language=self.language)

    def decode(self, answer: bytes) -> tuple[Draft, ...]:
        return _drafts.decode(answer)


class Review(Order[tuple[review.ReviewFinding, ...]], frozen=True, kw_only=True):
    source: str
    language: str = ""

    def task(self) -> Task[tuple[review.ReviewFinding, ...]]:
        return review.review(self.source, language=self.language)

    def decode(self, answer: bytes) -> tuple[review.ReviewFinding, ...]:
        return _findings.decode(answer)


class TryOut(Order[str], frozen=True, kw_only=True):
    """One word, to see whether it is set up."""

    def task(self) -> Task[str]:
        return Task(Question(feature=AiFeature.TEST, text="Answer with the one word: ready"), str)

    def decode(self, answer: bytes) -> str:
        return _word.decode(answer)


class InboxOrder(Order[R_co], frozen=True, kw_only=True):
    """What reads a conversation: the child takes it from the workspace and masks it, so only its number goes over."""

    async def run(
        self, assistant: InboxAssistant, *, actor: str, on_text: Callable[[str], None] | None = None
    ) -> R_co:
        """In the child. Raises as the method of the assistant that it calls."""
        raise NotImplementedError


class SuggestAnswer(InboxOrder[Suggestion], frozen=True, kw_only=True):
    conversation_id: ConversationId

    async def run(
        self, assistant: InboxAssistant, *, actor: str, on_text: Callable[[str], None] | None = None
    ) -> Suggestion:
        return await assistant.suggest(self.conversation_id, actor=actor, on_text=on_text)

    def decode(self, answer: bytes) -> Suggestion:
        return _suggestion.decode(answer)


class SummariseConversation(InboxOrder[Summary], frozen=True, kw_only=True):
    conversation_id: ConversationId

    async def run(
        self, assistant: InboxAssistant, *, actor: str, on_text: Callable[[str], None] | None = None
    ) -> Summary:
        return await assistant.summarise(self.conversation_id, actor=actor)

    def decode(self, answer: bytes) -> Summary:
        return _summary.decode(answer)


class ShowRequest(InboxOrder[SampleRequest], frozen=True, kw_only=True):
    """What would be sent for this conversation; None: for the newest. Nothing is."""

    needs_key: ClassVar[bool] = False
    feature: AiFeature
    conversation_id: ConversationId | None = None

    async def run(
        self, assistant: InboxAssistant, *, actor: str, on_text: Callable[[str], None] | None = None
    ) -> SampleRequest:
        return await assistant.show_request(self.feature, self.conversation_id)

    def decode(self, answer: bytes) -> SampleRequest:
        return _sample.decode(answer)


AnyOrder = (
    Write
    | Rewrite
    | Shorten
    | Correct
    | Translate
    | MakeVariants
    | Review
    | TryOut
    | SuggestAnswer
    | SummariseConversation
    | ShowRequest
)

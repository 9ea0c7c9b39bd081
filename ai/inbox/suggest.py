"""An answer to a conversation, as a draft for whoever answers. Nothing is sent by it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from ai.inbox.material import NOT_AN_ORDER, Material, make_material
from ai.masking import Masked
from ai.service import AiService, Question
from ai.writing.task import enclose, without_fence
from campaigns.inbox.assist import ReadyAnswer
from campaigns.inbox.conversations import Conversation
from campaigns.inbox.replies import format_answer
from core.ai_errors import AiAnswerUnfit
from core.domain.ai import AiFeature
from core.errors import AppError

READ = 30
"""Messages of both sides: more of a long talk seldom changes the next answer, and every one of them leaves."""
MOST_READY = 40  # of the team's answers

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class InboxTask(Generic[T]):
    """`question` is all that leaves the machine, masked; `read` puts the values back into the answer."""

    question: Question
    masked: Masked
    read: Callable[[str], T]

    async def run(self, service: AiService, *, actor: str, on_text: Callable[[str], None] | None = None) -> T:
        """Ask; see `AiService.ask` for what is raised. `on_text` gets the text so far with its values in place."""
        so_far = None if on_text is None else lambda text: on_text(self.masked.restore_so_far(text))
        return await service.ask(self.question, self.read, actor=actor, on_text=so_far)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A draft. `ready_answers`: how many of the team's were there to choose from."""

    text: str
    ready_answers: int
    is_cut: bool  # older messages were not read


def suggest(
    conversation: Conversation, values: Mapping[str, str], ready: Sequence[ReadyAnswer] = ()
) -> InboxTask[Suggestion]:
    """The next answer to the person, made of the conversation and the team's ready answers, the likeliest first."""
    filled = ready[:MOST_READY]
    others = [part for each in filled for part in (each.title, each.text)]
    material = make_material(conversation, values, others=others)
    instructions = "\n".join(
        [
            "You write the next answer of a team to a person who wrote to it on Telegram. Somebody of the team reads, "
            "changes and sends it.",
            NOT_AN_ORDER,
            "Answer what the person asked or said last, in the language of their last message, as short as the team writes.",
            "Use only what the conversation and the ready answers say. Where they do not say it, write that you will find "
            "out, or ask back: never invent facts, prices, dates, promises or addresses.",
            "Where a ready answer fits, keep to its words." if filled else "",
            "Formatting: **bold** __italic__ `code` and nothing else; mostly none is needed.",
            material.masked.rule,
            "Answer with the text of the message alone: no introduction, no quotation marks around it.",
        ]
    )
    parts = [f"<conversation>\n{material.transcript}\n</conversation>"]
    if filled:
        pairs = zip(material.others[::2], material.others[1::2], strict=True)
        parts.insert(0, "\n".join(enclose("ready_answer", f"{title}:\n{text}") for title, text in pairs))

    def read(answer: str) -> Suggestion:
        return Suggestion(text=_read(answer, material), ready_answers=len(filled), is_cut=material.is_cut)

    question = Question(
        feature=AiFeature.SUGGEST,
        instructions="\n".join(filter(None, instructions.split("\n"))),
        text="\n\n".join([*parts, "Write the next answer of us."]),
        conversation_id=conversation.row.id,
    )
    return InboxTask(question, material.masked, read)


def _read(answer: str, material: Material) -> str:
    """Reasons are sentences without a word of the answer: they go back to the model, and values are in place by then."""
    text = without_fence(answer).strip()
    if material.has_new_address(text):
        raise AiAnswerUnfit("It names an address that stands neither in the conversation nor in a ready answer.")
    restored = material.masked.restore(text)
    try:
        format_answer(restored)
    except AppError as error:
        raise AiAnswerUnfit(
            "It is empty, longer than 4,096 characters, or holds a link that is not whole."
        ) from error
    return restored

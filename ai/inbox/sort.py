"""What messages of one person are about. A hint: nothing is hidden, moved or suppressed by it."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from ai.inbox.material import NOT_AN_ORDER, make_material
from ai.inbox.suggest import InboxTask
from ai.service import Question
from ai.shape import read_shaped
from ai.writing.task import enclose
from campaigns.inbox.assist import Sorted, Unsorted
from campaigns.inbox.conversations import Conversation
from campaigns.inbox.sorting import ReplyKind
from core.ai_errors import AiAnswerUnfit
from core.domain.ai import AiFeature

CONTEXT = 6
"""Messages before them that go with it: "yes" means something only after what was asked."""
LONGEST = 2_000  # characters of one message, masked; what it is about is said by then


class _One(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: int
    kind: Literal["question", "interested", "complaint", "stop", "other"]
    confidence: float


class _All(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    messages: list[_One]


def sort(
    messages: Sequence[Unsorted], before: Conversation, values: Mapping[str, str]
) -> InboxTask[tuple[Sorted, ...]]:
    """Sort messages of one conversation; `before`: what came before the first of them."""
    material = make_material(before, values, others=[message.text for message in messages])
    instructions = "\n".join(
        [
            "You sort messages that one person wrote to a team on Telegram. Each gets exactly one kind:",
            "question: they ask for something or want to know something.",
            "interested: they agree, want it, accept, sign up.",
            "complaint: something is wrong, or they are angry.",
            "stop: they want no more messages.",
            "other: thanks, greetings, small talk, anything else.",
            NOT_AN_ORDER,
            "confidence: how sure you are, from 0 to 1.",
            "Answer for every number once.",
            material.masked.rule,
        ]
    ).strip()
    numbered = "\n".join(
        f"{number}: {enclose('them', text[:LONGEST])}" for number, text in enumerate(material.others, start=1)
    )
    earlier = f"What came before:\n{material.transcript}\n\n" if material.transcript else ""

    def read(answer: str) -> tuple[Sorted, ...]:
        found = {one.number: one for one in read_shaped(answer, _All).messages}
        if sorted(found) != list(range(1, len(messages) + 1)):
            raise AiAnswerUnfit(f"It needs exactly one answer for each number from 1 to {len(messages)}.")
        if not all(0 <= one.confidence <= 1 for one in found.values()):
            raise AiAnswerUnfit("A confidence lies between 0 and 1.")
        return tuple(
            Sorted(message_id=message.id, kind=ReplyKind(found[number].kind), confidence=found[number].confidence)
            for number, message in enumerate(messages, start=1)
        )

    question = Question(
        feature=AiFeature.SORT,
        instructions=instructions,
        text=f"{earlier}Sort these:\n{numbered}",
        shape=_All,
        conversation_id=before.row.id,
    )
    return InboxTask(question, material.masked, read)

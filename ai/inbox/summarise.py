"""A long conversation in a few lines, with what is still open. It is shown and not kept."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from ai.inbox.material import NOT_AN_ORDER, make_material
from ai.inbox.suggest import InboxTask
from ai.service import Question
from ai.shape import read_shaped
from campaigns.inbox.conversations import Conversation
from core.ai_errors import AiAnswerUnfit
from core.domain.ai import AiFeature

READ = 200
"""Messages of both sides, the newest."""
MOST_LINES = 6
LONGEST_LINE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """`lines` say what it is about, `open` what somebody still waits for (empty: nothing)."""

    lines: tuple[str, ...]
    open: tuple[str, ...]
    is_cut: bool  # older messages were not read


class _Summary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    summary: list[str]
    open: list[str]


def summarise(conversation: Conversation, values: Mapping[str, str]) -> InboxTask[Summary]:
    """What was said, and what is open."""
    material = make_material(conversation, values)
    instructions = "\n".join(
        [
            "You summarise a conversation on Telegram between a person (them) and a team (us), for somebody of the team.",
            NOT_AN_ORDER,
            f"summary: one to {MOST_LINES} short lines, the most important first: what they want, what was said and agreed.",
            "open: what is not answered or not done yet, and by whom, one short line each; an empty list when nothing is.",
            "Say only what stands there. Judge nobody. Write in the language in which us writes, or else in that of them.",
            material.masked.rule,
        ]
    ).strip()

    def read(answer: str) -> Summary:
        found = read_shaped(answer, _Summary)
        lines, still_open = (
            tuple(line.strip() for line in each if line.strip()) for each in (found.summary, found.open)
        )
        if not lines or len(lines) > MOST_LINES or len(still_open) > MOST_LINES:
            raise AiAnswerUnfit(f"It needs one to {MOST_LINES} lines, and at most as many of what is open.")
        if any(len(line) > LONGEST_LINE for line in (*lines, *still_open)):
            raise AiAnswerUnfit(f"A line has at most {LONGEST_LINE} characters.")
        restore = material.masked.restore
        return Summary(lines=tuple(map(restore, lines)), open=tuple(map(restore, still_open)), is_cut=material.is_cut)

    question = Question(
        feature=AiFeature.SUMMARISE,
        instructions=instructions,
        text=f"<conversation>\n{material.transcript}\n</conversation>",
        shape=_Summary,
        conversation_id=conversation.row.id,
    )
    return InboxTask(question, material.masked, read)

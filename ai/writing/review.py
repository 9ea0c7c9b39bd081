"""What a reader could stumble over in a text: findings, each of which can be applied alone."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Literal

import msgspec

from ai.service import Question
from ai.shape import read_shaped
from ai.writing.skeleton import Skeleton, skeleton_of_answer
from ai.writing.task import Task, check_draft, enclose
from ai.writing.tasks import FORM, MATERIAL
from campaigns.message.parsing import parse_template
from core.ai_errors import AiAnswerUnfit
from core.domain.ai import AiFeature
from core.errors import AppError

if TYPE_CHECKING:
    from campaigns.message.template import Template

MAX_FINDINGS = 12  # more are not read


class ReviewKind(StrEnum):
    """What is the matter."""

    UNCLEAR = "unclear"
    TOO_LONG = "too_long"
    PRESSURE = "pressure"
    NO_WAY_OUT = "no_way_out"  # nobody is told how to get no more of it
    BAD_WHEN_EMPTY = "bad_when_empty"  # a field without a value leaves a sentence that reads badly


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewFinding:
    """One of them. `quote` stands in the text as it is, or is empty where something is missing."""

    kind: ReviewKind
    quote: str
    suggestion: str
    why: str

    def apply(self, source: str) -> str | None:
        """The text with the suggestion in place of the quote (without the quote where there is none), or at its end.

        None where that cannot be: the quote does not stand there exactly once (any more), or the result could not be
        sent, uses another field, or leads elsewhere.
        """
        is_there = source.count(self.quote) == 1 if self.quote else bool(self.suggestion.strip())
        if not is_there:
            return None
        changed = (
            source.replace(self.quote, self.suggestion)
            if self.quote
            else f"{source.rstrip()}\n\n{self.suggestion.strip()}"
        )
        try:
            check_draft(changed)
            Skeleton.of(source).demand_no_more(skeleton_of_answer(changed), may_lose=True)
        except AppError:
            return None
        return changed if changed != source else None


class _Found(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    kind: Literal["unclear", "too_long", "pressure", "no_way_out", "bad_when_empty"]
    quote: str
    suggestion: str
    why: str


class _Review(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    findings: list[_Found]


def review(source: str, *, language: str = "", told_in: str = "en") -> Task[tuple[ReviewFinding, ...]]:
    """What could be better, the most important first; empty for a good text. `told_in`: the language of the reasons.

    Raises UserInputError for a text that is no template. A finding whose quote does not stand there is left out.
    """
    template = parse_template(source)
    instructions = "\n".join(
        [
            "You review a message before it goes to many people. Name only what a reader would really stumble over; a good "
            "text has no findings. Kinds:",
            "unclear: a reader cannot tell who writes, what is offered or what to do.",
            "too_long: a part that can go or be said in half the words.",
            "pressure: false urgency, guilt, threats, exaggeration.",
            "no_way_out: it does not say how to get no more such messages; leave quote empty and suggest one line.",
            "bad_when_empty: a sentence that reads badly when a field is empty or has its fallback.",
            FORM,
            MATERIAL,
            "quote: the exact words of the text, as short as possible, copied letter by letter with fields and formatting.",
            "suggestion: what to write in their place, in the language of the text"
            f"{f' ({language})' if language else ''}. why: one short sentence in the language {told_in}.",
            f"At most {MAX_FINDINGS} findings, the most important first.",
        ]
    )
    empty = _as_seen_when_empty(template)
    shown = f"\nAs somebody sees it whose fields are all empty:\n{enclose('empty', empty)}" if empty else ""

    def read(answer: str) -> tuple[ReviewFinding, ...]:
        return _read(answer, source)

    question = Question(
        feature=AiFeature.REVIEW, instructions=instructions, text=enclose("text", source) + shown, shape=_Review
    )
    return Task(question, read)


def _read(answer: str, source: str) -> tuple[ReviewFinding, ...]:
    findings: dict[tuple[str, str], ReviewFinding] = {}
    told = read_shaped(answer, _Review).findings[:MAX_FINDINGS]
    for found in told:
        if found.why.strip() and found.quote in source:
            finding = ReviewFinding(
                kind=ReviewKind(found.kind),
                quote=found.quote,
                suggestion=found.suggestion,
                why=found.why.strip(),
            )
            findings.setdefault((found.kind, found.quote), finding)
    if told and not findings:
        raise AiAnswerUnfit("None of its quotes stands in the text letter by letter.")
    return tuple(findings.values())


def _as_seen_when_empty(template: "Template") -> str:
    if not template.fields:
        return ""
    try:
        return template.render({}).text
    except AppError:
        return ""  # a field without a fallback: nobody gets it so, and the campaign's checker says that

"""What the card of the text model shows, as values. Pure."""

from dataclasses import dataclass
from enum import StrEnum, auto
from typing import Final

from ai.service import AiStatus
from ai.writing.review import ReviewFinding, ReviewKind
from core.ai_errors import (
    AiAnswerUnreadable,
    AiBudgetSpent,
    AiKeyRejected,
    AiModelUnknown,
    AiNotAllowed,
    AiNotSetUp,
    AiTurnedOff,
)
from core.errors import AppError, UserInputError
from core.text_model import SentRequest
from desktop.formatting import Formats
from desktop.pages.composer.assist.difference import Piece

KIND_WORDS: Final = {
    ReviewKind.UNCLEAR: "Unclear",
    ReviewKind.TOO_LONG: "Too long",
    ReviewKind.PRESSURE: "Pressure",
    ReviewKind.NO_WAY_OUT: "No way to opt out",
    ReviewKind.BAD_WHEN_EMPTY: "Reads badly when a field is empty",
}
_IN_SETTINGS: Final = (
    AiNotSetUp,
    AiKeyRejected,
    AiNotAllowed,
    AiModelUnknown,
    AiBudgetSpent,
    AiTurnedOff,
    AiAnswerUnreadable,
)


class Stage(StrEnum):
    """Where the help stands."""

    CLOSED = auto()
    BRIEF = auto()  # a person says what to write
    READY = auto()  # what would be sent is shown, and nothing was yet
    ASKING = auto()
    DRAFTS = auto()
    FINDINGS = auto()
    FAILED = auto()


class NextStep(StrEnum):
    """The one button beside an error."""

    NONE = ""
    AGAIN = "Ask again"
    SETTINGS = "Open Settings, AI"


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftShown:
    """One text beside its original. `pieces` are empty for a translation of a text that was not translated before: then
    `original` stands above it."""

    title: str
    text: str
    original: str = ""
    pieces: tuple[Piece, ...] = ()
    action: str = "Use this"
    why_not: str = ""  # it cannot be taken
    is_taken: bool = False
    titles: tuple[str, ...] = ()  # of the buttons below it


class FindingState(StrEnum):
    OPEN = auto()
    APPLIED = auto()
    UNFIT = auto()  # the text is another by now, or would break


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingShown:
    """One finding of a review."""

    finding: ReviewFinding
    state: FindingState


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """All of the card."""

    stage: Stage
    title: str = ""
    facts: str = ""  # who is asked, and what of today's budget is used
    progress: str = ""
    drafts: tuple[DraftShown, ...] = ()
    findings: tuple[FindingShown, ...] = ()
    request: SentRequest | None = None
    request_note: str = ""
    is_request_asked: bool = False  # it is shown, or comes
    was_sent: bool = False
    problem: AppError | None = None


def next_step(error: AppError) -> NextStep:
    """What helps after this error."""
    if isinstance(error, _IN_SETTINGS):
        return NextStep.SETTINGS
    return NextStep.NONE if isinstance(error, UserInputError) else NextStep.AGAIN


def facts_of(status: AiStatus, formats: Formats) -> str:
    """Who is asked, and what of today's budget is used."""
    number = formats.number
    return (
        f"Today {number(status.requests_today)} of {number(status.budget.requests)} requests, "
        f"{number(status.tokens_today)} of {number(status.budget.tokens)} tokens · {status.model}"
    )


def take_back(finding: ReviewFinding, source: str) -> str | None:
    """The text as it was before the finding was applied. None: what it put there does not stand there once any more."""
    if not finding.quote:
        added = f"\n\n{finding.suggestion.strip()}"
        return source.removesuffix(added) if source.endswith(added) else None
    if not finding.suggestion or source.count(finding.suggestion) != 1:
        return None
    return source.replace(finding.suggestion, finding.quote)

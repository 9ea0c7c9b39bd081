"""A task: what is asked, and how the answer becomes a value or is refused."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from ai.service import AiService, Question
from campaigns.message.checking import Finding, Severity, check_message
from campaigns.message.variants import Message, Text, Variant
from core.ai_errors import AiAnswerUnfit

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Task(Generic[T_co]):
    """`question` is all that leaves the machine for it. `read` raises AiAnswerUnfit with what is wrong, in words."""

    question: Question
    read: Callable[[str], T_co]

    async def run(
        self,
        service: AiService,
        *,
        actor: str,
        on_text: Callable[[str], None] | None = None,
        is_fresh: bool = False,
    ) -> T_co:
        """Ask, as `AiService.ask`. `on_text` is for tasks whose answer is a plain text."""
        return await service.ask(self.question, self.read, actor=actor, on_text=on_text, is_fresh=is_fresh)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A text that a model wrote. It parses as a template; `findings` is what the campaign's own checker says of it."""

    source: str
    findings: tuple[Finding, ...] = ()


def check_draft(text: str, language: str = "") -> Draft:
    """The draft of an answer. Raises AiAnswerUnfit when nobody could send it."""
    source = without_fence(text).strip()
    message = Message(
        variants=(Variant(name="A", texts=(Text(source=source, language=language),)),), language=language
    )
    findings = check_message(message)
    wrong = next((each for each in findings if each.severity is Severity.ERROR), None)
    if wrong is not None:
        raise AiAnswerUnfit(f"{wrong.title}. {wrong.message}")
    return Draft(source=source, findings=findings)


def enclose(name: str, text: str) -> str:
    """The text between marks that it cannot end itself, so that words in it are no instructions."""
    while f"</{name}>" in text:
        name += "_"
    return f"<{name}>\n{text}\n</{name}>"


def without_fence(text: str) -> str:
    """Models put an answer into a block of code although they were told not to; a block inside stays."""
    stripped = text.strip()
    lines = stripped.split("\n")
    is_fenced = len(lines) > 2 and lines[0].startswith("```") and lines[-1] == "```" and stripped.count("```") == 2
    return "\n".join(lines[1:-1]) if is_fenced else stripped

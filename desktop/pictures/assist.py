"""Pictures of the text model's help in the composer, state by state. Nobody is asked: what it would have said is made up."""

from collections.abc import Awaitable, Callable
from typing import Final

from ai.writing.review import ReviewFinding, ReviewKind
from core.ai_errors import AiNotSetUp
from core.text_model import SentRequest
from desktop.pages.composer.assist.difference import compare
from desktop.pages.composer.assist.shown import DraftShown, FindingShown, FindingState, Shown, Stage
from desktop.pages.composer.message_view import MessageView

FACTS: Final = "Today 12 of 500 requests, 9,214 of 1,000,000 tokens · gemini-3.5-flash-lite"
_BODY: Final = (
    '{"systemInstruction":{"parts":[{"text":"Make the text clearly shorter, at most 4096 characters. Keep what the reader '
    'needs to know and to do."}],"role":"user"},"contents":[{"role":"user","parts":[{"text":"<text>\\nHello '
    '{{ name | default(\\"there\\") }}!\\n</text>"}]}]}'
)
_GERMAN: Final = 'Hallo {{ name | default("du") }}!\n\nDas **Herbstprogramm** ist da: 24 Kurse, vier davon neu.'


def _states(source: str) -> list[tuple[str, Shown]]:
    shorter = source.replace(": 24 courses, four of them new, and the", ": 24 courses and a").replace("whole ", "")
    request = SentRequest(
        address="https://generativelanguage.googleapis.com/v1/models/gemini-3.5-flash-lite:streamGenerateContent?alt=sse",
        body=_BODY,
        instructions="Make the text clearly shorter, at most 4096 characters. Keep what the reader needs to know and to do.",
        text='<text>\nHello {{ name | default("there") }}!\n</text>',
    )
    draft = DraftShown(title="", text=shorter, original=source, pieces=compare(source, shorter))
    german = DraftShown(title="German", text=_GERMAN, original=source)
    findings = (
        FindingShown(
            finding=ReviewFinding(
                kind=ReviewKind.UNCLEAR,
                quote="is out",
                suggestion="of the Lantern School is out",
                why="A reader cannot tell whose programme it is.",
            ),
            state=FindingState.APPLIED,
        ),
        FindingShown(
            finding=ReviewFinding(
                kind=ReviewKind.TOO_LONG,
                quote=", four of them new,",
                suggestion="",
                why="It says little and makes the sentence long.",
            ),
            state=FindingState.OPEN,
        ),
    )
    return [
        ("request", Shown(stage=Stage.READY, title="Shorter", facts=FACTS, is_request_asked=True, request=request)),
        ("asking", Shown(stage=Stage.ASKING, title="Shorter", facts=FACTS)),
        ("draft", Shown(stage=Stage.DRAFTS, title="Shorter", facts=FACTS, drafts=(draft,), was_sent=True)),
        (
            "translation",
            Shown(stage=Stage.DRAFTS, title="Into German", facts=FACTS, drafts=(german,), was_sent=True),
        ),
        ("review", Shown(stage=Stage.FINDINGS, title="Review", facts=FACTS, findings=findings, was_sent=True)),
        ("failed", Shown(stage=Stage.FAILED, title="Shorter", facts=FACTS, problem=AiNotSetUp())),
        ("brief", Shown(stage=Stage.BRIEF, title="Write from a brief", facts=FACTS)),
    ]


async def take_assist_pictures(view: MessageView, take: Callable[[str], Awaitable[None]]) -> None:
    """Over the draft that is shown; leaves it as it was."""
    source = view.editor.source()
    for name, shown in _states(source):
        view.assist.show_assist(shown)
        view.make_room()
        if shown.stage is Stage.ASKING:
            view.assist.show_written(source[:120])
        await take(f"composer-ai-{name}")
    view.assist.show_assist(Shown(stage=Stage.CLOSED))
    view.make_room()

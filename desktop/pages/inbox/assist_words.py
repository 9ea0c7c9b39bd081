"""What the inbox says about the text model: sorted messages, features and their state. Pure."""

from datetime import datetime
from typing import Final

from ai.inbox.assistant import AssistStatus, FeatureState, SampleRequest
from ai.inbox.suggest import Suggestion
from ai.providers import TITLES
from campaigns.inbox.sorting import ReplyKind, Sorting
from core.domain.ai import AiFeature
from desktop.formatting import Formats, count_of
from desktop.widgets.status import Tone

KINDS: Final[dict[ReplyKind, str]] = {
    ReplyKind.QUESTION: "Questions",
    ReplyKind.INTERESTED: "Interested",
    ReplyKind.COMPLAINT: "Complaints",
    ReplyKind.STOP: "May be a stop",
    ReplyKind.OTHER: "Other",
}
FEATURES: Final[dict[AiFeature, str]] = {
    AiFeature.SUGGEST: "Suggest answers",
    AiFeature.SUMMARISE: "Summarise",
    AiFeature.SORT: "Sort new replies",
}
WHAT: Final[dict[AiFeature, str]] = {
    AiFeature.SUGGEST: "A draft of the next answer, from the conversation and your canned replies, when you ask for one. "
    "You read it, change it and send it, or not.",
    AiFeature.SUMMARISE: "A long conversation in a few lines, with what is still open, when you ask for it. It is shown "
    "and not kept.",
    AiFeature.SORT: "The worker asks by itself what each new message is about: a question, interested, a complaint, a "
    "stop, other. It hides and suppresses nothing: only your STOP rule does.",
}
STAYS: Final = (
    "Masked is all that Wireroom knows of the person: names, number, @name and every field, however they are written. "
    "What people say of themselves in other words stays in the text, and is sent. Notes never go."
)
_WORDS: Final[dict[ReplyKind, tuple[str, Tone]]] = {
    ReplyKind.QUESTION: ("question", Tone.ACCENT),
    ReplyKind.INTERESTED: ("interested", Tone.GOOD),
    ReplyKind.COMPLAINT: ("complaint", Tone.WARN),
    ReplyKind.STOP: ("may be a stop: look", Tone.BAD),
    ReplyKind.OTHER: ("other", Tone.MUTE),
}


def about_words(sorting: Sorting) -> tuple[str, Tone]:
    """What a message is about, and how sure the model says it is."""
    words, tone = _WORDS[sorting.kind]
    return f"{words} {round(sorting.confidence * 100)} %", tone


def state_words(state: FeatureState, formats: Formats, now: datetime) -> str:
    """On or off, who said so and when."""
    switch = state.switch
    if switch is None:
        return "Off. Nobody has turned it on."
    when = formats.moment(switch.at, now)
    if state.is_elsewhere:
        return f"Off: it was turned on for {switch.address}, and another provider is set now."
    return f"{'On' if state.is_on else 'Off'}, by {switch.by}, {when}."


def asked_words(status: AssistStatus) -> str:
    """Who would be asked."""
    return f"Asked is {TITLES[status.provider]}, model {status.model}, at {status.address}."


def of_words(sample: SampleRequest, *, is_open: bool) -> str:
    """What the request is made of, and what is masked in it. `is_open`: it is that of the conversation that is open."""
    of = "It is that of the conversation that is open."
    if sample.conversation_id is None:
        of = "It is made of a conversation that nobody had: there is none yet."
    elif not is_open:
        of = f"It is made of your newest conversation, number {sample.conversation_id}."
    hidden = f"Masked in it: {', '.join(sample.hidden)}." if sample.hidden else "Nothing that is known stood in it."
    return f"{of} {hidden}"


def problem_words(state: FeatureState, formats: Formats, now: datetime) -> str:
    """Why sorting waits; empty: it does not, or is off."""
    switch = state.switch
    if not state.is_on or switch is None or not switch.problem:
        return ""
    if switch.tries_again_at is None:
        return f"Sorting waits: {switch.problem}"
    return f"Sorting waits until {formats.until(switch.tries_again_at, now)}: {switch.problem}"


def source_words(suggestion: Suggestion, formats: Formats) -> str:
    """What a suggestion was made of."""
    of = "from the newest messages" if suggestion.is_cut else "from this conversation"
    if not suggestion.ready_answers:
        return of
    return f"{of} and {count_of(formats.number(suggestion.ready_answers), 'canned reply', 'canned replies')}"

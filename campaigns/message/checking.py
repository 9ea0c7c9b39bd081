"""What is wrong with a message, in words, before it is approved; nothing here looks at people."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum

from campaigns.message.media_rules import find_media_faults
from campaigns.message.parsing import parse_template
from campaigns.message.ready_texts import ReadyTexts
from campaigns.message.stop_words import PHRASES
from campaigns.message.variants import Choice, Message, Text
from core.domain.account import AccountKind
from core.domain.message import ADDRESS
from core.errors import EmptyMessage, MessageTooLong, UserInputError

# Bounds of ours, below what Telegram takes: more cannot be read on a phone.
MAX_BUTTON_TITLE = 64
MAX_BUTTONS_A_ROW = 8
MAX_BUTTONS = 100


class Severity(StrEnum):
    """What a finding means for the campaign."""

    ERROR = "error"  # it cannot be submitted
    WARNING = "warning"  # somebody will not get what was meant
    HINT = "hint"  # worth a thought


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong. `choice` says in which text; None: in the message as a whole."""

    severity: Severity
    title: str
    message: str
    hint: str = ""
    choice: Choice | None = None


def check_message(message: Message, kinds: Collection[AccountKind] = ()) -> tuple[Finding, ...]:
    """Everything that can be said of the texts alone, the worst first. `kinds`: of the accounts that will send it."""
    found: list[Finding] = []
    for variant, text in message.texts():
        choice = Choice(variant.name, text.language)
        found += _check_text(message, choice, text)
        found += check_buttons(choice, text, kinds)
    found += check_media(message, kinds)
    found += _compare_languages(message)
    found += _look_for_a_way_out(message)
    return tuple(sorted(found, key=lambda each: list(Severity).index(each.severity)))


def demand_sendable(message: Message, kinds: Collection[AccountKind]) -> None:
    """Raises UserInputError for the first finding that is an error."""
    for each in check_message(message, kinds):
        if each.severity is Severity.ERROR:
            where = (
                f" ({name_choice(message, each.choice)})" if each.choice and len(list(message.texts())) > 1 else ""
            )
            raise UserInputError(each.message, title=f"{each.title}{where}", hint=each.hint)


def name_choice(message: Message, choice: Choice) -> str:
    """How a text is called where there are several: "variant B, pt-br"."""
    parts = [f"variant {choice.variant}"] if len(message.variants) > 1 else []
    if choice.language:
        parts.append(choice.language)
    return ", ".join(parts) or "the text"


def _check_text(message: Message, choice: Choice, text: Text) -> Iterator[Finding]:
    if not text.source.strip():
        if message.media:
            return  # a photo or file needs no caption
        yield Finding(
            severity=Severity.ERROR,
            title="A text is empty",
            message="There is nothing to send.",
            hint="Write it, or take it away.",
            choice=choice,
        )
        return
    try:
        template = parse_template(text.source)
        # With a value of one sign for each field: what is too long with these is too long for everybody.
        ReadyTexts(message).render(choice, dict.fromkeys(template.fields, "x"))
    except (UserInputError, MessageTooLong) as error:
        said = "Even with the shortest values it is too long." if isinstance(error, MessageTooLong) else error.message
        said = "Even with every field filled nothing can be seen." if isinstance(error, EmptyMessage) else said
        yield Finding(severity=Severity.ERROR, title=error.title, message=said, hint=error.hint, choice=choice)
        return
    for field in sorted(template.required):
        yield Finding(
            severity=Severity.WARNING,
            title=f"{{{{ {field} }}}} has no fallback",
            message="Who has no value for this field is skipped.",
            hint=f'Add one, such as {{{{ {field} | default("friend") }}}}.',
            choice=choice,
        )


def check_media(message: Message, kinds: Collection[AccountKind]) -> Iterator[Finding]:
    """Its photos and files as they go together; nothing here looks at a disk."""
    has_buttons = any(text.buttons for _, text in message.texts())
    for fault in find_media_faults([each.media for each in message.media], has_buttons=has_buttons, kinds=kinds):
        yield Finding(severity=Severity.ERROR, title=fault.title, message=fault.message, hint=fault.hint)


def check_buttons(choice: Choice, text: Text, kinds: Collection[AccountKind]) -> Iterator[Finding]:
    """The buttons of one text. `kinds`: of the accounts that will send it."""

    def wrong(title: str, message: str, hint: str) -> Finding:
        return Finding(severity=Severity.ERROR, title=title, message=message, hint=hint, choice=choice)

    if not text.buttons:
        return
    if AccountKind.USER in kinds:
        yield wrong(
            "Only bots can send buttons",
            "The message has buttons, and one of its accounts is no bot.",
            "Take the buttons away, or send it from bots only.",
        )
    buttons = [button for row in text.buttons for button in row]
    for button in buttons:
        if not 1 <= len(button.title.strip()) <= MAX_BUTTON_TITLE:
            yield wrong(
                "A button has no title", f"A title has 1 to {MAX_BUTTON_TITLE} characters.", "Write one that fits."
            )
        if ADDRESS.fullmatch(button.url) is None:
            yield wrong(
                "A button has no address",
                f'The button "{button.title}" opens no address that Telegram takes.',
                "Begin it with https:// and leave out blanks.",
            )
    if len(buttons) > MAX_BUTTONS or not all(1 <= len(row) <= MAX_BUTTONS_A_ROW for row in text.buttons):
        yield wrong(
            "There are too many buttons",
            f"A row holds 1 to {MAX_BUTTONS_A_ROW} buttons, a message {MAX_BUTTONS}.",
            "Use fewer.",
        )


def _compare_languages(message: Message) -> Iterator[Finding]:
    for variant in message.variants:
        own = variant.text(message.language)
        known = {text.language for text in variant.texts}
        for language in message.languages:
            if language not in known:
                yield Finding(
                    severity=Severity.WARNING,
                    title=f"Variant {variant.name} has no text in {language}",
                    message=f"Who reads {language} gets it in {message.language or 'the language of the message'}.",
                    hint="Write it, so that the variants can be compared.",
                    choice=Choice(variant.name, message.language),
                )
        for text in variant.texts:
            if text.language == message.language:
                continue
            choice = Choice(variant.name, text.language)
            for field, where in sorted(_differences(own, text)):
                yield Finding(
                    severity=Severity.WARNING,
                    title=f"The languages use different fields: {{{{ {field} }}}}",
                    message=f"It is used in {where or 'the language of the message'} only.",
                    hint="Look whether that is meant.",
                    choice=choice,
                )
            if [len(row) for row in own.buttons] != [len(row) for row in text.buttons]:
                yield Finding(
                    severity=Severity.WARNING,
                    title="The languages have different buttons",
                    message=f"The text in {text.language} has other rows of buttons.",
                    hint="Look whether that is meant.",
                    choice=choice,
                )


def _differences(own: Text, other: Text) -> set[tuple[str, str]]:
    """Fields that only one of both uses, with its language; none where one cannot be read."""
    try:
        mine, theirs = parse_template(own.source).fields, parse_template(other.source).fields
    except UserInputError:
        return set()
    return {(field, own.language) for field in mine - theirs} | {(field, other.language) for field in theirs - mine}


def _look_for_a_way_out(message: Message) -> Iterator[Finding]:
    for variant, text in message.texts():
        base = text.language.partition("-")[0]
        phrases = {"stop", *PHRASES.get(base, ())} if base else {each for all_ in PHRASES.values() for each in all_}
        said = text.source.casefold()
        if text.source.strip() and not any(phrase in said for phrase in phrases):
            yield Finding(
                severity=Severity.HINT,
                title="It does not say how to opt out",
                message="Who answers with a word such as STOP gets no campaign any more; the text does not tell them.",
                hint='Add a line such as "Reply STOP to get no more of this".',
                choice=Choice(variant.name, text.language),
            )

"""What can be asked of the text model about a message, as orders; and what its answers would make of the message. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ai.child.orders import Correct, MakeVariants, Order, Review, Rewrite, Shorten, Translate, Write
from ai.writing.tasks import Brief, Tone
from campaigns.audience.sentences import language_name
from campaigns.message.checking import name_choice
from campaigns.message.variants import MAX_VARIANTS, Choice, Message, Text
from desktop.pages.composer.message_edits import with_language, with_source, with_text, with_wording

TONES: Final = {
    Tone.FRIENDLY: "Friendlier",
    Tone.FORMAL: "More formal",
    Tone.PLAIN: "Plainer",
    Tone.LIVELY: "Livelier",
}
BRIEF_UNITS: Final = 800  # what a brief is written into, when nothing says how long


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One question. `choice`: the text that its answer is meant for; `caption`: what tells it from the other parts."""

    order: Order[object]
    choice: Choice
    caption: str = ""

    @property
    def is_streamed(self) -> bool:
        """Its answer is one plain text, which can be shown as it is written."""
        if isinstance(self.order, Translate):
            return not self.order.text.buttons
        return not isinstance(self.order, MakeVariants | Review)


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What a person asked for."""

    title: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One text that the model made. `buttons` None: those of the text stay. `is_variant`: it comes beside the others."""

    title: str
    choice: Choice
    text: Text
    is_translation: bool = False
    is_variant: bool = False

    def put_into(self, message: Message) -> Message:
        """The message with this draft taken."""
        if self.is_variant:
            return with_wording(message, self.choice.language, self.text.source)
        if self.is_translation:
            return with_text(with_language(message, self.choice.language), self.choice, self.text)
        return with_source(message, self.choice, self.text.source)


def write(message: Message, choice: Choice, what: str, tone: Tone, fields: Sequence[str]) -> Job:
    brief = Brief(
        what=what,
        language=choice.language,
        tone=tone,
        fields=tuple(fields),
        most_units=min(BRIEF_UNITS, message.max_units),
    )
    return _about(message, choice, "Written from the brief", Write(brief=brief))


def rewrite(message: Message, choice: Choice, tone: Tone, wish: str = "") -> Job:
    source = message.find(choice).source
    order = Rewrite(source=source, tone=tone, wish=wish, language=choice.language)
    return _about(message, choice, "Rewritten as you say" if wish else TONES[tone], order)


def shorten(message: Message, choice: Choice) -> Job:
    source = message.find(choice).source
    return _about(
        message,
        choice,
        "Shorter",
        Shorten(source=source, most_units=message.max_units, language=choice.language),
    )


def correct(message: Message, choice: Choice) -> Job:
    order = Correct(source=message.find(choice).source, language=choice.language)
    return _about(message, choice, "Corrected", order)


def review(message: Message, choice: Choice) -> Job:
    return _about(message, choice, "Review", Review(source=message.find(choice).source, language=choice.language))


def make_variants(message: Message, choice: Choice, count: int) -> Job:
    order = MakeVariants(source=message.find(choice).source, count=count, language=choice.language)
    return _about(message, choice, "Other wordings", order)


def translate(message: Message, choice: Choice, languages: Sequence[str]) -> Job:
    """Of the variant of this text, from the message's own language."""
    base = Choice(choice.variant, message.language)
    text = message.find(base)
    parts = [
        Part(
            order=Translate(text=text, language=language),
            choice=Choice(choice.variant, language),
            caption=language_name(language),
        )
        for language in languages
    ]
    title = f"Into {language_name(languages[0])}" if len(languages) == 1 else f"Into {len(languages)} languages"
    return Job(title=title, parts=tuple(parts))


def other_languages(message: Message) -> Sequence[str]:
    """Those of the campaign that its base text can be translated into."""
    return [language for language in message.languages if language != message.language]


def drafts_of(part: Part, answer: object) -> Sequence[Draft]:
    """The texts of an answer to an order that asks for texts."""
    if isinstance(answer, Text):
        return [Draft(title=part.caption, choice=part.choice, text=answer, is_translation=True)]
    if isinstance(part.order, MakeVariants):
        assert isinstance(answer, tuple)
        return [
            Draft(title=f"Wording {number}", choice=part.choice, text=Text(source=each.source), is_variant=True)
            for number, each in enumerate(answer, 1)
        ]
    source: str = answer.source  # type: ignore[attr-defined]  # ai's Draft: every other order gives one
    return [Draft(title=part.caption, choice=part.choice, text=Text(source=source))]


def original_of(draft: Draft, message: Message) -> str:
    """What the draft is compared with: the text whose place it takes; for a wording, the one that it words anew."""
    try:
        return message.find(draft.choice).source
    except LookupError:
        return ""


def base_of(draft: Draft, message: Message) -> str:
    """What a translation was made of; "" for other drafts, and where its variant is gone."""
    if not draft.is_translation:
        return ""
    try:
        return message.find(Choice(draft.choice.variant, message.language)).source
    except LookupError:
        return ""


def left_words(message: Message, taken: Sequence[Draft]) -> str:
    """What a new variant does not say anew yet; "" where nothing is left."""
    worded = {draft.choice.language for draft in taken if draft.is_variant}
    left = [language_name(each) if each else "the base language" for each in message.languages if each not in worded]
    if not worded or not left:
        return ""
    first = message.variants[0].name
    return f"In {', '.join(left)} it says what {first} says, until “Translate into” words it anew."


def can_add_wording(message: Message) -> bool:
    return len(message.variants) < MAX_VARIANTS


def _about(message: Message, choice: Choice, title: str, order: Order[object]) -> Job:
    several = sum(1 for _ in message.texts()) > 1
    caption = name_choice(message, choice) if several else ""
    return Job(title=title, parts=(Part(order=order, choice=choice, caption=caption),))

"""Changes of a message as the tabs above its text make them: languages, variants, shares. Pure: values in, values out."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec import structs

from campaigns.message.variants import MAX_VARIANTS, Attachment, Choice, Message, Text, Variant
from core.domain.media import describe_media
from core.domain.message import ButtonRows, LinkPreview
from desktop.formatting import count_of, join_words

MOST_QUOTED: Final = 80


def choices_of(message: Message) -> Sequence[Choice]:
    """Every text that there is."""
    return [Choice(variant.name, text.language) for variant, text in message.texts()]


def first_choice(message: Message) -> Choice:
    """The text that is shown first."""
    return Choice(variant=message.variants[0].name, language=message.language)


def with_source(message: Message, choice: Choice, source: str) -> Message:
    """Another source in this place."""
    return _with_text(message, choice, lambda text: structs.replace(text, source=source))


def with_language(message: Message, language: str) -> Message:
    """Every variant gets a text in this language, which begins as its text in the message's own."""
    if language in message.languages:
        return message
    return _with_variants(
        message,
        [
            structs.replace(
                variant, texts=(*variant.texts, structs.replace(variant.text(message.language), language=language))
            )
            for variant in message.variants
        ],
    )


def without_language(message: Message, language: str) -> Message:
    """Whoever reads it gets the message's own language then. That one stays."""
    if language == message.language:
        return message
    return _with_variants(
        message,
        [
            structs.replace(variant, texts=tuple(text for text in variant.texts if text.language != language))
            for variant in message.variants
        ],
    )


def with_variant(message: Message) -> Message:
    """One more, which begins as the first; all get the same share."""
    names = {variant.name for variant in message.variants}
    free = [name for name in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" if name not in names]
    if len(message.variants) >= MAX_VARIANTS:
        return message
    added = structs.replace(message.variants[0], name=free[0])
    return _with_variants(message, [structs.replace(each, weight=1) for each in (*message.variants, added)])


def without_variant(message: Message, name: str) -> Message:
    """The last one stays."""
    kept = [variant for variant in message.variants if variant.name != name]
    return _with_variants(message, kept) if kept else message


def with_text(message: Message, choice: Choice, text: Text) -> Message:
    """Another source and other buttons in this place."""
    return _with_text(
        message, choice, lambda held: structs.replace(held, source=text.source, buttons=text.buttons or held.buttons)
    )


def with_wording(message: Message, language: str, source: str) -> Message:
    """One variant more that says this in this language; in the others it begins as the first."""
    grown = with_variant(message)
    return with_source(grown, Choice(grown.variants[-1].name, language), source) if grown is not message else message


def shares(message: Message) -> Sequence[int]:
    """The share of each variant in %, which add up to 100: what is cut off goes to those that lost most by it."""
    whole = sum(variant.weight for variant in message.variants)
    exact = [100 * variant.weight / whole for variant in message.variants]
    shown = [int(share) for share in exact]
    by_loss = sorted(range(len(exact)), key=lambda place: shown[place] - exact[place])
    for place in by_loss[: 100 - sum(shown)]:
        shown[place] += 1
    return shown


def share_words(message: Message) -> Sequence[tuple[str, str]]:
    """Name and "A 50 %" of each variant."""
    names = [variant.name for variant in message.variants]
    return [(name, f"{name} {share} %") for name, share in zip(names, shares(message), strict=True)]


def with_shares(message: Message, percents: Sequence[int]) -> Message:
    """These shares in %, from the first variant on."""
    weights = [1] * len(percents) if len(set(percents)) == 1 else percents
    changed = [structs.replace(each, weight=weight) for each, weight in zip(message.variants, weights, strict=True)]
    return _with_variants(message, changed)


def with_buttons(message: Message, choice: Choice, rows: ButtonRows) -> Message:
    """Other buttons below this text."""
    return _with_text(message, choice, lambda text: structs.replace(text, buttons=rows))


def with_media(message: Message, media: Sequence[Attachment]) -> Message:
    """Other photos or files, in this order."""
    return structs.replace(message, media=tuple(media))


def _with_text(message: Message, choice: Choice, change: Callable[[Text], Text]) -> Message:
    def put(variant: Variant) -> Variant:
        if variant.name != choice.variant:
            return variant
        texts = tuple(change(text) if text.language == choice.language else text for text in variant.texts)
        return structs.replace(variant, texts=texts)

    return _with_variants(message, [put(variant) for variant in message.variants])


def _with_variants(message: Message, variants: Sequence[Variant]) -> Message:
    return structs.replace(message, variants=tuple(variants))


def message_words(message: Message) -> str:
    """What is sent, in a line: how it begins, in how many wordings and languages, and what goes with it."""
    beginning = " ".join(message.template.split())
    parts = [f"“{beginning[:MOST_QUOTED]}{'…' if len(beginning) > MOST_QUOTED else ''}”"] if beginning else []
    if len(message.variants) > 1:
        parts.append(f"{len(message.variants)} variants: {join_words([words for _, words in share_words(message)])}")
    if len(message.languages) > 1:
        languages = [language or "everybody else" for language in message.languages]
        parts.append(f"{len(languages)} languages: {join_words(languages)}")
    if message.media:
        parts.append(describe_media([one.media for one in message.media]))
    buttons = sum(len(row) for row in message.variants[0].text(message.language).buttons)
    if buttons:
        parts.append(count_of(str(buttons), "button"))
    if message.preview is LinkPreview.OFF and not message.media:
        parts.append("without a link preview")
    if message.is_silent:
        parts.append("without a sound")
    return " · ".join(parts)

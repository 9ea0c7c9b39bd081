"""Changes of a message as the tabs above its text make them: languages, variants, shares. Pure: values in, values out."""

from collections.abc import Sequence

from msgspec import structs

from campaigns.message.variants import MAX_VARIANTS, Choice, Message, Text, Variant


def choices_of(message: Message) -> Sequence[Choice]:
    """Every text that there is."""
    return [Choice(variant.name, text.language) for variant, text in message.texts()]


def first_choice(message: Message) -> Choice:
    """The text that is shown first."""
    return Choice(variant=message.variants[0].name, language=message.language)


def with_source(message: Message, choice: Choice, source: str) -> Message:
    """Another source in this place."""

    def put(text: Text) -> Text:
        return structs.replace(text, source=source) if text.language == choice.language else text

    return _with_variants(
        message,
        [
            structs.replace(variant, texts=tuple(put(text) for text in variant.texts))
            if variant.name == choice.variant
            else variant
            for variant in message.variants
        ],
    )


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


def share_words(message: Message) -> Sequence[tuple[str, str]]:
    """Name and "A 50 %" of each variant."""
    whole = sum(variant.weight for variant in message.variants)
    return [(each.name, f"{each.name} {round(100 * each.weight / whole)} %") for each in message.variants]


def _with_variants(message: Message, variants: Sequence[Variant]) -> Message:
    return structs.replace(message, variants=tuple(variants))

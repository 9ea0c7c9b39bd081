"""A campaign's message: variants for A/B with their texts by language, and which of them a person gets.

Values only. A draft may hold texts that cannot be sent yet; `campaigns.message.checking` says what is wrong with them.
"""

import hashlib
import json
import re
from collections.abc import Iterator
from functools import cached_property

import msgspec

from campaigns.message.parsing import parse_template
from core.domain.ids import CampaignId, ContactId
from core.domain.media import MAX_CAPTION_UNITS, Media
from core.domain.message import MAX_MESSAGE_UNITS, ButtonRows, LinkPreview
from core.errors import ConfigurationError, UserInputError

MAX_VARIANTS = 10  # more cannot be told apart by numbers, and each needs a wording of its own
MAX_WEIGHT = 1000
MAX_LANGUAGES = 50
MAX_NAME = 40
_TAG = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*")


class Text(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One wording in one language. `language` as `to_language` writes it; "" where nobody named one."""

    source: str
    language: str = ""
    buttons: ButtonRows = ()  # below the message, row by row; bots only


class Variant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One of the wordings that are compared: who gets it, gets it in their language."""

    name: str
    texts: tuple[Text, ...]
    weight: int = 1  # its share is weight / sum of all weights

    def text(self, language: str) -> Text:
        """Raises LookupError when there is none in exactly this language."""
        return next(text for text in self.texts if text.language == language)


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A photo or file of a message. `path` is where it lies while the message is a draft; kept in the workspace: ""."""

    media: Media
    path: str = ""


class Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, dict=True):
    """What a campaign sends. Every variant has a text in `language`, which those get whose own language is missing.

    Raises UserInputError for a message of another shape: no variant or too many, two of one name, a text twice.
    """

    variants: tuple[Variant, ...]
    language: str = ""
    preview: LinkPreview = LinkPreview.BELOW
    is_silent: bool = False
    media: tuple[Attachment, ...] = ()  # goes with every text, which is its caption then

    def __post_init__(self) -> None:
        if not 1 <= len(self.variants) <= MAX_VARIANTS:
            raise _odd(f"A message has 1 to {MAX_VARIANTS} variants, this one has {len(self.variants)}.")
        if len({variant.name for variant in self.variants}) < len(self.variants):
            raise _odd("Two variants have the same name.")
        for variant in self.variants:
            _check_variant(variant, self.language)

    @classmethod
    def of_text(cls, source: str) -> "Message":
        """The message with one variant in one language."""
        return cls(variants=(Variant(name="A", texts=(Text(source=source),)),))

    @property
    def template(self) -> str:
        """The text of the first variant in the message's own language: all of it where nothing else was added."""
        return self.variants[0].text(self.language).source

    @cached_property
    def fields(self) -> frozenset[str]:
        """The fields that any of its texts uses: what is copied into each delivery. A text with a mistake has none."""
        found: set[str] = set()
        for _, text in self.texts():
            try:
                found |= parse_template(text.source).fields
            except UserInputError:
                continue
        return frozenset(found)

    @property
    def max_units(self) -> int:
        """How long a text may be, in UTF-16 units."""
        return MAX_CAPTION_UNITS if self.media else MAX_MESSAGE_UNITS

    @property
    def languages(self) -> tuple[str, ...]:
        """Every language that a variant has a text in: the message's own first, then in alphabetical order."""
        found = {text.language for _, text in self.texts()}
        return (self.language, *sorted(found - {self.language}))

    def texts(self) -> Iterator[tuple[Variant, Text]]:
        """Every text with its variant."""
        for variant in self.variants:
            for text in variant.texts:
                yield variant, text

    def find(self, choice: "Choice") -> Text:
        """Raises LookupError when the message has no such variant or language."""
        variant = next((each for each in self.variants if each.name == choice.variant), None)
        text = None if variant is None else next((t for t in variant.texts if t.language == choice.language), None)
        if text is None:
            raise LookupError(f"the message has no text {choice.variant}/{choice.language}")
        return text

    def choose(self, campaign_id: CampaignId, contact_id: ContactId, language: str) -> "Choice":
        """What this person gets. Variants are split by a hash of campaign and contact, so it is the same every time.

        Of the languages the person's own comes first (`pt-br`), then without its region (`pt`), then the message's.
        """
        variant = self.variants[0] if len(self.variants) == 1 else self._draw(campaign_id, contact_id)
        if len(variant.texts) == 1:
            return Choice(variant=variant.name, language=self.language)
        known = {text.language for text in variant.texts}
        wanted = to_language(language)
        chain = (wanted, wanted.partition("-")[0], self.language)
        return Choice(variant=variant.name, language=next(each for each in chain if each in known))

    def _draw(self, campaign_id: CampaignId, contact_id: ContactId) -> Variant:
        digest = hashlib.blake2b(b"%d:%d" % (campaign_id, contact_id), digest_size=8).digest()
        point = int.from_bytes(digest) % sum(variant.weight for variant in self.variants)
        for variant in self.variants:
            point -= variant.weight
            if point < 0:
                return variant
        raise AssertionError("the weights add up")


class Choice(msgspec.Struct, frozen=True):
    """The variant and language of one delivery, written into its row when it is planned."""

    variant: str = "A"
    language: str = ""


def to_language(text: str) -> str:
    """A language tag as everything here compares it: small letters, `-` between parts. "" when it is none."""
    tag = text.strip().lower().replace("_", "-")
    return tag if _TAG.fullmatch(tag) else ""


_ENCODER = msgspec.json.Encoder(order="deterministic")
_DECODER = msgspec.json.Decoder(Message)


def encode_message(message: Message) -> str:
    """The same message gives the same text, whatever is added to messages later: what is not chosen is left out."""
    return _ENCODER.encode(message).decode()


def decode_message(text: str) -> Message:
    """Raises ConfigurationError when the text is no message."""
    try:
        return _DECODER.decode(text)
    except (msgspec.MsgspecError, UserInputError) as error:
        raise ConfigurationError("The stored message of a campaign cannot be read.", detail=str(error)) from error


def approved_text(message: Message) -> str:
    """What of a message goes into the hash of an approval; a message that is only a text counts as that text."""
    is_plain = message == Message.of_text(message.template)
    return json.dumps(message.template) if is_plain else encode_message(message)


def _check_variant(variant: Variant, language: str) -> None:
    if not variant.name.strip() or len(variant.name) > MAX_NAME:
        raise _odd(f"A variant has a name of 1 to {MAX_NAME} characters.")
    if not 1 <= variant.weight <= MAX_WEIGHT:
        raise _odd(f"The weight of variant {variant.name} is not a number from 1 to {MAX_WEIGHT}.")
    languages = [text.language for text in variant.texts]
    if len(languages) > MAX_LANGUAGES or len(set(languages)) < len(languages):
        raise _odd(f"Variant {variant.name} has a language twice, or more than {MAX_LANGUAGES}.")
    if any(each != to_language(each) for each in languages):
        raise _odd(f"Variant {variant.name} has a language that is not written like en or pt-br.")
    if language not in languages:
        missing = f"has no text in {language}, the language of the message" if language else "has no text"
        raise _odd(f"Variant {variant.name} {missing}.")


def _odd(message: str) -> UserInputError:
    return UserInputError(message, title="The message is not whole")

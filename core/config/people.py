"""The people who are written to, those who answer them, and who approves what is sent."""

from typing import Annotated

from msgspec import Meta, Struct


class PeopleSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """People"""

    stop_words: Annotated[
        str,
        Meta(
            title="More words that mean STOP",
            description="With commas between, beside those known in 37 languages. A message of nothing but one of them "
            "suppresses its sender everywhere.",
            min_length=1,
            max_length=1000,
        ),
    ] = "stop"
    confirm_stop: Annotated[
        bool,
        Meta(
            title="Confirm a STOP",
            description="Whoever says STOP gets one message that it was heard, and none after it until they agree again.",
        ),
    ] = True
    stop_confirmation: Annotated[
        str,
        Meta(
            title="Your words for it",
            description="In place of ours in 37 languages: one text for all, or by language, such as "
            '"de: Abgemeldet. | en: Done." A language with nothing behind it is not confirmed.',
            max_length=4000,
        ),
    ] = ""


# Emoji with blanks between: a few signs each, without letters.
_EMOJI = r"^[^\x00-\x7f\s]*( [^\x00-\x7f\s]+)*$"
_EMOJI_SIGNS = 60  # joined ones have up to ten


class InboxSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Inbox"""

    resolve_reaction: Annotated[
        str,
        Meta(
            title="Reaction that resolves",
            description="By the person, or by you on another device, to any message of the conversation. Telegram offers "
            "✅ with Premium only; 👌 or 🏆 are there for everybody. Several, as “✅ 👌”: each of them. Empty: none.",
            pattern=_EMOJI,
            max_length=_EMOJI_SIGNS,
            extra={"form": "emoji with blanks between"},
        ),
    ] = "✅"
    ticket_reaction: Annotated[
        str,
        Meta(
            title="Reaction that opens a ticket",
            description="The same for tickets. Telegram offers 🎫 with Premium only. Empty: none.",
            pattern=_EMOJI,
            max_length=_EMOJI_SIGNS,
            extra={"form": "emoji with blanks between"},
        ),
    ] = "🎫"
    send_read_marks: Annotated[
        bool,
        Meta(
            title="Show people that you read",
            description="A conversation that is opened here is marked as read at Telegram. Bots cannot do it.",
        ),
    ] = True
    send_typing: Annotated[
        bool,
        Meta(title="Show people that you type", description="While somebody writes an answer in the window."),
    ] = True


class ReviewSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """Review"""

    second_person: Annotated[
        bool,
        Meta(
            title="A second person approves",
            description="Whoever asked for the approval of a campaign cannot approve it.",
        ),
    ] = False

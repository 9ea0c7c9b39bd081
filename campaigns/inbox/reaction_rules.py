"""Which reactions do something to a conversation."""

from dataclasses import dataclass
from typing import Final

_VARIATION_SELECTOR: Final = "\ufe0f"  # asks for the colourful form of a sign; Telegram leaves it out of some


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionRules:
    """The emoji that resolve a conversation, and those that open a ticket, with blanks between; empty: none does."""

    resolve: str = "✅"
    ticket: str = "🎫"


NO_REACTIONS: Final = ReactionRules(resolve="", ticket="")
USUAL_REACTIONS: Final = ReactionRules()


def has_emoji(reactions: str, wanted: str) -> bool:
    """Whether one of the wanted emoji is among these; both have blanks between."""
    return not set(_plain(wanted).split()).isdisjoint(_plain(reactions).split())


def added_reactions(before: str, now: str) -> str:
    """What is new among these emoji."""
    known = before.split()
    return " ".join(emoji for emoji in now.split() if emoji not in known)


def _plain(text: str) -> str:
    return text.replace(_VARIATION_SELECTOR, "").strip()

"""What a notification says. Pure."""

from dataclasses import dataclass, field
from typing import Final

from campaigns.inbox.news import News
from core.domain.ids import ConversationId
from desktop.formatting import Formats

LONGEST_TEXT: Final = 200
NOBODY: Final = "Somebody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notification. A click opens the conversation; None: the inbox."""

    title: str = field(repr=False)
    body: str = field(repr=False)
    conversation_id: ConversationId | None


def notice_of(news: News, formats: Formats, *, show_text: bool, is_locked: bool) -> Notice:
    """Names while the window is not locked, and the newest text only where the operator chose that."""
    count = "New message" if news.messages == 1 else f"{formats.number(news.messages)} new messages"
    if is_locked:
        return Notice(title=count, body="Unlock Wireroom to read.", conversation_id=None)
    names = [name or NOBODY for name in news.names]
    text = " ".join(news.text.split())
    text = text if len(text) <= LONGEST_TEXT else f"{text[: LONGEST_TEXT - 1]}…"
    if news.people == 1:
        said = text or "A photo or a file without words"
        body = said if show_text else f"via {news.account}"
        title = names[0] if news.messages == 1 else f"{count} from {names[0]}"
        body = body if show_text or news.messages > 1 else f"New message via {news.account}"
        return Notice(title=title, body=body, conversation_id=news.conversation_id)
    others = news.people - len(names)
    who = f"{', '.join(names)} and {formats.number(others)} more" if others else _listed(names)
    return Notice(
        title=f"{count} from {formats.number(news.people)} people",
        body=f"{names[0]}: {text}" if show_text and text else who,
        conversation_id=news.conversation_id,
    )


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]

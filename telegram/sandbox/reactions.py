"""Reactions as Telegram's objects. The common ones are plain emoji; any other exists only as a custom emoji of Premium."""

from collections import Counter
from typing import Any

from telethon.tl import types

from telegram.sandbox.state import BotReaction, Message

# The reactions that everybody has (core.telegram.org/bots/api, ReactionTypeEmoji).
_EVERYBODYS = (
    "❤ 👍 👎 🔥 🥰 👏 😁 🤔 🤯 😱 🤬 😢 🎉 🤩 🤮 💩 🙏 👌 🕊 🤡 🥱 🥴 😍 🐳 ❤‍🔥 🌚 🌭 💯 🤣 ⚡ 🍌 🏆 💔 🤨 😐 🍓 🍾 "
    "💋 🖕 😈 😴 😭 🤓 👻 👨‍💻 👀 🎃 🙈 😇 😨 🤝 ✍ 🤗 🫡 🎅 🎄 ☃ 💅 🤪 🗿 🆒 💘 🙉 🦄 😘 💊 🙊 😎 👾 🤷 😡"
)
STANDARD = frozenset(_EVERYBODYS.split())


def reaction_object(emoji: str) -> Any:
    """A plain emoji where everybody has it, else a custom one."""
    return types.ReactionEmoji(emoji) if emoji in STANDARD else types.ReactionCustomEmoji(custom_emoji_id(emoji))


def custom_emoji_id(emoji: str) -> int:
    """The number of the document that is this emoji: its bytes, so that nothing has to be kept."""
    return int.from_bytes(emoji.encode()[:7], "big")


def custom_emoji(document_id: int) -> Any:
    """The document behind a custom emoji; `alt` names the emoji that it stands for."""
    alt = document_id.to_bytes(8, "big").lstrip(b"\0").decode(errors="ignore")
    attribute = types.DocumentAttributeCustomEmoji(alt=alt, stickerset=types.InputStickerSetEmpty())
    return types.Document(
        id=document_id,
        access_hash=document_id,
        file_reference=b"",
        date=0,
        mime_type="application/x-tgsticker",
        size=1,
        dc_id=2,
        attributes=[attribute],
    )


def reactions_object(account_id: int, message: Message) -> Any:
    """Who reacted how, as both people of a private chat see it."""
    own = message.reactions.get(account_id)
    counts = Counter(emoji for each in message.reactions.values() for emoji in each.emoji)
    mine = own.emoji if own else ()
    results = [
        types.ReactionCount(
            reaction_object(emoji), count, chosen_order=mine.index(emoji) + 1 if emoji in mine else None
        )
        for emoji, count in counts.items()
    ]
    recent = [
        types.MessagePeerReaction(
            peer_id=types.PeerUser(each.actor_id),
            date=each.at_ms // 1000,
            reaction=reaction_object(emoji),
            my=each.actor_id == account_id or None,
            unread=(is_unread(account_id, message) and each.actor_id != account_id) or None,
        )
        for each in message.reactions.values()
        for emoji in each.emoji
    ]
    return types.MessageReactions(results=results, can_see_list=True, recent_reactions=recent or None)


def is_unread(account_id: int, message: Message) -> bool:
    """Whether somebody reacted to a message of the account's own. Nobody ever marks a reaction as read here."""
    return message.is_outgoing and any(actor != account_id for actor in message.reactions)


def reactions_update(account_id: int, message: Message) -> Any:
    """What a user account is told; it counts no `pts`, so the difference does not bring it."""
    return types.UpdateMessageReactions(
        peer=types.PeerUser(message.peer_id),
        msg_id=message.message_id,
        reactions=reactions_object(account_id, message),
    )


def bot_reaction_update(reaction: BotReaction, qts: int) -> Any:
    """What a bot is told."""
    peer = types.PeerUser(reaction.person_id)
    return types.UpdateBotMessageReaction(
        peer=peer,
        msg_id=reaction.message_id,
        date=reaction.at_s,
        actor=peer,
        old_reactions=[reaction_object(emoji) for emoji in reaction.before],
        new_reactions=[reaction_object(emoji) for emoji in reaction.now],
        qts=qts,
    )

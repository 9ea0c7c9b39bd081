"""The data centre itself: who is connected, and what happens when somebody writes, reads, blocks or signs in.

The methods of the protocol and the control channel both act through it, so both have the same effects.
"""

import base64
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, Protocol

from telethon.tl import types

from telegram.sandbox import records
from telegram.sandbox.commands import RepeatBehaviour
from telegram.sandbox.faults import Faults
from telegram.sandbox.objects import (
    bot_update,
    delete_update,
    edit_update,
    new_message_update,
    read_update,
    updates_object,
    user_objects,
)
from telegram.sandbox.reactions import reactions_update
from telegram.sandbox.server_clock import ServerClock
from telegram.sandbox.sign_ins import SignIns
from telegram.sandbox.state import DialogRead, KeyHolder, Message, State
from telegram.sandbox.turn import Turn
from telegram.sandbox.uploads import Uploads


class Link(Protocol):
    """A client's connection, as far as the data centre is concerned."""

    @property
    def key_id(self) -> int: ...

    @property
    def wants_updates(self) -> bool: ...

    @property
    def is_open(self) -> bool: ...

    def push(self, update: Any) -> None:
        """Send an update at the end of the turn."""
        ...

    def drop(self) -> None:
        """Close the link now; what waits to be sent is lost."""
        ...


class DataCentre:
    """State with effects."""

    def __init__(self, state: State, turn: Turn, clock: ServerClock) -> None:
        self.state = state
        self.turn = turn
        self.clock = clock
        self.faults = Faults()
        self.sign_ins = SignIns()
        self.uploads = Uploads()
        self.repeat_behaviour = RepeatBehaviour.ECHO
        self.calls: Counter[str] = Counter()
        self.sources: Counter[str] = Counter()  # connections by the address they came from
        self.ports: dict[int, int] = {}  # where each data centre listens, by its number
        self.may_young_sessions_end_others = True
        self.too_long: set[int] = set()  # accounts whose next getDifference is answered differenceTooLong
        self.on_message_to_person: Callable[[int, int, int], None] = lambda account_id, person_id, message_id: None
        self._links_by_key: defaultdict[int, list[Link]] = defaultdict(list)

    # Links and keys

    def attach(self, link: Link) -> None:
        """A link has shown that it holds its key."""
        self._links_by_key[link.key_id].append(link)

    def detach(self, link: Link) -> None:
        """A link is gone."""
        links = self._links_by_key.get(link.key_id, [])
        if link in links:
            links.remove(link)
        if not links:
            self._links_by_key.pop(link.key_id, None)

    def links(self, account_id: int | None = None) -> list[Link]:
        """Every link, or those on which this account is signed in."""
        key_ids = self._links_by_key if account_id is None else self.state.key_ids_of_user[account_id]
        return [link for key_id in key_ids for link in self._links_by_key.get(key_id, ())]

    def has_second_link(self, link: Link) -> bool:
        """Whether another live connection uses the same key."""
        links = self._links_by_key[link.key_id]
        return len(links) > 1 and any(other is not link and other.is_open for other in links)

    def holders(self, account_id: int) -> list[KeyHolder]:
        """The keys with which this account is signed in."""
        return [self.state.keys[key_id] for key_id in sorted(self.state.key_ids_of_user[account_id])]

    def salt(self, key_id: int) -> int:
        """The one salt that this key has to use."""
        digest = blake2b(b"salt%d" % key_id, key=self.state.secret, digest_size=8).digest()
        return int.from_bytes(digest, "little", signed=True)

    def end_key(self, key_id: int, reason: str, *, except_link: Link | None = None) -> None:
        """End a session ("logged_out", "duplicated", "forgotten") and close its links."""
        if key_id in self.state.keys:
            self.turn.record(records.KeyEnded(key_id, reason))
        for link in list(self._links_by_key.get(key_id, [])):
            if link is not except_link:
                link.drop()

    def now_s(self) -> int:
        return int(self.clock.unix_s())

    def accept_login_token(self, token: bytes, account_id: int) -> bool:
        """Somebody scanned a QR code with this account's phone; False if the token is unknown or too old."""
        entry = self.sign_ins.tokens.pop(token, None)
        if entry is None or self.clock.unix_s() > entry.valid_until_s:
            return False
        self.sign_ins.accepted[entry.key_id] = account_id
        for link in self._links_by_key.get(entry.key_id, []):
            link.push(types.UpdateShort(types.UpdateLoginToken(), date=self.now_s()))
        return True

    def qr_addresses(self) -> list[str]:
        """What the QR codes that wait for a scan say."""
        now_s = self.clock.unix_s()
        tokens = (token for token, entry in self.sign_ins.tokens.items() if now_s <= entry.valid_until_s)
        return [f"tg://login?token={base64.urlsafe_b64encode(token).decode().rstrip('=')}" for token in tokens]

    # What people and accounts do

    def send_message(
        self,
        account_id: int,
        peer_id: int,
        random_id: int,
        text: str,
        entities: bytes,
        *,
        is_silent: bool = False,
        preview: str = "",
        markup: bytes = b"",
        media: records.MediaMade | None = None,
        grouped_id: int = 0,
        is_quiet: bool = False,
    ) -> Message:
        """Accept a new message of an account and bring it to everybody it concerns, except the link that sent it.

        `is_quiet`: the person does not react to this one, which follows another of its album.
        """
        state = self.state
        mailbox = state.mailboxes[account_id]
        peer_mailbox = state.mailboxes.get(peer_id) if peer_id != account_id else None
        message_id = mailbox.last_message_id + 1
        self.turn.record(
            records.MessageSent(
                account_id=account_id,
                peer_id=peer_id,
                random_id=random_id,
                message_id=message_id,
                peer_message_id=peer_mailbox.last_message_id + 1 if peer_mailbox else 0,
                at_ms=self.clock.unix_ms(),
                text=text,
                entities=entities,
                is_silent=is_silent,
                preview=preview,
                markup=markup,
                media_id=media.media_id if media else 0,
                media_sha256=media.sha256 if media else "",
                grouped_id=grouped_id,
            )
        )
        if peer_mailbox:
            self.push_message(peer_id, peer_mailbox.messages[peer_mailbox.last_message_id])
        elif peer_id in state.people and not is_quiet:
            self.on_message_to_person(account_id, peer_id, message_id)
        return mailbox.messages[message_id]

    def person_says(
        self, person_id: int, account_id: int, text: str, media: records.PersonMedia | None = None
    ) -> int:
        """A person writes to an account ("/start" is the Start button of a bot); returns the message's id there."""
        message_id = self.state.mailboxes[account_id].last_message_id + 1
        self.turn.record(records.PersonWrote(person_id, account_id, message_id, self.clock.unix_ms(), text, media))
        self.push_message(account_id, self.state.mailboxes[account_id].messages[message_id])
        return message_id

    def owner_says(self, account_id: int, person_id: int, text: str) -> int:
        """The account's owner writes to a person on another device; returns the message's id."""
        mailbox = self.state.mailboxes[account_id]
        message_id = mailbox.last_message_id + 1
        self.turn.record(records.OwnerWrote(account_id, person_id, message_id, self.clock.unix_ms(), text))
        self.push_message(account_id, mailbox.messages[message_id])
        return message_id

    def person_reads(self, person_id: int, account_id: int, max_id: int) -> None:
        """A person has read what the account wrote, up to this message; a bot is not told."""
        dialog = self.state.mailboxes[account_id].dialogs.get(person_id)
        if dialog is None or dialog.read_outbox_max_id >= max_id or self.state.accounts[account_id].is_bot:
            return
        self.turn.record(records.OutboxRead(account_id, person_id, max_id))
        self.push_read(account_id)

    def account_reads(self, account_id: int, peer_id: int, max_id: int, *, except_link: Link | None) -> None:
        """An account has read what a person wrote; its other devices are told."""
        self.turn.record(records.InboxRead(account_id, peer_id, max_id))
        self.push_read(account_id, except_link=except_link)

    def person_blocks(self, person_id: int, account_id: int, *, is_blocked: bool) -> None:
        """A person blocks an account, or takes it back; a bot is told, a user account is not."""
        if ((person_id, account_id) in self.state.blocks) == is_blocked:
            return
        self.turn.record(records.PersonBlocked(person_id, account_id, is_blocked, self.clock.unix_ms()))
        if self.state.accounts[account_id].is_bot:
            mailbox = self.state.mailboxes[account_id]
            self._push(account_id, bot_update(mailbox.bot_events[-1], mailbox.qts), person_id)

    # What becomes of messages. Each takes Telegram's numbers as the account has them, of whichever side.

    def edit_message(
        self, account_id: int, message_id: int, text: str, entities: bytes = b"", *, except_link: Link | None = None
    ) -> Message:
        """A message says something else from now on; every link of the account but `except_link` is told."""
        mailbox = self.state.mailboxes[account_id]
        message = mailbox.messages[message_id]
        self.turn.record(records.MessageEdited(account_id, message_id, self.clock.unix_ms(), text, entities))
        update = edit_update(self.state, account_id, message, mailbox.pts)
        self._push(account_id, update, message.peer_id, except_link=except_link)
        return message

    def delete_messages(
        self, account_id: int, message_ids: Sequence[int], *, except_link: Link | None = None
    ) -> list[int]:
        """Messages are gone for both sides; those that are there, whose numbers it returns."""
        mailbox = self.state.mailboxes[account_id]
        found = [number for number in dict.fromkeys(message_ids) if number in mailbox.messages]
        for number in found:
            self.turn.record(records.MessageDeleted(account_id, number))
        if found:
            self._push(account_id, delete_update(found, mailbox.pts), account_id, except_link=except_link)
        return found

    def react(self, account_id: int, message_id: int, actor_id: int, emoji: tuple[str, ...]) -> None:
        """The person of the chat, or the account on another device, has these reactions to a message now."""
        mailbox = self.state.mailboxes[account_id]
        message = mailbox.messages[message_id]
        self.turn.record(
            records.MessageReacted(account_id, message_id, actor_id, emoji, self.clock.unix_ms()),
        )
        if not self.state.accounts[account_id].is_bot:
            self._push(account_id, reactions_update(account_id, message), message.peer_id)
        elif actor_id != account_id:
            self._push(account_id, bot_update(mailbox.bot_events[-1], mailbox.qts), message.peer_id)

    def person_types(self, person_id: int, account_id: int, *, is_typing: bool) -> None:
        """Told to who is there, and kept nowhere."""
        action = types.SendMessageTypingAction() if is_typing else types.SendMessageCancelAction()
        users = user_objects(self.state, account_id, (person_id,))
        update = types.UpdateUserTyping(person_id, action)
        for link in self._listening(account_id):
            link.push(updates_object([update], users, self.now_s()))

    # Updates

    def push_message(self, account_id: int, message: Message, *, except_link: Link | None = None) -> None:
        """Tell an account's links about the newest message of its mailbox."""
        links = self._listening(account_id, except_link)
        if links:
            pts = self.state.mailboxes[account_id].pts
            self._push_to(
                links, account_id, new_message_update(self.state, account_id, message, pts, 1), message.peer_id
            )

    def push_read(self, account_id: int, *, except_link: Link | None = None) -> None:
        """Tell an account's links about the newest read mark of its mailbox."""
        mailbox = self.state.mailboxes[account_id]
        read = mailbox.events[-1]
        assert isinstance(read, DialogRead)
        self._push(account_id, read_update(read, mailbox.pts), read.peer_id, except_link=except_link)

    def _listening(self, account_id: int, except_link: Link | None = None) -> list[Link]:
        return [link for link in self.links(account_id) if link is not except_link and link.wants_updates]

    def _push(self, account_id: int, update: Any, user_id: int, *, except_link: Link | None = None) -> None:
        self._push_to(self._listening(account_id, except_link), account_id, update, user_id)

    def _push_to(self, links: list[Link], account_id: int, update: Any, user_id: int) -> None:
        users = user_objects(self.state, account_id, (account_id, user_id))
        for link in links:
            link.push(updates_object([update], users, self.now_s()))

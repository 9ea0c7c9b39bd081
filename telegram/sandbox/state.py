"""What the sandbox knows: users, keys, mailboxes. Changed by `apply` alone, live and at replay alike."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import takewhile
from typing import Any

from telegram.sandbox import records
from telegram.sandbox.auth_key import AuthKey

FIRST_ACCOUNT_ID = 700_000_001
FIRST_MEDIA_ID = 6_000_000_000_001
FIRST_PERSON_ID = 5_000_000_001  # beyond 32 bits, as new users of Telegram are


@dataclass(slots=True)
class Message:
    """A message as one account sees it; the number is that account's own."""

    message_id: int
    peer_id: int
    is_outgoing: bool
    at_s: int
    text: str
    entities: bytes = b""
    is_silent: bool = False
    preview: str = ""  # "below", "above"; empty: none
    markup: bytes = b""
    media: records.MediaMade | None = None
    grouped_id: int = 0
    person_media: records.PersonMedia | None = None
    edited_s: int = 0
    reactions: dict[int, records.MessageReacted] = field(default_factory=dict)  # by who reacted


@dataclass(slots=True)
class Dialog:
    """One account's conversation with one user; message ids rise."""

    peer_id: int
    message_ids: list[int] = field(default_factory=list)
    read_inbox_max_id: int = 0
    read_outbox_max_id: int = 0
    unread_count: int = 0


@dataclass(frozen=True, slots=True)
class NewMessage:
    """An event of a mailbox: a message came or went."""

    message_id: int


@dataclass(frozen=True, slots=True)
class EditedMessage:
    """An event of a mailbox: a message says something else."""

    message_id: int


@dataclass(frozen=True, slots=True)
class DeletedMessage:
    """An event of a mailbox: a message is gone."""

    message_id: int


@dataclass(frozen=True, slots=True)
class DialogRead:
    """An event of a mailbox: one side has read up to `max_id`."""

    peer_id: int
    max_id: int
    is_outbox: bool
    unread_count: int


@dataclass(frozen=True, slots=True)
class BotStopped:
    """An event of a bot's second sequence: a person stopped it, or took that back."""

    person_id: int
    is_stopped: bool
    at_s: int


@dataclass(frozen=True, slots=True)
class BotReaction:
    """An event of a bot's second sequence: a person changed their reactions to a message."""

    person_id: int
    message_id: int
    before: tuple[str, ...]
    now: tuple[str, ...]
    at_s: int


Event = NewMessage | EditedMessage | DeletedMessage | DialogRead


@dataclass(slots=True)
class Mailbox:
    """Messages, dialogs and the sequence of events (`pts`, and `qts` for bots) of one account."""

    owner_id: int
    messages: dict[int, Message] = field(default_factory=dict)
    dialogs: dict[int, Dialog] = field(default_factory=dict)
    message_id_by_random_id: dict[int, int] = field(default_factory=dict)
    contacts: set[int] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    bot_events: list[BotStopped | BotReaction] = field(default_factory=list)
    last_message_id: int = 0

    @property
    def pts(self) -> int:
        """1 for an empty mailbox: Telethon takes 0 for "unknown"."""
        return 1 + len(self.events)

    @property
    def qts(self) -> int:
        return 1 + len(self.bot_events)

    def add(self, message: Message) -> None:
        """Append a message to its dialog, which is made if it is the first."""
        dialog = self.dialogs.get(message.peer_id)
        if dialog is None:
            dialog = self.dialogs[message.peer_id] = Dialog(message.peer_id)
        dialog.message_ids.append(message.message_id)
        if not message.is_outgoing:
            dialog.unread_count += 1
        self.messages[message.message_id] = message
        self.events.append(NewMessage(message.message_id))
        self.last_message_id = message.message_id

    def edit(self, record: records.MessageEdited) -> None:
        """A message says something else from now on."""
        message = self.messages[record.message_id]
        message.text, message.entities, message.edited_s = record.text, record.entities, record.at_ms // 1000
        self.events.append(EditedMessage(record.message_id))

    def delete(self, message_id: int) -> None:
        """A message is gone; what was read of the others stays."""
        message = self.messages.pop(message_id)
        dialog = self.dialogs[message.peer_id]
        dialog.message_ids.remove(message_id)
        if not message.is_outgoing and message_id > dialog.read_inbox_max_id:
            dialog.unread_count -= 1
        self.events.append(DeletedMessage(message_id))

    def read(self, peer_id: int, max_id: int, *, is_outbox: bool) -> None:
        """Move a read mark; the caller has checked that it moves forward."""
        dialog = self.dialogs[peer_id]
        if is_outbox:
            dialog.read_outbox_max_id = max_id
        else:
            dialog.read_inbox_max_id = max_id
            later = takewhile(lambda number: number > max_id, reversed(dialog.message_ids))
            dialog.unread_count = sum(1 for number in later if not self.messages[number].is_outgoing)
        self.events.append(DialogRead(peer_id, max_id, is_outbox, dialog.unread_count))


@dataclass(slots=True)
class KeyHolder:
    """An auth key with what is known of it. `user_id` is 0 until somebody signs in."""

    auth_key: AuthKey
    user_id: int = 0
    is_duplicated: bool = False
    dc_id: int = 2
    device: records.KeyBound | None = None


AnyUser = records.AccountMade | records.PersonMade


class State:
    """The whole durable state."""

    def __init__(self) -> None:
        self.secret = b""
        self.users: dict[int, AnyUser] = {}
        self.accounts: dict[int, records.AccountMade] = {}
        self.people: dict[int, records.PersonMade] = {}
        self.scripts: dict[int, records.ScriptMade] = {}
        self.user_id_by_username: dict[str, int] = {}
        self.user_id_by_phone: dict[str, int] = {}
        self.account_id_by_bot_token: dict[str, int] = {}
        self.mailboxes: dict[int, Mailbox] = {}
        self.keys: dict[int, KeyHolder] = {}
        self.key_ids_of_user: defaultdict[int, set[int]] = defaultdict(set)
        self.blocks: set[tuple[int, int]] = set()  # (person, account)
        self.standings: dict[int, records.StandingChanged] = {}  # of accounts that are frozen, limited, or were
        self.messages_to_person: dict[int, int] = {}
        self.media: dict[int, records.MediaMade] = {}
        self.reference_ages: dict[int, int] = {}  # by account: how often its file references have ended
        self._access_hashes: dict[tuple[int, int], int] = {}
        self._appliers: dict[type, Callable[[Any], None]] = {
            records.WorldMade: self._world_made,
            records.AccountMade: self._account_made,
            records.ScriptMade: self._script_made,
            records.PersonMade: self._person_made,
            records.KeyMade: self._key_made,
            records.KeyBound: self._key_bound,
            records.KeyEnded: self._key_ended,
            records.MediaMade: self._media_made,
            records.ReferencesEnded: self._references_ended,
            records.MessageSent: self._message_sent,
            records.PersonWrote: self._person_wrote,
            records.OwnerWrote: self._owner_wrote,
            records.MessageEdited: self._message_edited,
            records.MessageDeleted: self._message_deleted,
            records.MessageReacted: self._message_reacted,
            records.OutboxRead: self._outbox_read,
            records.InboxRead: self._inbox_read,
            records.PersonBlocked: self._person_blocked,
            records.StandingChanged: self._standing_changed,
            records.ContactAdded: self._contact_added,
        }

    def apply(self, record: records.AnyRecord) -> None:
        """Make one change."""
        self._appliers[type(record)](record)

    def access_hash(self, account_id: int, user_id: int) -> int:
        """The hash by which this account addresses that user; another account's hash differs."""
        key = (account_id, user_id)
        known = self._access_hashes.get(key)
        if known is None:
            digest = blake2b(b"%d:%d" % key, key=self.secret, digest_size=8).digest()
            known = self._access_hashes[key] = int.from_bytes(digest, "little", signed=True) or 1
        return known

    def media_hash(self, media: records.MediaMade) -> int:
        """The access hash of a photo or file for the account that uploaded it."""
        return self.access_hash(media.account_id, media.media_id)

    def file_reference(self, media: records.MediaMade) -> bytes:
        """The one reference that counts now."""
        age = self.reference_ages.get(media.account_id, 0)
        return blake2b(b"%d:%d" % (media.media_id, age), key=self.secret, digest_size=16).digest()

    def next_media_id(self) -> int:
        return FIRST_MEDIA_ID + len(self.media)

    def next_account_id(self) -> int:
        return FIRST_ACCOUNT_ID + len(self.accounts)

    def next_person_id(self) -> int:
        return FIRST_PERSON_ID + len(self.people)

    def _world_made(self, record: records.WorldMade) -> None:
        self.secret = record.secret

    def _account_made(self, record: records.AccountMade) -> None:
        self.accounts[record.user_id] = record
        self.mailboxes[record.user_id] = Mailbox(record.user_id)
        if record.bot_token:
            self.account_id_by_bot_token[record.bot_token] = record.user_id
        self._add_user(record)

    def _person_made(self, record: records.PersonMade) -> None:
        self.people[record.user_id] = record
        self._add_user(record)

    def _add_user(self, record: AnyUser) -> None:
        self.users[record.user_id] = record
        if record.username:
            self.user_id_by_username[record.username.lower()] = record.user_id
        if record.phone:
            self.user_id_by_phone[record.phone] = record.user_id

    def _script_made(self, record: records.ScriptMade) -> None:
        self.scripts[record.script_id] = record

    def _key_made(self, record: records.KeyMade) -> None:
        auth_key = AuthKey(record.key)
        self.keys[auth_key.key_id] = KeyHolder(auth_key, dc_id=record.dc_id)

    def _key_bound(self, record: records.KeyBound) -> None:
        holder = self.keys[record.key_id]
        self.key_ids_of_user[holder.user_id].discard(record.key_id)
        self.key_ids_of_user[record.user_id].add(record.key_id)
        holder.user_id = record.user_id
        holder.device = record

    def _key_ended(self, record: records.KeyEnded) -> None:
        holder = self.keys[record.key_id]
        self.key_ids_of_user[holder.user_id].discard(record.key_id)
        if record.reason == "forgotten":
            del self.keys[record.key_id]
            return
        holder.user_id = 0
        holder.device = None
        holder.is_duplicated = record.reason == "duplicated"

    def _media_made(self, record: records.MediaMade) -> None:
        self.media[record.media_id] = record

    def _references_ended(self, record: records.ReferencesEnded) -> None:
        self.reference_ages[record.account_id] = self.reference_ages.get(record.account_id, 0) + 1

    def _message_sent(self, record: records.MessageSent) -> None:
        at_s = record.at_ms // 1000
        mailbox = self.mailboxes[record.account_id]
        media = self.media[record.media_id] if record.media_id else None
        text, markup, group = record.text, record.markup, record.grouped_id
        content = text, record.entities, record.is_silent, record.preview, markup, media, group
        mailbox.add(Message(record.message_id, record.peer_id, True, at_s, *content))
        mailbox.message_id_by_random_id[record.random_id] = record.message_id
        if record.peer_message_id:
            copy = Message(record.peer_message_id, record.account_id, False, at_s, *content)
            self.mailboxes[record.peer_id].add(copy)
        self.messages_to_person[record.peer_id] = self.messages_to_person.get(record.peer_id, 0) + 1

    def _person_wrote(self, record: records.PersonWrote) -> None:
        message = Message(record.message_id, record.person_id, False, record.at_ms // 1000, record.text)
        message.person_media = record.media
        self.mailboxes[record.account_id].add(message)

    def _owner_wrote(self, record: records.OwnerWrote) -> None:
        message = Message(record.message_id, record.person_id, True, record.at_ms // 1000, record.text)
        self.mailboxes[record.account_id].add(message)

    def _message_edited(self, record: records.MessageEdited) -> None:
        self.mailboxes[record.account_id].edit(record)

    def _message_deleted(self, record: records.MessageDeleted) -> None:
        self.mailboxes[record.account_id].delete(record.message_id)

    def _message_reacted(self, record: records.MessageReacted) -> None:
        mailbox = self.mailboxes[record.account_id]
        message = mailbox.messages[record.message_id]
        before = message.reactions.pop(record.actor_id, None)
        if record.emoji:
            message.reactions[record.actor_id] = record
        if self.accounts[record.account_id].is_bot and record.actor_id != record.account_id:
            was = before.emoji if before else ()
            event = BotReaction(record.actor_id, record.message_id, was, record.emoji, record.at_ms // 1000)
            mailbox.bot_events.append(event)

    def _outbox_read(self, record: records.OutboxRead) -> None:
        self.mailboxes[record.account_id].read(record.peer_id, record.max_id, is_outbox=True)

    def _inbox_read(self, record: records.InboxRead) -> None:
        self.mailboxes[record.account_id].read(record.peer_id, record.max_id, is_outbox=False)

    def _person_blocked(self, record: records.PersonBlocked) -> None:
        pair = (record.person_id, record.account_id)
        if record.is_blocked:
            self.blocks.add(pair)
        else:
            self.blocks.discard(pair)
        if self.accounts[record.account_id].is_bot:
            stop = BotStopped(record.person_id, record.is_blocked, record.at_ms // 1000)
            self.mailboxes[record.account_id].bot_events.append(stop)

    def _standing_changed(self, record: records.StandingChanged) -> None:
        self.standings[record.account_id] = record

    def _contact_added(self, record: records.ContactAdded) -> None:
        self.mailboxes[record.account_id].contacts.add(record.user_id)

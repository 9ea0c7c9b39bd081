"""The records of the sandbox's journal: every durable change, one small value each, in the order they happened."""

import msgspec


class Record(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One durable change. Written as a JSON array whose first element names its kind. Times are Unix milliseconds."""


class WorldMade(Record, frozen=True, array_like=True, tag="world"):
    """The first record. The secret makes access hashes and salts, so they stay the same after a restart."""

    secret: bytes


class AccountMade(Record, frozen=True, array_like=True, tag="account"):
    """A user account or bot that can sign in, in the data centre where it lives.

    `password_*` are set for an account with a second password.
    """

    user_id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    phone: str = ""
    bot_token: str = ""
    password_salt1: bytes = b""
    password_salt2: bytes = b""
    password_verifier: bytes = b""
    password_hint: str = ""
    dc_id: int = 2

    @property
    def is_bot(self) -> bool:
        return bool(self.bot_token)


class ScriptMade(Record, frozen=True, array_like=True, tag="script"):
    """How some people behave after a message: chances from 0 to 1, waits in seconds from `_min` to `_max`."""

    script_id: int
    seed: int
    read_chance: float
    reply_chance: float
    stop_chance: float
    block_chance: float
    read_after_min_s: float
    read_after_max_s: float
    answer_after_min_s: float
    answer_after_max_s: float


class PersonMade(Record, frozen=True, array_like=True, tag="person"):
    """A person whom the accounts can write to. Nobody signs in as them."""

    user_id: int
    first_name: str
    last_name: str
    username: str
    phone: str
    language: str
    script_id: int


class KeyMade(Record, frozen=True, array_like=True, tag="key"):
    """A key exchange was completed. The key is good in this one data centre."""

    key: bytes
    dc_id: int = 2


class KeyBound(Record, frozen=True, array_like=True, tag="bound"):
    """Somebody signed in with this key."""

    key_id: int
    user_id: int
    device_model: str
    system_version: str
    app_version: str
    api_id: int
    at_ms: int


class KeyEnded(Record, frozen=True, array_like=True, tag="ended"):
    """The session is over. `reason`: "logged_out" (may sign in again), "duplicated" (dead), "forgotten" (unknown)."""

    key_id: int
    reason: str


class MediaMade(Record, frozen=True, array_like=True, tag="media"):
    """An account uploaded a photo or a file. Its content lies in the folder under its SHA-256."""

    media_id: int
    account_id: int
    is_photo: bool
    sha256: str
    size: int
    mime: str
    name: str
    at_ms: int


class ReferencesEnded(Record, frozen=True, array_like=True, tag="references"):
    """Every file reference that an account got so far is worth nothing any more."""

    account_id: int


class MessageSent(Record, frozen=True, array_like=True, tag="sent"):
    """An account's message was accepted. `peer_message_id` is the recipient's number for it, 0 without a mailbox.

    `entities` is the serialised vector of formatting, empty for plain text; `markup` the serialised buttons below it.
    `preview` says where the preview of an address is shown, empty where there is none. `media_id` and `media_sha256`
    name the photo or file it carries; items of one album have one `grouped_id`.
    """

    account_id: int
    peer_id: int
    random_id: int
    message_id: int
    peer_message_id: int
    at_ms: int
    text: str
    entities: bytes = b""
    is_silent: bool = False
    preview: str = ""
    markup: bytes = b""
    media_id: int = 0
    media_sha256: str = ""
    grouped_id: int = 0


class PersonMedia(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a person's message carries. `kind`: photo, video, round, animation, voice, audio, sticker, file, location,
    contact, poll. `name` of a file, song, contact or question; `emoji` of a sticker. There is no content behind it.
    """

    kind: str
    name: str = ""
    seconds: int = 0
    emoji: str = ""


class PersonWrote(Record, frozen=True, array_like=True, tag="wrote"):
    """A person's message arrived in an account's mailbox."""

    person_id: int
    account_id: int
    message_id: int
    at_ms: int
    text: str
    media: PersonMedia | None = None


class OwnerWrote(Record, frozen=True, array_like=True, tag="owner_wrote"):
    """The account's owner wrote to a person on another device. The ledger, by which proofs count, is without it."""

    account_id: int
    person_id: int
    message_id: int
    at_ms: int
    text: str


class MessageEdited(Record, frozen=True, array_like=True, tag="edited"):
    """A message of an account's mailbox says something else now, whoever wrote it. `entities` as in MessageSent."""

    account_id: int
    message_id: int
    at_ms: int
    text: str
    entities: bytes = b""


class MessageDeleted(Record, frozen=True, array_like=True, tag="deleted"):
    """A message is gone from an account's mailbox, whoever wrote it."""

    account_id: int
    message_id: int


class MessageReacted(Record, frozen=True, array_like=True, tag="reacted"):
    """The person of the chat, or the account itself, has these reactions to a message now; none: they were taken back."""

    account_id: int
    message_id: int
    actor_id: int
    emoji: tuple[str, ...]
    at_ms: int


class OutboxRead(Record, frozen=True, array_like=True, tag="outbox_read"):
    """The other side has read what the account wrote, up to this message."""

    account_id: int
    peer_id: int
    max_id: int


class InboxRead(Record, frozen=True, array_like=True, tag="inbox_read"):
    """The account has read what the other side wrote, up to this message."""

    account_id: int
    peer_id: int
    max_id: int


class PersonBlocked(Record, frozen=True, array_like=True, tag="blocked"):
    """A person blocked the account (stopped the bot), or took it back."""

    person_id: int
    account_id: int
    is_blocked: bool
    at_ms: int


class StandingChanged(Record, frozen=True, array_like=True, tag="standing"):
    """What Telegram allows an account from now on. Times are Unix seconds; `frozen_since_s` 0: it is not frozen."""

    account_id: int
    is_limited: bool
    frozen_since_s: int = 0
    frozen_until_s: int = 0
    appeal_url: str = ""


class ContactAdded(Record, frozen=True, array_like=True, tag="contact"):
    """The account has this user among its contacts."""

    account_id: int
    user_id: int


AnyRecord = (
    WorldMade
    | AccountMade
    | ScriptMade
    | PersonMade
    | KeyMade
    | KeyBound
    | KeyEnded
    | MediaMade
    | ReferencesEnded
    | MessageSent
    | PersonWrote
    | OwnerWrote
    | MessageEdited
    | MessageDeleted
    | MessageReacted
    | OutboxRead
    | InboxRead
    | PersonBlocked
    | StandingChanged
    | ContactAdded
)

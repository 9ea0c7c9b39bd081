"""Every failure that a person may read, in one tree. Imports nothing of ours.

AppError                     title, message, hint; safe to show
├─ UserInputError            the person can correct it now: MissingField, EmptyMessage
├─ ConfigurationError        a setting, a file or the machine is not as it must be
│  ├─ SystemLibraryMissing
│  ├─ PortInUse
│  └─ WorkspaceError         the folder: WorkspaceCopied, WorkspaceBusy, WorkspaceKindMismatch
├─ AccountError              one account stands still: AccountSignedOut, SessionUsedTwice, AccountBanned,
│                            AccountFrozen, AccountLimited, TwoFactorRequired
├─ CooldownError             Telegram demanded a wait of one account; goes on by itself
├─ CampaignError             every send would fail: MessageTooLong, MessageRejected, MediaUnavailable,
│                            MediaExpired
├─ RecipientError            one delivery: see the subclasses
├─ NetworkError              the fate of what was under way is unknown: ConnectionLost, TimedOut, ServerTrouble,
│                            PartlySent, ProxyUnreachable, ProxyMissing
├─ StorageError              StorageFull, StorageReadOnly, StorageLocked, StorageCorrupt, DatabaseTooNew,
│                            BackupDamaged, BackupTooNew
├─ SecretStoreError          SecretStoreLocked, SecretStoreMissing, SecretNotFound, WrongPassphrase,
│                            TooManyTries
├─ WebhookFailed            another program could not be told; tried again for a day
├─ WorkerNotRunning          something needs a live session, and no worker runs
├─ RequestFailed             a worker could not do what it was asked for
├─ ServiceStuck              a part of the program did not start or stop in its time
├─ InvalidTransitionError    a change of state that the table does not allow
├─ AiError                   a text model could not help: core.ai_errors has its tree
└─ LeaseLost                 another worker owns the account now; nothing was written

`scope` says what has to stop, `is_retryable` whether waiting helps, `is_definite` whether the failure proves
that the request had no effect. All three belong to the class, so the engine keeps no list of names.
"""

import math
import re
from datetime import datetime
from enum import StrEnum
from typing import ClassVar


class Scope(StrEnum):
    """What a failure stops."""

    APP = "app"  # nothing can go on until it is mended
    ACCOUNT = "account"  # one account
    CAMPAIGN = "campaign"  # one campaign: every send of it would fail alike
    RECIPIENT = "recipient"  # one delivery
    NONE = "none"  # nothing stops; the same thing is tried again


class AppError(Exception):
    """A failure in words: what happened, what it means, what to do next. Holds no secret and no message body."""

    code: ClassVar[str] = "unexpected"
    scope: ClassVar[Scope] = Scope.APP
    is_retryable: ClassVar[bool] = False
    is_definite: ClassVar[bool] = True
    default_title: ClassVar[str] = "Something unexpected happened"
    default_message: ClassVar[str] = ""
    default_hint: ClassVar[str] = ""

    def __init__(self, message: str = "", *, title: str = "", hint: str = "", detail: str = "") -> None:
        """`detail` is the technical name for the small line (a code, a file, a line number); never shown first."""
        self.title = title or self.default_title
        self.message = message or self.default_message
        self.hint = hint or self.default_hint
        self.detail = detail
        super().__init__(self.message or self.title)

    def __str__(self) -> str:
        return " ".join(part for part in (f"{self.title}.", self.message, self.hint) if part.strip("."))


class UserInputError(AppError):
    """What was entered or given cannot be used as it is."""

    code = "bad_input"
    default_title = "This cannot be used as it is"


class CommandNotUnderstood(UserInputError):
    """A mistake on the command line."""

    code = "usage"
    default_title = "This command line is not understood"
    default_hint = "The same command with --help says what it takes."


class MissingField(UserInputError):
    """A message uses a field that is empty for one person and names no fallback."""

    code = "missing_field"
    default_title = "A field is empty for this person"

    def __init__(self, field: str) -> None:
        super().__init__(
            f"The message uses {{{{ {field} }}}}, which is empty for this person.",
            hint=f'Add a fallback, such as {{{{ {field} | default("friend") }}}}, or fill the field.',
        )
        self.field = field


class EmptyMessage(UserInputError):
    """With the fields of one person nothing is left that can be seen."""

    code = "empty_message"
    default_title = "The message is empty"
    default_message = "With the fields of this person nothing is left that can be seen."
    default_hint = "Add text that everybody gets."


class ConfigurationError(AppError):
    """A setting, a file or the machine is not as Wireroom needs it."""

    code = "configuration"
    default_title = "The settings cannot be used"


class SystemLibraryMissing(ConfigurationError):
    """A library of the operating system is absent; the hint holds the command that installs it."""

    code = "system_library_missing"
    default_title = "A system library is missing"


class PortInUse(ConfigurationError):
    """The requested port is taken by another program."""

    code = "port_in_use"
    default_title = "This port is in use"


class WorkspaceError(ConfigurationError):
    """The workspace folder cannot be used by this process."""

    code = "workspace"
    default_title = "This workspace cannot be opened"


class WorkspaceCopied(WorkspaceError):
    """The workspace was copied, moved or restored: sending from it could send twice."""

    code = "workspace_copied"
    default_title = "This workspace is a copy or was restored"


class WorkspaceBusy(WorkspaceError):
    """Another process does this for the workspace already."""

    code = "workspace_busy"
    default_title = "This workspace is already open"


class WorkspaceKindMismatch(WorkspaceError):
    """An account of the sandbox in a live workspace, or the other way round."""

    code = "workspace_kind"
    default_title = "Sandbox and live accounts do not mix"


class AccountError(AppError):
    """One account stands still until a person acts; its deliveries stay with it."""

    code = "account"
    scope = Scope.ACCOUNT
    default_title = "This account cannot send"


class AccountSignedOut(AccountError):
    """The session was ended elsewhere or is unknown to Telegram."""

    code = "signed_out"
    default_title = "This account was signed out"
    default_message = "It was signed out from another device. Its deliveries stay in the queue."
    default_hint = "Sign in again."


class SessionUsedTwice(AccountSignedOut):
    """The same session was used over two connections, so Telegram closed it (AUTH_KEY_DUPLICATED)."""

    code = "session_used_twice"
    default_title = "This account was signed out: its session was used in two places"
    default_message = "The same session was used in two places, so Telegram closed it. Nothing was sent twice."
    default_hint = "Sign in again and use the new session only here. First close every program that has a copy."


class AccountBanned(AccountError):
    """Telegram has blocked or deleted the account."""

    code = "banned"
    default_title = "Telegram has blocked or deleted this account"
    default_hint = "Decide what becomes of its deliveries."


class AccountFrozen(AccountError):
    """Telegram froze the account: it may read, not write."""

    code = "frozen"
    default_title = "Telegram froze this account"
    default_hint = "Appeal in the official app, then check again."

    def __init__(
        self,
        message: str = "",
        *,
        title: str = "",
        hint: str = "",
        detail: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        appeal_url: str = "",
    ) -> None:
        """`since`, `until` and `appeal_url` as Telegram's configuration names them; absent: not known (yet)."""
        super().__init__(message, title=title, hint=hint, detail=detail)
        self.since = since
        self.until = until
        self.appeal_url = appeal_url


class AccountLimited(AccountError):
    """PEER_FLOOD: limited for messages to people who do not know it; no duration is given."""

    code = "limited"
    default_title = "Telegram limits this account"
    default_message = "It may not write to people who do not know it."
    default_hint = "Ask @SpamBot in the official app, then resume the account."


class TwoFactorRequired(AccountError):
    """The account has a second password."""

    code = "two_factor_required"
    default_title = "This account has a second password"
    default_hint = "Enter the second password."


class CooldownError(AppError):
    """Telegram demanded a wait from this account for this method. Definite: nothing was sent."""

    code = "cooldown"
    scope = Scope.ACCOUNT
    is_retryable = True
    default_title = "Telegram asked this account to wait"
    default_hint = "Sending goes on by itself."

    def __init__(
        self,
        message: str = "",
        *,
        wait_s: float,
        is_one_chat: bool = False,
        title: str = "",
        detail: str = "",
    ) -> None:
        """`is_one_chat`: only this chat has to wait (slow mode), not the account."""
        super().__init__(message, title=title, detail=detail)
        self.wait_s = wait_s
        self.is_one_chat = is_one_chat


class CampaignError(AppError):
    """Every send of this campaign would fail alike."""

    code = "campaign"
    scope = Scope.CAMPAIGN
    default_title = "This message cannot be sent to anybody"


class MessageTooLong(CampaignError):
    """Longer than the 4,096 UTF-16 units Telegram takes."""

    code = "message_too_long"
    default_title = "The message is too long"
    default_hint = "Shorten it to 4,096 characters."


class MessageRejected(CampaignError):
    """Telegram does not accept the text, its formatting or its buttons."""

    code = "message_rejected"
    default_title = "Telegram does not accept this message"
    default_hint = "Check the text and its formatting."


class MediaUnavailable(CampaignError):
    """A photo or file of the message cannot be read in the workspace."""

    code = "media_unavailable"
    default_title = "A photo or file of this message is missing"
    default_hint = "Put it back into the folder media of the workspace, then resume; or write a new campaign."


class MediaExpired(CampaignError):
    """Telegram does not take what this account uploaded any more: it has to be uploaded again."""

    code = "media_expired"
    default_title = "Telegram does not take an upload any more"
    default_hint = "Attach the photo or file again, a photo perhaps as a file."

    def __init__(self, message: str = "", *, title: str = "", hint: str = "", detail: str = "") -> None:
        super().__init__(message, title=title, hint=hint, detail=detail)
        match = re.search(r"FILE_REFERENCE_(\d+)_", detail)
        self.item = int(match[1]) if match else None  # which of an album; None: any


class RecipientError(AppError):
    """One delivery cannot be made. `suppresses` says that nobody may write to this person again."""

    code = "recipient"
    scope = Scope.RECIPIENT
    suppresses: ClassVar[bool] = False
    default_title = "This person cannot be reached"


class RecipientNotFound(RecipientError):
    """Nobody uses this name or number."""

    code = "not_found"
    default_title = "Nobody uses this name"


class RecipientUnreachable(RecipientError):
    """This account cannot address this person; a bot: they have not started it."""

    code = "unreachable"
    default_title = "This account cannot address this person"


class PrivacyRestricted(RecipientError):
    """The person does not accept messages from this account."""

    code = "privacy"
    default_title = "Does not accept messages from this account"


class PremiumRequired(RecipientError):
    """The person accepts only contacts and Premium users."""

    code = "premium_required"
    default_title = "Accepts only contacts and Premium users"


class PaymentRequired(RecipientError):
    """The person charges Stars per message. Wireroom never pays by itself."""

    code = "payment_required"
    default_title = "Charges Stars per message"


class WriteForbidden(RecipientError):
    """This account may not write in this chat."""

    code = "write_forbidden"
    default_title = "This account may not write in this chat"


class RecipientIsBot(RecipientError):
    """A bot cannot write to another bot."""

    code = "is_bot"
    default_title = "A bot cannot write to another bot"


class WeBlockedThem(RecipientError):
    """This account has blocked the person."""

    code = "we_blocked_them"
    default_title = "This account has blocked this person"


class MessageGone(RecipientError):
    """A message that was to be changed is not in the chat any more, or never was."""

    code = "message_gone"
    default_title = "This message is not in the chat any more"


class EditTooLate(RecipientError):
    """Telegram takes no more edits of this message."""

    code = "edit_too_late"
    default_title = "This message can no longer be edited"


class DeleteForbidden(RecipientError):
    """Telegram does not let this account delete this message."""

    code = "delete_forbidden"
    default_title = "This message cannot be deleted"


class RefusedByTelegram(RecipientError):
    """A definite refusal that Wireroom does not know; shown with Telegram's name for it in the small line."""

    code = "refused"
    default_title = "Telegram refused this message"


class RecipientBlockedUs(RecipientError):
    """The person blocked the account: they opted out everywhere."""

    code = "blocked_us"
    suppresses = True
    default_title = "This person blocked the account"


class RecipientGone(RecipientError):
    """The person's Telegram account no longer exists."""

    code = "gone"
    suppresses = True
    default_title = "This Telegram account no longer exists"


class NetworkError(AppError):
    """What was under way may or may not have happened. The same request is repeated with the same random_id."""

    code = "network"
    scope = Scope.NONE
    is_retryable = True
    is_definite = False
    default_title = "The connection broke"
    default_hint = "Wireroom connects again by itself."


class ConnectionLost(NetworkError):
    """The link ended."""

    code = "connection_lost"


class TimedOut(NetworkError):
    """No answer in the time allowed for this kind of operation."""

    code = "timed_out"
    default_title = "No answer in time"


class ServerTrouble(NetworkError):
    """Telegram answered with an error of its own (5xx); the link is sound."""

    code = "server_trouble"
    default_title = "Telegram had a hiccup"


class PartlySent(ServerTrouble):
    """Of an album something has arrived and something has not. `refusal` is the answer to what is missing."""

    code = "partly_sent"
    default_title = "Part of an album has arrived"

    def __init__(self, refusal: AppError) -> None:
        super().__init__("Wireroom sends the rest by itself.", detail=refusal.detail)
        self.refusal = refusal


class ProxyUnreachable(NetworkError):
    """An account's proxy does not carry it now. It waits: it never connects directly instead."""

    code = "proxy_unreachable"
    default_title = "The proxy of this account does not answer"
    default_message = "The account waits; it never connects without its proxy."
    default_hint = "Check the proxy, or give the account another one."


class ProxyMissing(ProxyUnreachable):
    """The account is set to use a proxy and has none: somebody has to give it one."""

    code = "proxy_missing"
    default_title = "This account has no proxy"
    default_message = "It is set to use one, so it does not connect without."
    default_hint = "Give it a proxy, or let it connect directly."


class StorageError(AppError):
    """The workspace's database cannot do what was asked. What was acknowledged before is safe."""

    code = "storage"
    default_title = "The workspace cannot be saved"


class StorageFull(StorageError):
    code = "storage_full"
    default_title = "The disk is full, so nothing can be saved"
    default_hint = "Free about 200 MB on the disk of this workspace."


class StorageReadOnly(StorageError):
    code = "storage_read_only"
    default_title = "This folder cannot be written"
    default_hint = "Choose a folder that you may write to."


class StorageLocked(StorageError):
    code = "storage_locked"
    is_retryable = True
    default_title = "Another program holds the database"
    default_hint = "Close the program that has the file open. Nothing was lost."


class StorageCorrupt(StorageError):
    code = "storage_corrupt"
    default_title = "The database is damaged"
    default_hint = "Restore the newest backup from the workspace's folder backups."


class DatabaseTooNew(StorageError):
    code = "database_too_new"
    default_title = "This workspace was written by a newer Wireroom"
    default_hint = "Update Wireroom, or open a backup made by this version."


class BackupDamaged(StorageError):
    """A backup file is no backup, or not the one that was written."""

    code = "backup_damaged"
    default_title = "This backup cannot be used"
    default_hint = "Take another backup. Nothing was changed."


class BackupTooNew(StorageError):
    code = "backup_too_new"
    default_title = "This backup was made by a newer Wireroom"
    default_hint = "Update Wireroom, then restore it. Nothing was changed."


class SecretStoreError(AppError):
    """The secret store did not give or take a secret."""

    code = "secret_store"
    default_title = "The secret store cannot be used"


class SecretStoreLocked(SecretStoreError):
    code = "secret_store_locked"
    is_retryable = True
    default_title = "The key store of this computer is locked"
    default_hint = "Unlock it, then try again. No secret was lost."


class SecretStoreMissing(SecretStoreError):
    code = "secret_store_missing"
    default_title = "The key store that this workspace uses is not there"
    default_hint = "Unlock or install it, or sign in again. No secret was changed."


class SecretNotFound(SecretStoreError):
    code = "secret_not_found"
    default_title = "A secret is not in the store"
    default_hint = "Enter it again."


class WrongPassphrase(SecretStoreError):
    code = "wrong_passphrase"
    default_title = "This passphrase is not right"
    default_hint = "Enter it again. Nothing was changed."


class TooManyTries(SecretStoreError):
    """The passphrase was wrong so often that the next try has to wait. `wait_s`: seconds until it is taken."""

    code = "too_many_tries"
    is_retryable = True
    default_title = "Too many wrong passphrases"

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(
            f"The next one is taken in {format_seconds(wait_s)}.",
            hint="Wait, then enter the right one. It works again after every wait.",
        )


class WebhookFailed(AppError):
    """A webhook did not take what it was told. `message` is the reason in a few words, for the list of deliveries."""

    code = "webhook_failed"
    scope = Scope.NONE
    is_retryable = True
    is_definite = False
    default_title = "The webhook could not be told"
    wait_s: float | None = None

    def __init__(
        self, message: str, *, status: int | None = None, wait_s: float | None = None, is_of_address: bool = True
    ) -> None:
        """`wait_s`: what the receiver asked for. `is_of_address`: it would refuse anything now, not this event alone."""
        super().__init__(message)
        self.status = status
        self.wait_s = wait_s
        self.is_of_address = is_of_address


class WorkerNotRunning(AppError):
    """What was asked for needs a live session, and only a worker has those."""

    code = "worker_not_running"
    default_title = "No worker runs"
    default_message = "Only a worker is online with Telegram, so nobody could do this. Nothing was changed."
    default_hint = "Start the worker, then try again."


class RequestFailed(AppError):
    """A worker was asked for something and could not do it, or could not say whether it did."""

    code = "request_failed"
    default_title = "The worker could not do this"


class ServiceStuck(AppError):
    """A part of the program did not start, or did not stop, in the time it has."""

    code = "service_stuck"
    default_title = "A part of Wireroom does not answer"
    default_hint = "Start Wireroom again; what was acknowledged is saved."


class InvalidTransitionError(AppError):
    """A change of state that the table of transitions does not allow."""

    code = "invalid_transition"
    default_title = "This cannot be done in its present state"


class SamePersonError(AppError):
    """The setting asks for a second person, and the one who approves is the one who submitted."""

    code = "same_person"
    default_title = "A second person has to approve this"
    default_hint = "Let a colleague approve it under their own name. Settings, Review says whether that is needed."


class LeaseLost(AppError):
    """Another worker owns the account now (the lease epoch changed). Nothing was written."""

    code = "lease_lost"
    scope = Scope.ACCOUNT
    default_title = "Another worker owns this account now"


class Cancelled(AppError):
    """A person cancelled it. Not an error: shown as a state, never as a failure."""

    code = "cancelled"
    default_title = "Cancelled"


def format_wait_until(moment: datetime) -> str:
    """The sentence for a demanded wait, e.g. "Telegram asked this account to wait until 14:31:40."; local time."""
    return f"Telegram asked this account to wait until {moment.astimezone():%H:%M:%S}."


def format_seconds(seconds: float) -> str:
    """A short wait in words, rounded up, e.g. "5 s" or "1 min 20 s"."""
    minutes, rest = divmod(math.ceil(seconds), 60)
    parts = [f"{minutes} min"] if minutes else []
    if rest or not minutes:
        parts.append(f"{rest} s")
    return " ".join(parts)

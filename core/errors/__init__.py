"""Every failure that a person may read, in one tree. Imports nothing else of ours.

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
├─ WebhookFailed             another program could not be told; tried again for a day
├─ WorkerNotRunning          something needs a live session, and no worker runs
├─ RequestFailed             a worker could not do what it was asked for
├─ ServiceStuck              a part of the program did not start or stop in its time
├─ InvalidTransitionError    a change of state that the table does not allow
├─ SamePersonError           a campaign needs a second person to approve it
├─ Cancelled                 a person cancelled it; shown as a state, never as a failure
├─ AiError                   a text model could not help: core.ai_errors has its tree
└─ LeaseLost                 another worker owns the account now; nothing was written

`scope` says what has to stop, `is_retryable` whether waiting helps, `is_definite` whether the failure proves
that the request had no effect. All three belong to the class, so the engine keeps no list of names.
"""

from core.errors.account import (
    AccountBanned,
    AccountError,
    AccountFrozen,
    AccountLimited,
    AccountSignedOut,
    CooldownError,
    LeaseLost,
    SessionUsedTwice,
    TwoFactorRequired,
)
from core.errors.asking import (
    Cancelled,
    CommandNotUnderstood,
    EmptyMessage,
    InvalidTransitionError,
    MissingField,
    SamePersonError,
    UserInputError,
)
from core.errors.base import AppError, Scope, format_seconds, format_wait_until
from core.errors.delivery import (
    CampaignError,
    DeleteForbidden,
    EditTooLate,
    MediaExpired,
    MediaUnavailable,
    MessageGone,
    MessageRejected,
    MessageTooLong,
    PaymentRequired,
    PremiumRequired,
    PrivacyRestricted,
    RecipientBlockedUs,
    RecipientError,
    RecipientGone,
    RecipientIsBot,
    RecipientNotFound,
    RecipientUnreachable,
    RefusedByTelegram,
    WeBlockedThem,
    WriteForbidden,
)
from core.errors.network import (
    ConnectionLost,
    NetworkError,
    PartlySent,
    ProxyMissing,
    ProxyUnreachable,
    ServerTrouble,
    TimedOut,
    WebhookFailed,
)
from core.errors.program import (
    ConfigurationError,
    PortInUse,
    RequestFailed,
    ServiceStuck,
    SystemLibraryMissing,
    WorkerNotRunning,
    WorkspaceBusy,
    WorkspaceCopied,
    WorkspaceError,
    WorkspaceKindMismatch,
)
from core.errors.storage import (
    BackupDamaged,
    BackupTooNew,
    DatabaseTooNew,
    SecretNotFound,
    SecretStoreError,
    SecretStoreLocked,
    SecretStoreMissing,
    StorageCorrupt,
    StorageError,
    StorageFull,
    StorageLocked,
    StorageReadOnly,
    TooManyTries,
    WrongPassphrase,
)

__all__ = [
    "AccountBanned",
    "AccountError",
    "AccountFrozen",
    "AccountLimited",
    "AccountSignedOut",
    "AppError",
    "BackupDamaged",
    "BackupTooNew",
    "CampaignError",
    "Cancelled",
    "CommandNotUnderstood",
    "ConfigurationError",
    "ConnectionLost",
    "CooldownError",
    "DatabaseTooNew",
    "DeleteForbidden",
    "EditTooLate",
    "EmptyMessage",
    "InvalidTransitionError",
    "LeaseLost",
    "MediaExpired",
    "MediaUnavailable",
    "MessageGone",
    "MessageRejected",
    "MessageTooLong",
    "MissingField",
    "NetworkError",
    "PartlySent",
    "PaymentRequired",
    "PortInUse",
    "PremiumRequired",
    "PrivacyRestricted",
    "ProxyMissing",
    "ProxyUnreachable",
    "RecipientBlockedUs",
    "RecipientError",
    "RecipientGone",
    "RecipientIsBot",
    "RecipientNotFound",
    "RecipientUnreachable",
    "RefusedByTelegram",
    "RequestFailed",
    "SamePersonError",
    "Scope",
    "SecretNotFound",
    "SecretStoreError",
    "SecretStoreLocked",
    "SecretStoreMissing",
    "ServerTrouble",
    "ServiceStuck",
    "SessionUsedTwice",
    "StorageCorrupt",
    "StorageError",
    "StorageFull",
    "StorageLocked",
    "StorageReadOnly",
    "SystemLibraryMissing",
    "TimedOut",
    "TooManyTries",
    "TwoFactorRequired",
    "UserInputError",
    "WeBlockedThem",
    "WebhookFailed",
    "WorkerNotRunning",
    "WorkspaceBusy",
    "WorkspaceCopied",
    "WorkspaceError",
    "WorkspaceKindMismatch",
    "WriteForbidden",
    "WrongPassphrase",
    "format_seconds",
    "format_wait_until",
]

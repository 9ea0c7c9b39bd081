"""What the engine needs from outside: Telegram and the stores. Adapters match these protocols by shape.

Every store method that writes is one unit of work: it is committed when the coroutine returns, or nothing of it is.
Errors are those of core.errors; a write that carries a lease raises LeaseLost when the epoch has changed.
"""

from campaigns.ports.accounts import AccountStore, LaneReport, LaneStatus, LeaseStore
from campaigns.ports.chats import (
    NOBODY,
    ChatSign,
    ChatSignStore,
    Incoming,
    IncomingBatch,
    IncomingHandler,
    IncomingKind,
    IncomingStore,
)
from campaigns.ports.delivery import (
    CampaignStore,
    Candidate,
    ClaimOrder,
    DeliveryStore,
    MessageChange,
    OpenTry,
    Outcome,
    Restored,
    UploadStore,
)
from campaigns.ports.gateway import Gateway, HistoryMessage, Link, SentMessage
from campaigns.ports.worker import ChangeSource, EventStore, RequestStore, WorkerStart, WorkerStore

__all__ = [
    "NOBODY",
    "AccountStore",
    "CampaignStore",
    "Candidate",
    "ChangeSource",
    "ChatSign",
    "ChatSignStore",
    "ClaimOrder",
    "DeliveryStore",
    "EventStore",
    "Gateway",
    "HistoryMessage",
    "Incoming",
    "IncomingBatch",
    "IncomingHandler",
    "IncomingKind",
    "IncomingStore",
    "LaneReport",
    "LaneStatus",
    "LeaseStore",
    "Link",
    "MessageChange",
    "OpenTry",
    "Outcome",
    "RequestStore",
    "Restored",
    "SentMessage",
    "UploadStore",
    "WorkerStart",
    "WorkerStore",
]

"""That a row changed, as processes tell each other through the database."""

from dataclasses import dataclass
from enum import StrEnum


class Subject(StrEnum):
    """Kinds of subjects whose changes are listed. Deliveries are not: campaigns and lanes keep counters."""

    ACCOUNT = "account"
    LANE = "lane"
    CAMPAIGN = "campaign"
    CONTACT = "contact"
    CONVERSATION = "conversation"
    EVENT = "event"
    REQUEST = "request"
    WORKER = "worker"
    PROXY = "proxy"
    IMPORT = "import"
    AUDIENCE = "audience"
    REHEARSAL = "rehearsal"
    TEMPLATE = "template"
    CANNED_REPLY = "canned_reply"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """`seq` rises with the order of commits; 0 as `subject_id` means the whole kind."""

    kind: str
    subject_id: int
    seq: int

"""The inbox: answers, what becomes of them, canned replies and tickets."""

from campaigns.inbox.canned import CannedReplies
from campaigns.inbox.changes import MessageChanges
from campaigns.inbox.replies import Replies
from campaigns.inbox.service import Inbox
from campaigns.inbox.tickets import Tickets
from core.clock import Clock
from core.config import Config
from core.container import ServiceContainer
from database import CannedReplyStore, ConversationActs, MessageChangeStore, ReplyStore, TicketStore


def register_inbox(container: ServiceContainer, clock: Clock) -> None:
    """Add the use cases; the stores must be registered too."""
    container.register(
        Inbox,
        lambda needs: Inbox(needs.get(ConversationActs), clock, needs.get(Config).inbox),
        needs=[ConversationActs, Config],
    )
    container.register(Replies, lambda needs: Replies(needs.get(ReplyStore), clock), needs=[ReplyStore])
    container.register(
        MessageChanges,
        lambda needs: MessageChanges(needs.get(MessageChangeStore), clock),
        needs=[MessageChangeStore],
    )
    container.register(
        CannedReplies,
        lambda needs: CannedReplies(needs.get(CannedReplyStore), clock),
        needs=[CannedReplyStore],
    )
    container.register(Tickets, lambda needs: Tickets(needs.get(TicketStore), clock), needs=[TicketStore])

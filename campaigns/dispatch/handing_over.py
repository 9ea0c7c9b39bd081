"""What a row asks of Telegram: to take a message, or to change one that it has."""

from collections.abc import Sequence

from campaigns.inbox.conversations import ChangeKind
from campaigns.ports import Candidate, Link, SentMessage
from core.domain.media import UploadedMedia
from core.domain.message import OutgoingMessage
from core.domain.peer import Peer

_CHANGED = SentMessage(message_id=None, at=None)  # no message came of it


async def hand_over(
    link: Link, candidate: Candidate, peer: Peer, message: OutgoingMessage, uploads: Sequence[UploadedMedia]
) -> SentMessage:
    """Telegram's yes. Raises as `Link.send`, `Link.edit` and `Link.delete`."""
    change = candidate.change
    if change is None:
        return await link.send(peer, message, random_id=candidate.random_id, uploads=uploads)
    if change.kind is ChangeKind.EDIT:
        await link.edit(peer, change.message_id, message)
    else:
        await link.delete(change.message_id)
    return _CHANGED

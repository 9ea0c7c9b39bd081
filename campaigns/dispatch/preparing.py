"""Making a row ready to be claimed: its text, and its peer, looked up over the network where the account has none.

A row that cannot have them ends here or is put off, with its reason; nothing of it has been tried.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import msgspec

from campaigns.delivery import DeliveryState
from campaigns.dispatch.engine_time import EngineTime
from campaigns.dispatch.outcomes import put_off
from campaigns.dispatch.rendering import RenderedMessage, Rendering
from campaigns.dispatch.restored import RestoredRows
from campaigns.dispatch.uploading import Uploading
from campaigns.plan.limits import LimitProfile
from campaigns.ports import Candidate, DeliveryStore, Link, Outcome
from campaigns.reasons import DeliveryReason
from core.domain.account import Lease
from core.domain.ids import NO_CAMPAIGN, CampaignId
from core.domain.media import UploadedMedia
from core.domain.peer import Address, Peer
from core.errors import CampaignError, CooldownError, EmptyMessage, MissingField, NetworkError, RecipientError

LOOK_UP_AGAIN = timedelta(seconds=10)
"""When a person is looked up again after an error of Telegram's own (facts of Telegram, chapter 4: 2, 10, 60 s)."""


class ReadyRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that can be claimed: it has a peer and its text."""

    candidate: Candidate
    peer: Peer
    message: RenderedMessage
    uploads: tuple[UploadedMedia, ...] = ()  # of the message's media


class Preparing:
    """Prepares the rows of one account over one link."""

    def __init__(
        self,
        *,
        lease: Lease,
        link: Link,
        store: DeliveryStore,
        rendering: Rendering,
        time: EngineTime,
        profile: LimitProfile,
        uploading: Uploading,
        refused: Callable[[Candidate, Outcome, RecipientError], Awaitable[None]],
        halted: Callable[[CampaignId, CampaignError], Awaitable[None]],
        restored: RestoredRows,
    ) -> None:
        """`refused` is told of a person who cannot be addressed, `halted` of a campaign none of which can be sent."""
        self._lease = lease
        self._link = link
        self._store = store
        self._rendering = rendering
        self._time = time
        self._profile = profile
        self._uploading = uploading
        self._refused = refused
        self._halted = halted
        self._restored = restored

    async def prepare(self, candidate: Candidate) -> ReadyRow | None:
        """None: the row ended or was put off. Raises NetworkError when the link has ended, AccountError, LeaseLost."""
        try:
            message = self._rendering.render(candidate)
        except CampaignError as error:
            await self._end(candidate, DeliveryState.FAILED, DeliveryReason(error.code))
            return None
        except (MissingField, EmptyMessage) as error:
            await self._end(candidate, DeliveryState.SKIPPED, DeliveryReason(error.code))
            return None
        uploads = await self._upload(candidate, message)
        if uploads is None:
            return None
        peer = candidate.peer or await self._look_up(candidate)
        if peer is None:
            return None
        # Also for a row whose person is known: a name that was looked up may have moved to somebody else.
        is_new = candidate.peer is None or candidate.telegram_user_id is None
        if is_new and not await self._store.bind_person(self._lease, candidate.id, peer, now=self._time.now()):
            return None
        if not await self._restored.may_send(candidate, peer, message):
            return None
        return ReadyRow(candidate=candidate, peer=peer, message=message, uploads=uploads)

    async def _upload(self, candidate: Candidate, message: RenderedMessage) -> tuple[UploadedMedia, ...] | None:
        """The uploads of the message's media. None: the row waits or ended, its campaign stands still, or the lane ends."""
        media = message.message.media
        if not media:
            return ()
        try:
            return await self._uploading.ensure(media)
        except CooldownError as error:
            await self._put_off(
                candidate, DeliveryReason.COOLDOWN, self._time.now() + timedelta(seconds=error.wait_s)
            )
        except NetworkError:
            if self._link.is_closed:
                raise
            await self._put_off(candidate, DeliveryReason.SERVER_TROUBLE, self._time.now() + LOOK_UP_AGAIN)
        except CampaignError as error:
            if candidate.campaign_id == NO_CAMPAIGN:
                await self._end(candidate, DeliveryState.FAILED, DeliveryReason(error.code))
            else:
                await self._halted(candidate.campaign_id, error)
        return None

    async def _look_up(self, candidate: Candidate) -> Peer | None:
        """Find a person over the network, within the budget for that method."""
        wait = await self._store.begin_look_up(
            self._lease, per_day=self._profile.resolves_per_day, now=self._time.now()
        )
        if wait is not None:
            await self._put_off(candidate, wait.reason, wait.until)
            return None
        try:
            return await self._link.resolve(Address(user_id=candidate.telegram_user_id, username=candidate.username))
        except CooldownError as error:
            until = self._time.now() + timedelta(seconds=error.wait_s)
            await self._store.hold_look_ups(self._lease, until=until)
            await self._put_off(candidate, DeliveryReason.COOLDOWN, until)
        except NetworkError:
            if self._link.is_closed:
                raise
            await self._put_off(candidate, DeliveryReason.SERVER_TROUBLE, self._time.now() + LOOK_UP_AGAIN)
        except RecipientError as error:
            outcome = await self._end(
                candidate, DeliveryState.FAILED, DeliveryReason(error.code), suppress=error.suppresses
            )
            await self._refused(candidate, outcome, error)
        return None

    async def _put_off(self, candidate: Candidate, reason: DeliveryReason, until: datetime) -> None:
        outcome = put_off(candidate, reason, until, now=self._time.now())
        await self._store.settle_untried(self._lease, outcome)

    async def _end(
        self, candidate: Candidate, state: DeliveryState, reason: DeliveryReason, *, suppress: bool = False
    ) -> Outcome:
        outcome = Outcome(
            delivery_id=candidate.id, state=state, at=self._time.now(), reason=reason, suppress=suppress
        )
        await self._store.settle_untried(self._lease, outcome)
        return outcome

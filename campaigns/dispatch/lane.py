"""One account's lane: connect, catch up, settle, deliver; again after a broken link, until told to stop.

Error policy of the loop: what waiting helps (a broken link, a demanded wait, a locked secret store) is tried again with
backoff; what a person must mend is stored with the account and ends the lane (AccountError, a session that is not in the
vault), or is said in the lane's row until it is mended (a setting); a lost lease ends the lane without a further write.
A database that cannot be written, and whatever is no AppError, ends the worker, which starts again from the database.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from campaigns.dispatch.breaker import Breaker
from campaigns.dispatch.delivering import Delivering
from campaigns.dispatch.engine_time import EngineTime
from campaigns.dispatch.lane_work import LaneParts
from campaigns.dispatch.rendering import Rendering
from campaigns.dispatch.said_no import SaidNo
from campaigns.dispatch.uploading import Uploading
from campaigns.inbox.reaction_rules import USUAL_REACTIONS, ReactionRules
from campaigns.inbox.stop_confirmation import StopConfirmations
from campaigns.message.stop_words import DEFAULT, StopWords, is_stop
from campaigns.plan.limits import LimitProfile, RateLimiter
from campaigns.ports import (
    AccountStore,
    CampaignStore,
    ChatSignStore,
    DeliveryStore,
    EventStore,
    Gateway,
    IncomingBatch,
    IncomingKind,
    IncomingStore,
    LaneReport,
    LaneStatus,
    Link,
    RequestStore,
    UploadStore,
)
from core.domain.account import Account, AccountState, Freeze, Lease
from core.errors import (
    AccountBanned,
    AccountError,
    AccountFrozen,
    AccountLimited,
    AccountSignedOut,
    AppError,
    ConnectionLost,
    CooldownError,
    LeaseLost,
    NetworkError,
    ProxyMissing,
    ProxyUnreachable,
    SecretNotFound,
    SecretStoreError,
    StorageError,
)
from core.logs import correlation

_SAID = (IncomingKind.MESSAGE, IncomingKind.EDITED)  # whoever changes what they wrote into STOP has said STOP

STEADY_S = 10.0
"""A link that held this long was sound: the next wait to connect starts from the shortest again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LanePorts:
    """Everything a lane reaches outside itself."""

    gateway: Gateway
    deliveries: DeliveryStore
    campaigns: CampaignStore
    accounts: AccountStore
    incoming: IncomingStore
    events: EventStore
    requests: RequestStore
    uploads: UploadStore
    signs: ChatSignStore
    erase_session: Callable[[Account], Awaitable[None]]  # forgets the key of a session that has been ended


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneSettings:
    """From the settings file, section delivery; and where the workspace keeps photos and files."""

    in_flight: int  # sends under way at once on one account
    read_ahead: int  # rows read ahead without writing
    settle_retry_s: tuple[float, ...]  # waits before asking about an open try again; the last one repeats
    reconnect_s: tuple[float, ...]  # waits before connecting again; the last one repeats
    media_folder: Path
    stop_words: StopWords = DEFAULT  # what makes a message a STOP
    reactions: ReactionRules = USUAL_REACTIONS  # what a reaction does to a conversation
    confirmations: StopConfirmations | None = None  # what is answered to a STOP; None: nothing

    def settle_retry_after(self, tries: int) -> timedelta:
        return timedelta(seconds=self.settle_retry_s[min(tries, len(self.settle_retry_s)) - 1])

    def reconnect_after_s(self, attempt: int) -> float:
        return self.reconnect_s[min(attempt, len(self.reconnect_s)) - 1]


@dataclass(frozen=True, slots=True)
class _Leaving:
    """Somebody asked to log out; `done` is answered once it is."""

    actor: str
    done: "asyncio.Future[None]"


class Lane:
    """The deliveries of one account in order, with its limits. One run; made anew when the account is taken again."""

    def __init__(
        self,
        *,
        account: Account,
        lease: Lease,
        profile_of: Callable[[Account], LimitProfile],
        ports: LanePorts,
        settings: LaneSettings,
        time: EngineTime,
        rendering: Rendering,
        breaker: Breaker,
        said_no: SaidNo,
        is_ours: Callable[[], bool],
        report: Callable[[LaneReport], None],
    ) -> None:
        """`is_ours` says by the monotonic clock whether the lease can still be trusted; asked before every send."""
        self.lease = lease
        self.link: Link | None = None  # while it is connected and has caught up
        self._account = account
        self._profile_of = profile_of
        self._ports = ports
        self._settings = settings
        self._time = time
        self._rendering = rendering
        self._breaker = breaker
        self._said_no = said_no
        self._is_ours = is_ours
        self._report = report
        self._profile: LimitProfile | None = None
        self._limiter: RateLimiter | None = (
            None  # lives longer than a link: connecting again is no way around the pace
        )
        self._delivering: Delivering | None = None
        self._stopping = asyncio.Event()
        self._route_changed = asyncio.Event()
        self._leaving: _Leaving | None = None

    def poke(self) -> None:
        """Something about the account or its campaigns changed: look again."""
        if self._delivering is not None:
            self._delivering.poke()

    def leave_by_new_route(self) -> None:
        """The account's proxy is another one, or works again: a wait for it is over."""
        self._route_changed.set()

    def stop(self) -> None:
        """Claim nothing more; `run` returns when what is in flight has been answered."""
        self._stopping.set()
        if self._delivering is not None:
            self._delivering.end()

    def stand_still(self, error: AccountError) -> None:
        """What was asked of Telegram beside the deliveries showed that the account cannot go on."""
        if self._delivering is not None:
            self._delivering.fail(error)

    async def log_out(self, actor: str) -> None:
        """End the session at Telegram, once what is in flight was answered, and erase it: the lane ends with it.

        Raises what prevented it; the lane then goes on, or ends for that reason.
        """
        self._leaving = leaving = _Leaving(actor, asyncio.get_running_loop().create_future())
        if self._delivering is not None:
            self._delivering.end()
        try:
            await leaving.done
        finally:
            self._leaving = None

    async def run(self) -> None:
        """Deliver until stopped, until the account needs a person, or until the lease is lost.

        Raises StorageError, and whatever is no AppError.
        """
        try:
            await self._ports.requests.recover(self.lease, now=self._time.now())
            await self._keep_connected()
        except LeaseLost:
            return
        except SecretNotFound:
            await self._stand_still(
                AccountSignedOut("Its session is not in the vault any more."), code=SecretNotFound.code
            )
        except AccountError as error:
            await self._stand_still(error)
        finally:
            if self._leaving is not None and not self._leaving.done.done():
                self._leaving.done.set_exception(ConnectionLost())

    async def _keep_connected(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            began_s = self._time.clock.monotonic()
            try:
                with correlation():  # what one link did stands together in logs and Activity
                    await self._one_connection()
            except (LeaseLost, AccountError, SecretNotFound, StorageError):
                raise
            except AppError as error:
                lasted_s = self._time.clock.monotonic() - began_s
                attempt = 1 if lasted_s > STEADY_S else attempt + 1
                delay_s = self._settings.reconnect_after_s(attempt)
                if isinstance(error, CooldownError):
                    delay_s = max(delay_s, error.wait_s)
                await self._wait_to_connect(error, delay_s)

    async def _one_connection(self) -> None:
        self._tell(LaneStatus.CONNECTING)
        self._route_changed.clear()  # before the route is read, so that no later change is missed
        account = await self._ports.accounts.get(self._account.id)
        profile = self._profile_of(account)
        if self._limiter is None or profile != self._profile:
            self._profile, self._limiter = profile, RateLimiter(profile)
        if account.session_secret != self._account.session_secret:
            # Signed in anew: the lock that this worker holds is that of the former session. It takes the account again.
            self._stopping.set()
            return
        self._account = account
        state = await self._ports.accounts.update_state(account.id)
        link = await self._ports.gateway.connect(account, state, self._commit_incoming)
        try:
            await self._confirm_time(link)
            # First what was missed (STOP, blocks), then open tries, then new claims.
            await link.catch_up()
            parts = LaneParts(
                lease=self.lease,
                profile=profile,
                link=link,
                deliveries=self._ports.deliveries,
                campaigns=self._ports.campaigns,
                accounts=self._ports.accounts,
                in_flight=self._settings.in_flight,
                read_ahead=self._settings.read_ahead,
                settle_retry_after=self._settings.settle_retry_after,
                time=self._time,
                rendering=self._rendering,
                breaker=self._breaker,
                said_no=self._said_no,
                limiter=self._limiter,
                is_ours=self._is_ours,
                uploads=self._ports.uploads,
                signs=self._ports.signs,
                uploading=Uploading(
                    lease=self.lease,
                    link=link,
                    store=self._ports.uploads,
                    folder=self._settings.media_folder,
                    time=self._time,
                    tell=self._tell,
                ),
                tell=self._tell,
                confirm_time=lambda: self._confirm_time(link),
            )
            self._delivering = Delivering(account, parts)
            self.link = link
            if self._leaving is None and not self._stopping.is_set():
                await self._delivering.run()
            if self._leaving is not None:
                await self._sign_off(link, self._leaving)
        finally:
            self._delivering = self.link = None
            await link.close()

    async def _sign_off(self, link: Link, leaving: "_Leaving") -> None:
        """The key first, the row last: what a crash interrupts is a session that is not in the vault any more."""
        try:
            await link.log_out()
        except AppError as error:
            if not leaving.done.done():
                leaving.done.set_exception(error)
            self._leaving = None
            if isinstance(error, AccountError):
                raise
            return
        await self._ports.erase_session(self._account)
        now = self._time.now()
        await self._ports.accounts.log_out(self._account.id, lease=self.lease, actor=leaving.actor, now=now)
        self._stopping.set()
        self._tell(LaneStatus.NEEDS_YOU, "Logged out here. Sign in again.")
        if not leaving.done.done():
            leaving.done.set_result(None)

    async def _commit_incoming(self, batch: IncomingBatch) -> None:
        words = self._settings.stop_words
        said = (item for item in batch.items if item.kind in _SAID and not item.is_own)
        stops = [item for item in said if is_stop(item.text, words)]
        for item in (*stops, *(item for item in batch.items if item.kind is IncomingKind.BLOCKED)):
            self._said_no.note(item.user_id, self._time.clock.monotonic())
        settings = self._settings
        await self._ports.incoming.commit(self.lease, batch, stops, settings.reactions, settings.confirmations)
        if stops:
            self.poke()  # what this process writes it does not notice by polling

    async def _confirm_time(self, link: Link) -> None:
        skew = self._time.confirm(await link.server_time())
        if skew is not None:
            await self._ports.events.add(
                "clock.wrong",
                at=self._time.now(),
                actor="worker",
                level="warning",
                account_id=self._account.id,
                data={"ahead_s": int(skew.total_seconds())},
            )

    async def _stand_still(self, error: AccountError, *, code: str = "") -> None:
        await self._ports.accounts.stop(
            self.lease,
            _state_for(error),
            str(error),
            now=self._time.now(),
            code=code or error.code,
            freeze=_freeze_of(error),
        )
        self._tell(LaneStatus.NEEDS_YOU, error.title)

    async def _wait_to_connect(self, error: AppError, delay_s: float) -> None:
        until = self._time.now() + timedelta(seconds=delay_s)
        goes_by_itself = isinstance(error, (NetworkError, CooldownError, SecretStoreError))
        if goes_by_itself and not isinstance(error, ProxyMissing):
            self._tell(LaneStatus.WAITING, f"{error.title}. It connects again by itself.", until)
        else:
            self._tell(LaneStatus.NEEDS_YOU, str(error), until)
        ends = [self._stopping, self._route_changed] if isinstance(error, ProxyUnreachable) else [self._stopping]
        await _wait_for_any(ends, delay_s)

    def _tell(self, status: LaneStatus, reason: str = "", until: datetime | None = None) -> None:
        self._report(LaneReport(account_id=self._account.id, status=status, reason=reason, until=until))


def _state_for(error: AccountError) -> AccountState:
    if isinstance(error, AccountBanned):
        return AccountState.BANNED
    if isinstance(error, AccountFrozen):
        return AccountState.FROZEN
    if isinstance(error, AccountLimited):
        return AccountState.LIMITED
    return AccountState.SIGNED_OUT


def _freeze_of(error: AccountError) -> Freeze | None:
    if not isinstance(error, AccountFrozen) or error.since is None:
        return None
    return Freeze(since=error.since, until=error.until, appeal_url=error.appeal_url)


async def _wait_for_any(events: Sequence[asyncio.Event], timeout_s: float) -> None:
    """Return when one of them is set, or after that time."""
    async with asyncio.TaskGroup() as group:
        waits = [group.create_task(event.wait(), name="end of a wait") for event in events]
        await asyncio.wait(waits, timeout=timeout_s, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()

"""What people do with accounts: pause, limit, look at devices, log out, remove. One method a use case.

Console and commands call this. What needs a live session is asked of the worker that owns the account, by a row.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from campaigns.accounts.removal import ONLINE, Removal, Removed, Unsent
from campaigns.accounts.removal_of_several import Removals
from campaigns.accounts.standing import describe_standing
from campaigns.plan.account_limits import LimitInForce, limits_in_force
from campaigns.plan.limits import LimitProfile
from campaigns.report.views import LaneView
from campaigns.requests import (
    RequestAnswer,
    RequestKind,
    RequestState,
    decode_devices,
    decode_refusal,
)
from campaigns.worker_control import WorkerCondition, WorkerStatus
from core.clock import Clock
from core.domain.account import Account, AccountKind, AccountLimit, AccountState, LimitKind
from core.domain.device import Device
from core.domain.ids import AccountId, RequestId
from core.errors import RequestFailed, SecretNotFound, UserInputError, WorkerNotRunning, WorkspaceBusy

ASK_S = 20.0
"""How long a person waits for an answer about an account: above the time-out of one call to Telegram."""

LOG_OUT_S = 45.0
"""Logging out first lets what is in flight be answered, which may take as long as a send may."""

POLL_S = 0.05

ENDED_THERE = frozenset({AccountState.SIGNED_OUT, AccountState.BANNED})
"""Telegram has ended the session itself; but for one that is only not in the vault any more."""


class LogOut(StrEnum):
    """What became of the session that was logged out. It is erased here in each case."""

    ENDED = "ended"  # at Telegram too
    ENDED_BEFORE = "ended_before"  # Telegram had ended it
    LEFT = "left"  # nobody could tell Telegram: it may still stand in the account's list of devices


class HeldLock(Protocol):
    def acquire(self) -> bool: ...
    def release(self) -> None: ...


class AccountRows(Protocol):
    async def get(self, account_id: AccountId) -> Account: ...
    async def pause(self, account_id: AccountId, *, actor: str, now: datetime) -> None: ...
    async def resume(self, account_id: AccountId, *, actor: str, now: datetime) -> None: ...
    async def log_out(self, account_id: AccountId, *, actor: str, now: datetime) -> None: ...


class LimitRows(Protocol):
    async def set_limits(
        self,
        account_ids: Sequence[AccountId],
        changes: Mapping[LimitKind, int | None],
        *,
        beyond_safe: bool,
        actor: str,
        now: datetime,
    ) -> Mapping[AccountId, Sequence[AccountLimit]]: ...
    async def put_back(
        self,
        before: Mapping[AccountId, Sequence[AccountLimit]],
        changes: Mapping[LimitKind, int | None],
        *,
        actor: str,
        now: datetime,
    ) -> Sequence[AccountId]: ...


class RemovalRows(Protocol):
    async def plan_removals(self, account_ids: Sequence[AccountId], *, now: datetime) -> Sequence[Removal]: ...
    async def remove(
        self, account_id: AccountId, unsent: Unsent, *, also_going: Collection[AccountId], actor: str, now: datetime
    ) -> Removed:
        """All of it but the session, which has been ended. The caller holds the account's OS lock."""
        ...


class AskRows(Protocol):
    async def ask(
        self,
        kind: RequestKind,
        account_id: AccountId,
        *,
        argument: str = "",
        requester: str,
        deadline: datetime,
        now: datetime,
    ) -> RequestId: ...
    async def answer(self, request_id: RequestId) -> RequestAnswer: ...
    async def withdraw(self, request_id: RequestId, *, now: datetime) -> RequestAnswer: ...


class WorkerLooks(Protocol):
    async def status(self) -> WorkerStatus: ...


class LaneLooks(Protocol):
    async def lanes(self, campaign_id: None) -> Sequence[LaneView]: ...


class AccountService:
    """The use cases. `actor` is the name of the person who asks; it stands in Activity."""

    def __init__(
        self,
        *,
        accounts: AccountRows,
        limits: LimitRows,
        removals: RemovalRows,
        requests: AskRows,
        worker: WorkerLooks,
        lanes: LaneLooks,
        profile_of: Callable[[Account], LimitProfile],
        lock_of: Callable[[Account], HeldLock],
        erase_session: Callable[[Account], Awaitable[None]],
        clock: Clock,
    ) -> None:
        """`profile_of` gives an account's profile without what was set for it; `lock_of` the lock of its session;
        `erase_session` forgets the session's key.
        """
        self._accounts = accounts
        self._limits = limits
        self._removals = removals
        self._requests = requests
        self._worker = worker
        self._lanes = lanes
        self._profile_of = profile_of
        self._lock_of = lock_of
        self._erase_session = erase_session
        self._clock = clock

    # -------------------------------------------------------------------------------------------- pause, limits

    async def pause(self, account_id: AccountId, *, actor: str) -> None:
        """Nothing more is claimed on it; it stays online and hears STOP. Raises InvalidTransitionError unless ready."""
        await self._accounts.pause(account_id, actor=actor, now=self._clock.now())

    async def resume(self, account_id: AccountId, *, actor: str) -> None:
        """It may send again, whatever stopped it. The worker checks again with Telegram; a demanded wait stays."""
        await self._accounts.resume(account_id, actor=actor, now=self._clock.now())

    async def limits(self, account_id: AccountId) -> Sequence[LimitInForce]:
        """Every limit as it holds now, with its source and safe range."""
        account = await self._accounts.get(account_id)
        return limits_in_force(account, self._profile_of(account), self._clock.now())

    async def set_limits(
        self,
        account_ids: Sequence[AccountId],
        changes: Mapping[LimitKind, int | None],
        *,
        beyond_safe: bool = False,
        actor: str,
    ) -> Mapping[AccountId, Sequence[AccountLimit]]:
        """Set these limits of all these accounts, or of none when one cannot be; what is not named stays.

        None goes back to the profile's number. Returns what was set before, for `put_limits_back`. Raises
        UserInputError for a number beyond the safe range without `beyond_safe`, which stands in Activity.
        """
        return await self._limits.set_limits(
            account_ids, changes, beyond_safe=beyond_safe, actor=actor, now=self._clock.now()
        )

    async def put_limits_back(
        self,
        before: Mapping[AccountId, Sequence[AccountLimit]],
        changes: Mapping[LimitKind, int | None],
        *,
        actor: str,
    ) -> Sequence[AccountId]:
        """Undo `set_limits` with these changes, but for what somebody changed meanwhile. Returns those whose limits
        are all as before."""
        return await self._limits.put_back(before, changes, actor=actor, now=self._clock.now())

    # -------------------------------------------------------------------------------------------------- devices

    async def list_devices(self, account_id: AccountId, *, actor: str) -> Sequence[Device]:
        """Ask Telegram where the account is signed in; the session that Wireroom uses stands first, then by activity.

        Raises WorkerNotRunning, RequestFailed, UserInputError."""
        return decode_devices(await self._ask(RequestKind.LIST_DEVICES, account_id, actor=actor))

    async def end_device(self, account_id: AccountId, device_hash: str, *, actor: str) -> None:
        """Sign the account out on one other device (`Device.hash`). Raises as `list_devices`."""
        if not device_hash.isdecimal() and not device_hash.removeprefix("-").isdecimal():
            raise UserInputError("A device is named by its number.", hint="Take it from the list of devices.")
        if int(device_hash) == 0:
            raise UserInputError("That is the session which Wireroom uses.", hint="To end it, log the account out.")
        await self._ask(RequestKind.END_DEVICE, account_id, argument=device_hash, actor=actor)

    async def end_other_devices(self, account_id: AccountId, *, actor: str) -> None:
        """Sign the account out everywhere but here. Raises as `list_devices`."""
        await self._ask(RequestKind.END_OTHER_DEVICES, account_id, actor=actor)

    # ---------------------------------------------------------------------------------------- log out and remove

    async def log_out(self, account_id: AccountId, *, leave_session: bool = False, actor: str) -> LogOut:
        """End the session at Telegram and erase it here; the deliveries stay with the account.

        The worker that has it online does it; an account that nobody keeps online it connects once for that, and only
        where that cannot be is the session erased here alone. `leave_session`: without asking anybody. Raises
        WorkerNotRunning and RequestFailed for an account that should be online (then nothing was erased, or it is said
        that nobody knows), WorkspaceBusy when a worker holds one whose session is to be left.
        """
        account = await self._accounts.get(account_id)
        if account.state in ENDED_THERE and account.state_code != SecretNotFound.code:
            await self._forget_session(account, actor)
            return LogOut.ENDED_BEFORE
        if not leave_session and account.state_code != SecretNotFound.code:
            try:
                await self._ask(RequestKind.LOG_OUT, account_id, actor=actor, wait_s=LOG_OUT_S)
            except (WorkerNotRunning, RequestFailed):
                if account.state in ONLINE:
                    raise
            else:
                return LogOut.ENDED
        lock = await self._take_lock(account)
        try:
            await self._forget_session(account, actor)
        finally:
            lock.release()
        return LogOut.LEFT

    async def _forget_session(self, account: Account, actor: str) -> None:
        await self._erase_session(account)
        await self._accounts.log_out(account.id, actor=actor, now=self._clock.now())

    async def plan_removal(self, account_id: AccountId) -> Removal:
        """What removing the account would do; nothing is done."""
        return (await self._removals.plan_removals([account_id], now=self._clock.now()))[0]

    async def plan_removals(self, account_ids: Sequence[AccountId]) -> Removals:
        """What removing all of them would do, of the accounts in this order; nothing is done."""
        removals = await self._removals.plan_removals(account_ids, now=self._clock.now())
        is_running = (await self._worker.status()).condition is WorkerCondition.RUNNING
        return Removals(accounts=removals, has_worker=is_running)

    async def remove(
        self,
        account_id: AccountId,
        *,
        unsent: Unsent = Unsent.CANCEL,
        leave_session: bool = False,
        also_going: Collection[AccountId] = (),
        actor: str,
    ) -> Removed:
        """Log out, take its unsent deliveries away, and take the account out of every list. Cannot be undone.

        What left or may have left is never sent again by anybody; history stays readable. `leave_session`: without
        asking the worker, so the session stays in the account's list of devices at Telegram. Raises WorkerNotRunning,
        RequestFailed, UserInputError (the deliveries may not move), WorkspaceBusy (a worker still holds the account).
        Whole or unfinished: after an error it can be asked for again.
        """
        removal = await self.plan_removal(account_id)
        if unsent is Unsent.MOVE and removal.cannot_move:
            raise UserInputError(
                removal.cannot_move, title="These deliveries may not move", hint="Remove it without moving them."
            )
        account = await self._accounts.get(account_id)
        is_there = account.state not in ENDED_THERE
        is_left = account.state_code == SecretNotFound.code or (is_there and leave_session)
        if is_there and not leave_session:
            is_left = await self.log_out(account_id, actor=actor) is LogOut.LEFT
            account = await self._accounts.get(account_id)  # its lane gives it back in a moment
        lock = await self._take_lock(account)
        try:
            removed = await self._removals.remove(
                account_id, unsent, also_going=also_going, actor=actor, now=self._clock.now()
            )
            await self._erase_session(account)
        finally:
            lock.release()
        return Removed(
            cancelled=removed.cancelled,
            moved=removed.moved,
            left_uncertain=removed.left_uncertain,
            ended_at_telegram=not is_left,
        )

    async def _take_lock(self, account: Account) -> HeldLock:
        """The account is nobody's while it is removed. A lane that has just logged out gives it back in a moment."""
        lock = self._lock_of(account)
        end_s = self._clock.monotonic() + ASK_S
        while not lock.acquire():
            if self._clock.monotonic() > end_s or account.state in ONLINE:
                raise WorkspaceBusy(
                    "A worker holds this account, so nothing was changed.",
                    title="This account is in use",
                    hint="Stop the worker, then try again.",
                )
            await self._clock.sleep(POLL_S)
        return lock

    # --------------------------------------------------------------------------------------------------- asking

    async def _ask(
        self, kind: RequestKind, account_id: AccountId, *, argument: str = "", actor: str, wait_s: float = ASK_S
    ) -> str:
        """The answer of the worker that owns the account."""
        account = await self._accounts.get(account_id)
        _check_can_be_asked(account, kind)
        if (await self._worker.status()).condition is not WorkerCondition.RUNNING:
            raise WorkerNotRunning
        now = self._clock.now()
        request_id = await self._requests.ask(
            kind,
            account_id,
            argument=argument,
            requester=actor,
            deadline=now + timedelta(seconds=wait_s),
            now=now,
        )
        end_s = self._clock.monotonic() + wait_s
        answer = await self._requests.answer(request_id)
        try:
            while answer.state in (RequestState.OPEN, RequestState.BEGUN) and self._clock.monotonic() < end_s:
                await self._clock.sleep(POLL_S)
                answer = await self._requests.answer(request_id)
        finally:
            # Also for who was cancelled: what nobody has begun is not done behind the back of who gave up.
            if answer.state in (RequestState.OPEN, RequestState.BEGUN):
                answer = await self._requests.withdraw(request_id, now=self._clock.now())
        return await self._read(answer, account_id)

    async def _read(self, answer: RequestAnswer, account_id: AccountId) -> str:
        match answer.state:
            case RequestState.DONE:
                return answer.answer
            case RequestState.FAILED:
                raise decode_refusal(answer.answer)
            case RequestState.EXPIRED | RequestState.OPEN:
                raise RequestFailed(
                    f"The account was not online in time. {await self._why_offline(account_id)}".strip(),
                    hint="Nothing was changed. Try again when it is online.",
                )
            case _:
                raise RequestFailed(
                    "The connection or the worker ended while it was being done.",
                    title="Nobody knows whether this was done",
                    hint="Look at the list of devices, and ask again if need be.",
                )

    async def _why_offline(self, account_id: AccountId) -> str:
        return next((lane.reason for lane in await self._lanes.lanes(None) if lane.account_id == account_id), "")


def _check_can_be_asked(account: Account, kind: RequestKind) -> None:
    if account.kind is AccountKind.BOT and kind is not RequestKind.LOG_OUT:
        raise UserInputError(
            "Telegram lists devices only for user accounts.",
            title="A bot has no devices",
            hint="To end every session of a bot, revoke its token at @BotFather.",
        )
    if account.state not in ONLINE and kind is not RequestKind.LOG_OUT:
        standing = describe_standing(account)
        raise RequestFailed(standing.message, title=standing.title, hint=standing.hint)

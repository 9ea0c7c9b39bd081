"""Logging out an account that has no lane, because it waits for a person: taken, connected once, logged out, given back."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from campaigns.dispatch.engine_time import EngineTime
from campaigns.dispatch.ownership import Ownership
from campaigns.ports import AccountStore, Gateway, RequestStore
from campaigns.requests import Request, RequestKind, RequestState, encode_refusal
from core.domain.account import Account, AccountState, Lease
from core.domain.ids import WorkerId
from core.errors import AccountBanned, AccountSignedOut, AppError, LeaseLost, StorageError

WITHOUT_LANE: Final = frozenset({AccountState.FROZEN, AccountState.SIGNED_OUT, AccountState.BANNED})
"""States in which nobody keeps an account connected."""


class Visits:
    """For the worker's request desk. Writes nothing but the request and, once it is done, the account."""

    def __init__(
        self,
        *,
        worker_id: WorkerId,
        ownership: Ownership,
        gateway: Gateway,
        accounts: AccountStore,
        requests: RequestStore,
        erase_session: Callable[[Account], Awaitable[None]],
        time: EngineTime,
    ) -> None:
        self._worker_id = worker_id
        self._ownership = ownership
        self._gateway = gateway
        self._accounts = accounts
        self._requests = requests
        self._erase_session = erase_session
        self._time = time

    async def log_out(self, request: Request) -> bool:
        """Do what a LOG_OUT request asks. False: it is not ours to do now, as the account has a lane or an owner.

        Raises LeaseLost, StorageError.
        """
        account = await self._accounts.get(request.account_id)
        if request.kind is not RequestKind.LOG_OUT or account.state not in WITHOUT_LANE:
            return False
        lease = await self._ownership.take(account)
        if lease is None:
            return False
        try:
            if await self._requests.begin(request, lease, self._worker_id, now=self._time.clock.now()):
                await self._visit(request, account, lease)
        finally:
            await self._ownership.release(account.id)
        return True

    async def _visit(self, request: Request, account: Account, lease: Lease) -> None:
        left_s = (request.deadline_at - self._time.clock.now()).total_seconds()
        try:
            async with asyncio.timeout(left_s):
                await self._gateway.log_out(account)
        except (AccountSignedOut, AccountBanned):
            pass  # Telegram had ended its session already
        except (LeaseLost, StorageError):
            raise
        except TimeoutError:
            await self._finish(request, RequestState.UNKNOWN)
            return
        except AppError as error:
            state = RequestState.FAILED if error.is_definite else RequestState.UNKNOWN
            await self._finish(request, state, encode_refusal(error))
            return
        await self._erase_session(account)
        await self._accounts.log_out(account.id, lease=lease, actor=request.requester, now=self._time.now())
        await self._finish(request, RequestState.DONE)

    async def _finish(self, request: Request, state: RequestState, answer: str = "") -> None:
        await self._requests.finish(request, self._worker_id, state, answer, now=self._time.clock.now())

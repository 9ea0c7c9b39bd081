"""Requests about accounts, done by the worker that owns them over the links of its lanes.

Each is committed as begun before anything is done, so that after a crash it is known which may have been done.
"""

import asyncio
from collections.abc import Mapping

from campaigns.dispatch.engine_time import EngineTime
from campaigns.dispatch.lane import Lane
from campaigns.dispatch.visits import Visits
from campaigns.ports import EventStore, Link, RequestStore
from campaigns.requests import REPEATABLE, Request, RequestKind, RequestState, encode_devices, encode_refusal
from core.domain.ids import AccountId, RequestId, WorkerId
from core.errors import AccountError, AppError, LeaseLost, StorageError

LOOK_EVERY_S = 1.0


class RequestDesk:
    """Takes requests for the accounts of this worker. `lanes` is the worker's own table of them."""

    def __init__(
        self,
        *,
        worker_id: WorkerId,
        store: RequestStore,
        events: EventStore,
        lanes: Mapping[AccountId, Lane],
        visits: Visits,
        time: EngineTime,
    ) -> None:
        self._worker_id = worker_id
        self._store = store
        self._events = events
        self._lanes = lanes
        self._visits = visits
        self._time = time
        self._taken: dict[RequestId, AccountId] = {}
        self._look = asyncio.Event()

    def poke(self) -> None:
        """Requests changed: look at once."""
        self._look.set()

    async def tend(self, group: asyncio.TaskGroup) -> None:
        """Take what waits, each as a task of the group; one at a time of each account."""
        while True:
            for request in await self._store.list_open(now=self._time.clock.now()):
                lane = self._lanes.get(request.account_id)
                if request.account_id in self._taken.values():
                    continue
                # Without a link it waits, until its deadline, for the lane to connect.
                if lane is not None and lane.link is not None:
                    self._taken[request.id] = request.account_id
                    group.create_task(self._serve(request, lane, lane.link), name=f"request {request.id}")
                elif lane is None and request.kind is RequestKind.LOG_OUT:
                    self._taken[request.id] = request.account_id
                    group.create_task(self._visit(request), name=f"visit {request.id}")
            try:
                async with asyncio.timeout(LOOK_EVERY_S):
                    await self._look.wait()
            except TimeoutError:
                continue
            self._look.clear()

    async def _serve(self, request: Request, lane: Lane, link: Link) -> None:
        try:
            if await self._store.begin(request, lane.lease, self._worker_id, now=self._time.clock.now()):
                await self._do_and_finish(request, lane, link)
        except LeaseLost:
            return  # whoever owns the account now finds it open, or begun by a worker that has gone
        finally:
            del self._taken[request.id]
            self._look.set()

    async def _visit(self, request: Request) -> None:
        """What was not done waits for the next look, or its deadline."""
        try:
            await self._visits.log_out(request)
        except LeaseLost:
            return
        finally:
            del self._taken[request.id]

    async def _do_and_finish(self, request: Request, lane: Lane, link: Link) -> None:
        left_s = (request.deadline_at - self._time.clock.now()).total_seconds()
        try:
            async with asyncio.timeout(left_s):
                answer = await self._do(request, lane, link)
        except TimeoutError:
            await self._finish(request, RequestState.UNKNOWN)
        except (LeaseLost, StorageError):
            raise
        except AppError as error:
            if isinstance(error, AccountError):
                lane.stand_still(error)
            if error.is_definite:
                await self._finish(request, RequestState.FAILED, encode_refusal(error))
            elif request.kind in REPEATABLE:
                await self._store.give_back(request)
            else:
                await self._finish(request, RequestState.UNKNOWN)
        else:
            await self._finish(request, RequestState.DONE, answer)

    async def _do(self, request: Request, lane: Lane, link: Link) -> str:
        match request.kind:
            case RequestKind.LIST_DEVICES:
                return encode_devices(await link.list_devices())
            case RequestKind.END_DEVICE:
                await link.end_device(request.argument)
                await self._tell(request, "one")
            case RequestKind.END_OTHER_DEVICES:
                await link.end_other_devices()
                await self._tell(request, "others")
            case RequestKind.LOG_OUT:
                await lane.log_out(request.requester)
        return ""

    async def _tell(self, request: Request, ended: str) -> None:
        await self._events.add(
            "account.devices",
            at=self._time.now(),
            actor=request.requester,
            account_id=request.account_id,
            data={"ended": ended},
        )

    async def _finish(self, request: Request, state: RequestState, answer: str = "") -> None:
        await self._store.finish(request, self._worker_id, state, answer, now=self._time.clock.now())

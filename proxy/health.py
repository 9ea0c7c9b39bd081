"""The health of proxies: each is checked from time to time, a failing one is set aside for growing pauses.

Accounts leave a failing proxy only for a healthy one of the same label and country, and only where a person allowed it;
all others wait. A proxy whose address Telegram limits is no such failure: its accounts wait, since another address
would be a way around the limit.
"""

import asyncio
import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from core.clock import Clock
from core.domain.ids import ProxyId
from core.domain.proxy import Proxy, ProxyFailure, ProxyTimes
from core.errors import NetworkError, SecretStoreError, UserInputError
from core.ports import ProxyProbe
from proxy.ports import ProxyStore

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """How often proxies are checked. All in seconds."""

    every_s: float = 300.0  # between two checks of a healthy proxy
    jitter: float = 0.2  # part by which each moment is moved at random, so that checks do not come in crowds
    pauses_s: tuple[float, ...] = (30.0, 60.0, 120.0, 300.0, 900.0, 1800.0, 3600.0)  # by failed checks in a row
    look_s: float = 0.5  # between two looks at what is due
    at_once: int = 10
    claim_s: float = 60.0  # a check that takes longer is given to somebody else; two probes take less

    def pause(self, failures: int, chance: random.Random) -> timedelta:
        """How long a proxy is left alone after so many failed checks in a row."""
        return self.spread(self.pauses_s[min(failures, len(self.pauses_s)) - 1], chance)

    def spread(self, seconds: float, chance: random.Random) -> timedelta:
        """About so long."""
        return timedelta(seconds=seconds * chance.uniform(1 - self.jitter, 1 + self.jitter))


class ProxyHealth:
    """Checks what is due, and what a person asks for. Any number of processes may do so at once."""

    def __init__(
        self,
        store: ProxyStore,
        probe: ProxyProbe,
        clock: Clock,
        *,
        settings: HealthSettings | None = None,
        chance: random.Random | None = None,
    ) -> None:
        self._store = store
        self._probe = probe
        self._clock = clock
        self._settings = settings or HealthSettings()
        self._chance = chance or random.Random()

    async def run(self) -> None:
        """Check what is due, until cancelled: a few at once, and one that gives no answer holds up none of the rest."""
        under_way: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as group:
            while True:
                due = await self._claim_due(self._settings.at_once - len(under_way))
                for proxy_id in due:
                    task = group.create_task(self._check_quietly(proxy_id), name=f"check of proxy {proxy_id}")
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                if len(under_way) >= self._settings.at_once:
                    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                elif not due:
                    await self._clock.sleep(self._settings.look_s)

    async def check_due(self) -> int:
        """Check once what is due now, a few at once; returns how many."""
        due = await self._claim_due(self._settings.at_once)
        async with asyncio.TaskGroup() as group:
            for proxy_id in due:
                group.create_task(self._check_quietly(proxy_id), name=f"check of proxy {proxy_id}")
        return len(due)

    async def _claim_due(self, limit: int) -> Sequence[ProxyId]:
        now = self._clock.now()
        until = now + timedelta(seconds=self._settings.claim_s)
        return await self._store.claim_due_checks(now=now, until=until, limit=limit)

    async def check(self, proxy_ids: Sequence[ProxyId]) -> Sequence[Proxy]:
        """Check these now and return how they are; raises what makes a check impossible (`core.ports.ProxyProbe`)."""
        turn = asyncio.Semaphore(self._settings.at_once)

        async def check_in_turn(proxy_id: ProxyId) -> None:
            async with turn:
                await self._check(await self._store.get(proxy_id))

        async with asyncio.TaskGroup() as group:
            for proxy_id in proxy_ids:
                group.create_task(check_in_turn(proxy_id), name=f"check of proxy {proxy_id}")
        return [await self._store.get(proxy_id) for proxy_id in proxy_ids]

    async def _check_quietly(self, proxy_id: ProxyId) -> None:
        """What says nothing about the proxy leaves it as it is; it is looked at again when its claim ends."""
        try:
            await self._check(await self._store.get(proxy_id))
        except UserInputError:
            return  # removed meanwhile
        except (NetworkError, SecretStoreError) as error:
            logger.warning("proxy %d was not checked: %s", proxy_id, error.code)

    async def _check(self, proxy: Proxy) -> None:
        times = await self._probe.probe(proxy.endpoint)
        if times.failure is not None and times.failure is not ProxyFailure.LIMITED and proxy.failure is None:
            times = await self._probe.probe(proxy.endpoint)  # one lost packet moves no account
        await self._record(proxy.id, times)

    async def _record(self, proxy_id: ProxyId, times: ProxyTimes) -> None:
        now, settings = self._clock.now(), self._settings
        await self._store.record_check(
            proxy_id,
            times,
            pause_after=lambda failures: settings.pause(failures, self._chance),
            next_check_at=now + settings.spread(settings.every_s, self._chance),
            now=now,
        )
        if times.failure is not None and times.failure is not ProxyFailure.LIMITED:
            await self._store.move_accounts(proxy_id, now=now)

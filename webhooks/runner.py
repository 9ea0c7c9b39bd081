"""Works off the queues of webhooks in the worker: a task for each webhook that has something to be told, bounded.

A slow or dead receiver holds nobody but itself: each webhook has its own task, client and backoff, and at most IN_FLIGHT
requests under way. At least once: an event is claimed for CLAIM, told, and recorded; should the process die between, it is
told again with the same id.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Final

import httpx2

from core.clock import Clock
from core.config import RetrySettings, WebhookSettings
from core.domain.ids import WebhookId
from core.domain.webhook import GIVE_UP_AFTER, HookPost, HookResult, Webhook
from core.errors import SecretStoreError, WebhookFailed
from core.ports import Secrets
from core.retry import RetryPolicy
from core.timeouts import OperationType, timeout_of
from webhooks.bodies import make_body
from webhooks.ports import HookQueue
from webhooks.posting import GONE, open_client, post
from webhooks.signing import HookSecret, decode_secret, sign

LOOK_EVERY_S: Final = 0.5
TIDY_EVERY_S: Final = 60.0
IN_FLIGHT: Final = 4  # requests to one webhook at a time
MOST_AT_ONCE: Final = 16  # webhooks that are told at a time; a team has a handful
CLAIM_SPARE: Final = timedelta(seconds=20)  # beyond the time-out of a try: for recording it
BACKOFF: Final = RetrySettings(base_s=5, factor=3, maximum_s=3600, jitter=0.2)

logger = logging.getLogger(__name__)


class WebhookRunner:
    """One run in a worker. Receivers' failures are recorded and never raised; what is ours to mend is raised."""

    def __init__(
        self,
        queue: HookQueue,
        secrets: Secrets,
        settings: Callable[[], WebhookSettings],
        clock: Clock,
        random: Callable[[], float],
    ) -> None:
        self._queue = queue
        self._secrets = secrets
        self._settings = settings
        self._clock = clock
        self._policy = RetryPolicy(BACKOFF, random)
        self._tasks: dict[WebhookId, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until it is cancelled; what is under way then is told again later."""
        tidy_in_s = 0.0
        async with asyncio.TaskGroup() as group:
            while True:
                for hook in await self._queue.due(self._clock.now()):
                    if hook.id not in self._tasks and len(self._tasks) < MOST_AT_ONCE:
                        task = group.create_task(self._serve(hook), name=f"webhook {hook.id}")
                        self._tasks[hook.id] = task
                if tidy_in_s <= 0:
                    tidy_in_s = 0 if await self._queue.tidy(self._clock.now()) else TIDY_EVERY_S
                await self._clock.sleep(LOOK_EVERY_S)
                tidy_in_s -= LOOK_EVERY_S

    async def _serve(self, hook: Webhook) -> None:
        """Tell it what is due, until nothing is or its address fails."""
        try:
            await self._serve_all(hook)
        finally:
            del self._tasks[hook.id]

    async def _serve_all(self, hook: Webhook) -> None:
        try:
            secret = decode_secret(await asyncio.to_thread(self._secrets.get, hook.secret_name))
        except SecretStoreError as error:
            logger.warning("webhook %d has no secret that can be read (%s)", hook.id, error.code)
            await self._queue.pause(
                hook.id,
                "Its secret does not open here. Remove it and add it again.",
                now=self._clock.now(),
            )
            return
        async with open_client() as client:
            while await self._serve_some(hook, secret, client):
                pass

    async def _serve_some(self, hook: Webhook, secret: HookSecret, client: httpx2.AsyncClient) -> bool:
        """Whether there may be more to tell now."""
        now = self._clock.now()
        until = now + timedelta(seconds=timeout_of(OperationType.WEBHOOK)) + CLAIM_SPARE
        posts = await self._queue.claim(hook.id, now=now, until=until, limit=IN_FLIGHT)
        if not posts:
            return False
        async with asyncio.TaskGroup() as group:
            tries = [group.create_task(self._tell(hook, secret, client, each)) for each in posts]
        results = [each.result() for each in tries]
        await self._queue.record(hook.id, results, now=self._clock.now())
        if any(result.status == GONE for result in results):
            await self._queue.pause(
                hook.id, "The receiver answered 410: it wants nothing any more.", now=self._clock.now()
            )
        return all(result.hold_until is None for result in results)

    async def _tell(
        self, hook: Webhook, secret: HookSecret, client: httpx2.AsyncClient, each: HookPost
    ) -> HookResult:
        now = self._clock.now()
        body = make_body(each)
        headers = sign(each.message_id, body, secret.secrets_at(now), now)
        allow = self._settings().allow_this_computer
        try:
            status = await post(client, secret.address, headers, body, allow_this_computer=allow, now=now)
        except WebhookFailed as error:
            return self._failed(hook, each, error)
        return HookResult(id=each.id, status=status)

    def _failed(self, hook: Webhook, each: HookPost, error: WebhookFailed) -> HookResult:
        """When it is tried again: by the failures in a row of the address, or by the tries of this event alone."""
        now = self._clock.now()
        attempt = hook.failures + 1 if error.is_of_address else each.tries
        again_at = now + timedelta(seconds=self._policy.decide(error, max(1, attempt)).delay_s)
        return HookResult(
            id=each.id,
            status=error.status,
            problem=error.message,
            again_at=again_at if again_at <= each.first_tried_at + GIVE_UP_AFTER else None,
            hold_until=again_at if error.is_of_address else None,
        )

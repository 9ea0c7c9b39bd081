"""Disturbing a campaign while it is delivered: kills at random moments, lost links, refused repeats. Seeded."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from random import Random

from bench.crash.refusals import Refusal
from bench.world import END_STATES, POLL_S, STALL_S, World
from campaigns.delivery import DeliveryState
from core.domain.account import AccountKind
from core.domain.ids import CampaignId
from core.errors import TimedOut
from core.processes import ProcessRecord, kill
from telegram.sandbox.control import Fault, FaultKind, RepeatBehaviour

SEND = "messages.sendMessage"

REFUSAL_WITHIN_S = 2.0
STEPS_TO_BE_SEEN = 4


class Disturbance(StrEnum):
    WORKER = "worker"  # SIGKILL
    LINKS = "links"  # the sandbox drops all links
    BOTH = "both"
    SANDBOX = "sandbox"  # SIGKILL, and a new one on another port


WEIGHTS = {Disturbance.WORKER: 5, Disturbance.LINKS: 1, Disturbance.BOTH: 2, Disturbance.SANDBOX: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a run is put through."""

    program: Sequence[str]  # the worker
    kills: int  # SIGKILLs that must hit with a row in `sending`
    refusals: Sequence[tuple[FaultKind, Refusal]] = ()
    lost_answers: int = 0  # messages that take effect without an answer, per disturbance
    # Every second answer of the sandbox is so late: without it so few rows are `sending`, and the campaign so soon at
    # its end, that most kills would prove nothing; with all of them late no kill would fall between two quick ones.
    answer_after_s: float = 0.8


@dataclass(slots=True, kw_only=True)
class Told:
    """What was done, for the report."""

    disturbances: Counter[str] = field(default_factory=Counter)
    kills_in_flight: int = 0
    idle_kills: int = 0  # hit nobody's message, so they do not count
    behaviours: Counter[str] = field(default_factory=Counter)  # kills under each answer to a repeat
    refused: Counter[str] = field(default_factory=Counter)  # repeats that met a refusal, by kind and error


@dataclass(slots=True)
class _Injected:
    what: tuple[FaultKind, Refusal]
    steps: int = 0


class Disturber:
    """Runs one campaign to its end under disturbances."""

    def __init__(self, world: World, plan: Plan) -> None:
        self._world = world
        self._plan = plan
        self._random = Random(world.seed)
        self._to_see = deque(plan.refusals)
        self._injected: dict[int, _Injected] = {}  # by account
        self._behaviour = RepeatBehaviour.ECHO
        self._seen_here = Counter[str]()  # by error, since the sandbox started
        self._accounts: dict[int, AccountKind] = {}  # by Telegram id
        self.told = Told()

    async def run(self) -> CampaignId:
        """Start the worker, begin a campaign, disturb it, wait for its end. Raises TimedOut when it does not end."""
        world = self._world
        self._accounts = {int(a.telegram_user_id): a.kind for a in await world.accounts.list_accounts()}
        record = await world.start_worker(self._plan.program)
        await world.wait_until_connected()
        await self._arm_sandbox()
        campaign_id = await world.begin_campaign()
        while self.told.kills_in_flight < self._plan.kills or self._to_see or self._injected:
            progress = await world.reports.progress(campaign_id)
            if progress.state in END_STATES and progress.recipients:
                break
            # Of refusals one to two are met in each step, and the last ones take longest: some people must be left for them.
            left = max(self._plan.kills - self.told.kills_in_flight, len(self._to_see) + len(self._injected))
            # Not every disturbance is a kill, and rows go on moving while a refusal is waited for.
            step = (progress.recipients - progress.final) / (2 * left + 1)
            await self._wait_for(campaign_id, progress.final + 1 + int(step * self._random.uniform(0.1, 0.9)))
            if self._random.random() < 0.7:
                await self._wait_for_refusal()
            await asyncio.sleep(self._random.uniform(0, 0.1))
            record = await self._disturb(campaign_id, record)
        await self._look_at_refusals()
        await world.control.clear_faults()
        await world.wait_until_done(campaign_id)
        return campaign_id

    async def _wait_for(self, campaign_id: CampaignId, final: int) -> None:
        """Until so many rows are final and one is under way; an operator resumes what stopped."""
        world = self._world
        end_s = world.clock.monotonic() + STALL_S
        while True:
            progress = await world.reports.progress(campaign_id)
            is_under_way = progress.counts.get(DeliveryState.SENDING, 0) > 0
            if progress.state in END_STATES or (progress.final >= final and is_under_way):
                return
            await world.resume_stopped_accounts()
            if world.clock.monotonic() > end_s:
                raise TimedOut(f"{progress.recipients - progress.final} rows do not move: {dict(progress.counts)}")
            await asyncio.sleep(POLL_S)

    async def _wait_for_refusal(self) -> None:
        """Let an injected refusal meet its repeat; not for ever, since its message may have been settled otherwise."""
        end_s = self._world.clock.monotonic() + REFUSAL_WITHIN_S
        while self._injected and not await self._look_at_refusals() and self._world.clock.monotonic() < end_s:
            await self._world.resume_stopped_accounts()
            await asyncio.sleep(POLL_S)

    async def _disturb(self, campaign_id: CampaignId, record: ProcessRecord) -> ProcessRecord:
        world, told = self._world, self.told
        kind = self._random.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        told.disturbances[kind] += 1
        if kind is Disturbance.LINKS:
            await world.control.drop_links()
        elif kind is Disturbance.SANDBOX:
            await self._look_at_refusals()
            await world.kill_sandbox()
            await self._count_kill(campaign_id)
            await world.start_sandbox()
            await self._arm_sandbox()
            return record
        else:
            if kind is Disturbance.BOTH:
                await world.control.drop_links()
            kill(record)
            await self._count_kill(campaign_id)
            record = await world.start_worker(self._plan.program)
        await self._look_at_refusals()
        await self._next_behaviour()
        return record

    async def _count_kill(self, campaign_id: CampaignId) -> None:
        if await self._world.sending(campaign_id):
            self.told.kills_in_flight += 1
            self.told.behaviours[self._behaviour] += 1
        else:
            self.told.idle_kills += 1

    # -------------------------------------------------------------------------------------------- the sandbox

    async def _arm_sandbox(self) -> None:
        """What lies in the memory of a sandbox only."""
        self._to_see.extendleft(each.what for each in self._injected.values())
        self._injected.clear()
        self._seen_here = Counter[str]()
        await self._next_behaviour()
        await self._world.control.inject(
            Fault(kind=FaultKind.DELAY, method=SEND, count=None, every=2, seconds=self._plan.answer_after_s)
        )

    async def _next_behaviour(self) -> None:
        """Another answer to repeats, lost answers, and on each account the next error of the table for a repeat."""
        control = self._world.control
        self._behaviour = self._random.choice(list(RepeatBehaviour))
        await control.set_repeat_behaviour(self._behaviour)
        if self._plan.lost_answers:
            await control.inject(Fault(kind=FaultKind.DROP_AFTER, method=SEND, count=self._plan.lost_answers))
        for account_id, kind in self._accounts.items():
            old = self._injected.get(account_id)
            if old is not None and old.steps < STEPS_TO_BE_SEEN:
                old.steps += 1
                continue
            if old is not None:  # its message was settled without a repeat
                self._to_see.append(self._injected.pop(account_id).what)
            what = self._take_refusal_for(kind)
            if what is not None:
                self._injected[account_id] = _Injected(what)
                fault, refusal = what
                await control.inject(
                    Fault(kind=fault, method=SEND, account_id=account_id, code=refusal.code, text=refusal.name)
                )

    def _take_refusal_for(self, account_kind: AccountKind) -> tuple[FaultKind, Refusal] | None:
        """The next one that was not seen, not the same error on two accounts at once: they are told apart by name.

        Of a bot nobody can tell what became of a message to a person who may not be written to any more: that is
        `uncertain` by design, so only users meet such a refusal of what never arrived.
        """
        names = {each.what[1].name for each in self._injected.values()}
        for fault, refusal in self._to_see:
            is_hidden = fault is FaultKind.DROP_THEN_REFUSE and refusal.suppresses
            if refusal.name not in names and not (is_hidden and account_kind is AccountKind.BOT):
                self._to_see.remove((fault, refusal))
                return fault, refusal
        return None

    async def _look_at_refusals(self) -> bool:
        """Note which refusals met a repeat; whether one did."""
        seen = Counter((await self._world.control.stats()).refused_repeats)
        met = [
            account_id
            for account_id, each in self._injected.items()
            if seen[each.what[1].name] > self._seen_here[each.what[1].name]
        ]
        for account_id in met:
            fault, refusal = self._injected.pop(account_id).what
            self.told.refused[f"{fault} {refusal.name}"] += 1
        self._seen_here = seen
        return bool(met)

"""Whatever consents, suppressions, caps, windows, time zones, quotas and crashes: the promises of the planner hold.

Hypothesis makes up campaigns and what happens to them; a real store answers every claim, and a model that knows none of
the policies checks it. Time is a number that the test moves, over changes of summer time too.
"""

import asyncio
import tempfile
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from campaigns.campaign import CampaignState
from campaigns.delivery import FINAL, DeliveryState
from campaigns.plan.eligibility import ClaimAnswer
from campaigns.reasons import DeliveryReason
from campaigns.schedule.campaign_plan import CampaignPlan, Canary, FrequencyCap
from campaigns.schedule.windows import Schedule, Window
from core.domain.account import Lease
from core.domain.ids import AccountId, CampaignId, DeliveryId
from core.errors import LeaseLost
from tests.database.stores.planner_model import Rules, Try, small_profile
from tests.database.stores.world import World, peer, person

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "")
# Before the clocks change in Europe, America and Australia, and a plain week.
STARTS = [
    datetime(2026, month, day, hour, 20, tzinfo=UTC)
    for month, day in ((3, 28), (10, 24), (3, 7), (10, 31), (4, 4), (6, 10))
    for hour in (0, 13, 23)
]
PEOPLE = 8
ROUNDS = 100  # of driving a campaign to its end; none needs so many

times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
windows = st.tuples(st.sets(st.integers(0, 6), min_size=1), times, times).filter(
    lambda drawn: drawn[1] != drawn[2] or drawn[1] == time(0)
)
quotas = st.none() | st.integers(2, 6)


@st.composite
def plans(draw: st.DrawFn, start: datetime) -> CampaignPlan:
    drawn = [Window(weekdays=frozenset(days), begins=b, ends=e) for days, b, e in draw(st.lists(windows, max_size=2))]
    schedule = Schedule(
        windows=tuple(drawn),
        time_zone=draw(st.sampled_from(ZONES[:-1])),
        in_own_zone=draw(st.booleans()),
        ends_at=start + timedelta(hours=draw(st.integers(1, 90))) if draw(st.booleans()) else None,
    )
    cap = draw(st.none() | st.builds(FrequencyCap, messages=st.integers(1, 2), days=st.integers(1, 3)))
    canary = draw(st.none() | st.builds(Canary, people=st.integers(1, 5)))
    return CampaignPlan(schedule=schedule, per_hour=draw(quotas), per_day=draw(quotas), cap=cap, canary=canary)


class Drive:
    """Campaigns under way in a real store, with a hand on the clock."""

    def __init__(self, world: World, rules: Rules, data: st.DataObject, now: datetime) -> None:
        self.world, self.rules, self.data, self.now = world, rules, data, now
        self.leases: dict[AccountId, Lease] = {}
        self.open: dict[DeliveryId, Try] = {}
        self.waits: list[datetime] = []  # until when it was said to be worth waiting
        self.campaigns: list[CampaignId] = []
        self.accounts: list[AccountId] = []

    async def set_up(self) -> None:
        draw, world = self.data.draw, self.world
        for number in range(1, draw(st.integers(1, 2)) + 1):
            account_id = await world.add_account(number)
            self.accounts.append(account_id)
            self.rules.profiles[account_id] = small_profile(draw(quotas), draw(quotas), draw(quotas))
            self.leases[account_id] = await world.take(account_id)
        for number in range(1, PEOPLE + 1):
            self.rules.zones[number] = draw(st.sampled_from(ZONES))
        await world.import_people([person(n, time_zone=zone) for n, zone in self.rules.zones.items()])
        for account_id in self.accounts:
            await world.know(account_id, *(peer(n) for n in self.rules.zones))
            self.rules.agreed |= {(n, account_id) for n in self.rules.zones}
        for number in draw(st.sets(st.integers(1, PEOPLE), max_size=3)):
            await self.withdraw(number)
        for _ in range(draw(st.integers(1, 2))):
            plan = draw(plans(self.now))
            campaign_id = await world.run(self.accounts, "Hello", plan=plan)
            self.campaigns.append(campaign_id)
            self.rules.plans[campaign_id] = plan
            size = (await world.desk.get(campaign_id)).canary_size
            if size is not None:
                self.rules.canaries[campaign_id] = size

    # ------------------------------------------------------------------------------------------- what happens

    async def withdraw(self, contact: int) -> None:
        await self.world.execute("UPDATE consent SET withdrawn_at = 1 WHERE contact_id = ?", contact)
        self.rules.agreed = {each for each in self.rules.agreed if each[0] != contact}

    async def suppress(self, contact: int) -> None:
        await self.world.execute(
            "INSERT OR IGNORE INTO suppression (contact_id, reason, at) VALUES (?, 'said_stop', 1)", contact
        )
        self.rules.suppressed.add(contact)

    async def crash(self, account_id: AccountId) -> None:
        """The worker dies: what it knew of its tries is gone, and what it still would write fails."""
        old = self.leases[account_id]
        self.leases[account_id] = await self.world.take(account_id, "worker-two")
        lost = [number for number, each in self.open.items() if each.account == account_id]
        if lost:
            with pytest.raises(LeaseLost):
                await self.world.record(old, lost[0], DeliveryState.SENT, at=self.now)

    async def settle(self) -> None:
        """What became of open tries is found out: sent, unknown for good, or proved unsent."""
        for number, each in list(self.open.items()):
            end = self.data.draw(st.sampled_from(["sent", "uncertain", "unsent", "failed"]))
            lease = self.leases[AccountId(each.account)]
            if end == "uncertain":
                reason = DeliveryReason.NOT_IN_HISTORY
                await self.world.record(lease, number, DeliveryState.UNCERTAIN, at=self.now, reason=reason)
            elif end == "sent":
                await self.world.record(lease, number, DeliveryState.SENT, at=self.now, message_id=number)
            elif end == "failed":
                reason = DeliveryReason.PRIVACY
                await self.world.record(lease, number, DeliveryState.FAILED, at=self.now, reason=reason)
            else:
                await self.world.record(lease, number, DeliveryState.PLANNED, at=self.now)
                self.rules.tried[each.campaign] -= 1
            each.counts = end in ("sent", "uncertain")
            del self.open[number]

    async def deliver(self, account_id: AccountId, most: int) -> None:
        """A lane claims what it can."""
        profile = self.rules.profiles[account_id]
        rows = await self.world.ahead(account_id, *self.campaigns, now=self.now)
        for row in [row for row in rows if row.id not in self.open][:most]:
            claim = await self.world.claim(self.leases[account_id], row.id, now=self.now, profile=profile)
            if claim.answer is ClaimAnswer.CLAIMED:
                new = Try(self.now, row.campaign_id, row.contact_id, account_id)
                self.rules.check(new)
                self.open[row.id] = new
            elif claim.until is not None:
                self.waits.append(claim.until)
                if claim.answer is not ClaimAnswer.DEFERRED:
                    return

    async def look_after(self) -> None:
        """What the worker does from time to time, and a person who lets a campaign go on."""
        await self.world.campaigns.end_due(self.now, limit=1000)
        await self.world.campaigns.judge_canaries(self.now)
        for campaign_id in self.campaigns:
            campaign = await self.world.desk.get(campaign_id)
            if campaign.state is CampaignState.PAUSED:
                running = CampaignState.RUNNING
                await self.world.desk.change_state(campaign_id, running, actor="ann", reason="", now=self.now)
            if campaign.canary_size is None:
                self.rules.canaries.pop(campaign_id, None)
        await self.world.campaigns.finish_done(self.now)

    # --------------------------------------------------------------------------------------------------- runs

    async def happen(self) -> None:
        draw = self.data.draw
        for _ in range(draw(st.integers(3, 10))):
            match draw(st.sampled_from(["deliver", "deliver", "later", "withdraw", "suppress", "crash", "settle"])):
                case "deliver":
                    await self.deliver(draw(st.sampled_from(self.accounts)), draw(st.integers(1, PEOPLE)))
                case "later":
                    self.now += timedelta(minutes=draw(st.sampled_from([1, 29, 59, 60, 61, 300, 1441])))
                case "withdraw":
                    await self.withdraw(draw(st.integers(1, PEOPLE)))
                case "suppress":
                    await self.suppress(draw(st.integers(1, PEOPLE)))
                case "crash":
                    await self.crash(draw(st.sampled_from(self.accounts)))
                case _:
                    await self.settle()
            await self.look_after()

    async def finish(self) -> None:
        """Everybody else goes on as they should: all campaigns come to their end."""
        for _ in range(ROUNDS):
            await self.settle()
            await self.look_after()
            waiting = await self.world.column("SELECT 1 FROM outgoing WHERE state IN ('planned', 'deferred') LIMIT 1")
            if not waiting:
                break
            before = len(self.rules.tries)
            self.waits = []
            for account_id in self.accounts:
                await self.deliver(account_id, PEOPLE)
                due = await self.world.deliveries.next_due(account_id, self.campaigns)
                self.waits += [due] if due is not None else []
            if len(self.rules.tries) == before:
                self.now = min((until for until in self.waits if until > self.now), default=self.now)
        await self.settle()
        await self.look_after()


async def _run(folder: Path, data: st.DataObject) -> None:
    world = await World.make(folder)
    async with world.database:
        drive = Drive(world, Rules(), data, data.draw(st.sampled_from(STARTS)))
        await drive.set_up()
        await drive.happen()
        await drive.finish()

        rows = await world.rows("SELECT state, reason FROM outgoing")
        assert {DeliveryState(row["state"]) for row in rows} <= FINAL, "somebody has no end"
        assert all(row["reason"] for row in rows if row["state"] != DeliveryState.SENT), "an end without a reason"
        left = sum(each.counts for each in drive.rules.tries)
        assert left == sum(row["state"] in (DeliveryState.SENT, DeliveryState.UNCERTAIN) for row in rows)
        states = [(await world.desk.get(campaign_id)).state for campaign_id in drive.campaigns]
        assert set(states) == {CampaignState.FINISHED}


def _check(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory(prefix="wireroom-planner-") as folder:
        asyncio.run(_run(Path(folder), data))


def examples(count: int) -> settings:
    """An example takes so long that it is not made smaller."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate]
    return settings(max_examples=count, suppress_health_check=list(HealthCheck), phases=phases, deadline=None)


@pytest.mark.slow
@examples(60)
@given(data=st.data())
def test_nobody_is_written_to_who_should_not_be_and_everyone_ends_with_a_reason(data: st.DataObject) -> None:
    _check(data)


@pytest.mark.proof
@pytest.mark.timeout(3600)
@examples(1000)
@given(data=st.data())
def test_in_many_examples_nobody_is_written_to_who_should_not_be(data: st.DataObject) -> None:
    _check(data)

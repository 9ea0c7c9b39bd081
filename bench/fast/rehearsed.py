"""A rehearsal beside what then really happens: the same skips, and a finish within five per cent.

The engine runs in its worker process against the sandbox, with the limits of careful accounts, under a clock that runs
hundreds of times as fast; the time-outs of its outside calls are longer by as much.
"""

import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bench.fast.clock import FastClock
from bench.result import ProofResult
from bench.world import OPERATOR, REVIEWER, TEMPLATE, World, made_world
from campaigns.plan.account_limits import limit_account
from campaigns.plan.limits import PROFILES
from campaigns.plan.rehearsal import Rehearsal
from campaigns.schedule.campaign_plan import CampaignPlan, Canary, CanaryAdvance, FrequencyCap
from campaigns.schedule.repeat import Every, Repeat
from campaigns.schedule.windows import Schedule, Window
from core.clock import SystemClock
from core.config import SettingValue
from core.domain.ids import CampaignId
from core.timeouts import OperationType
from database import RehearsalFactStore, SeriesStore

FAST_WORKER: Final = Path(__file__).parent / "fast_worker.py"
READ_AHEAD: Final = 50
START_AFTER_S: Final = 6.0  # on the machine: until then the worker is connected, and the rehearsal made
WITHIN: Final = 0.05
RUN_AFTER: Final = timedelta(minutes=30)  # of the fast clock: until then the worker has begun what repeats
# Real time-outs and leases as long as they are on a slow machine, in the seconds of the fast clock.
SETTINGS: Final[Mapping[tuple[str, str], SettingValue]] = {
    ("delivery", "lease_s"): 600.0,
    ("delivery", "heartbeat_s"): 60.0,
    ("delivery", "poll_hz"): 1.0,
    **{("timeouts", operation.value): 3600.0 for operation in OperationType},
}


@dataclass(frozen=True, slots=True)
class Compared:
    """What was rehearsed and what happened, both from the start on."""

    rehearsed: timedelta
    happened: timedelta
    rehearsed_skips: Mapping[int, str]
    real_skips: Mapping[int, str]

    @property
    def off_by(self) -> float:
        return abs(self.happened / self.rehearsed - 1)

    @property
    def is_ok(self) -> bool:
        return self.off_by <= WITHIN and self.rehearsed_skips == self.real_skips


async def compare(
    folder: Path, *, factor: float, people: int, accounts: int, plan: CampaignPlan, repeats: bool = False
) -> Compared:
    """Rehearse, start, and wait until it is over. Of the people some have no consent, no name, or said STOP.

    `repeats`: it runs each day, and its next run is rehearsed, which the worker then makes.
    """
    async with made_world(folder, recipients=people, accounts=accounts, settings=SETTINGS) as world:
        for account_id in world.account_ids:
            await world.accounts.set_limit_profile(account_id, "careful", actor=OPERATOR, now=world.clock.now())
        await _disturb(world)
        from_s = world.clock.now().timestamp() + START_AFTER_S
        clock, begins = FastClock(factor, from_s), datetime.fromtimestamp(from_s, UTC)
        program = (sys.executable, str(FAST_WORKER), str(factor), str(from_s))
        await world.start_worker(program, clock)
        await world.wait_until_connected()
        run_at = (begins + RUN_AFTER).replace(microsecond=0)
        campaign_id = await _approve(world, plan, _daily(run_at) if repeats else None)
        rehearsal = Rehearsal(
            RehearsalFactStore(world.database),
            lambda account: limit_account(PROFILES["careful", account.kind], account.limits),
            clock,
            read_ahead=READ_AHEAD,
            tell=_go_on,
        )
        figures = await rehearsal.run(campaign_id, start_at=None if repeats else begins)
        await world.service.start(campaign_id, actor=OPERATOR, start_at=begins)
        assert world.clock.now() < begins, "the machine is too slow for START_AFTER_S"
        assert figures.finishes_at is not None
        if repeats:
            begins = run_at
            assert figures.starts_at == run_at
            campaign_id = await _first_run(world, campaign_id)
        await world.wait_until_done(campaign_id)
        rows = await world.database.read(
            lambda raw: raw.execute(
                "SELECT contact_id, state, reason, settled_at FROM outgoing WHERE campaign_id = ?", (campaign_id,)
            ).fetchall()
        )
        ended_at = datetime.fromtimestamp(max(row[3] for row in rows) / 1000, UTC)
        return Compared(
            rehearsed=figures.finishes_at - begins,
            happened=ended_at - begins,
            rehearsed_skips={contact: reason.value for contact, reason in rehearsal.exceptions()},
            real_skips={contact: reason for contact, state, reason, _ in rows if state != "sent"},
        )


async def _go_on(_: object) -> bool:
    return True


def _daily(run_at: datetime) -> Repeat:
    return Repeat(every=Every.DAY, first_day=run_at.date(), at=run_at.time(), time_zone="UTC", runs=1)


async def _first_run(world: World, series_id: CampaignId) -> CampaignId:
    store = SeriesStore(world.database)
    while not (runs := await store.runs(series_id)):
        await world.clock.sleep(0.05)
    return runs[0]


async def _approve(world: World, plan: CampaignPlan, repeat: Repeat | None) -> CampaignId:
    campaign_id = await world.service.create(
        title="Programme", template=TEMPLATE, account_ids=world.account_ids, actor=OPERATOR
    )
    await world.service.set_plan(campaign_id, plan, actor=OPERATOR)
    if repeat is not None:
        await world.service.set_repeat(campaign_id, repeat, actor=OPERATOR)
    await world.service.submit(campaign_id, actor=OPERATOR)
    await world.service.approve(campaign_id, actor=REVIEWER)
    return campaign_id


async def _disturb(world: World) -> None:
    """Every 11th has no consent, every 13th no name, every 17th said STOP."""
    for sql in (
        "UPDATE consent SET withdrawn_at = 1 WHERE contact_id % 11 = 0",
        "UPDATE contact SET name = '' WHERE id % 13 = 0",
        "INSERT INTO suppression (contact_id, reason, at) SELECT id, 'said_stop', 1 FROM contact WHERE id % 17 = 0",
    ):
        await world.database.write(lambda work, sql=sql: work.connection.execute(sql).rowcount)  # type: ignore[misc]


def night_plan(now: datetime) -> CampaignPlan:
    """Open for two and a half hours, closed until tomorrow, with a quota and a cap of its own, and a few people first."""
    begins = (now - timedelta(hours=1)).replace(second=0, microsecond=0)
    window = Window(
        weekdays=frozenset(range(7)), begins=begins.time(), ends=(begins + timedelta(hours=3, minutes=30)).time()
    )
    return CampaignPlan(
        schedule=Schedule(windows=(window,)),
        per_hour=40,
        per_day=150,
        cap=FrequencyCap(messages=1, days=3),
        canary=Canary(people=10, advance=CanaryAdvance.BY_ITSELF),
    )


async def prove(rounds: int = 1) -> ProofResult:
    """A campaign of more than a day in less than two minutes, and the run of one that repeats, from two accounts."""
    runs: list[Compared] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(prefix="wireroom-rehearsed-") as folder:
            plan = night_plan(SystemClock().now())
            runs.append(await compare(Path(folder), factor=900, people=150, accounts=5, plan=plan))
        with tempfile.TemporaryDirectory(prefix="wireroom-rehearsed-") as folder:
            plan = CampaignPlan(per_hour=15, canary=Canary(percent=10, advance=CanaryAdvance.BY_ITSELF))
            runs.append(await compare(Path(folder), factor=500, people=60, accounts=2, plan=plan, repeats=True))
    worst = max(runs, key=lambda run: run.off_by)
    return ProofResult(
        proved="What a rehearsal says is what then happens: finish within 5 %, identical skips",
        is_met=all(run.is_ok for run in runs),
        figures={
            "rehearsed": str(worst.rehearsed),
            "happened": str(worst.happened),
            "off by": f"{worst.off_by:.2%}",
            "all off by": ", ".join(f"{run.off_by:.2%}" for run in runs),
            "skips rehearsed": sum(len(run.rehearsed_skips) for run in runs),
            "skips that happened otherwise": sum(
                len(set(run.rehearsed_skips.items()) ^ set(run.real_skips.items())) for run in runs
            ),
        },
    )

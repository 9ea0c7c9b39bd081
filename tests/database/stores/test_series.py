"""A campaign that repeats: each run is a campaign of its own, made of what was approved, once."""

from datetime import date, datetime, time, timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.schedule.repeat import Every, Missed, Overlap, Repeat
from campaigns.series import SeriesRuns
from campaigns.service import CampaignService
from core.domain.ids import CampaignId
from core.errors import InvalidTransitionError
from database.stores.series import SeriesStore
from tests.database.stores.world import NOW, World, peer, person
from tests.fake_clock import FakeClock

C = CampaignState
FIRST = NOW + timedelta(days=1) - timedelta(hours=3)  # 9 in the morning


def daily(**values: object) -> Repeat:
    plain = {"every": Every.DAY, "first_day": date(2026, 11, 21), "at": time(9), "time_zone": "UTC"}
    return Repeat(**{**plain, **values})  # type: ignore[arg-type]


class Rig:
    """A series that is under way, and a hand on the clock."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.clock = FakeClock(NOW)
        self.service = CampaignService(world.desk, world.shelf, self.clock)
        self.store = SeriesStore(world.database)
        self.runs = SeriesRuns(self.store, self.service)
        self.series_id = CampaignId(0)

    async def begin(self, repeat: Repeat, people: int = 2) -> None:
        account_id = await self.world.add_account()
        await self.world.import_people(people)
        await self.world.know(account_id, *(peer(number) for number in range(1, people + 3)))
        self.series_id = await self.service.create(
            title="Weekly", template="Hello", account_ids=[account_id], actor="ann"
        )
        await self.service.set_repeat(self.series_id, repeat, actor="ann")
        await self.service.submit(self.series_id, actor="ann")
        await self.service.approve(self.series_id, actor="bob")
        await self.service.start(self.series_id, actor="ann")
        await self.tend(NOW)

    async def tend(self, moment: datetime) -> None:
        self.clock.advance((moment - self.clock.now()).total_seconds())
        await self.world.campaigns.start_due(moment)
        await self.world.campaigns.finish_done(moment)
        await self.runs.tend(moment)
        await self.world.campaigns.start_due(moment)

    async def states(self) -> list[CampaignState]:
        return [(await self.world.desk.get(run)).state for run in await self.store.runs(self.series_id)]

    async def end_run(self, number: int = -1) -> None:
        run_id = (await self.store.runs(self.series_id))[number]
        await self.service.stop(run_id, actor="ann")
        while await self.world.campaigns.cancel_rest(self.clock.now(), limit=100):
            pass

    async def skipped(self) -> list[object]:
        return await self.world.column(
            "SELECT json_extract(data, '$.reason') FROM event WHERE kind = 'series.skipped' ORDER BY id"
        )

    async def series_state(self) -> CampaignState:
        return (await self.world.desk.get(self.series_id)).state


@pytest.fixture
def rig(world: World) -> Rig:
    return Rig(world)


async def test_each_moment_makes_one_campaign_with_the_people_of_that_moment(rig: Rig) -> None:
    await rig.begin(daily())
    assert await rig.states() == []

    await rig.tend(FIRST)
    await rig.tend(FIRST + timedelta(minutes=1))
    assert await rig.states() == [C.RUNNING]
    await rig.end_run()
    await rig.world.import_people([person(3)])
    await rig.tend(FIRST + timedelta(days=1))

    assert await rig.states() == [C.CANCELLED, C.RUNNING]
    counts = await rig.world.rows("SELECT campaign_id, count(*) AS n FROM outgoing GROUP BY campaign_id ORDER BY 1")
    assert [row["n"] for row in counts] == [2, 3]
    run = await rig.world.desk.get((await rig.store.runs(rig.series_id))[1])
    series = await rig.world.desk.get(rig.series_id)
    assert (run.title, run.approved_by, run.message) == ("Weekly, 2026-11-22", "bob", series.message)
    assert run.approved_hash == await rig.world.desk.content_hash(run.id)
    assert run.approved_hash != series.approved_hash
    assert await rig.series_state() is C.RUNNING


async def test_what_repeats_sends_nothing_itself_and_ends_with_its_last_run(rig: Rig) -> None:
    await rig.begin(daily(runs=1))
    await rig.tend(FIRST)
    assert await rig.series_state() is C.RUNNING
    assert await rig.world.column("SELECT count(*) FROM outgoing WHERE campaign_id = ?", rig.series_id) == [0]

    await rig.end_run()
    await rig.tend(FIRST + timedelta(hours=1))

    assert await rig.series_state() is C.FINISHED


async def test_a_missed_run_is_skipped_and_said(rig: Rig) -> None:
    await rig.begin(daily())

    await rig.tend(FIRST + timedelta(days=2, hours=1))

    assert await rig.states() == []
    assert await rig.skipped() == ["No worker ran at its time."]
    await rig.tend(FIRST + timedelta(days=3))
    assert await rig.states() == [C.RUNNING]


async def test_of_missed_runs_the_latest_takes_place_where_that_is_chosen(rig: Rig) -> None:
    await rig.begin(daily(missed=Missed.RUN_LATEST))

    await rig.tend(FIRST + timedelta(days=2, hours=1))

    assert await rig.states() == [C.RUNNING]
    assert len(await rig.skipped()) == 1


@pytest.mark.parametrize("overlap", Overlap)
async def test_a_run_waits_for_the_one_before_or_does_not_take_place(rig: Rig, overlap: Overlap) -> None:
    await rig.begin(daily(overlap=overlap, missed=Missed.RUN_LATEST))
    await rig.tend(FIRST)

    await rig.tend(FIRST + timedelta(days=1))
    assert await rig.states() == [C.RUNNING]
    await rig.end_run()
    await rig.tend(FIRST + timedelta(days=1, hours=1))

    assert await rig.states() == [C.CANCELLED] + [C.RUNNING] * (overlap is Overlap.WAIT)
    assert await rig.skipped() == ([] if overlap is Overlap.WAIT else ["The run before was still on its way."])


@pytest.mark.parametrize("missed", Missed)
async def test_a_run_that_waited_for_the_one_before_is_not_missed_however_long_it_waited(
    rig: Rig, missed: Missed
) -> None:
    await rig.begin(daily(missed=missed))
    await rig.tend(FIRST)
    for hours in (24, 25, 48, 49):  # two moments pass while the first run sends
        await rig.tend(FIRST + timedelta(hours=hours))
    assert (await rig.states(), await rig.skipped()) == ([C.RUNNING], [])

    await rig.end_run()
    await rig.tend(FIRST + timedelta(hours=49, seconds=1))

    assert await rig.states() == [C.CANCELLED, C.RUNNING]
    assert await rig.skipped() == ["The run before was still on its way."]  # the older of the two


async def test_what_passed_after_the_run_before_had_ended_is_missed(rig: Rig) -> None:
    await rig.begin(daily())
    await rig.tend(FIRST)
    await rig.tend(FIRST + timedelta(hours=1))
    await rig.end_run()

    await rig.tend(FIRST + timedelta(hours=30))  # the worker was away over the second moment

    assert await rig.states() == [C.CANCELLED]
    assert await rig.skipped() == ["No worker ran at its time."]


@pytest.mark.parametrize("steps", [0, 1, 2])
async def test_a_run_that_a_crash_broke_off_goes_on_where_it_was(rig: Rig, steps: int) -> None:
    await rig.begin(daily())
    rig.clock.advance((FIRST - NOW).total_seconds())
    run_id = await rig.store.begin_run(rig.series_id, FIRST, now=FIRST)
    if steps > 0:
        await rig.service.submit(run_id, actor="bob")
    if steps > 1:
        await rig.service.approve_run(run_id, actor="bob", comment="")

    await rig.tend(FIRST + timedelta(hours=4))  # much later: it is not missed, it was begun

    assert await rig.store.runs(rig.series_id) == [run_id]
    assert await rig.states() == [C.RUNNING]
    assert await rig.skipped() == []


async def test_a_series_pauses_when_it_would_send_from_other_accounts_than_approved(rig: Rig) -> None:
    await rig.begin(daily())
    await rig.world.add_account(2)
    await rig.world.execute("INSERT INTO campaign_account VALUES (?, 2)", rig.series_id)

    await rig.tend(FIRST)

    assert await rig.series_state() is C.PAUSED
    assert await rig.states() == [C.CANCELLED]
    assert await rig.world.column("SELECT count(*) FROM outgoing") == [0]


async def test_a_run_for_nobody_is_skipped_and_the_series_goes_on(rig: Rig) -> None:
    await rig.begin(daily())
    await rig.world.execute("DELETE FROM campaign_member")
    await rig.world.execute("DELETE FROM consent")
    await rig.world.execute("DELETE FROM contact")

    await rig.tend(FIRST)

    assert await rig.states() == [C.CANCELLED]
    assert await rig.skipped() == ["Nobody is in the audiences that are chosen."]
    assert await rig.series_state() is C.RUNNING


async def test_a_paused_series_makes_no_run(rig: Rig) -> None:
    await rig.begin(daily())
    await rig.service.pause(rig.series_id, actor="ann")

    await rig.tend(FIRST)

    assert await rig.states() == []


async def test_a_series_is_set_while_it_is_a_draft_and_needs_a_run_ahead(rig: Rig) -> None:
    await rig.begin(daily())
    with pytest.raises(InvalidTransitionError):
        await rig.service.set_repeat(rig.series_id, None, actor="ann")

    late = await rig.service.create(title="Late", template="Hi", account_ids=[1], actor="ann")  # type: ignore[list-item]
    await rig.service.set_repeat(late, daily(last_day=date(2026, 11, 21)), actor="ann")
    await rig.service.submit(late, actor="ann")
    await rig.service.approve(late, actor="bob")
    rig.clock.advance(3 * 86_400)
    with pytest.raises(InvalidTransitionError, match="past"):
        await rig.service.start(late, actor="ann")

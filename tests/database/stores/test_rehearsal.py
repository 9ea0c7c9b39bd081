"""A rehearsal over a real store: who is skipped and why, when each account is done, and that dispatch agrees."""

import asyncio
import sys
from datetime import time, timedelta
from pathlib import Path

import msgspec
import psutil
import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.jobs import JobState
from campaigns.message.variants import Message, encode_message
from campaigns.plan.eligibility import ClaimAnswer
from campaigns.plan.rehearsal_control import RehearsalControl
from campaigns.plan.rehearsal_job import CUT_OFF
from campaigns.reasons import DeliveryReason
from campaigns.schedule.campaign_plan import CampaignPlan, Canary, FrequencyCap
from campaigns.schedule.repeat import Every, Repeat
from campaigns.schedule.windows import Schedule, Window
from campaigns.service import CampaignService
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId, RehearsalId
from core.domain.media import MediaKind
from core.errors import InvalidTransitionError
from core.processes import ProcessRecord
from core.workspace import Workspace
from database.stores.rehearsals import RehearsalStore
from tests.campaigns.message.pictures import write_picture
from tests.database.stores.rehearsing import rehearse, replay
from tests.database.stores.world import NOW, World, peer, person
from tests.fake_clock import FakeClock

R = DeliveryReason
EVERY_DAY = frozenset(range(7))
DAYTIME = Window(weekdays=EVERY_DAY, begins=time(9), ends=time(17))


async def _careful(world: World, people: int, *, accounts: int = 1) -> list[AccountId]:
    """Careful accounts: 20 an hour, 40 a day, one in 4 s."""
    found = [await world.add_account(number + 1, profile="careful") for number in range(accounts)]
    await world.import_people(people)
    for account_id in found:
        await world.know(account_id, *(peer(number, wrote_at=NOW) for number in range(1, people + 1)))
    return found


async def test_the_finish_follows_from_the_limits_of_the_accounts(world: World) -> None:
    accounts = await _careful(world, 45)
    campaign_id = await world.approve(accounts)

    said = await rehearse(world, campaign_id)

    assert (said.figures.recipients, said.figures.to_send, said.figures.skipped) == (45, 45, {})
    # 20 in the first 76 s, 20 an hour later, and the last five when the first five are a day old.
    assert said.figures.finishes_at == NOW + timedelta(days=1, seconds=4 * 4)
    [account] = said.figures.accounts
    assert (account.people, account.finishes_at, account.waits_for) == (45, said.figures.finishes_at, R.QUOTA_DAY)
    assert await world.column("SELECT count(*) FROM outgoing") == [0]


async def test_an_album_takes_the_pace_of_its_items_and_the_captions_are_made(world: World, tmp_path: Path) -> None:
    accounts = await _careful(world, 5)
    photos = [write_picture(tmp_path / f"{number}.jpg", width=50 + number) for number in range(3)]
    media = tuple([await world.shelf.attach(path, MediaKind.PHOTO) for path in photos])
    campaign_id = await world.approve(accounts)
    album = encode_message(msgspec.structs.replace(Message.of_text("x" * 1000 + "{{ name }}" * 3), media=media))
    await world.database.write(lambda work: work.connection.execute("UPDATE campaign SET message = ?", (album,)))

    said = await rehearse(world, campaign_id)

    # One message in 4 s, so three of them in 12: the fifth album leaves when the others are paid for.
    assert said.figures.finishes_at == NOW + timedelta(seconds=4 * 12)
    assert said.figures.faults == ()
    assert "Album of 3 photos, 0.1 MB: each account uploads it once" in said.figures.notes[0]


async def test_who_is_skipped_is_named_with_the_reason(world: World) -> None:
    [account_id] = await _careful(world, 1)
    await world.import_people([person(2, consent=None), person(3), person(4)])
    await world.execute("INSERT INTO suppression (contact_id, reason, at) VALUES (3, 'said_stop', 1)")
    await world.know(account_id, *(peer(number) for number in (2, 3, 4)))
    await world.execute("UPDATE contact SET name = '' WHERE id = 4")
    campaign_id = await world.approve([account_id])

    said = await rehearse(world, campaign_id)

    assert said.skipped == {2: R.NO_CONSENT, 3: R.SAID_STOP, 4: R.MISSING_FIELD}
    assert said.figures.skipped == {R.NO_CONSENT: 1, R.SAID_STOP: 1, R.MISSING_FIELD: 1}
    assert said.figures.to_send == 1
    [fault] = said.figures.faults
    assert (fault.contact_id, fault.reason, fault.detail) == (4, R.MISSING_FIELD, "name")
    assert said.figures.samples[0].text == "Hi Person 1"
    assert await replay(world, campaign_id, said) | {4: ("skipped", R.MISSING_FIELD)} == {
        1: ("sent", None),
        2: ("skipped", R.NO_CONSENT),
        3: ("skipped", R.SAID_STOP),
        4: ("skipped", R.MISSING_FIELD),
    }


async def _mixed(world: World) -> list[AccountId]:
    """Two careful accounts and a bot; people in three zones, some known, some written to before."""
    accounts = [await world.add_account(number, profile="careful") for number in (1, 2)]
    accounts.append(await world.add_account(3, kind=AccountKind.BOT, profile="careful"))
    zones = ("Europe/Berlin", "America/New_York", "", "Asia/Kolkata")
    await world.import_people([person(n, time_zone=zones[n % 4]) for n in range(1, 91)])
    for account_id in accounts:
        await world.know(account_id, *(peer(n, wrote_at=NOW if n % 3 else None) for n in range(1, 91)))
    before = await world.run(accounts, template="Before")
    for account_id in accounts:
        lease = await world.take(account_id)
        for candidate in list(await world.ahead(account_id, before))[:12]:
            at = NOW - timedelta(hours=30 - candidate.contact_id % 28)
            assert (await world.claim(lease, candidate.id, now=at)).answer is ClaimAnswer.CLAIMED
            await world.record(lease, candidate.id, DeliveryState.SENT, at=at, message_id=candidate.id)
    await world.desk.change_state(before, CampaignState.CANCELLED, actor="ann", reason="", now=NOW)
    await world.campaigns.cancel_rest(NOW, limit=1000)
    return accounts


PLANS = {
    "nothing": CampaignPlan(),
    "window": CampaignPlan(schedule=Schedule(windows=(DAYTIME,), time_zone="America/New_York")),
    "own windows": CampaignPlan(schedule=Schedule(windows=(DAYTIME,), in_own_zone=True)),
    "quota": CampaignPlan(per_hour=7, per_day=31),
    "cap": CampaignPlan(cap=FrequencyCap(messages=1, days=1)),
    "end": CampaignPlan(schedule=Schedule(ends_at=NOW + timedelta(hours=2, seconds=30)), per_hour=50),
    "canary": CampaignPlan(canary=Canary(people=9), per_hour=20),
    "all": CampaignPlan(
        schedule=Schedule(
            windows=(DAYTIME, Window(weekdays=frozenset({5}), begins=time(22), ends=time(2))),
            in_own_zone=True,
            time_zone="Asia/Tokyo",
            ends_at=NOW + timedelta(days=3),
        ),
        per_hour=12,
        per_day=50,
        cap=FrequencyCap(messages=1, days=2),
        canary=Canary(percent=10),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", PLANS)
async def test_dispatch_gives_every_claim_of_a_rehearsal_the_same_answer(world: World, name: str) -> None:
    accounts = await _mixed(world)
    campaign_id = await world.approve(accounts, plan=PLANS[name])

    said = await rehearse(world, campaign_id)
    real = await replay(world, campaign_id, said)

    skipped = {contact: reason for contact, (state, reason) in real.items() if state == "skipped"}
    assert skipped == said.skipped
    assert sum(state == "sent" for state, _ in real.values()) == said.figures.to_send
    assert set(said.skipped.values()) <= {R.FREQUENCY_CAP, R.CAMPAIGN_ENDED}
    assert len(said.answers) >= 90
    last = max((at for at, _, claim in said.answers if claim.answer is ClaimAnswer.CLAIMED), default=NOW)
    assert said.figures.finishes_at is not None
    assert said.figures.finishes_at >= last


async def test_people_who_must_be_looked_up_take_days(world: World) -> None:
    account_id = await world.add_account(
        kind=AccountKind.BOT, profile="careful"
    )  # no quota but for look-ups: 50 a day
    await world.import_people(120)
    campaign_id = await world.approve([account_id])

    said = await rehearse(world, campaign_id)

    assert said.figures.to_send == 120
    assert said.figures.finishes_at is not None
    assert timedelta(days=2) < said.figures.finishes_at - NOW < timedelta(days=2, minutes=1)
    assert said.figures.accounts[0].waits_for is R.QUOTA_RESOLVE


async def test_other_campaigns_of_the_same_account_take_their_turns(world: World) -> None:
    accounts = await _careful(world, 10)
    alone = (await rehearse(world, await world.approve(accounts))).figures
    await world.run(accounts)

    campaign_id = await world.approve(accounts)
    beside = (await rehearse(world, campaign_id)).figures

    assert alone.finishes_at == NOW + timedelta(seconds=36)
    assert beside.finishes_at == NOW + timedelta(seconds=76)  # one each in turn
    assert any("1 other campaign" in note for note in beside.notes)


async def test_a_cap_counts_what_another_campaign_sends_meanwhile(world: World) -> None:
    accounts = await _careful(world, 3)
    await world.run(accounts)

    said = await rehearse(
        world, await world.approve(accounts, plan=CampaignPlan(cap=FrequencyCap(messages=1, days=7)))
    )

    assert set(said.skipped.values()) == {R.FREQUENCY_CAP}
    assert said.figures.to_send == 0


async def test_an_account_that_stands_still_is_named_and_leaves_the_finish_open(world: World) -> None:
    accounts = await _careful(world, 6, accounts=2)
    await world.execute("UPDATE peer SET wrote_at = NULL")  # so both get half of them
    await world.execute("UPDATE account SET state = 'paused', state_reason = NULL WHERE id = ?", accounts[1])

    figures = (await rehearse(world, await world.approve(accounts))).figures

    assert figures.finishes_at is None
    assert [each.stands_still for each in figures.accounts] == ["", "It is paused."]
    assert AccountState.PAUSED in figures.accounts[1].stands_still


async def test_what_is_left_of_a_running_campaign_is_rehearsed_from_its_rows(world: World) -> None:
    accounts = await _careful(world, 10)
    campaign_id = await world.run(accounts, template="Hi")
    lease = await world.take(accounts[0])
    first = (await world.ahead(accounts[0], campaign_id))[0]
    await world.claim(lease, first.id)
    await world.record(lease, first.id, DeliveryState.SENT, message_id=1)

    figures = (await rehearse(world, campaign_id)).figures

    assert (figures.recipients, figures.to_send, figures.texts) == (9, 9, 9)


async def test_a_later_start_is_when_it_starts(world: World) -> None:
    accounts = await _careful(world, 3)
    start_at = NOW + timedelta(hours=5)

    figures = (await rehearse(world, await world.approve(accounts), start_at=start_at)).figures

    assert (figures.starts_at, figures.finishes_at) == (start_at, start_at + timedelta(seconds=8))


async def test_the_planned_start_is_when_it_starts(world: World) -> None:
    accounts = await _careful(world, 3)
    starts_at = NOW + timedelta(hours=20)  # the night of the next day
    plan = CampaignPlan(schedule=Schedule(starts_at=starts_at, windows=(DAYTIME,)))

    said = await rehearse(world, await world.approve(accounts, plan=plan))

    assert said.figures.starts_at == starts_at
    assert said.figures.finishes_at == NOW + timedelta(hours=21, seconds=8)


async def test_of_what_repeats_the_next_run_is_rehearsed(world: World) -> None:
    accounts = await _careful(world, 3)
    service = CampaignService(world.desk, world.shelf, FakeClock(NOW))
    campaign_id = await service.create(title="Weekly", template="Hi", account_ids=accounts, actor="ann")
    await service.set_repeat(
        campaign_id,
        Repeat(every=Every.DAY, first_day=NOW.date(), at=time(9), time_zone="UTC"),
        actor="ann",
    )
    await service.submit(campaign_id, actor="ann")
    tomorrow = (NOW + timedelta(days=1)).replace(hour=9)

    before = (await rehearse(world, campaign_id)).figures
    await service.approve(campaign_id, actor="bob")
    await service.start(campaign_id, actor="ann")
    await world.campaigns.start_due(NOW)
    under_way = (await rehearse(world, campaign_id)).figures

    for figures in (before, under_way):
        assert (figures.starts_at, figures.to_send) == (tomorrow, 3)
        assert figures.finishes_at == tomorrow + timedelta(seconds=8)
        assert any("next run" in note for note in figures.notes)


class _Job:
    """What ends a rehearsal whose process is gone."""

    def __init__(self, store: RehearsalStore) -> None:
        self._store = store

    async def cut_off(self, rehearsal_id: RehearsalId) -> None:
        await self._store.finish(rehearsal_id, JobState.FAILED, problem=CUT_OFF, now=NOW)


@pytest.mark.parametrize(
    ("process", "age", "is_over"),
    [
        ("this", timedelta(days=3), False),
        ("another that had its pid", timedelta(0), True),
        ("none yet", timedelta(seconds=30), False),
        ("none yet", timedelta(seconds=90), True),
    ],
)
async def test_a_rehearsal_whose_process_is_gone_has_stopped_whoever_started_it(
    world: World, tmp_path: Path, process: str, age: timedelta, *, is_over: bool
) -> None:
    campaign_id = await world.approve(await _careful(world, 1))
    store, me = RehearsalStore(world.database), psutil.Process()
    control = RehearsalControl(
        workspace=Workspace(tmp_path), desk=store, job=_Job(store), clock=FakeClock(NOW), program=()
    )
    rehearsal_id = await store.create(campaign_id, start_at=None, actor="ann", now=NOW - age)
    if process != "none yet":
        started_s = me.create_time() - (0 if process == "this" else 60)
        await store.set_process(rehearsal_id, ProcessRecord(pid=me.pid, started_s=started_s))

    view = await control.latest(campaign_id)

    assert view is not None
    assert (view.state is JobState.FAILED) is is_over
    assert (view.problem is not None and view.problem.title == "The rehearsal stopped") is is_over


class _SlowStore(RehearsalStore):
    """It never comes to note the process."""

    is_asked = False

    async def set_process(self, rehearsal_id: RehearsalId, process: ProcessRecord) -> None:
        self.is_asked = True
        await asyncio.Event().wait()


async def test_a_start_that_is_given_up_cancels_what_it_began(world: World, tmp_path: Path) -> None:
    """Whoever pressed Ctrl+C right then would never hear of it again, and it would go on."""
    campaign_id = await world.approve(await _careful(world, 1))
    store, workspace = _SlowStore(world.database), Workspace(tmp_path)
    workspace.logs.mkdir()
    control = RehearsalControl(
        workspace=workspace, desk=store, job=_Job(store), clock=FakeClock(NOW), program=(sys.executable, "-c", "")
    )

    async with asyncio.TaskGroup() as group:
        starting = group.create_task(control.start(campaign_id, actor="ann"))
        while not store.is_asked:
            await asyncio.sleep(0.005)
        starting.cancel()

    assert await world.column("SELECT is_cancel_asked FROM rehearsal") == [1]


async def test_what_has_ended_cannot_be_rehearsed(world: World) -> None:
    campaign_id = await world.approve(await _careful(world, 1))
    await world.desk.change_state(campaign_id, CampaignState.CANCELLED, actor="ann", reason="", now=NOW)

    with pytest.raises(InvalidTransitionError):
        await rehearse(world, campaign_id)


async def test_first_figures_come_before_the_lanes_run(world: World) -> None:
    said = await rehearse(world, await world.approve(await _careful(world, 5)))

    assert said.told[0].recipients == 0
    read = next(figures for figures in said.told if figures.part_done == 1.0)
    assert (read.recipients, read.accounts) == (5, ())

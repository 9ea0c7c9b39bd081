"""What screens show: counters, feed, recipients, Activity, figures."""

from datetime import timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import Incoming, IncomingBatch, IncomingKind, LaneReport, LaneStatus
from campaigns.reasons import DeliveryReason
from campaigns.report.views import EventFilter, RatePoint
from core.domain.account import Lease
from core.domain.ids import AccountId, CampaignId
from tests.database.stores.world import NOW, World, peer, person, user_id

S = DeliveryState
MINUTE = timedelta(minutes=1)


class Ran:
    """A campaign of which one is sent, one failed, one put off, one in flight, one skipped and one planned."""

    def __init__(self, world: World, account_id: AccountId, campaign_id: CampaignId, lease: Lease) -> None:
        self.world, self.account_id, self.campaign_id, self.lease = world, account_id, campaign_id, lease


@pytest.fixture
async def ran(world: World) -> Ran:
    account_id = await world.add_account()
    await world.import_people([*(person(number) for number in range(1, 6)), person(6, consent=None)])
    await world.know(account_id, *[peer(number, wrote_at=NOW) for number in range(1, 7)])
    campaign_id = await world.run([account_id])
    sent, failed, deferred, sending, _ = [row.id for row in await world.ahead(account_id, campaign_id)]
    lease = await world.take(account_id)
    for each in (sent, failed, deferred, sending):
        await world.claim(lease, each)
    await world.record(lease, sent, S.SENT, message_id=11, at=NOW + MINUTE)
    await world.record(lease, failed, S.FAILED, at=NOW + 2 * MINUTE, reason=DeliveryReason.PRIVACY, detail="PRIVACY")
    await world.record(
        lease, deferred, S.DEFERRED, at=NOW + 3 * MINUTE, reason=DeliveryReason.CHAT_PAUSE, not_before=NOW
    )
    return Ran(world, account_id, campaign_id, lease)


async def test_progress_counts_by_state_and_reason(ran: Ran) -> None:
    progress = await ran.world.reports.progress(ran.campaign_id)

    assert progress.counts == {S.SENT: 1, S.FAILED: 1, S.DEFERRED: 1, S.SENDING: 1, S.SKIPPED: 1, S.PLANNED: 1}
    assert progress.reasons[S.SKIPPED, DeliveryReason.NO_CONSENT] == 1
    assert (progress.recipients, progress.final) == (6, 3)
    assert (progress.state, progress.approved_by, progress.started_at) == (CampaignState.RUNNING, "bob", NOW)
    assert await ran.world.reports.list_campaigns() == [progress]


async def test_campaigns_come_newest_first(ran: Ran) -> None:
    newer = await ran.world.approve([ran.account_id])

    assert [each.id for each in await ran.world.reports.list_campaigns()] == [newer, ran.campaign_id]


async def test_what_is_over_is_not_current(ran: Ran) -> None:
    newer = await ran.world.approve([ran.account_id])
    await ran.world.desk.change_state(newer, CampaignState.CANCELLED, actor="ann", reason="", now=NOW)
    draft = await ran.world.desk.create(
        title="Next", template="Hi", account_ids=[ran.account_id], actor="ann", now=NOW
    )

    assert [each.id for each in await ran.world.reports.list_current()] == [draft, ran.campaign_id]


async def test_the_feed_shows_what_ended_or_was_put_off_newest_first(ran: Ran) -> None:
    feed = await ran.world.reports.feed(ran.campaign_id, limit=3)

    assert [(each.person, each.state) for each in feed] == [
        ("Person 3", S.DEFERRED),
        ("Person 2", S.FAILED),
        ("Person 1", S.SENT),
    ]
    assert (feed[0].reason, feed[0].at, feed[0].account_title) == (
        DeliveryReason.CHAT_PAUSE,
        NOW + 3 * MINUTE,
        "Account 1",
    )


async def test_recipients_come_page_by_page_each_with_state_and_reason(ran: Ran) -> None:
    pages = [await ran.world.reports.recipients(ran.campaign_id, after=None, limit=4)]
    pages.append(await ran.world.reports.recipients(ran.campaign_id, after=pages[0][-1].contact_id, limit=4))

    rows = [row for page in pages for row in page]
    assert [len(page) for page in pages] == [4, 2]
    assert [row.state for row in rows] == [S.SENT, S.FAILED, S.DEFERRED, S.SENDING, S.PLANNED, S.SKIPPED]
    assert (rows[0].message_id, rows[0].finished_at, rows[0].username) == (11, NOW + MINUTE, "person_1")
    assert (rows[1].reason, rows[1].detail) == (DeliveryReason.PRIVACY, "PRIVACY")
    assert rows[2].finished_at is None


async def test_lanes_count_one_campaign_or_all_of_them(ran: Ran) -> None:
    await ran.world.add_account(2)
    await ran.world.run([ran.account_id])
    report = LaneReport(account_id=ran.account_id, status=LaneStatus.SENDING)
    await ran.world.leases.report([report], now=NOW)

    one_campaign = await ran.world.reports.lanes(ran.campaign_id)
    everything = await ran.world.reports.lanes(None)

    assert [(lane.title, lane.status, lane.counts[S.PLANNED]) for lane in one_campaign] == [
        ("Account 1", LaneStatus.SENDING, 1)
    ]
    assert [(lane.title, lane.status) for lane in everything] == [
        ("Account 1", LaneStatus.SENDING),
        ("Account 2", LaneStatus.OFFLINE),
    ]
    assert everything[0].counts[S.PLANNED] == 6


async def test_activity_is_read_page_by_page_and_by_what_was_chosen(ran: Ran) -> None:
    reports = ran.world.reports
    first = await reports.events(before_id=None, limit=2)
    second = await reports.events(before_id=first[-1].id, limit=100)
    accounts = await reports.events(before_id=None, limit=100, chosen=EventFilter(area="account"))
    errors = await reports.events(before_id=None, limit=100, chosen=EventFilter(level="error"))
    of_campaign = await reports.events(before_id=None, limit=1, chosen=EventFilter(campaign_id=ran.campaign_id))

    assert [event.kind for event in (*first, *second)] == list(reversed(await ran.world.event_kinds()))
    assert [event.kind for event in accounts] == ["account.added"]
    assert errors == []
    assert (of_campaign[0].kind, of_campaign[0].campaign_title) == ("campaign.started", "Spring")


async def test_activity_names_the_person_and_the_correlation(ran: Ran) -> None:
    stop = Incoming(kind=IncomingKind.BLOCKED, user_id=user_id(1), at=NOW)
    await ran.world.incoming.commit(ran.lease, IncomingBatch(items=(stop,), peers=(), state=None), [])

    (event,) = await ran.world.reports.events(before_id=None, limit=1)

    assert (event.kind, event.person, event.account_title) == ("person.blocked", "Person 1", "Account 1")


async def test_an_event_of_an_unknown_kind_is_refused(ran: Ran) -> None:
    await ran.world.events.add("clock.wrong", at=NOW, actor="worker", level="warning", data={"ahead_s": 70})

    (event,) = await ran.world.reports.events(before_id=None, limit=1)
    assert (event.kind, event.level, event.data) == ("clock.wrong", "warning", {"ahead_s": 70})
    with pytest.raises(ValueError, match=r"clock\.wong"):
        await ran.world.events.add("clock.wong", at=NOW, actor="worker")


async def test_rates_count_what_was_delivered_in_each_bucket(ran: Ran) -> None:
    (row,) = [
        row for row in await ran.world.ahead(ran.account_id, ran.campaign_id) if row.telegram_user_id == user_id(5)
    ]
    await ran.world.claim(ran.lease, row.id)
    await ran.world.record(ran.lease, row.id, S.SENT, at=NOW + 150 * timedelta(seconds=1))

    one = await ran.world.reports.rate(ran.campaign_id, since=NOW, bucket_s=30)
    everything = await ran.world.reports.rate(None, since=NOW + 2 * MINUTE, bucket_s=60)

    assert one == [RatePoint(at=NOW + MINUTE, delivered=1), RatePoint(at=NOW + 2.5 * MINUTE, delivered=1)]
    assert everything == [RatePoint(at=NOW + 2 * MINUTE, delivered=1)]


async def test_the_overview_shows_the_day_the_campaigns_and_the_lanes(ran: Ran) -> None:
    finished = await ran.world.approve([ran.account_id])
    await ran.world.desk.change_state(finished, CampaignState.CANCELLED, actor="ann", reason="", now=NOW)
    reply = Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(1), at=NOW + MINUTE, message_id=3, text="hi")
    stop = Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(2), at=NOW + MINUTE, message_id=4, text="STOP")
    first = Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(900), at=NOW + MINUTE, message_id=5, text="hello")
    batch = IncomingBatch(items=(reply, stop, first), peers=(), state=None)
    await ran.world.incoming.commit(ran.lease, batch, [stop])

    overview = await ran.world.reports.overview(NOW)
    tomorrow = await ran.world.reports.day_totals(NOW + timedelta(days=1))

    today = overview.today
    assert (today.delivered, today.failed, today.uncertain, today.replies, today.stops) == (1, 1, 0, 1, 1)
    assert [campaign.id for campaign in overview.campaigns] == [ran.campaign_id, finished]
    assert overview.replies_by_campaign == {ran.campaign_id: 1, finished: 0}
    assert [lane.account_id for lane in overview.lanes] == [ran.account_id]
    assert (tomorrow.delivered, tomorrow.replies) == (0, 0)

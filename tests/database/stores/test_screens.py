"""What only the console reads, and that it reads by indexes."""

import sqlite3
from datetime import timedelta

import pytest

from campaigns.delivery import DeliveryState
from campaigns.ports import LaneReport, LaneStatus
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from campaigns.report.screens import EventQuestion, PeopleQuestion
from core.domain.ids import AccountId, CampaignId
from core.errors import UserInputError
from database.stores.screen_figures import LAST_DUE, MARKS, PACE
from database.stores.screen_lists import EVENTS, EVERYBODY, PEOPLE, SETTLED
from database.stores.screens import ScreenStore
from tests.database.stores.world import NOW, World

S = DeliveryState
PEOPLE_COUNT = 2_000

# Of every ten people seven have it, one failed, one is skipped, one waits; a tenth of a second apart.
_FILL = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO outgoing (campaign_id, contact_id, account_id, telegram_user_id, random_id, inputs, state, reason,
    unknown_since, first_tried_at, tries, text_hash, key_fingerprint, message_id, settled_at)
SELECT ?, i, ?, 1000000 + i, i, '{}',
    CASE i % 10 WHEN 7 THEN 'failed' WHEN 8 THEN 'skipped' WHEN 9 THEN 'planned' ELSE 'sent' END,
    CASE i % 10 WHEN 7 THEN 'privacy' WHEN 8 THEN 'said_stop' END,
    CASE WHEN i % 10 < 7 THEN ? + i * 100 END, ?, 1, x'01', x'02', i,
    CASE WHEN i % 10 < 9 THEN ? + i * 100 END
FROM n
"""


@pytest.fixture
def screens(world: World) -> ScreenStore:
    return ScreenStore(world.database)


@pytest.fixture
async def ran(world: World) -> tuple[CampaignId, AccountId]:
    """A running campaign of which most has happened."""
    account_id = await world.add_account()
    await world.import_people(PEOPLE_COUNT)
    campaign_id = await world.approve([account_id])
    await world.desk.schedule(campaign_id, start_at=NOW, actor="ann", now=NOW)
    await world.campaigns.start_due(NOW)
    start = int(NOW.timestamp() * 1000)
    await world.execute(_FILL, PEOPLE_COUNT, campaign_id, account_id, start, start, start)
    return campaign_id, account_id


async def test_a_monitor_is_one_read_of_one_moment(
    screens: ScreenStore, world: World, ran: tuple[CampaignId, AccountId]
) -> None:
    await world.leases.report([LaneReport(account_id=ran[1], status=LaneStatus.SENDING)], now=NOW)
    before = world.database.statistics().read_count

    view = await screens.monitor(ran[0], feed=12)

    assert world.database.statistics().read_count - before == 1
    assert view.progress.counts == {S.SENT: 1400, S.FAILED: 200, S.SKIPPED: 200, S.PLANNED: 200}
    assert [lane.status for lane in view.lanes] == [LaneStatus.SENDING]
    assert len(view.feed) == 12
    assert view.feed[0].at == NOW + timedelta(milliseconds=100 * PEOPLE_COUNT)


async def test_a_campaign_that_is_gone_is_said(screens: ScreenStore) -> None:
    with pytest.raises(UserInputError):
        await screens.monitor(CampaignId(7), feed=1)
    with pytest.raises(UserInputError):
        await screens.details(CampaignId(7))


async def test_the_pace_of_a_lane_is_that_of_its_last_minute_of_sending(
    screens: ScreenStore, ran: tuple[CampaignId, AccountId]
) -> None:
    (pace,) = await screens.paces(ran[0], now=NOW + timedelta(hours=5))

    assert pace.tries_per_s == pytest.approx(7, rel=0.01)
    assert (pace.campaigns, pace.tried_last_hour, pace.last_due) == (1, 0, None)


async def test_a_lane_that_never_sent_has_no_pace(screens: ScreenStore, world: World) -> None:
    account_id = await world.add_account(profile="careful")
    await world.import_people(1)

    (pace,) = await screens.paces(await world.run([account_id]), now=NOW)

    assert pace.tries_per_s is None
    assert (pace.per_hour, pace.per_day) == (20, 40)


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ({}, PEOPLE_COUNT),
        ({"state": S.FAILED}, 200),
        ({"state": S.FAILED, "reason": DeliveryReason.PRIVACY}, 200),
        ({"state": S.FAILED, "reason": DeliveryReason.GONE}, 0),
        ({"state": S.PLANNED}, 200),
        ({"text": "person_12"}, 111),
        ({"text": "son 12", "state": S.SENT}, 78),
        ({"text": "100%"}, 0),
    ],
)
async def test_people_are_found_by_state_reason_and_name(
    screens: ScreenStore, ran: tuple[CampaignId, AccountId], question: dict[str, object], count: int
) -> None:
    assert len(await screens.people_ids(PeopleQuestion(campaign_id=ran[0], **question))) == count


async def test_failed_people_come_newest_first_and_are_read_by_id(
    screens: ScreenStore, ran: tuple[CampaignId, AccountId]
) -> None:
    ids = await screens.people_ids(PeopleQuestion(campaign_id=ran[0], state=S.FAILED), limit=3)
    rows = await screens.people([*ids, 999_999])

    assert [rows[row].name for row in ids] == ["Person 1997", "Person 1987", "Person 1977"]
    assert 999_999 not in rows


async def test_activity_is_asked_by_kind_level_person_and_words(screens: ScreenStore, world: World) -> None:
    account_id = await world.add_account()
    await world.events.add("clock.wrong", at=NOW, actor="worker", level="warning", account_id=account_id)
    await world.run([account_id])

    async def kinds(**question: object) -> list[str]:
        ids = await screens.event_ids(EventQuestion(**question))
        rows = await screens.events(ids)
        return [rows[row].kind for row in ids]

    assert await kinds(kinds=frozenset({EventKind.CLOCK_WRONG})) == ["clock.wrong"]
    assert await kinds(levels=frozenset({"warning", "error"})) == ["clock.wrong"]
    assert "clock.wrong" not in await kinds(by_worker=False)
    assert set(await kinds(text="spring")) == {
        *("campaign.created", "campaign.submitted", "campaign.approved", "campaign.scheduled", "campaign.started")
    }
    assert "account.added" in await kinds(text="account 1")
    assert await kinds(text="ahead", text_kinds=frozenset({EventKind.CLOCK_WRONG})) == ["clock.wrong"]
    newest = (await screens.event_ids(EventQuestion(), limit=1))[0]
    assert await kinds(after_id=newest) == []


async def test_marks_tell_what_happened_to_a_campaign_and_its_accounts(screens: ScreenStore, world: World) -> None:
    account_id, other = await world.add_account(1), await world.add_account(2)
    campaign_id = await world.run([account_id])
    for account, at in ((account_id, NOW), (other, NOW), (account_id, NOW - timedelta(days=1))):
        await world.events.add("account.cooldown", at=at, actor="worker", account_id=account)

    marks = await screens.marks(campaign_id, NOW - timedelta(hours=1))

    assert [(mark.kind, mark.account_title) for mark in marks] == [(EventKind.ACCOUNT_COOLDOWN, "Account 1")]


async def test_details_say_who_approved_what_for_whom(screens: ScreenStore, world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(4)

    details = await screens.details(await world.approve([account_id], "Hi {{ name }}"))

    assert (details.campaign.message.template, details.members, details.account_titles) == (
        "Hi {{ name }}",
        4,
        ["Account 1"],
    )
    assert (details.campaign.approved_by, details.approved_at) == ("bob", NOW)


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        (EVERYBODY, "sqlite_autoindex_outgoing_"),
        (SETTLED, "outgoing_settled"),
        (PACE, "outgoing_counted"),
        (LAST_DUE, "outgoing_deferred"),
        (MARKS, "event_by_kind"),
        (PEOPLE, "INTEGER PRIMARY KEY"),
        (EVENTS, "INTEGER PRIMARY KEY"),
    ],
)
async def test_what_is_read_often_goes_by_an_index_and_sorts_nothing(world: World, sql: str, index: str) -> None:
    def explain(raw: sqlite3.Connection) -> list[str]:
        values = (None,) * max(sql.count("?"), 3)
        count = 0
        while True:  # as many values as the statement has places
            try:
                return [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {sql}", values[:count]).fetchall()]
            except sqlite3.ProgrammingError:
                count += 1

    plan = await world.database.read(explain)

    assert any(index in line for line in plan), plan
    assert not any(line.startswith("SCAN o") for line in plan), plan
    if sql is not MARKS:  # a few dozen rows
        assert not any("TEMP B-TREE" in line for line in plan), plan

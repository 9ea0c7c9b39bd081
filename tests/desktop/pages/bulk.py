"""Many rows at once, straight into the tables: what a worker would have written in hours."""

from datetime import datetime

from campaigns.campaign import CampaignState
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId
from database.lock_handler import UnitOfWork
from tests.database.stores.world import NOW, World

_CONTACTS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT OR IGNORE INTO contact (id, name, username, created_at, updated_at)
SELECT i, 'Person ' || i, 'person_' || i, 0, 0 FROM n
"""
_DELIVERIES = """
WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last)
INSERT INTO outgoing (campaign_id, contact_id, account_id, telegram_user_id, random_id, inputs, state, reason,
    unknown_since, first_tried_at, tries, text_hash, key_fingerprint, message_id, settled_at, not_before)
SELECT :campaign, i, :account, 1000000 + i, :campaign * 10000000 + i, '{}', :state, :reason,
    CASE WHEN :state IN ('sent', 'sending', 'uncertain') THEN :start + (i - :first) * :apart END,
    CASE WHEN :state <> 'planned' THEN :start END, 1, x'01', x'02', i,
    CASE WHEN :state NOT IN ('planned', 'sending') THEN :start + (i - :first) * :apart END,
    CASE WHEN :state = 'deferred' THEN :start + 3600000 END
FROM n
"""


async def add_people(world: World, count: int) -> None:
    """Contacts with the ids 1 to count, as far as they are not there."""
    await world.execute(_CONTACTS, count)


async def begin_campaign(world: World, account_ids: list[AccountId], title: str) -> CampaignId:
    """A running campaign without deliveries, started NOW."""
    desk = world.desk
    text = "Hello {{ name }}, the autumn programme is here."
    campaign_id = await desk.create(title=title, template=text, account_ids=account_ids, actor="ann", now=NOW)
    await desk.change_state(campaign_id, CampaignState.IN_REVIEW, actor="ann", reason="", now=NOW)
    digest = await desk.content_hash(campaign_id)
    await desk.approve(campaign_id, content_hash=digest, actor="bob", comment="Read it.", now=NOW)
    await desk.schedule(campaign_id, start_at=NOW, actor="ann", now=NOW)
    await world.campaigns.start_due(NOW)
    return campaign_id


async def put(
    world: World,
    campaign_id: CampaignId,
    account_id: AccountId,
    people: range,
    state: str,
    reason: str | None = None,
    *,
    apart_ms: float = 25,
    start: datetime = NOW,
) -> None:
    """Deliveries to the contacts `people` in one state, settled one after the other, told as a change."""
    values = {
        "first": people.start,
        "last": people.stop - 1,
        "campaign": campaign_id,
        "account": account_id,
        "state": state,
        "reason": reason,
        "start": int(start.timestamp() * 1000),
        "apart": int(apart_ms),
    }

    def put_rows(work: UnitOfWork) -> None:
        work.connection.execute(_DELIVERIES, values)
        work.touch(Subject.CAMPAIGN, campaign_id)
        work.touch(Subject.LANE, account_id)

    await world.database.write(put_rows)

"""A campaign on its way and after it: who failed is planned again, unknown fates are decided, its pace is changed."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from campaigns.campaign import ALLOWED, Campaign, CampaignState
from campaigns.delivery import DeliveryState, transition
from campaigns.reasons import PASSING, DeliveryReason
from campaigns.report.event_kinds import EventKind
from campaigns.steering import FailedReason, JoiningAccount, SendAgainPlan
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId, DeliveryId
from core.errors import InvalidTransitionError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.campaign_accounts import add_to_campaign, demand_on_its_way, move_share, read_joining
from database.stores.campaign_changes import change_campaign, get_campaign
from database.stores.claims import HAS_CONSENT
from database.stores.events import write_event
from database.stores.rows import to_ms

_SUPPRESSION: Final = """
ifnull((SELECT s.reason FROM suppression AS s WHERE s.contact_id = o.contact_id),
       (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = o.telegram_user_id))
"""
_IS_REMOVED: Final = "EXISTS (SELECT 1 FROM account AS a WHERE a.id = o.account_id AND a.removed_at IS NOT NULL)"
# Why a row o may not be sent again today; '': it may. The same that planning and claiming ask.
_WHY_NOT: Final = f"""
CASE WHEN {_IS_REMOVED} THEN 'account_removed' WHEN {_SUPPRESSION} IS NOT NULL THEN {_SUPPRESSION}
     WHEN NOT {HAS_CONSENT} THEN 'no_consent' ELSE '' END
"""
# By the index outgoing_settled: of everybody who ended only those who failed are looked at.
_FAILED: Final = "o.campaign_id = ?1 AND o.settled_at IS NOT NULL AND o.state = 'failed'"
FAILED_BY_REASON: Final = f"""
SELECT reason, why_not, count(*) FROM (SELECT o.reason, {_WHY_NOT} AS why_not FROM outgoing AS o WHERE {_FAILED})
GROUP BY 1, 2
"""
FAILED_IDS: Final = f"""
SELECT o.id FROM outgoing AS o WHERE {_FAILED} AND o.reason IN (SELECT value FROM json_each(?2)) ORDER BY o.contact_id
"""
_SEND_AGAIN: Final = f"""
UPDATE outgoing AS o SET state = 'planned', reason = NULL, detail = NULL, not_before = NULL, settled_at = NULL
WHERE o.id IN (SELECT value FROM json_each(?1)) AND o.campaign_id = ?2 AND o.state = 'failed'
    AND o.reason IN (SELECT value FROM json_each(?3)) AND {_WHY_NOT} = ''
"""
# The moment stays: it is when the try was given up, not when somebody decided about it.
_COUNT_AS_SENT: Final = """
UPDATE outgoing SET state = 'sent', reason = ?3, detail = reason
WHERE id IN (SELECT value FROM json_each(?1)) AND campaign_id = ?2 AND state = 'uncertain'
"""
_LEAVE_UNKNOWN: Final = """
UPDATE outgoing SET reason = ?3, detail = reason
WHERE id IN (SELECT value FROM json_each(?1)) AND campaign_id = ?2 AND state = 'uncertain' AND reason <> ?3
"""
_SLOW_DOWN: Final = "UPDATE campaign SET slowed_per_hour = ?1 WHERE id = ?2 AND slowed_per_hour IS NOT ?1"


class SteeringStore:
    """The store behind campaigns.steering.CampaignSteering."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def plan_send_again(self, campaign_id: CampaignId, *, now: datetime) -> SendAgainPlan:
        """Who failed, by reason. Raises UserInputError when there is no such campaign."""

        def read_plan(raw: sqlite3.Connection) -> SendAgainPlan:
            why_not = _why_not_again(get_campaign(raw, campaign_id), now)
            return _plan_from_rows(why_not, raw.execute(FAILED_BY_REASON, (campaign_id,)).fetchall())

        return await self._database.read(read_plan, is_long=True)

    async def failed_ids(self, campaign_id: CampaignId, reasons: Collection[DeliveryReason]) -> Sequence[DeliveryId]:
        """Deliveries that failed for one of these reasons."""
        wanted = json.dumps(sorted(reasons))

        def read_ids(raw: sqlite3.Connection) -> list[DeliveryId]:
            return [DeliveryId(row[0]) for row in raw.execute(FAILED_IDS, (campaign_id, wanted)).fetchall()]

        return await self._database.read(read_ids, is_long=True)

    async def send_again(
        self, campaign_id: CampaignId, ids: Sequence[DeliveryId], *, actor: str, now: datetime
    ) -> int:
        """Those of these rows that may be sent again become `planned`, in one unit; returns how many."""
        at, correlation_id = to_ms(now), current_correlation_id()

        def send_again(work: UnitOfWork) -> int:
            campaign = get_campaign(work.connection, campaign_id)
            if why_not := _why_not_again(campaign, now):
                raise InvalidTransitionError(why_not)
            transition(DeliveryState.FAILED, DeliveryState.PLANNED)
            values = json.dumps(list(ids)), campaign_id, json.dumps(sorted(PASSING))
            count = work.connection.execute(_SEND_AGAIN, values).rowcount
            if not count:
                return 0
            if campaign.state is CampaignState.FINISHED:
                change_campaign(
                    work, campaign, CampaignState.RUNNING, at=at, actor=actor, correlation_id=correlation_id
                )
            _tell(work, EventKind.CAMPAIGN_SENT_AGAIN, campaign_id, count, at, actor, correlation_id)
            return count

        return await self._database.write(send_again)

    async def decide_unknown(
        self, campaign_id: CampaignId, ids: Sequence[DeliveryId], *, is_sent: bool, actor: str, now: datetime
    ) -> int:
        """A person counts rows of unknown fate as sent, or leaves them; returns how many were undecided."""
        at, correlation_id = to_ms(now), current_correlation_id()
        sql = _COUNT_AS_SENT if is_sent else _LEAVE_UNKNOWN
        reason = DeliveryReason.COUNTED_AS_SENT if is_sent else DeliveryReason.LEFT_UNKNOWN
        kind = EventKind.DELIVERIES_COUNTED if is_sent else EventKind.DELIVERIES_LEFT

        def decide(work: UnitOfWork) -> int:
            if is_sent:
                transition(DeliveryState.UNCERTAIN, DeliveryState.SENT)
            count = work.connection.execute(sql, (json.dumps(list(ids)), campaign_id, reason.value)).rowcount
            if count:
                _tell(work, kind, campaign_id, count, at, actor, correlation_id)
            return count

        return await self._database.write(decide)

    async def slow_down(self, campaign_id: CampaignId, per_hour: int | None, *, actor: str, now: datetime) -> None:
        """The claim asks for it in its own unit, so the next message keeps to it."""
        correlation_id = current_correlation_id()

        def slow_down(work: UnitOfWork) -> None:
            demand_on_its_way(
                get_campaign(work.connection, campaign_id), "Its pace is changed while it is on its way."
            )
            if work.connection.execute(_SLOW_DOWN, (per_hour, campaign_id)).rowcount:
                work.touch(Subject.CAMPAIGN, campaign_id)
                write_event(
                    work,
                    EventKind.CAMPAIGN_SLOWED,
                    at=to_ms(now),
                    actor=actor,
                    campaign_id=campaign_id,
                    correlation_id=correlation_id,
                    data={"per_hour": per_hour or 0},
                )

        await self._database.write(slow_down)

    async def joining_accounts(self, campaign_id: CampaignId) -> Sequence[JoiningAccount]:
        """Accounts that are not in the campaign."""
        return await self._database.read(lambda raw: read_joining(raw, campaign_id))

    async def add_account(self, campaign_id: CampaignId, account_id: AccountId, *, actor: str, now: datetime) -> int:
        """It joins, then takes over its share in units of 1,000 rows. May be repeated after a crash: it goes on."""
        at, correlation_id = to_ms(now), current_correlation_id()

        def begin(work: UnitOfWork) -> None:
            add_to_campaign(work, campaign_id, account_id)

        await self._database.write(begin)
        moved = await move_share(self._database, campaign_id, account_id, now=at)

        def tell(work: UnitOfWork) -> None:
            write_event(
                work,
                EventKind.CAMPAIGN_ACCOUNT,
                at=at,
                actor=actor,
                account_id=account_id,
                campaign_id=campaign_id,
                correlation_id=correlation_id,
                data={"moved": moved},
            )

        await self._database.write(tell)
        return moved


def _why_not_again(campaign: Campaign, now: datetime) -> str:
    """'': who failed may be sent to again."""
    state = campaign.state
    if state not in (CampaignState.RUNNING, CampaignState.PAUSED) and CampaignState.RUNNING not in ALLOWED[state]:
        return f"A campaign that is {state.replace('_', ' ')} sends nothing any more."
    if campaign.started_at is None:
        return "It has not started yet."
    ends_at = campaign.plan.schedule.ends_at
    return "Its end has come: nobody is written to after it." if ends_at is not None and ends_at <= now else ""


def _plan_from_rows(why_not: str, rows: Sequence[tuple[str, str, int]]) -> SendAgainPlan:
    counts: dict[DeliveryReason, int] = {}
    held: dict[DeliveryReason, dict[DeliveryReason, int]] = {}
    for text, verdict, count in rows:
        reason = DeliveryReason(text)
        counts[reason] = counts.get(reason, 0) + count
        if verdict:
            held.setdefault(reason, {})[DeliveryReason(verdict)] = count
    passing = [
        FailedReason(reason=reason, count=count, held=held.get(reason, {}))
        for reason, count in counts.items()
        if reason in PASSING
    ]
    return SendAgainPlan(
        why_not=why_not,
        reasons=sorted(passing, key=lambda one: (-one.count, one.reason)),
        lasting={reason: count for reason, count in counts.items() if reason not in PASSING},
    )


def _tell(
    work: UnitOfWork,
    kind: EventKind,
    campaign_id: CampaignId,
    count: int,
    at: int,
    actor: str,
    correlation_id: str,
) -> None:
    work.touch(Subject.CAMPAIGN, campaign_id)
    write_event(
        work,
        kind,
        at=at,
        actor=actor,
        campaign_id=campaign_id,
        correlation_id=correlation_id,
        data={"count": count},
    )

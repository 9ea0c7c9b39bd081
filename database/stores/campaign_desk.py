"""Campaigns as people handle them: written, reviewed, approved, planned, scheduled, paused, resumed, stopped."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from campaigns.audience.views import EVERYONE_ID, ChosenAudience
from campaigns.campaign import Campaign, CampaignState
from campaigns.delivery import DeliveryState
from campaigns.message.variants import Message, encode_message
from campaigns.report.event_kinds import EventKind
from campaigns.schedule.campaign_plan import CampaignPlan
from campaigns.schedule.repeat import Repeat
from campaigns.service import approval_hash
from core.domain.account import AccountKind
from core.domain.change import Subject
from core.domain.ids import AccountId, AudienceId, CampaignId
from core.errors import InvalidTransitionError, SamePersonError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.campaign_changes import change_campaign, count_deliveries, get_campaign, write_draft
from database.stores.campaign_people import CampaignPeople
from database.stores.claims import plan_text
from database.stores.events import write_event
from database.stores.planning import plan_chunk
from database.stores.rows import EPOCH, to_ms
from database.stores.series_rows import find_repeat, hash_for_series, put_repeat

_ADD_ACCOUNT: Final = "INSERT INTO campaign_account (campaign_id, account_id) VALUES (?, ?)"
_MEMBERS: Final = "SELECT contact_id FROM campaign_member WHERE campaign_id = ? ORDER BY contact_id"
_APPROVE: Final = """
UPDATE campaign SET approved_hash = ?, approved_by = ?, approved_at = ?, approval_comment = ? WHERE id = ?
"""
_KINDS: Final = """
SELECT DISTINCT a.kind FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id WHERE m.campaign_id = ?
"""
_SET_MESSAGE: Final = "UPDATE campaign SET message = ? WHERE id = ?"
_SUBMITTED_BY: Final = "SELECT state_by FROM campaign WHERE id = ?"  # of a campaign in review
# Among the newest of all: there is no index for it, and an older one is worth another line in Activity.
_NEWEST_EVENT: Final = """
SELECT kind, actor FROM event WHERE campaign_id = ? AND id > (SELECT max(id) FROM event) - 200 ORDER BY id DESC LIMIT 1
"""
_SET_PLAN: Final = "UPDATE campaign SET plan = ?, ends_at = ? WHERE id = ?"
_SET_START: Final = "UPDATE campaign SET start_at = ?, canary_size = ? WHERE id = ?"


class CampaignDesk:
    """The store behind campaigns.service.CampaignService."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._people = CampaignPeople(database)

    async def create(
        self, *, title: str, template: str, account_ids: Sequence[AccountId], actor: str, now: datetime
    ) -> CampaignId:
        """A draft without members, whose message is this text."""
        message = Message.of_text(template)
        at, correlation_id = to_ms(now), current_correlation_id()

        def create_campaign(work: UnitOfWork) -> CampaignId:
            campaign_id = write_draft(work, title, message, at=at, actor=actor, correlation_id=correlation_id)
            work.connection.executemany(_ADD_ACCOUNT, [(campaign_id, account_id) for account_id in account_ids])
            return campaign_id

        return await self._database.write(create_campaign)

    async def get(self, campaign_id: CampaignId) -> Campaign:
        """Raises UserInputError when there is no such campaign."""
        return await self._database.read(lambda raw: get_campaign(raw, campaign_id))

    async def choose_everyone(self, campaign_id: CampaignId) -> int:
        """The audience "Everyone" is chosen for a draft; returns how many it is. May be repeated.

        Raises InvalidTransitionError when it is not a draft any more.
        """
        return await self._people.choose(campaign_id, [EVERYONE_ID], now=EPOCH)  # asks nothing of the time

    async def set_audience(
        self,
        campaign_id: CampaignId,
        include: Sequence[AudienceId],
        exclude: Sequence[AudienceId],
        *,
        actor: str,
        now: datetime,
    ) -> int:
        """As CampaignPeople.choose."""
        return await self._people.choose(campaign_id, include, exclude, now=now, actor=actor)

    async def submit(self, campaign_id: CampaignId, *, actor: str, now: datetime) -> None:
        """As CampaignPeople.submit."""
        await self._people.submit(campaign_id, actor=actor, now=now)

    async def audiences(self, campaign_id: CampaignId) -> Sequence[ChosenAudience]:
        """As CampaignPeople.chosen."""
        return await self._people.chosen(campaign_id)

    async def account_kinds(self, campaign_id: CampaignId) -> frozenset[AccountKind]:
        """Of the accounts that it is sent from."""

        def read_kinds(raw: sqlite3.Connection) -> frozenset[AccountKind]:
            return frozenset(AccountKind(row[0]) for row in raw.execute(_KINDS, (campaign_id,)).fetchall())

        return await self._database.read(read_kinds)

    async def set_message(self, campaign_id: CampaignId, message: Message, *, actor: str, now: datetime) -> None:
        """What a draft will send. Raises InvalidTransitionError when it is not a draft any more."""
        correlation_id = current_correlation_id()

        def set_message(work: UnitOfWork) -> None:
            campaign = get_campaign(work.connection, campaign_id)
            _demand(campaign, CampaignState.DRAFT, "Its message is written while it is a draft.")
            if campaign.message == message:
                return
            work.connection.execute(_SET_MESSAGE, (encode_message(message), campaign_id))
            work.touch(Subject.CAMPAIGN, campaign_id)
            _write_change(work, EventKind.CAMPAIGN_WRITTEN, campaign_id, actor, to_ms(now), correlation_id)

        await self._database.write(set_message)

    async def set_plan(self, campaign_id: CampaignId, plan: CampaignPlan, *, actor: str, now: datetime) -> None:
        """When and how much a draft will send. Raises InvalidTransitionError when it is not a draft any more."""
        correlation_id = current_correlation_id()

        def set_plan(work: UnitOfWork) -> None:
            campaign = get_campaign(work.connection, campaign_id)
            _demand(campaign, CampaignState.DRAFT, "Its plan is changed while it is a draft.")
            if campaign.plan == plan:
                return
            work.connection.execute(_SET_PLAN, (plan_text(plan), to_ms(plan.schedule.ends_at), campaign_id))
            work.touch(Subject.CAMPAIGN, campaign_id)
            _write_change(work, EventKind.CAMPAIGN_PLANNED, campaign_id, actor, to_ms(now), correlation_id)

        await self._database.write(set_plan)

    async def set_repeat(self, campaign_id: CampaignId, repeat: Repeat | None, *, actor: str, now: datetime) -> None:
        """A draft repeats, or (None) runs once. Raises InvalidTransitionError when it is not a draft any more."""
        correlation_id = current_correlation_id()

        def set_repeat(work: UnitOfWork) -> None:
            _demand(get_campaign(work.connection, campaign_id), CampaignState.DRAFT, "It repeats from its draft on.")
            put_repeat(work.connection, campaign_id, repeat)
            work.touch(Subject.CAMPAIGN, campaign_id)
            _write_change(work, EventKind.CAMPAIGN_PLANNED, campaign_id, actor, to_ms(now), correlation_id)

        await self._database.write(set_repeat)

    async def find_repeat(self, campaign_id: CampaignId) -> Repeat | None:
        """None: it runs once."""
        return await self._database.read(lambda raw: find_repeat(raw, campaign_id))

    async def content_hash(self, campaign_id: CampaignId) -> bytes:
        """approval_hash of what the campaign holds now; of one that repeats its series_hash."""

        def read_hash(raw: sqlite3.Connection) -> bytes:
            campaign = get_campaign(raw, campaign_id)
            repeat = find_repeat(raw, campaign_id)
            if repeat is not None:
                return hash_for_series(raw, campaign, repeat)
            members = (row[0] for row in raw.execute(_MEMBERS, (campaign_id,)))
            return approval_hash(campaign.message, campaign.plan, campaign.account_ids, members)

        return await self._database.read(read_hash, is_long=True)

    async def approve(
        self,
        campaign_id: CampaignId,
        *,
        content_hash: bytes,
        actor: str,
        comment: str,
        needs_second_person: bool = False,
        now: datetime,
    ) -> None:
        """A person approves what has this hash. Raises InvalidTransitionError unless it is in review.

        Raises SamePersonError when a second person is needed and this one submitted it.
        """
        at, correlation_id = to_ms(now), current_correlation_id()

        def approve_campaign(work: UnitOfWork) -> None:
            campaign = get_campaign(work.connection, campaign_id)
            if needs_second_person:
                _demand_other_person(work.connection, campaign_id, actor)
            work.connection.execute(_APPROVE, (content_hash, actor, at, comment or None, campaign_id))
            change_campaign(
                work,
                campaign,
                CampaignState.APPROVED,
                at=at,
                actor=actor,
                correlation_id=correlation_id,
                data={"comment": comment} if comment else {},
            )

        await self._database.write(approve_campaign)

    async def plan_chunk(self, campaign_id: CampaignId, fields: frozenset[str], *, limit: int, now: datetime) -> int:
        """Write rows for members that have none yet; returns how many were written. 0: everybody has a row.

        Who is suppressed, has no consent, or is the same person as another contact is written as `skipped`. Raises
        InvalidTransitionError when the campaign is not approved any more.
        """

        def plan_next(work: UnitOfWork) -> int:
            campaign = get_campaign(work.connection, campaign_id)
            _demand(campaign, CampaignState.APPROVED, "Deliveries are planned once it is approved.")
            count = plan_chunk(work.connection, campaign, fields, limit=limit, now=to_ms(now))
            if count:
                work.touch(Subject.CAMPAIGN, campaign_id)
            return count

        return await self._database.write(plan_next)

    async def schedule(self, campaign_id: CampaignId, *, start_at: datetime, actor: str, now: datetime) -> None:
        """Every delivery is planned; the worker starts it at that moment. Raises InvalidTransitionError."""
        correlation_id = current_correlation_id()

        def schedule_campaign(work: UnitOfWork) -> None:
            campaign = get_campaign(work.connection, campaign_id)
            counts = count_deliveries(work.connection, campaign_id)
            canary, planned = campaign.plan.canary, counts.get(DeliveryState.PLANNED, 0)
            size = canary.size(planned) if canary is not None and planned else None
            work.connection.execute(_SET_START, (to_ms(start_at), size, campaign_id))
            change_campaign(
                work,
                campaign,
                CampaignState.SCHEDULED,
                at=to_ms(now),
                actor=actor,
                correlation_id=correlation_id,
                data={
                    "start_at": start_at.isoformat(timespec="seconds"),
                    **counts,
                },
            )

        await self._database.write(schedule_campaign)

    async def change_state(
        self, campaign_id: CampaignId, target: CampaignState, *, actor: str, reason: str, now: datetime
    ) -> None:
        """One checked change of state with its event. Raises InvalidTransitionError."""
        correlation_id = current_correlation_id()

        def change_state(work: UnitOfWork) -> None:
            change_campaign(
                work,
                get_campaign(work.connection, campaign_id),
                target,
                at=to_ms(now),
                actor=actor,
                reason=reason,
                correlation_id=correlation_id,
            )

        await self._database.write(change_state)


def _write_change(
    work: UnitOfWork, kind: EventKind, campaign_id: CampaignId, actor: str, at: int, correlation_id: str
) -> None:
    """One event for changes that follow each other: a text is saved as it is typed."""
    newest = work.connection.execute(_NEWEST_EVENT, (campaign_id,)).fetchone()
    if newest != (kind.value, actor):
        write_event(work, kind, at=at, actor=actor, campaign_id=campaign_id, correlation_id=correlation_id)


def _demand_other_person(raw: sqlite3.Connection, campaign_id: CampaignId, actor: str) -> None:
    (submitted_by,) = raw.execute(_SUBMITTED_BY, (campaign_id,)).fetchone()
    if " ".join(actor.split()).casefold() == " ".join(submitted_by.split()).casefold():
        raise SamePersonError(f"{submitted_by} asked for this approval, so somebody else has to give it.")


def _demand(campaign: Campaign, state: CampaignState, why: str) -> None:
    if campaign.state is not state:
        raise InvalidTransitionError(f"{why} This one is {campaign.state.replace('_', ' ')}.")

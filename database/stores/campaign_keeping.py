"""Campaigns that are copied into new drafts, and campaigns that are put away."""

import sqlite3
from dataclasses import replace
from datetime import datetime
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.keeping import Clone
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import CampaignId
from core.errors import InvalidTransitionError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.campaign_changes import get_campaign
from database.stores.claims import plan_text
from database.stores.events import write_event
from database.stores.rows import to_ms
from database.stores.series_rows import find_repeat, put_repeat

ARCHIVABLE: Final = frozenset(
    {CampaignState.DRAFT, CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED}
)

_CLONE: Final = """
INSERT INTO campaign (title, state_at, state_by, message, plan, ends_at, created_at, created_by)
SELECT ?1, ?2, ?3, message, ?4, ?5, ?2, ?3 FROM campaign WHERE id = ?6 RETURNING id
"""
_CLONE_ACCOUNTS: Final = """
INSERT INTO campaign_account (campaign_id, account_id)
SELECT ?1, m.account_id FROM campaign_account AS m JOIN account AS a ON a.id = m.account_id
WHERE m.campaign_id = ?2 AND a.removed_at IS NULL
"""
# An audience that is gone may have kept people out: then no audience is copied, and a person chooses.
_LOST_AUDIENCE: Final = "SELECT 1 FROM campaign_audience WHERE campaign_id = ? AND audience_id IS NULL"
_CLONE_AUDIENCES: Final = """
INSERT INTO campaign_audience (campaign_id, role, position, audience_id)
SELECT ?1, role, position, audience_id FROM campaign_audience WHERE campaign_id = ?2
"""
_ARCHIVE: Final = "UPDATE campaign SET archived_at = ?1 WHERE id = ?2 AND (archived_at IS NULL) <> (?1 IS NULL)"


class KeepingStore:
    """The store behind campaigns.keeping.CampaignKeeping."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def clone(self, campaign_id: CampaignId, title: str, *, actor: str, now: datetime) -> Clone:
        """In one unit. The people are decided when it is submitted. Raises UserInputError when there is no such."""
        at, correlation_id = to_ms(now), current_correlation_id()

        def clone(work: UnitOfWork) -> Clone:
            made = _clone(work.connection, campaign_id, title, actor, now)
            work.touch(Subject.CAMPAIGN, made.campaign_id)
            write_event(
                work,
                EventKind.CAMPAIGN_CLONED,
                at=at,
                actor=actor,
                campaign_id=made.campaign_id,
                correlation_id=correlation_id,
                data={"from": campaign_id},
            )
            return made

        return await self._database.write(clone)

    async def set_archived(self, campaign_id: CampaignId, *, is_archived: bool, actor: str, now: datetime) -> None:
        """With its event; nothing happens when it is so already."""
        at, correlation_id = to_ms(now), current_correlation_id()

        def set_archived(work: UnitOfWork) -> None:
            state = get_campaign(work.connection, campaign_id).state
            if is_archived and state not in ARCHIVABLE:
                raise InvalidTransitionError(
                    f"A campaign that is {state.replace('_', ' ')} stays in the list.",
                    hint="Archive it when it is over, or stop it first.",
                )
            if work.connection.execute(_ARCHIVE, (at if is_archived else None, campaign_id)).rowcount:
                work.touch(Subject.CAMPAIGN, campaign_id)
                write_event(
                    work,
                    EventKind.CAMPAIGN_ARCHIVED if is_archived else EventKind.CAMPAIGN_UNARCHIVED,
                    at=at,
                    actor=actor,
                    campaign_id=campaign_id,
                    correlation_id=correlation_id,
                )

        await self._database.write(set_archived)


def _clone(raw: sqlite3.Connection, campaign_id: CampaignId, title: str, actor: str, now: datetime) -> Clone:
    old = get_campaign(raw, campaign_id)
    plan, ends_at = old.plan, old.plan.schedule.ends_at
    lost_end = ends_at is not None and ends_at <= now
    if lost_end:
        plan, ends_at = replace(plan, schedule=replace(plan.schedule, ends_at=None)), None
    old_repeat = find_repeat(raw, campaign_id)
    repeat = None if old_repeat is None else old_repeat.begin_anew(now)
    if old_repeat is not None and repeat is not None:
        lost_end = lost_end or repeat.last_day != old_repeat.last_day
    name = title or f"{old.title} (copy)"
    values = name, to_ms(now), actor, plan_text(plan), to_ms(ends_at), campaign_id
    (new_id,) = raw.execute(_CLONE, values).fetchone()
    put_repeat(raw, CampaignId(new_id), repeat)
    has_accounts = raw.execute(_CLONE_ACCOUNTS, (new_id, campaign_id)).rowcount > 0
    has_people = raw.execute(_LOST_AUDIENCE, (campaign_id,)).fetchone() is None
    if has_people:
        has_people = raw.execute(_CLONE_AUDIENCES, (new_id, campaign_id)).rowcount > 0
    return Clone(
        campaign_id=CampaignId(new_id),
        title=name,
        has_people=has_people,
        has_accounts=has_accounts,
        lost_end=lost_end,
    )

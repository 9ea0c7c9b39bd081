"""Whom a campaign addresses: audiences are chosen for a draft, and their people become its members."""

import json
import secrets
import sqlite3
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

import msgspec

from campaigns.audience.rules import Rule, audiences_in
from campaigns.audience.views import AudienceView, ChosenAudience
from campaigns.campaign import CampaignState, transition
from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AudienceId, CampaignId
from core.errors import InvalidTransitionError, UserInputError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.audience_rows import get_audience, read_audiences, read_sources
from database.stores.audience_sql import AudienceSql
from database.stores.campaign_changes import change_campaign, get_campaign
from database.stores.contacts import VISIBLE
from database.stores.events import write_event
from database.stores.media import demand_kept
from database.stores.rows import to_ms

CHOOSE_CHUNK: Final = 20_000  # members a unit: about as long on the database thread as 2,000 planned rows

_CHOSEN: Final = """
SELECT role = 'exclude', audience_id, title, sentence FROM campaign_audience WHERE campaign_id = ?
ORDER BY role DESC, position
"""
_FORGET: Final = "DELETE FROM campaign_audience WHERE campaign_id = ?"
_CHOOSE: Final = "INSERT INTO campaign_audience (campaign_id, role, position, audience_id) VALUES (?, ?, ?, ?)"
_BEGIN: Final = "UPDATE campaign SET choosing = ? WHERE id = ?"
_IS_MINE: Final = "SELECT choosing = ? FROM campaign WHERE id = ?"
_MEANING: Final = """
UPDATE campaign_audience SET title = ?, sentence = ?, rules = ? WHERE campaign_id = ? AND audience_id = ?
"""
_MISSING: Final = f"""
SELECT k.id FROM contact AS k WHERE ({VISIBLE})
    AND NOT EXISTS (SELECT 1 FROM campaign_member WHERE campaign_id = ? AND contact_id = k.id) AND
"""
_SURPLUS: Final = f"""
SELECT k.id FROM campaign_member AS m CROSS JOIN contact AS k ON k.id = m.contact_id
WHERE m.campaign_id = ? AND NOT (({VISIBLE}) AND
"""
_ADD: Final = """
INSERT OR IGNORE INTO campaign_member (campaign_id, contact_id)
SELECT ?, id FROM contact WHERE id IN (SELECT value FROM json_each(?))
"""
_REMOVE: Final = (
    "DELETE FROM campaign_member WHERE campaign_id = ? AND contact_id IN (SELECT value FROM json_each(?))"
)
_COUNT: Final = "SELECT count(*) FROM campaign_member WHERE campaign_id = ?"


class CampaignPeople:
    """Chooses and fixes the members of drafts. In units of 20,000; whoever begins later stops who began before."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def chosen(self, campaign_id: CampaignId) -> Sequence[ChosenAudience]:
        """Its audiences, included ones first: of a draft as they are now, later as they were when it was submitted."""

        def read_chosen(raw: sqlite3.Connection) -> list[ChosenAudience]:
            views = read_audiences(raw)
            is_draft = get_campaign(raw, campaign_id).state is CampaignState.DRAFT
            return [_chosen(views, is_draft, *row) for row in raw.execute(_CHOSEN, (campaign_id,)).fetchall()]

        return await self._database.read(read_chosen)

    async def choose(
        self,
        campaign_id: CampaignId,
        include: Sequence[AudienceId],
        exclude: Sequence[AudienceId] = (),
        *,
        now: datetime,
        actor: str = "",
    ) -> int:
        """A draft addresses who is in one of `include` and in none of `exclude`; returns how many these are now.

        Raises InvalidTransitionError when it is not a draft any more, UserInputError for an audience that is gone.
        """
        rows = [(campaign_id, "include", at, number) for at, number in enumerate(dict.fromkeys(include))]
        rows += [(campaign_id, "exclude", at, number) for at, number in enumerate(dict.fromkeys(exclude))]
        token, correlation_id = secrets.token_hex(8), current_correlation_id()

        def choose(work: UnitOfWork) -> None:
            raw = work.connection
            _demand_draft(raw, campaign_id)
            for number in (*include, *exclude):
                get_audience(raw, number)
            raw.execute(_BEGIN, (token, campaign_id))
            raw.execute(_FORGET, (campaign_id,))
            raw.executemany(_CHOOSE, rows)
            work.touch(Subject.CAMPAIGN, campaign_id)
            work.touch(Subject.AUDIENCE, 0)

        def tell(work: UnitOfWork) -> None:
            kind, at = EventKind.CAMPAIGN_PEOPLE, to_ms(now)
            write_event(
                work, kind, at=at, actor=actor, campaign_id=campaign_id, correlation_id=correlation_id,
                data={"count": count},
            )  # fmt: skip

        await self._database.write(choose)
        count = await self._fix(campaign_id, token, now)
        if actor:
            await self._database.write(tell)
        return count

    async def submit(self, campaign_id: CampaignId, *, actor: str, now: datetime) -> None:
        """Its members are who is in its audiences now, and stay so; it waits for review with what they mean.

        Raises InvalidTransitionError unless it is a draft, UserInputError when nobody is in its audiences.
        """
        token, correlation_id = secrets.token_hex(8), current_correlation_id()

        def begin(work: UnitOfWork) -> None:
            transition(get_campaign(work.connection, campaign_id).state, CampaignState.IN_REVIEW)
            work.connection.execute(_BEGIN, (token, campaign_id))

        def submit(work: UnitOfWork) -> None:
            raw = work.connection
            _demand_mine(raw, campaign_id, token)
            campaign = get_campaign(raw, campaign_id)
            demand_kept(raw, campaign.message)
            _write_meaning(raw, campaign_id)
            change_campaign(
                work,
                campaign,
                CampaignState.IN_REVIEW,
                at=to_ms(now),
                actor=actor,
                correlation_id=correlation_id,
            )

        await self._database.write(begin)
        if not await self._fix(campaign_id, token, now):
            raise UserInputError(
                "Nobody is in the audiences that are chosen.",
                title="There is nobody to write to",
                hint="Choose others, or import people.",
            )
        await self._database.write(submit)

    async def _fix(self, campaign_id: CampaignId, token: str, now: datetime) -> int:
        """Make the members those of the chosen audiences at this moment; returns how many they are."""

        def compare(raw: sqlite3.Connection) -> "tuple[array[int], array[int]]":
            chosen = raw.execute(_CHOSEN, (campaign_id,)).fetchall()
            include = tuple(row[1] for row in chosen if not row[0])
            exclude = tuple(row[1] for row in chosen if row[0])
            if not include:
                surplus = raw.execute("SELECT contact_id FROM campaign_member WHERE campaign_id = ?", (campaign_id,))
                return array("q"), array("q", (row[0] for row in surplus))
            where = AudienceSql(read_sources(raw), now).union(include, exclude)
            values = (campaign_id, *where.values)
            missing = raw.execute(f"{_MISSING} {where.sql} ORDER BY k.id", values)
            found = array("q", (row[0] for row in missing))
            surplus = raw.execute(f"{_SURPLUS} {where.sql}) ORDER BY k.id", values)
            return found, array("q", (row[0] for row in surplus))

        def count(raw: sqlite3.Connection) -> int:
            return int(raw.execute(_COUNT, (campaign_id,)).fetchone()[0])

        missing, surplus = await self._database.read(compare, is_long=True)
        for sql, ids in ((_REMOVE, surplus), (_ADD, missing)):
            for at in range(0, len(ids), CHOOSE_CHUNK):
                some = json.dumps(ids[at : at + CHOOSE_CHUNK].tolist())
                await self._database.write(_change(campaign_id, token, sql, some))
        return await self._database.read(count, is_long=True)


def _change(campaign_id: CampaignId, token: str, sql: str, some: str) -> Callable[[UnitOfWork], None]:
    def change(work: UnitOfWork) -> None:
        _demand_draft(work.connection, campaign_id)
        _demand_mine(work.connection, campaign_id, token)
        work.connection.execute(sql, (campaign_id, some))
        work.touch(Subject.CAMPAIGN, campaign_id)

    return change


def _demand_draft(raw: sqlite3.Connection, campaign_id: CampaignId) -> None:
    state = get_campaign(raw, campaign_id).state
    if state is not CampaignState.DRAFT:
        raise InvalidTransitionError(f"People are chosen while it is a draft. This one is {state.replace('_', ' ')}.")


def _demand_mine(raw: sqlite3.Connection, campaign_id: CampaignId, token: str) -> None:
    if not raw.execute(_IS_MINE, (token, campaign_id)).fetchone()[0]:
        raise InvalidTransitionError(
            "Somebody else chose its people at the same time.", hint="Look at who is chosen, then do it again."
        )


def _write_meaning(raw: sqlite3.Connection, campaign_id: CampaignId) -> None:
    """What its audiences are called and mean now, with every rule that theirs name."""
    views = read_audiences(raw)
    rules = {int(view.id): view.rule for view in views.values() if view.rule is not None}
    for _, number, _, _ in raw.execute(_CHOSEN, (campaign_id,)).fetchall():
        view = views[AudienceId(number)]
        text = msgspec.json.encode(_reached(int(number), rules), order="sorted").decode()
        raw.execute(_MEANING, (view.title, view.sentence, text, campaign_id, number))


def _reached(number: int, rules: Mapping[int, Rule]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    left = [number]
    while left:
        number = left.pop()
        if number in rules and str(number) not in found:
            found[str(number)] = rules[number]
            left += audiences_in(rules[number])
    return found


def _chosen(
    views: Mapping[AudienceId, AudienceView],
    is_draft: bool,
    is_excluded: int,
    number: int | None,
    title: str,
    sentence: str,
) -> ChosenAudience:
    view = None if number is None else views.get(AudienceId(number))
    if view is not None and (is_draft or not sentence):
        title, sentence = view.title, view.sentence
    return ChosenAudience(
        id=None if view is None else view.id, is_excluded=bool(is_excluded), title=title, sentence=sentence
    )

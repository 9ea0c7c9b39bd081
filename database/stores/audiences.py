"""Audiences: saved, counted, sampled, and the people of each."""

import asyncio
import json
import sqlite3
from array import array
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar

from campaigns.audience.rules import Group, OnAudience, Rule, audiences_in, check_rule, encode_rule, find_cycle
from campaigns.audience.sentences import describe
from campaigns.audience.views import (
    MAX_TITLE_CHARS,
    AudienceChoices,
    AudienceCount,
    AudienceKind,
    AudienceView,
    SamplePerson,
)
from core.domain.change import Subject
from core.domain.ids import AudienceId, ContactId
from core.errors import TimedOut, UserInputError
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.audience_rows import get_audience, read_audiences, read_names, read_sources
from database.stores.audience_sql import MAY_WRITE, AudienceSql, Where
from database.stores.contacts import VISIBLE
from database.stores.rows import to_ms

T = TypeVar("T")

COUNT_DEADLINE_S: Final = 30.0
MEMBERS_CHUNK: Final = 20_000  # members of a list a unit, as many as a campaign takes
MOST_CHOICES: Final = 500

_COUNT: Final = f"SELECT count(*), count(*) FILTER (WHERE {MAY_WRITE}) FROM contact AS k WHERE ({VISIBLE}) AND "
_MEMBERS: Final = f"SELECT k.id FROM contact AS k WHERE ({VISIBLE}) AND "
_SAMPLE: Final = f"""
SELECT k.id, k.name, ifnull(k.username, ''), {MAY_WRITE} FROM contact AS k WHERE k.id > ? AND ({VISIBLE}) AND
"""
_ADD: Final = "INSERT INTO audience (kind, title, rule, created_by, created_at) VALUES (?, ?, ?, ?, ?)"
_ADD_MEMBERS: Final = f"""
INSERT OR IGNORE INTO audience_member (audience_id, contact_id)
SELECT ?, id FROM contact WHERE id IN (SELECT value FROM json_each(?)) AND {VISIBLE}
"""
_REMOVE_MEMBERS: Final = """
DELETE FROM audience_member WHERE audience_id = ? AND contact_id IN (SELECT value FROM json_each(?))
"""
_TAKEN: Final = "SELECT id FROM audience WHERE title = ? AND id <> ?"
_FIELDS: Final = """
SELECT DISTINCT j.key FROM (SELECT fields FROM contact WHERE fields <> '{}' ORDER BY id DESC LIMIT 2000) AS k,
    json_each(k.fields) AS j ORDER BY 1 LIMIT ?
"""
_TAGS: Final = "SELECT DISTINCT tag FROM contact_tag ORDER BY tag LIMIT ?"
_LANGUAGES: Final = "SELECT DISTINCT language FROM contact WHERE language <> '' ORDER BY 1 LIMIT ?"
_TIME_ZONES: Final = "SELECT DISTINCT time_zone FROM contact WHERE time_zone <> '' ORDER BY 1 LIMIT ?"
_ACCOUNTS: Final = """
SELECT id, ifnull('@' || username, title) FROM account WHERE removed_at IS NULL ORDER BY id LIMIT ?
"""
_CAMPAIGNS: Final = """
SELECT id, title FROM campaign WHERE state NOT IN ('draft', 'in_review') ORDER BY id DESC LIMIT ?
"""
_IMPORTS: Final = "SELECT id, file_name FROM import WHERE state = 'done' ORDER BY id DESC LIMIT ?"


class AudienceStore:
    """Saved audiences, and what any rule means at a moment."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def list_all(self) -> Sequence[AudienceView]:
        """Those that exist by themselves first, then by age."""
        return await self._database.read(lambda raw: list(read_audiences(raw).values()))

    async def get(self, audience_id: AudienceId) -> AudienceView:
        """Raises UserInputError when there is no such audience."""
        return await self._database.read(lambda raw: get_audience(raw, audience_id))

    async def choices(self) -> AudienceChoices:
        """What a rule can name here; of each at most 500, fields as the newest 2,000 people have them."""

        def read_choices(raw: sqlite3.Connection) -> AudienceChoices:
            def words(sql: str) -> tuple[str, ...]:
                return tuple(row[0] for row in raw.execute(sql, (MOST_CHOICES,)).fetchall())

            def titles(sql: str) -> Mapping[int, str]:
                return dict(raw.execute(sql, (MOST_CHOICES,)).fetchall())

            return AudienceChoices(
                fields=words(_FIELDS),
                tags=words(_TAGS),
                languages=words(_LANGUAGES),
                time_zones=words(_TIME_ZONES),
                accounts=titles(_ACCOUNTS),
                campaigns=titles(_CAMPAIGNS),
                audiences={int(view.id): view.title for view in read_audiences(raw).values()},
                imports=titles(_IMPORTS),
            )

        return await self._database.read(read_choices, is_long=True)

    async def describe(self, rule: Rule) -> str:
        """The rule as a sentence, with the names of today. Raises UserInputError when it cannot be used."""
        check_rule(rule)

        def read_sentence(raw: sqlite3.Connection) -> str:
            titles = {int(view.id): view.title for view in read_audiences(raw).values()}
            return describe(rule, read_names(raw, [rule], titles))

        return await self._database.read(read_sentence)

    async def count(
        self, what: AudienceId | Rule, *, now: datetime, deadline_s: float = COUNT_DEADLINE_S
    ) -> AudienceCount:
        """How many people it means now. Cancelling stops the query at once.

        Raises TimedOut after the deadline, UserInputError when it names what is gone.
        """

        def count_people(raw: sqlite3.Connection) -> AudienceCount:
            where = _where(raw, what, now)
            people, may_write = raw.execute(_COUNT + where.sql, where.values).fetchone()
            return AudienceCount(people=people, may_write=may_write)

        return await self._read_long(count_people, deadline_s)

    async def sample(
        self, what: AudienceId | Rule, *, now: datetime, limit: int = 8, after: int = 0
    ) -> Sequence[SamplePerson]:
        """Some of its people, the first after the number `after`, then from the beginning. Raises as `count`."""

        def read_sample(raw: sqlite3.Connection) -> list[SamplePerson]:
            where = _where(raw, what, now)
            found = _people(raw, where, after, limit)
            if after and len(found) < limit:
                found += [who for who in _people(raw, where, 0, limit - len(found)) if who.id <= after]
            return found

        return await self._read_long(read_sample, COUNT_DEADLINE_S)

    async def people(
        self, what: AudienceId | Rule, *, now: datetime, after: int = 0, limit: int = 100
    ) -> Sequence[SamplePerson]:
        """A page of its people by rising number, after this one. Raises as `count`."""

        def read_people(raw: sqlite3.Connection) -> list[SamplePerson]:
            return _people(raw, _where(raw, what, now), after, limit)

        return await self._read_long(read_people, COUNT_DEADLINE_S)

    async def member_ids(self, what: AudienceId | Rule, *, now: datetime) -> "array[int]":
        """Everybody it means now, by rising number. Raises as `count`."""

        def read_ids(raw: sqlite3.Connection) -> "array[int]":
            where = _where(raw, what, now)
            return array("q", (row[0] for row in raw.execute(f"{_MEMBERS}{where.sql} ORDER BY k.id", where.values)))

        return await self._read_long(read_ids, COUNT_DEADLINE_S)

    async def create_rule(self, title: str, rule: Rule, *, actor: str, now: datetime) -> AudienceId:
        """Save a rule under a title of its own. Raises UserInputError."""
        check_rule(rule)
        return await self._create(AudienceKind.RULE, title, rule, actor, now)

    async def create_list(
        self, title: str, contact_ids: Sequence[int] = (), *, actor: str, now: datetime
    ) -> AudienceId:
        """A fixed list of these people. Raises UserInputError."""
        audience_id = await self._create(AudienceKind.LIST, title, None, actor, now)
        await self.add_members(audience_id, contact_ids)
        return audience_id

    async def duplicate(self, audience_id: AudienceId, *, actor: str, now: datetime) -> AudienceId:
        """The same under another title; of one that exists by itself a rule that names it."""
        view = await self.get(audience_id)
        taken = {other.title.casefold() for other in await self.list_all()}
        base = view.title[: MAX_TITLE_CHARS - 10]
        titles = (f"{base}, copy {n}" if n > 1 else f"{base}, copy" for n in range(1, 1_000_000))
        title = next(title for title in titles if title.casefold() not in taken)
        if view.kind is AudienceKind.LIST:
            return await self.create_list(title, await self.member_ids(audience_id, now=now), actor=actor, now=now)
        rule = view.rule or Rule(include=(Group(parts=(OnAudience(audience=int(audience_id)),)),))
        return await self.create_rule(title, rule, actor=actor, now=now)

    async def rename(self, audience_id: AudienceId, title: str) -> None:
        """Raises UserInputError: the title is taken, or the audience exists by itself."""

        def rename(work: UnitOfWork) -> None:
            _demand_own(work.connection, audience_id)
            named = _free_title(work.connection, title, audience_id)
            work.connection.execute("UPDATE audience SET title = ? WHERE id = ?", (named, audience_id))
            work.touch(Subject.AUDIENCE, audience_id)

        await self._database.write(rename)

    async def change_rule(self, audience_id: AudienceId, rule: Rule) -> None:
        """From now on it means this. Campaigns that were submitted keep their people. Raises UserInputError."""
        check_rule(rule)

        def change_rule(work: UnitOfWork) -> None:
            raw = work.connection
            view = _demand_own(raw, audience_id)
            if view.kind is not AudienceKind.RULE:
                raise UserInputError(f"“{view.title}” is a fixed list: it has no rule.")
            _check_names(raw, rule, int(audience_id))
            raw.execute("UPDATE audience SET rule = ? WHERE id = ?", (encode_rule(rule), audience_id))
            work.touch(Subject.AUDIENCE, audience_id)

        await self._database.write(change_rule)

    async def delete(self, audience_id: AudienceId) -> None:
        """Raises UserInputError while a campaign that is not started, or another audience, uses it; it says which."""

        def delete(work: UnitOfWork) -> None:
            view = _demand_own(work.connection, audience_id)
            if view.drafts:
                raise UserInputError(
                    f"{_listed(view.drafts)} would have nobody to write to.",
                    title="A campaign that is not started uses it",
                    hint="Choose another audience there first.",
                )
            if view.named_by:
                raise UserInputError(
                    f"{_listed(view.named_by)} would mean other people without it.",
                    title="Another audience names it",
                    hint="Change that rule first.",
                )
            work.connection.execute("DELETE FROM audience WHERE id = ?", (audience_id,))
            work.touch(Subject.AUDIENCE, audience_id)

        await self._database.write(delete)

    async def add_members(self, audience_id: AudienceId, contact_ids: Sequence[int]) -> int:
        """Put people on a fixed list; returns how many are new there. In units; may be repeated."""
        return await self._change_members(_ADD_MEMBERS, audience_id, contact_ids)

    async def remove_members(self, audience_id: AudienceId, contact_ids: Sequence[int]) -> int:
        """Take people from a fixed list; returns how many went. In units; may be repeated."""
        return await self._change_members(_REMOVE_MEMBERS, audience_id, contact_ids)

    # --------------------------------------------------------------------------------------------------------

    async def _create(
        self, kind: AudienceKind, title: str, rule: Rule | None, actor: str, now: datetime
    ) -> AudienceId:
        def create(work: UnitOfWork) -> AudienceId:
            raw = work.connection
            named = _free_title(raw, title, 0)
            if rule is not None:
                _check_names(raw, rule, 0)
            text = None if rule is None else encode_rule(rule)
            number = AudienceId(raw.execute(_ADD, (kind.value, named, text, actor, to_ms(now))).lastrowid or 0)
            work.touch(Subject.AUDIENCE, number)
            return number

        return await self._database.write(create)

    async def _change_members(self, sql: str, audience_id: AudienceId, contact_ids: Sequence[int]) -> int:
        def change(work: UnitOfWork, some: str) -> int:
            if _demand_own(work.connection, audience_id).kind is not AudienceKind.LIST:
                raise UserInputError("A rule decides by itself who is in this audience.")
            work.touch(Subject.AUDIENCE, audience_id)
            return int(work.connection.execute(sql, (audience_id, some)).rowcount)

        count = 0
        for at in range(0, len(contact_ids), MEMBERS_CHUNK):
            some = json.dumps(list(contact_ids[at : at + MEMBERS_CHUNK]))
            count += await self._database.write(lambda work, some=some: change(work, some))  # type: ignore[misc]
        return count

    async def _read_long(self, fn: Callable[[sqlite3.Connection], T], deadline_s: float) -> T:
        try:
            async with asyncio.timeout(deadline_s):
                return await self._database.read(fn, is_long=True)
        except TimeoutError as error:
            raise TimedOut(
                f"Counting took longer than {deadline_s:.0f} s and was stopped. Nothing was changed.",
                title="This rule takes too long",
                hint="Put a tag, a language or a campaign beside conditions on fields.",
            ) from error


def _where(raw: sqlite3.Connection, what: AudienceId | Rule, now: datetime) -> Where:
    compiler = AudienceSql(read_sources(raw), now)
    return compiler.rule(what) if isinstance(what, Rule) else compiler.audience(int(what))


def _people(raw: sqlite3.Connection, where: Where, after: int, limit: int) -> list[SamplePerson]:
    rows = raw.execute(f"{_SAMPLE} {where.sql} ORDER BY k.id LIMIT ?", (after, *where.values, limit)).fetchall()
    return [
        SamplePerson(id=ContactId(number), name=name, username=username, may_write=bool(may_write))
        for number, name, username, may_write in rows
    ]


def _check_names(raw: sqlite3.Connection, rule: Rule, number: int) -> None:
    """Every audience that the rule names is there, and none of them leads back to `number`."""
    sources = read_sources(raw)
    gone = sorted(other for other in audiences_in(rule) if other not in sources)
    if gone:
        raise UserInputError(f"It names the audience {gone[0]}, which is gone.", hint="Choose another one.")

    def rule_of(other: int) -> Rule | None:
        return sources[other].rule if other in sources else None

    way = find_cycle(number, rule, rule_of) if number else ()
    if way:
        titles = {int(view.id): view.title for view in read_audiences(raw).values()}
        names = " → ".join(f"“{titles.get(step, step)}”" for step in (number, *way))
        raise UserInputError(
            f"{names}: an audience cannot be made of itself.", title="Audiences would name each other in a circle"
        )


def _demand_own(raw: sqlite3.Connection, audience_id: AudienceId) -> AudienceView:
    view = get_audience(raw, audience_id)
    if not view.can_change:
        raise UserInputError(
            f"“{view.title}” exists by itself and cannot be changed.", hint="Duplicate it, and change the copy."
        )
    return view


def _free_title(raw: sqlite3.Connection, title: str, number: int) -> str:
    named = " ".join(title.split())
    if not 0 < len(named) <= MAX_TITLE_CHARS:
        raise UserInputError(f"A title has 1 to {MAX_TITLE_CHARS} characters.", title="This title cannot be used")
    if raw.execute(_TAKEN, (named, number)).fetchone():
        raise UserInputError(f"There is an audience “{named}” already.", title="This title is taken")
    return named


def _listed(titles: Sequence[str]) -> str:
    shown = " and ".join(f"“{title}”" for title in titles[:3])
    return f"{shown} and {len(titles) - 3} more" if len(titles) > 3 else shown

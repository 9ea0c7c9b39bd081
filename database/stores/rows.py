"""Between rows and values: moments as milliseconds, the columns of each value, and its one `from_row`."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, overload

from campaigns.campaign import Campaign, CampaignState
from campaigns.message.variants import decode_message
from campaigns.schedule.campaign_plan import decode_plan
from core.domain.account import Account, AccountKind, AccountLimit, AccountState, DataCentre, Freeze, LimitKind
from core.domain.ids import AccountId, CampaignId, TelegramUserId
from core.missing import missing

Row = tuple[Any, ...]

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND: Final = timedelta(milliseconds=1)
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))  # json.dumps would make one each time

ACCOUNT_COLUMNS: Final = """
id, kind, title, username, telegram_user_id, data_centre, session_secret, state, state_reason, limit_profile,
slowed_until, send_cooldown_until, state_code, frozen_since, frozen_until, appeal_url,
(SELECT json_group_array(json_array(kind, value, set_by, set_at)) FROM account_limit WHERE account_id = account.id)
"""
CAMPAIGN_COLUMNS: Final = """
c.id, c.title, c.state, c.state_reason, c.message, c.approved_hash, c.approved_by, c.created_by, c.created_at,
c.start_at, c.started_at, c.finished_at, c.plan, c.canary_size,
(SELECT json_group_array(account_id) FROM campaign_account WHERE campaign_id = c.id)
"""


known_message = lru_cache(maxsize=64)(decode_message)
"""The message of this text, read once: every chunk of planning and every lane reads the campaign again."""


@lru_cache(maxsize=128)
def for_rows(sql: str, count: int, width: int) -> str:
    """The statement for so many rows of values; the texts are few, so that they stay prepared."""
    one = f"({', '.join('?' * width)})"
    return sql.format(rows=", ".join([one] * count))


@overload
def to_ms(moment: datetime) -> int: ...
@overload
def to_ms(moment: datetime | None) -> int | None: ...
def to_ms(moment: datetime | None) -> int | None:
    """Milliseconds since 1970. A naive moment raises TypeError."""
    return None if moment is None else (moment - EPOCH) // MILLISECOND


@overload
def from_ms(milliseconds: int) -> datetime: ...
@overload
def from_ms(milliseconds: int | None) -> datetime | None: ...
def from_ms(milliseconds: int | None) -> datetime | None:
    """The moment, aware, UTC."""
    return None if milliseconds is None else EPOCH + timedelta(milliseconds=milliseconds)


def get_row(raw: sqlite3.Connection, sql: str, thing: str, number: int) -> Row:
    """The row of this statement and number. Raises UserInputError when there is none (`core.missing` names the thing)."""
    row: Row | None = raw.execute(sql, (number,)).fetchone()
    if row is None:
        raise missing(thing, number)
    return row


def to_json(values: Mapping[str, Any] | Sequence[Any]) -> str:
    """Small and stable: letters of every script stand as they are."""
    return _ENCODER.encode(values)


def account_from_row(row: Row) -> Account:
    """A row of ACCOUNT_COLUMNS."""
    return Account(
        id=AccountId(row[0]),
        kind=AccountKind(row[1]),
        title=row[2],
        username=row[3],
        telegram_user_id=TelegramUserId(row[4]),
        data_centre=DataCentre(row[5]),
        session_secret=row[6],
        state=AccountState(row[7]),
        state_reason=row[8],
        limit_profile=row[9],
        slowed_until=from_ms(row[10]),
        send_cooldown_until=from_ms(row[11]),
        state_code=row[12],
        freeze=_freeze(row[13], row[14], row[15]) if row[7] == AccountState.FROZEN else None,
        limits=_limits(row[16]),
    )


def _freeze(since: int | None, until: int | None, appeal_url: str | None) -> Freeze | None:
    return None if since is None else Freeze(since=from_ms(since), until=from_ms(until), appeal_url=appeal_url or "")


def _limits(text: str) -> tuple[AccountLimit, ...]:
    found = {
        LimitKind(kind): AccountLimit(kind=LimitKind(kind), value=value, set_by=set_by, set_at=from_ms(set_at))
        for kind, value, set_by, set_at in json.loads(text)
    }
    return tuple(found[kind] for kind in LimitKind if kind in found)


def campaign_from_row(row: Row) -> Campaign:
    """A row of CAMPAIGN_COLUMNS, read from `campaign c`."""
    return Campaign(
        id=CampaignId(row[0]),
        title=row[1],
        state=CampaignState(row[2]),
        state_reason=row[3],
        message=known_message(row[4]),
        approved_hash=row[5],
        approved_by=row[6],
        created_by=row[7],
        created_at=from_ms(row[8]),
        start_at=from_ms(row[9]),
        started_at=from_ms(row[10]),
        finished_at=from_ms(row[11]),
        plan=decode_plan(row[12]),
        canary_size=row[13],
        account_ids=tuple(sorted(json.loads(row[14]))),
    )


def to_like(text: str) -> str:
    """The pattern of LIKE, with ESCAPE '\\', for values that hold this text."""
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"

"""Deliveries as the lanes see them: read ahead, bind to a person, claim, record, settle."""

import json
import sqlite3
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState, transition
from campaigns.inbox.conversations import ChangeKind
from campaigns.message.variants import Choice
from campaigns.plan.eligibility import Claim
from campaigns.plan.limits import QuotaWait
from campaigns.ports import Candidate, ClaimOrder, HistoryMessage, MessageChange, OpenTry, Outcome, Restored
from campaigns.reasons import DeliveryReason
from core.domain.account import Lease
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId, DeliveryId, TelegramUserId
from core.domain.message import decode_content
from core.domain.peer import Peer
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.claims import HAS_CONSENT, SUPPRESSION, claim_each
from database.stores.lease_check import check_lease, check_leases
from database.stores.look_ups import begin_look_up, hold_look_ups
from database.stores.peers import PEER_COLUMNS, peer_from_row, put_peers
from database.stores.recording import record_each, touch_campaign
from database.stores.restored_rows import settle_restored
from database.stores.rows import Row, from_ms, to_ms
from database.stores.suppression_keys import attach_suppressions
from database.stores.suppressions import suppress

# Without a Telegram id on the row its person is looked for by username among those this account knows.
_CANDIDATE_COLUMNS: Final = f"""
o.id, ifnull(o.campaign_id, 0), o.contact_id, o.random_id, o.telegram_user_id, k.username, o.inputs, o.text_hash,
o.variant, o.language, o.content, {PEER_COLUMNS}, r.since, o.id <= r.last_row, o.kind,
(SELECT target.message_id FROM outgoing AS target WHERE target.id = o.target_id)
"""
_CANDIDATE_JOINS: Final = """
LEFT JOIN contact AS k ON k.id = o.contact_id
LEFT JOIN restored_campaign AS r ON r.campaign_id = o.campaign_id
LEFT JOIN peer AS p ON p.account_id = o.account_id AND p.user_id = ifnull(o.telegram_user_id, (
    SELECT q.user_id FROM peer AS q WHERE q.account_id = o.account_id AND q.username = k.username COLLATE NOCASE))
"""
# Of what changes one message, only one is under way at a time: in which order Telegram gets two, nobody knows.
_IS_NEXT: Final = """
(o.target_id IS NULL OR NOT EXISTS (
    SELECT 1 FROM outgoing AS other WHERE other.target_id = o.target_id AND other.state = 'sending'))
"""
# Put off until a moment that has come, the longest due first; by the index outgoing_deferred.
READ_DUE: Final = f"""
SELECT {_CANDIDATE_COLUMNS} FROM outgoing AS o {_CANDIDATE_JOINS}
WHERE o.account_id = ? AND o.campaign_id IS nullif(?, 0) AND o.state = 'deferred' AND o.not_before <= ?
    AND o.id NOT IN (SELECT value FROM json_each(?)) AND {_IS_NEXT}
ORDER BY o.not_before LIMIT ?
"""
# Not tried yet, in the order in which they were planned; by the index outgoing_planned.
READ_PLANNED: Final = f"""
SELECT {_CANDIDATE_COLUMNS} FROM outgoing AS o {_CANDIDATE_JOINS}
WHERE o.account_id = ? AND o.campaign_id IS nullif(?, 0) AND o.state = 'planned'
    AND o.id NOT IN (SELECT value FROM json_each(?)) AND {_IS_NEXT}
ORDER BY o.id LIMIT ?
"""
# The first moment at which a deferred row is due; by the index outgoing_deferred.
NEXT_DUE: Final = """
SELECT min(not_before) FROM outgoing WHERE account_id = ? AND campaign_id IS nullif(?, 0) AND state = 'deferred'
"""
# Every try of an account whose fate is unknown, oldest first; by the index outgoing_open.
OPEN_TRIES: Final = f"""
SELECT {_CANDIDATE_COLUMNS}, ifnull(c.state, 'running'), o.unknown_since, o.not_before, o.key_fingerprint, o.tries,
    coalesce({SUPPRESSION}, iif({HAS_CONSENT}, NULL, '{DeliveryReason.NO_CONSENT.value}'))
FROM outgoing AS o LEFT JOIN campaign AS c ON c.id = o.campaign_id {_CANDIDATE_JOINS}
WHERE o.account_id = ? AND o.state = 'sending' ORDER BY o.unknown_since, o.id
"""
# The row a lane is about to resolve, and whom its contact is known to be.
_UNBOUND: Final = """
SELECT o.campaign_id, o.contact_id, o.state, k.telegram_user_id
FROM outgoing AS o LEFT JOIN contact AS k ON k.id = o.contact_id WHERE o.id = ? AND o.account_id = ?
"""
_SAME_PERSON: Final = """
SELECT contact_id FROM outgoing WHERE campaign_id = ? AND telegram_user_id = ? AND id <> ?
"""
_BIND_CONTACT: Final = (
    "UPDATE contact SET telegram_user_id = ?, updated_at = ? WHERE id = ? AND telegram_user_id IS NULL"
)
_BIND_ROW: Final = "UPDATE outgoing SET telegram_user_id = ? WHERE id = ? AND state IN ('planned', 'deferred')"
_SETTLE_UNTRIED: Final = """
UPDATE outgoing SET state = ?, reason = ?, detail = ?, not_before = ?, settled_at = ? WHERE id = ? AND state = ?
"""
# Only while everything still allows it: what was read before may have waited for its turn.
_BEGIN_REPEAT: Final = f"""
UPDATE outgoing AS o SET tries = tries + 1 WHERE o.id = ? AND o.account_id = ? AND o.state = 'sending'
    AND (o.campaign_id IS NULL
         OR EXISTS (SELECT 1 FROM campaign AS c WHERE c.id = o.campaign_id AND c.state = 'running'))
    AND EXISTS (SELECT 1 FROM account AS a WHERE a.id = o.account_id AND a.state = 'ready'
                AND ifnull(a.send_cooldown_until, 0) <= ?)
    AND {SUPPRESSION} IS NULL AND {HAS_CONSENT}
"""
# All that leaves to this person, whatever it belongs to, by the index outgoing_one_person.
BOUND_MESSAGES: Final = """
SELECT o.message_id FROM outgoing AS o
WHERE o.telegram_user_id = ? AND +o.account_id = ? AND o.message_id IS NOT NULL
"""

_Turn = tuple[Lease, Outcome | None, ClaimOrder | None]

_UNTRIED: Final = frozenset({DeliveryState.PLANNED, DeliveryState.DEFERRED})


class DeliveryStore:
    """Every write names the lease it is made under and raises LeaseLost when that is over."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def read_ahead(
        self,
        account_id: AccountId,
        campaign_ids: Sequence[CampaignId],
        *,
        now: datetime,
        limit: int,
        without: Collection[DeliveryId] = (),
    ) -> Sequence[Candidate]:
        """Rows of these campaigns that are deferred and due, or planned; at most `limit` of each campaign.

        `without`: rows that the lane has already.
        """
        moment, known = to_ms(now), json.dumps(list(without))

        def read_candidates(raw: sqlite3.Connection) -> list[Candidate]:
            rows: list[Row] = []
            for campaign_id in campaign_ids:
                due = raw.execute(READ_DUE, (account_id, campaign_id, moment, known, limit)).fetchall()
                rows += due
                if len(due) < limit:
                    values = (account_id, campaign_id, known, limit - len(due))
                    rows += raw.execute(READ_PLANNED, values).fetchall()
            return [_candidate_from_row(row) for row in rows]

        return await self._database.read(read_candidates)

    async def next_due(self, account_id: AccountId, campaign_ids: Sequence[CampaignId]) -> datetime | None:
        """When the next deferred row of these campaigns is due; None: there is none."""

        def read_next_due(raw: sqlite3.Connection) -> int | None:
            dues = [raw.execute(NEXT_DUE, (account_id, each)).fetchone()[0] for each in campaign_ids]
            return min((due for due in dues if due is not None), default=None)

        return from_ms(await self._database.read(read_next_due))

    async def bind_person(self, lease: Lease, delivery_id: DeliveryId, peer: Peer, *, now: datetime) -> bool:
        """Store the peer, and its Telegram id on contact and row.

        False: the row is not to be sent. Another row of the campaign has this person, and this one is `skipped`; or
        the username belongs to somebody else by now, and this one `failed`; or it was cancelled meanwhile.
        """

        def bind(work: UnitOfWork) -> bool:
            check_lease(work.connection, lease)
            return _bind(work, lease.account_id, delivery_id, peer, to_ms(now))

        return await self._database.write(bind)

    async def settle_untried(self, lease: Lease, outcome: Outcome) -> None:
        """A row that never was tried ends or waits; one that is not waiting any more is left alone."""

        def settle(work: UnitOfWork) -> None:
            check_lease(work.connection, lease)
            _settle_untried(work, lease.account_id, outcome)

        await self._database.write(settle)

    async def record_and_claim(self, lease: Lease, outcome: Outcome | None, order: ClaimOrder | None) -> Claim | None:
        """Record the previous result and claim the next row, in one unit. One of both may be None."""

        return await self._database.write_shared(_take_turns, (lease, outcome, order))

    async def open_tries(self, account_id: AccountId) -> Sequence[OpenTry]:
        """All rows in `sending` of this account, oldest first: no more than its window of sends in flight."""

        def read_open_tries(raw: sqlite3.Connection) -> list[OpenTry]:
            return [_open_try_from_row(row) for row in raw.execute(OPEN_TRIES, (account_id,)).fetchall()]

        return await self._database.read(read_open_tries)

    async def begin_repeat(self, lease: Lease, delivery_id: DeliveryId, *, now: datetime) -> bool:
        """Count one more open try, committed before a repeat leaves.

        False: it may not leave. The row is not `sending` any more, its campaign or account stands still or waits, or
        the person may not be written to any more.
        """

        def begin_repeat(work: UnitOfWork) -> bool:
            check_lease(work.connection, lease)
            values = (delivery_id, lease.account_id, to_ms(now))
            return work.connection.execute(_BEGIN_REPEAT, values).rowcount == 1

        return await self._database.write(begin_repeat)

    async def begin_look_up(self, lease: Lease, *, per_day: int | None, now: datetime) -> QuotaWait | None:
        """Count one more look-up of a person, committed before it leaves; or what it has to wait for, and until when."""

        def begin(work: UnitOfWork) -> QuotaWait | None:
            check_lease(work.connection, lease)
            return begin_look_up(work, lease.account_id, per_day, now)

        return await self._database.write(begin)

    async def hold_look_ups(self, lease: Lease, *, until: datetime) -> None:
        """Telegram demanded a wait for looking people up: none leaves before, by whichever worker."""

        def hold(work: UnitOfWork) -> None:
            check_lease(work.connection, lease)
            hold_look_ups(work, lease.account_id, until)

        await self._database.write(hold)

    async def settle_restored(
        self, lease: Lease, candidate: Candidate, found: HistoryMessage | None, *, now: datetime
    ) -> None:
        """A row that came back with a backup left after it (`found`), or may have (None): `sent` or `uncertain`."""

        def settle(work: UnitOfWork) -> None:
            check_lease(work.connection, lease)
            settle_restored(work, candidate, found, to_ms(now))
            work.touch(Subject.LANE, lease.account_id)

        await self._database.write(settle)

    async def bound_message_ids(self, account_id: AccountId, user_id: TelegramUserId) -> frozenset[int]:
        """Ids of messages from this account to this person that are bound to a row already."""

        def read_bound(raw: sqlite3.Connection) -> frozenset[int]:
            return frozenset(row[0] for row in raw.execute(BOUND_MESSAGES, (user_id, account_id)).fetchall())

        return await self._database.read(read_bound)


def _take_turns(work: UnitOfWork, turns: Sequence[_Turn]) -> list[Claim | None]:
    """Results first: whom they suppress, and what wait they bring, holds for every claim beside them."""
    check_leases(work.connection, (lease for lease, _, _ in turns))
    for lease, _, _ in turns:
        work.touch(Subject.LANE, lease.account_id)
    record_each(work, [(lease.account_id, outcome) for lease, outcome, _ in turns if outcome is not None])
    orders = [(lease.account_id, order) for lease, _, order in turns if order is not None]
    answers = iter(claim_each(work, orders) if orders else ())
    return [None if order is None else next(answers) for _, _, order in turns]


def _bind(work: UnitOfWork, account_id: AccountId, delivery_id: DeliveryId, peer: Peer, now: int) -> bool:
    raw = work.connection
    put_peers(raw, account_id, [peer], now=now)
    campaign_id, contact_id, text, known_id = raw.execute(_UNBOUND, (delivery_id, account_id)).fetchone()
    state = DeliveryState(text)
    if state not in _UNTRIED:
        return False
    if known_id is not None and known_id != peer.user_id:
        # The contact agreed as somebody else; whoever took over the username did not.
        ending = DeliveryState.FAILED, DeliveryReason.NOT_FOUND, "USERNAME_MOVED"
    else:
        raw.execute(_BIND_CONTACT, (peer.user_id, now, contact_id))
        attach_suppressions(raw, contact_id, contact_id)
        other = raw.execute(_SAME_PERSON, (campaign_id, peer.user_id, delivery_id)).fetchone()
        if other is None:
            raw.execute(_BIND_ROW, (peer.user_id, delivery_id))
            return True
        ending = DeliveryState.SKIPPED, DeliveryReason.SAME_PERSON, f"contact {other[0]}"
    target, reason, detail = ending
    transition(state, target)
    raw.execute(_SETTLE_UNTRIED, (target.value, reason.value, detail, None, now, delivery_id, state.value))
    touch_campaign(work, campaign_id)
    return False


def _settle_untried(work: UnitOfWork, account_id: AccountId, outcome: Outcome) -> None:
    raw = work.connection
    campaign_id, contact_id, text, user_id = raw.execute(_UNBOUND, (outcome.delivery_id, account_id)).fetchone()
    state, at = DeliveryState(text), to_ms(outcome.at)
    if outcome.suppress and outcome.reason is not None:
        suppress(
            work,
            contact_id=contact_id,
            user_id=user_id,
            reason=outcome.reason,
            account_id=account_id,
            at=at,
            campaign_id=campaign_id,
        )
    if state not in _UNTRIED:
        return
    transition(state, outcome.state)
    reason = None if outcome.reason is None else outcome.reason.value
    not_before = to_ms(outcome.not_before) if outcome.state is DeliveryState.DEFERRED else None
    values = (outcome.state.value, reason, outcome.detail or None, not_before, at, outcome.delivery_id, state.value)
    raw.execute(_SETTLE_UNTRIED, values)
    touch_campaign(work, campaign_id)
    work.touch(Subject.LANE, account_id)


def _candidate_from_row(row: Row) -> Candidate:
    delivery_id, campaign_id, contact_id, random_id, user_id, username = row[:6]
    inputs, text_hash, variant, language, content = row[6:11]
    return Candidate(
        id=DeliveryId(delivery_id),
        campaign_id=CampaignId(campaign_id),
        contact_id=contact_id,
        random_id=random_id,
        telegram_user_id=user_id,
        username=username,
        peer=peer_from_row(row[11:16]),
        choice=Choice(variant, language),
        inputs=json.loads(inputs),
        content=None if content is None else decode_content(content),
        text_hash=text_hash,
        restored=None if row[16] is None else Restored(since=from_ms(row[16]), keeps_random_id=bool(row[17])),
        change=None if row[19] is None else MessageChange(kind=ChangeKind(row[18]), message_id=row[19]),
    )


def _open_try_from_row(row: Row) -> OpenTry:
    campaign_state, unknown_since, not_before, key_fingerprint, tries, forbidden = row[20:]
    return OpenTry(
        candidate=_candidate_from_row(row),
        campaign_state=CampaignState(campaign_state),
        unknown_since=from_ms(unknown_since),
        not_before=from_ms(not_before),
        key_fingerprint=key_fingerprint,
        tries=tries,
        forbidden=None if forbidden is None else DeliveryReason(forbidden),
    )

"""The hot path: what became of a send is recorded, and the next row claimed, thousands of times a second.

All of it runs inside one unit on the database thread: few statements with constant texts, each by its key.
"""

import logging
import sqlite3
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState, transition
from campaigns.plan.eligibility import NO_PLAN, Claim, ClaimAnswer, ClaimFacts, PlanFacts, decide
from campaigns.plan.limits import DAY, HOUR, even_gap
from campaigns.ports import ClaimOrder, Outcome
from campaigns.reasons import DeliveryReason
from campaigns.report.event_kinds import EventKind
from campaigns.schedule.campaign_plan import CampaignPlan, FrequencyCap, decode_plan, encode_plan
from campaigns.schedule.windows import Openings
from core.domain.account import AccountState
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId
from database.lock_handler import UnitOfWork
from database.stores.events import write_event
from database.stores.first_contacts import put_off_first_contact
from database.stores.rows import Row, from_ms, to_ms
from database.stores.suppressions import suppress

logger = logging.getLogger(__name__)

SAME_WAIT: Final = timedelta(seconds=1)
"""Sends in flight together are answered with the same demanded wait, which Telegram gives in whole seconds."""


def touch_campaign(work: UnitOfWork, campaign_id: CampaignId | None) -> None:
    """Its figures changed; None: what changed belongs to no campaign."""
    if campaign_id is not None:
        work.touch(Subject.CAMPAIGN, campaign_id)


# ----------------------------------------------------------------------------------------------------- record

# Whom an outcome is about, and how the row stands.
_RECORDED_ROW: Final = """
SELECT campaign_id, contact_id, telegram_user_id, state, tries FROM outgoing WHERE id = ? AND account_id = ?
"""
# It left, or may have left: sent, uncertain. The try stays written down, because it counts for quotas.
_RECORD_LEFT: Final = """
UPDATE outgoing SET state = ?, reason = ?, detail = ?, not_before = NULL, message_id = ?, settled_at = ?
WHERE id = ? AND state = 'sending'
"""
# Proved unsent: planned, deferred, failed, skipped. Only the text of the first try stays.
_RECORD_UNSENT: Final = """
UPDATE outgoing SET state = ?, reason = ?, detail = ?, not_before = ?, settled_at = ?,
    unknown_since = NULL, tries = 0, key_fingerprint = NULL
WHERE id = ? AND state = 'sending'
"""
# Still open: a repeat was refused, which proves nothing; ask again later.
_RECORD_OPEN: Final = "UPDATE outgoing SET not_before = ?, detail = ? WHERE id = ? AND state = 'sending'"

_LEFT: Final = frozenset({DeliveryState.SENT, DeliveryState.UNCERTAIN})
_ONLY_TRY: Final = frozenset({DeliveryState.PLANNED, DeliveryState.DEFERRED, DeliveryState.FAILED})


def record(work: UnitOfWork, account_id: AccountId, outcome: Outcome) -> None:
    """Write what became of an open try. A row that is not `sending` any more is left alone and logged."""
    row = work.connection.execute(_RECORDED_ROW, (outcome.delivery_id, account_id)).fetchone()
    if row is None:
        raise LookupError(f"delivery {outcome.delivery_id} does not belong to account {account_id}")
    campaign_id, contact_id, user_id, state, tries = row
    if outcome.cooldown_until is not None or outcome.slowed_until is not None:
        _slow_down(work, account_id, outcome)
    if outcome.suppress and outcome.reason is not None:
        suppress(
            work,
            contact_id=contact_id,
            user_id=user_id,
            reason=outcome.reason,
            account_id=account_id,
            at=to_ms(outcome.at),
            campaign_id=campaign_id,
        )
    if state != "sending":
        logger.warning(
            "delivery %d is %s already, its outcome %s is left out", outcome.delivery_id, state, outcome.state
        )
    elif tries > 1 and outcome.state in _ONLY_TRY:
        # A refusal of a repeat proves nothing about the first try, so the row stays open and is settled.
        logger.error("delivery %d has %d open tries and cannot become %s", outcome.delivery_id, tries, outcome.state)
    else:
        _write_outcome(work.connection, outcome)
        touch_campaign(work, campaign_id)


def _write_outcome(raw: sqlite3.Connection, outcome: Outcome) -> None:
    state = outcome.state
    detail = outcome.detail or None
    if state is DeliveryState.SENDING:
        raw.execute(_RECORD_OPEN, (to_ms(outcome.not_before), detail, outcome.delivery_id))
        return
    transition(DeliveryState.SENDING, state)
    reason = None if outcome.reason is None else outcome.reason.value
    at = to_ms(outcome.at)
    if state in _LEFT:
        raw.execute(_RECORD_LEFT, (state.value, reason, detail, outcome.message_id, at, outcome.delivery_id))
        return
    not_before = to_ms(outcome.not_before) if state is DeliveryState.DEFERRED else None
    settled_at = None if state is DeliveryState.PLANNED else at
    raw.execute(_RECORD_UNSENT, (state.value, reason, detail, not_before, settled_at, outcome.delivery_id))


# ---------------------------------------------------------------------------------------------------- waiting

_WAITS: Final = "SELECT send_cooldown_until, slowed_until FROM account WHERE id = ?"
_SLOW_DOWN: Final = "UPDATE account SET send_cooldown_until = ?, slowed_until = ? WHERE id = ?"


def _slow_down(work: UnitOfWork, account_id: AccountId, outcome: Outcome) -> None:
    """The account waits, and may send at half rate afterwards. A later moment that stands already is kept."""
    old_cooldown, old_slowed = work.connection.execute(_WAITS, (account_id,)).fetchone()
    cooldown = max((ms for ms in (old_cooldown, to_ms(outcome.cooldown_until)) if ms is not None), default=None)
    slowed = max((ms for ms in (old_slowed, to_ms(outcome.slowed_until)) if ms is not None), default=None)
    if (cooldown, slowed) == (old_cooldown, old_slowed):
        return
    work.connection.execute(_SLOW_DOWN, (cooldown, slowed, account_id))
    work.touch(Subject.ACCOUNT, account_id)
    at = to_ms(outcome.at)
    for kind, old, new in (
        (EventKind.ACCOUNT_COOLDOWN, old_cooldown, cooldown),
        (EventKind.ACCOUNT_SLOWED, old_slowed, slowed),
    ):
        if new is not None and new > max(old or 0, at) + SAME_WAIT // timedelta(milliseconds=1):
            until = from_ms(new).isoformat(timespec="seconds")
            write_event(work, kind, at=at, level="warning", account_id=account_id, data={"until": until})


# ------------------------------------------------------------------------------------------------------ claim

# Of a row o: its person agreed that this account writes, or it is the account itself.
HAS_CONSENT: Final = """
(EXISTS (SELECT 1 FROM consent AS agreed WHERE agreed.contact_id = o.contact_id AND agreed.withdrawn_at IS NULL
         AND (agreed.account_id IS NULL OR agreed.account_id = o.account_id))
 OR (o.contact_id IS NULL
     AND o.telegram_user_id = (SELECT own.telegram_user_id FROM account AS own WHERE own.id = o.account_id)))
"""
# Everything that decides whether the row may be sent now, but for the quotas.
_FACTS: Final = f"""
SELECT o.state, o.not_before, o.text_hash, o.campaign_id, ifnull(c.state, 'running'), a.state, a.send_cooldown_until,
    {HAS_CONSENT},
    ifnull((SELECT s.reason FROM suppression AS s WHERE s.contact_id = o.contact_id),
           (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = o.telegram_user_id)),
    ifnull(c.plan, '{{}}'), c.canary_size, c.slowed_per_hour
FROM outgoing AS o LEFT JOIN campaign AS c ON c.id = o.campaign_id JOIN account AS a ON a.id = o.account_id
WHERE o.id = ? AND o.account_id = ?
"""
# Of what the account sent, or may have sent, since a moment, the n-th newest: with it a quota of n is full.
_FILLED_AT: Final = """
SELECT unknown_since FROM outgoing WHERE account_id = ? AND unknown_since > ?
ORDER BY unknown_since DESC LIMIT 1 OFFSET ?
"""
# The same of the campaign, and of one person over all campaigns and accounts.
FILLED_AT_OF_CAMPAIGN: Final = _FILLED_AT.replace("account_id = ?", "campaign_id = ?")
FILLED_AT_OF_PERSON: Final = """
SELECT 1 FROM outgoing WHERE unknown_since > ?1
    AND (contact_id = (SELECT contact_id FROM outgoing WHERE id = ?2)
         OR telegram_user_id = (SELECT telegram_user_id FROM outgoing WHERE id = ?2))
LIMIT 1 OFFSET ?3
"""
_TIME_ZONE: Final = """
SELECT k.time_zone FROM outgoing AS o JOIN contact AS k ON k.id = o.contact_id WHERE o.id = ?
"""
_CLAIM: Final = """
UPDATE outgoing SET state = 'sending', reason = NULL, detail = NULL, not_before = NULL, settled_at = NULL,
    unknown_since = ?, tries = 1, first_tried_at = ifnull(first_tried_at, ?), text_hash = ?, key_fingerprint = ?
WHERE id = ? AND state = ?
"""
_DEFER: Final = """
UPDATE outgoing SET state = 'deferred', reason = ?, detail = NULL, not_before = ?, settled_at = ?
WHERE id = ? AND state = ?
"""
_SKIP: Final = """
UPDATE outgoing SET state = 'skipped', reason = ?, detail = NULL, not_before = NULL, settled_at = ?
WHERE id = ? AND state = ?
"""


def claim(work: UnitOfWork, account_id: AccountId, order: ClaimOrder) -> Claim:
    """Move a row to `sending` if everything allows it at this moment, or to `skipped` or `deferred` with its reason."""
    raw = work.connection
    row = raw.execute(_FACTS, (order.delivery_id, account_id)).fetchone()
    if row is None:
        return Claim(answer=ClaimAnswer.HELD)
    facts = _facts(raw, account_id, order, row)
    answer = decide(facts, order.now)
    if answer.answer in (ClaimAnswer.HELD, ClaimAnswer.CAMPAIGN_HELD):
        return answer
    state, now = facts.row_state, to_ms(order.now)
    if answer.answer is ClaimAnswer.CLAIMED:
        put_off_until = put_off_first_contact(raw, account_id, order)
        if put_off_until is not None:
            touch_campaign(work, row[3])
            return Claim(answer=ClaimAnswer.DEFERRED, reason=DeliveryReason.QUOTA_NEW_PEOPLE, until=put_off_until)
        transition(state, DeliveryState.SENDING)
        raw.execute(_CLAIM, (now, now, order.text_hash, order.key_fingerprint, order.delivery_id, state.value))
    elif answer.answer is ClaimAnswer.DEFERRED:
        transition(state, DeliveryState.DEFERRED)
        assert answer.reason is not None, "a row that waits has its reason"
        raw.execute(_DEFER, (answer.reason.value, to_ms(answer.until), now, order.delivery_id, state.value))
    else:
        transition(state, DeliveryState.SKIPPED)
        assert answer.reason is not None, "a skip has its reason"
        raw.execute(_SKIP, (answer.reason.value, now, order.delivery_id, state.value))
    touch_campaign(work, row[3])
    return answer


def _facts(raw: sqlite3.Connection, account_id: AccountId, order: ClaimOrder, row: Row) -> ClaimFacts:
    state, not_before, text_hash, campaign_id, campaign_state, account_state, cooldown = row[:7]
    has_consent, suppression, plan, canary_size, slowed = row[7:]
    return ClaimFacts(
        row_state=DeliveryState(state),
        not_before=from_ms(not_before),
        campaign_state=CampaignState(campaign_state),
        account_state=AccountState(account_state),
        send_cooldown_until=from_ms(cooldown),
        has_consent=bool(has_consent),
        suppression=None if suppression is None else DeliveryReason(suppression),
        hour_filled_at=_filled_at(raw, account_id, order.profile.per_hour, order.now - HOUR),
        day_filled_at=_filled_at(raw, account_id, order.profile.per_day, order.now - DAY),
        is_same_text=text_hash is None or text_hash == order.text_hash,
        plan=NO_PLAN
        if plan == EMPTY_PLAN and slowed is None
        else _plan_facts(raw, campaign_id, order, known_plan(plan), canary_size, slowed),
    )


def _filled_at(
    raw: sqlite3.Connection, subject_id: int, quota: int | None, since: datetime, sql: str = _FILLED_AT
) -> datetime | None:
    if quota is None:
        return None
    row = raw.execute(sql, (subject_id, to_ms(since), quota - 1)).fetchone()
    return None if row is None else from_ms(row[0])


# ------------------------------------------------------------------------------------------------------- plan

EMPTY_PLAN: Final = "{}"
"""What a campaign without a plan of its own stores: nothing is limited beyond the accounts' own limits."""


def plan_text(plan: CampaignPlan) -> str:
    """How the plan is stored."""
    return EMPTY_PLAN if plan == CampaignPlan() else encode_plan(plan)


@lru_cache(maxsize=256)
def known_plan(text: str) -> tuple[CampaignPlan, Openings]:
    """The plan of this text, read once. For the database thread only: the openings are kept without a lock."""
    plan = decode_plan(text)
    return plan, Openings(plan.schedule)


def _plan_facts(
    raw: sqlite3.Connection,
    campaign_id: CampaignId,
    order: ClaimOrder,
    known: tuple[CampaignPlan, Openings],
    canary_size: int | None,
    slowed_per_hour: int | None,
) -> PlanFacts:
    plan, openings = known
    now, is_own = order.now, plan.schedule.in_own_zone and bool(plan.schedule.windows)
    time_zone = raw.execute(_TIME_ZONE, (order.delivery_id,)).fetchone()[0] if is_own else None
    return PlanFacts(
        opens_at=openings.next_open(now, time_zone),
        is_own_window=is_own,
        is_cap_full=plan.cap is not None and _is_cap_full(raw, order, plan.cap),
        hour_filled_at=_filled_at(raw, campaign_id, plan.per_hour, now - HOUR, FILLED_AT_OF_CAMPAIGN),
        day_filled_at=_filled_at(raw, campaign_id, plan.per_day, now - DAY, FILLED_AT_OF_CAMPAIGN),
        paced_until=None if slowed_per_hour is None else _paced_until(raw, campaign_id, now, slowed_per_hour),
        is_canary_full=canary_size is not None and count_tried(raw, campaign_id) >= canary_size,
    )


def _paced_until(raw: sqlite3.Connection, campaign_id: CampaignId, now: datetime, per_hour: int) -> datetime | None:
    gap = even_gap(per_hour)
    newest = _filled_at(raw, campaign_id, 1, now - gap, FILLED_AT_OF_CAMPAIGN)
    return None if newest is None else newest + gap


def _is_cap_full(raw: sqlite3.Connection, order: ClaimOrder, cap: FrequencyCap) -> bool:
    since = to_ms(cap.counts_since(order.now))
    return raw.execute(FILLED_AT_OF_PERSON, (since, order.delivery_id, cap.messages - 1)).fetchone() is not None


_COUNT_TRIED: Final = """
SELECT ifnull(sum(count), 0) FROM delivery_count
WHERE campaign_id = ? AND state IN ('sending', 'sent', 'uncertain', 'failed')
"""


def count_tried(raw: sqlite3.Connection, campaign_id: CampaignId) -> int:
    """To how many people the campaign has sent, or tried to."""
    return int(raw.execute(_COUNT_TRIED, (campaign_id,)).fetchone()[0])

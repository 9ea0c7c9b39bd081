"""The hot path: what became of a send is recorded, and the next row claimed, thousands of times a second.

All of it runs inside units on the database thread. Each row is checked, answered for and moved by itself, by
compare-and-swap; units that wait together share the statements, which have constant texts and find each row by its key.
One statement for many rows also runs whole without the interpreter, which sends messages meanwhile.
"""

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState, transition
from campaigns.plan.eligibility import NO_PLAN, Claim, ClaimAnswer, ClaimFacts, PlanFacts, decide
from campaigns.plan.limits import DAY, HOUR, even_gap
from campaigns.ports import ClaimOrder
from campaigns.reasons import DeliveryReason
from campaigns.schedule.campaign_plan import CampaignPlan, FrequencyCap, decode_plan, encode_plan
from campaigns.schedule.windows import Openings
from core.domain.account import AccountState
from core.domain.ids import AccountId, CampaignId
from database.lock_handler import UnitOfWork
from database.stores.first_contacts import put_off_first_contact
from database.stores.recording import touch_campaign, touch_shown
from database.stores.rows import Row, for_rows, from_ms, to_ms

# ------------------------------------------------------------------------------------------------------ claim

# Of a row o: its person agreed that this account writes, or wrote and is answered, or it is the account itself.
HAS_CONSENT: Final = """
(o.kind NOT IN ('delivery', 'test')
 OR EXISTS (SELECT 1 FROM consent AS agreed WHERE agreed.contact_id = o.contact_id AND agreed.withdrawn_at IS NULL
            AND (agreed.account_id IS NULL OR agreed.account_id = o.account_id))
 OR (o.contact_id IS NULL
     AND o.telegram_user_id = (SELECT own.telegram_user_id FROM account AS own WHERE own.id = o.account_id)))
"""
# Of a row o: why its person may not be written to. Who wrote again after they said no is answered, and nothing more; a
# STOP is confirmed; and what was sent may always be taken away again.
# Telegram's times are whole seconds: within one, the numbers of the messages tell which came later.
_HOLDS: Final = """
CASE o.kind WHEN 'delivery' THEN 1 WHEN 'test' THEN 1 WHEN 'delete' THEN 0
WHEN 'stop_confirmation' THEN s.reason <> 'said_stop'
ELSE NOT EXISTS (
    SELECT 1 FROM message AS m WHERE m.conversation_id = o.conversation_id AND m.kind <> 'stop'
        AND (m.at > s.at OR (m.at = s.at AND m.message_id > (
            SELECT max(said.message_id) FROM message AS said
            WHERE said.conversation_id = m.conversation_id AND said.kind = 'stop')))) END
"""
SUPPRESSION: Final = f"""
ifnull((SELECT s.reason FROM suppression AS s WHERE s.contact_id = o.contact_id AND {_HOLDS}),
       (SELECT s.reason FROM suppression AS s WHERE s.telegram_user_id = o.telegram_user_id AND {_HOLDS}))
"""
# Of a row o: it changes a message of which a later change is asked for.
_IS_SUPERSEDED: Final = """
o.target_id IS NOT NULL AND EXISTS (
    SELECT 1 FROM outgoing AS later WHERE later.target_id = o.target_id AND later.id > o.id AND later.state <> 'cancelled')
"""
# Everything that decides whether the row may be sent now, but for the quotas.
_FACTS: Final = f"""
SELECT o.id, o.account_id, o.state, o.not_before, o.text_hash, o.campaign_id, ifnull(c.state, 'running'), a.state,
    a.send_cooldown_until,
    {HAS_CONSENT},
    iif({_IS_SUPERSEDED}, '{DeliveryReason.SUPERSEDED}', {SUPPRESSION}),
    ifnull(c.plan, '{{}}'), c.canary_size, c.slowed_per_hour
FROM json_each(?) AS wanted CROSS JOIN outgoing AS o ON o.id = wanted.value
LEFT JOIN campaign AS c ON c.id = o.campaign_id JOIN account AS a ON a.id = o.account_id
"""
# Of what the account sent, or may have sent, since a moment, the n-th newest: with it a quota of n is full.
_FILLED_AT: Final = """
SELECT unknown_since FROM outgoing WHERE account_id = ? AND unknown_since > ?
ORDER BY unknown_since DESC LIMIT 1 OFFSET ?
"""
# The same of the campaign, and of what all campaigns of all accounts sent to one person: answers are not among it.
FILLED_AT_OF_CAMPAIGN: Final = _FILLED_AT.replace("account_id = ?", "campaign_id = ?")
FILLED_AT_OF_PERSON: Final = """
SELECT 1 FROM outgoing WHERE unknown_since > ?1 AND campaign_id IS NOT NULL
    AND (contact_id = (SELECT contact_id FROM outgoing WHERE id = ?2)
         OR telegram_user_id = (SELECT telegram_user_id FROM outgoing WHERE id = ?2))
LIMIT 1 OFFSET ?3
"""
_TIME_ZONE: Final = """
SELECT k.time_zone FROM outgoing AS o JOIN contact AS k ON k.id = o.contact_id WHERE o.id = ?
"""
_CLAIM: Final = """
UPDATE outgoing SET state = 'sending', reason = NULL, detail = NULL, not_before = NULL, settled_at = NULL,
    unknown_since = v.now, tries = 1, first_tried_at = ifnull(first_tried_at, v.now), text_hash = v.text_hash,
    key_fingerprint = v.key_fingerprint
FROM (SELECT column1 AS id, column2 AS state, column3 AS now, column4 AS text_hash, column5 AS key_fingerprint
      FROM (VALUES {rows})) AS v
WHERE outgoing.id = v.id AND outgoing.state = v.state
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
    return claim_each(work, [(account_id, order)])[0]


def claim_each(work: UnitOfWork, orders: Sequence[tuple[AccountId, ClaimOrder]]) -> list[Claim]:
    """As `claim`, one after the other: each sees what those before it took of a quota."""
    raw = work.connection
    wanted = json.dumps([order.delivery_id for _, order in orders])
    rows = {row[0]: row for row in raw.execute(_FACTS, (wanted,)).fetchall()}
    claimed: list[tuple[DeliveryState, ClaimOrder]] = []
    answers: list[Claim] = []
    for account_id, order in orders:
        row = rows.pop(order.delivery_id, None)  # whoever else orders the same row finds it taken
        if row is None or row[1] != account_id:
            answers.append(_HELD)
            continue
        if claimed and _is_counted(order, row):
            _move_to_sending(raw, claimed)
            claimed = []
        answers.append(_claim(work, account_id, order, row, claimed))
    if claimed:
        _move_to_sending(raw, claimed)
    return answers


_HELD: Final = Claim(answer=ClaimAnswer.HELD)


def _claim(
    work: UnitOfWork,
    account_id: AccountId,
    order: ClaimOrder,
    row: Row,
    claimed: list[tuple[DeliveryState, ClaimOrder]],
) -> Claim:
    """The answer for one row. What may be sent joins `claimed`, to be moved to `sending` by the caller."""
    raw, campaign_id = work.connection, row[5]
    facts = _facts(raw, account_id, order, row)
    answer = decide(facts, order.now)
    if answer.answer in (ClaimAnswer.HELD, ClaimAnswer.CAMPAIGN_HELD):
        return answer
    state = facts.row_state
    if answer.answer is ClaimAnswer.CLAIMED:
        put_off_until = put_off_first_contact(raw, account_id, order)
        if put_off_until is not None:
            touch_campaign(work, campaign_id)
            return Claim(answer=ClaimAnswer.DEFERRED, reason=DeliveryReason.QUOTA_NEW_PEOPLE, until=put_off_until)
        transition(state, DeliveryState.SENDING)
        claimed.append((state, order))
    elif answer.answer is ClaimAnswer.DEFERRED:
        transition(state, DeliveryState.DEFERRED)
        assert answer.reason is not None, "a row that waits has its reason"
        values = (answer.reason.value, to_ms(answer.until), to_ms(order.now), order.delivery_id, state.value)
        raw.execute(_DEFER, values)
    else:
        transition(state, DeliveryState.SKIPPED)
        assert answer.reason is not None, "a skip has its reason"
        raw.execute(_SKIP, (answer.reason.value, to_ms(order.now), order.delivery_id, state.value))
    touch_shown(work, campaign_id, order.delivery_id)
    return answer


def _is_counted(order: ClaimOrder, row: Row) -> bool:
    """Whether the decision counts rows, so that those claimed before it must be written first."""
    profile, (plan, _, slowed_per_hour) = order.profile, row[11:]
    quotas = (profile.per_hour, profile.per_day, profile.new_people_per_day, slowed_per_hour)
    return plan != EMPTY_PLAN or quotas != (None, None, None, None)


def _move_to_sending(raw: sqlite3.Connection, claimed: Sequence[tuple[DeliveryState, ClaimOrder]]) -> None:
    values: list[object] = []
    for state, order in claimed:
        values += (order.delivery_id, state.value, to_ms(order.now), order.text_hash, order.key_fingerprint)
    if raw.execute(for_rows(_CLAIM, len(claimed), 5), values).rowcount != len(claimed):
        raise LookupError("a row was moved by somebody else inside a transaction that had read it")


def _facts(raw: sqlite3.Connection, account_id: AccountId, order: ClaimOrder, row: Row) -> ClaimFacts:
    state, not_before, text_hash, campaign_id, campaign_state, account_state, cooldown = row[2:9]
    has_consent, suppression, plan, canary_size, slowed = row[9:]
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

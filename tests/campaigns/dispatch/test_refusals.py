"""Definite refusals of a first try: of one person, of the campaign, of whoever it may be."""

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import FINAL, DeliveryState
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import ASKED_BY, Rig

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "words"),
    [("MESSAGE_TOO_LONG", "The message is too long"), ("ENTITY_BOUNDS_INVALID", "Telegram does not accept this")],
)
async def test_a_message_that_nobody_can_get_fails_the_campaign_and_every_row_is_final(
    rig: Rig, text: str, words: str
) -> None:
    account, other = await rig.add_account(people=20), await rig.add_account(people=20)
    await rig.start_worker()
    for each in (account, other):
        await rig.inject(each, FaultKind.ERROR, code=400, text=text, count=None)

    campaign_id = await rig.start_campaign()
    progress = await rig.until_campaign(campaign_id, CampaignState.FAILED)

    assert words in (progress.state_reason or "")
    rows = await rig.until_final()
    assert {(row.state, row.reason) for row in rows} == {(DeliveryState.CANCELLED, DeliveryReason.CAMPAIGN_STOPPED)}
    assert rig.sent() == []


async def test_refusals_that_nobody_knows_fail_with_their_name_and_pause_the_campaign_after_some_in_a_row(
    rig: Rig,
) -> None:
    rig.set("delivery", "breaker_failures", 4)
    account = await rig.add_account(people=30)
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, code=400, text="SOMETHING_NEW", count=None)

    campaign_id = await rig.start_campaign()
    progress = await rig.until_campaign(campaign_id, CampaignState.PAUSED)

    assert "Several messages in a row were refused" in (progress.state_reason or "")
    rows = await rig.until_rows(
        lambda rows: not any(row.state is DeliveryState.SENDING for row in rows), "nothing is under way"
    )
    failed = [row for row in rows if row.state is DeliveryState.FAILED]
    assert {(row.reason, row.detail) for row in failed} == {(DeliveryReason.REFUSED, "400 SOMETHING_NEW")}
    assert 4 <= len(failed) <= 4 + 5, "no more than what was under way besides"
    await rig.control.clear_faults()
    await rig.service.resume(campaign_id, actor=ASKED_BY)
    await rig.until_final()
    assert len(rig.sent()) == 30 - len(failed)


async def test_names_that_nobody_uses_pause_the_campaign_too(rig: Rig) -> None:
    rig.set("delivery", "breaker_failures", 3)
    account, elsewhere = await rig.add_account(), await rig.add_account()
    await rig.import_people(await rig.make_people(elsewhere, 8))
    await rig.start_worker()
    await rig.inject(
        account, FaultKind.ERROR, "contacts.resolveUsername", code=400, text="USERNAME_NOT_OCCUPIED", count=None
    )

    campaign_id = await rig.start_campaign(account)
    await rig.until_campaign(campaign_id, CampaignState.PAUSED)

    failed = [row for row in await rig.rows() if row.state is DeliveryState.FAILED]
    assert {row.reason for row in failed} == {DeliveryReason.NOT_FOUND}
    assert len(failed) < 8


@pytest.mark.parametrize(
    ("code", "text", "reason"),
    [
        (403, "USER_PRIVACY_RESTRICTED", DeliveryReason.PRIVACY),
        (400, "INPUT_USER_DEACTIVATED", DeliveryReason.GONE),
        (403, "ALLOW_PAYMENT_REQUIRED_25", DeliveryReason.PAYMENT_REQUIRED),
    ],
)
async def test_a_refusal_of_one_person_fails_that_row_alone(
    rig: Rig, code: int, text: str, reason: DeliveryReason
) -> None:
    account = await rig.add_account(people=8)
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, code=code, text=text)

    campaign_id = await rig.start_campaign()
    rows = await rig.until_final()

    assert sorted(row.state for row in rows) == [DeliveryState.FAILED] + [DeliveryState.SENT] * 7
    (failed,) = [row for row in rows if row.state is DeliveryState.FAILED]
    assert (failed.reason, failed.detail) == (reason, text)
    await rig.until_campaign(campaign_id, CampaignState.FINISHED)


@pytest.mark.parametrize("kind", AccountKind)
async def test_who_blocked_an_account_is_suppressed_for_every_account_and_campaign(
    rig: Rig, kind: AccountKind
) -> None:
    account, other = await rig.add_account(kind, people=3), await rig.add_account()
    blocker = account.people[0]
    await rig.start_worker()
    await rig.control.person_blocks(blocker.user_id, account.user_id)
    if kind is AccountKind.BOT:  # Telegram tells a bot at once, a user account with the next send
        await rig.until_event("person.blocked")

    first = await rig.start_campaign(account)
    rows = await rig.until_final(first)

    state = DeliveryState.SKIPPED if kind is AccountKind.BOT else DeliveryState.FAILED
    (blocked,) = [row for row in rows if row.state is not DeliveryState.SENT]
    assert (blocked.state, blocked.reason, blocked.username) == (state, DeliveryReason.BLOCKED_US, blocker.username)
    second = await rig.start_campaign(other)
    (skipped,) = [row for row in await rig.until_final(second) if row.state is not DeliveryState.SENT]
    assert (skipped.state, skipped.reason) == (DeliveryState.SKIPPED, DeliveryReason.BLOCKED_US)
    assert skipped.username == blocker.username
    assert rig.sent_to(blocker) == 0


async def test_an_empty_field_skips_its_person_and_nobody_else(rig: Rig) -> None:
    account = await rig.add_account(people=4)
    nameless = account.people[2]
    await rig.start_worker()
    await rig.edit("UPDATE contact SET name = '' WHERE username = ?", nameless.username)

    await rig.start_campaign()

    rows = await rig.until_final()
    assert {row.username for row in rows if row.reason is DeliveryReason.MISSING_FIELD} == {nameless.username}
    assert {row.state for row in rows} < FINAL
    assert len(rig.sent()) == 3

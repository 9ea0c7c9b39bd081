"""Test messages leave by the same lane with the same promises, and no campaign counts them."""

import pytest

from campaigns.delivery import DeliveryState
from campaigns.message.send_tests import SendTests
from campaigns.message.variants import Message, Text, Variant
from campaigns.ports import LaneStatus
from campaigns.reasons import DeliveryReason
from core.domain.account import AccountKind
from core.domain.ids import CampaignId, ContactId, DeliveryId
from core.domain.message import UrlButton
from core.errors import MissingField, UserInputError
from telegram.sandbox.control import FaultKind, RepeatBehaviour
from tests.campaigns.dispatch.rig import ASKED_BY, Rig, RigAccount

pytestmark = pytest.mark.slow

HI = Message.of_text("Hi {{ name }}")


async def draft(rig: Rig) -> CampaignId:
    return await rig.service.create(
        title="Draft", template="Hi {{ name }}", account_ids=[rig.known[0].id], actor=ASKED_BY
    )


async def ask(
    rig: Rig,
    account: RigAccount,
    to: ContactId | None,
    *,
    message: Message = HI,
    campaign_id: CampaignId | None = None,
) -> DeliveryId:
    tests = rig.console.get(SendTests)
    return await tests.send(campaign_id or await draft(rig), account.id, message, to=to, actor=ASKED_BY)


async def contact_of(rig: Rig, account: RigAccount) -> ContactId:
    return await rig.console.get(SendTests).find_contact(f"@{account.people[0].username}")


async def until_state(rig: Rig, test_id: DeliveryId, state: DeliveryState) -> None:
    tests = rig.console.get(SendTests)

    async def is_there() -> bool:
        return (await tests.view(test_id)).state is state

    await rig.until(is_there, f"the test is {state}")


async def test_a_test_of_a_draft_arrives_in_saved_messages_and_no_campaign_counts_it(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    campaign_id = await draft(rig)

    test_id = await ask(rig, account, None, campaign_id=campaign_id)

    await until_state(rig, test_id, DeliveryState.SENT)
    (entry,) = rig.sent()
    assert (entry.account_id, entry.peer_id) == (account.user_id, account.user_id)
    assert (await rig.reports.progress(campaign_id)).counts == {}
    assert await rig.reports.verify_counters() == []


@pytest.mark.parametrize("kind", list(AccountKind))
@pytest.mark.parametrize("behaviour", list(RepeatBehaviour))
async def test_a_test_whose_answer_was_lost_arrives_once(
    rig: Rig, kind: AccountKind, behaviour: RepeatBehaviour
) -> None:
    account = await rig.add_account(kind, people=1)
    await rig.control.set_repeat_behaviour(behaviour)
    await rig.start_worker()
    await rig.inject(account, FaultKind.DROP_AFTER)

    test_id = await ask(rig, account, await contact_of(rig, account))

    await until_state(rig, test_id, DeliveryState.SENT)
    (entry,) = rig.sent()
    assert entry.peer_id == account.people[0].user_id


async def test_a_lost_answer_of_a_test_to_oneself_is_found_in_the_history(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.control.set_repeat_behaviour(RepeatBehaviour.REFUSE)
    await rig.start_worker()
    await rig.inject(account, FaultKind.DROP_AFTER)

    test_id = await ask(rig, account, None)

    await until_state(rig, test_id, DeliveryState.SENT)
    assert len(rig.sent()) == 1


async def test_what_happens_to_the_draft_afterwards_changes_nothing_of_a_test(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    campaign_id = await draft(rig)
    test_id = await ask(rig, account, None, campaign_id=campaign_id)
    await rig.service.set_message(campaign_id, Message.of_text("Other"), actor=ASKED_BY)

    await rig.start_worker(until_idle=False)

    await until_state(rig, test_id, DeliveryState.SENT)
    assert len(rig.sent()) == 1


async def test_a_person_who_said_stop_meanwhile_gets_no_test(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    test_id = await ask(rig, account, await contact_of(rig, account))
    await rig.edit("INSERT INTO suppression (contact_id, reason, at) SELECT id, 'said_stop', 1 FROM contact")

    await rig.start_worker(until_idle=False)

    await until_state(rig, test_id, DeliveryState.SKIPPED)
    assert (await rig.console.get(SendTests).view(test_id)).reason is DeliveryReason.SAID_STOP
    assert rig.sent() == []


async def test_a_test_that_telegram_does_not_accept_fails_and_stops_nothing(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.start_worker()
    await rig.inject(account, FaultKind.ERROR, code=400, text="ENTITY_BOUNDS_INVALID", count=1)

    test_id = await ask(rig, account, None)

    await until_state(rig, test_id, DeliveryState.FAILED)
    assert (await rig.console.get(SendTests).view(test_id)).reason is DeliveryReason.MESSAGE_REJECTED


async def test_a_test_takes_a_place_of_the_accounts_quota(rig: Rig) -> None:
    account = await rig.add_account(people=1)
    await rig.edit(
        "INSERT INTO account_limit (account_id, kind, value, set_by, set_at) VALUES (?, 'per_day', 1, 'ann', 0)",
        account.id,
    )
    await rig.start_worker()
    await until_state(rig, await ask(rig, account, None), DeliveryState.SENT)

    second = await ask(rig, account, None)

    await rig.until_lane(account, LaneStatus.WAITING)
    assert (await rig.console.get(SendTests).view(second)).state is DeliveryState.PLANNED
    assert len(rig.sent()) == 1


async def test_a_test_that_cannot_be_sent_is_refused_in_words(rig: Rig) -> None:
    user = await rig.add_account(people=1)
    bot = await rig.add_account(AccountKind.BOT)
    buttons = ((UrlButton(title="Seat", url="https://example.org"),),)
    keyed = Message(variants=(Variant(name="A", texts=(Text(source="Hi", buttons=buttons),)),))
    to = await contact_of(rig, user)

    with pytest.raises(UserInputError, match="no Saved Messages"):
        await ask(rig, bot, None)
    with pytest.raises(UserInputError, match="no bot"):
        await ask(rig, user, None, message=keyed)
    with pytest.raises(MissingField):
        await ask(rig, user, None, message=Message.of_text("{{ city }}"))
    with pytest.raises(UserInputError, match="no such person"):
        await ask(rig, user, ContactId(999))
    await rig.edit("UPDATE consent SET withdrawn_at = given_at")
    with pytest.raises(UserInputError) as refusal:
        await ask(rig, user, to)
    assert refusal.value.title == "This person may not be written to"

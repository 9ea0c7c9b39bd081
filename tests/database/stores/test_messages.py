"""A campaign's message in the database: written while it is a draft, approved, and decided for each delivery."""

from dataclasses import replace

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.message.variants import Choice, Message, Text, Variant
from campaigns.ports import Incoming, IncomingBatch, IncomingKind
from campaigns.report.views import ChoiceFigures
from campaigns.service import CampaignService
from core.domain.ids import CampaignId, ContactId
from core.errors import InvalidTransitionError, UserInputError
from tests.database.stores.world import NOW, World, peer, person, user_id
from tests.fake_clock import FakeClock


def text(source: str, language: str = "en") -> Text:
    return Text(source=source, language=language)


MESSAGE = Message(
    variants=(
        Variant(name="A", texts=(text("Hi {{ name }}"), text("Oi {{ cidade }}", "pt"))),
        Variant(name="B", texts=(text("Hello {{ name }}"),)),
    ),
    language="en",
)


async def draft(world: World, message: Message = MESSAGE) -> CampaignId:
    account_id = await world.add_account()
    campaign_id = await world.desk.create(title="x", template="Hi", account_ids=[account_id], actor="ann", now=NOW)
    await world.desk.choose_everyone(campaign_id)
    await world.desk.set_message(campaign_id, message, actor="ann", now=NOW)
    return campaign_id


async def test_a_draft_keeps_its_message(world: World) -> None:
    campaign_id = await draft(world)

    assert (await world.desk.get(campaign_id)).message == MESSAGE
    assert (await world.event_kinds())[-1] == "campaign.written"


async def test_a_message_is_not_written_once_it_is_in_review(world: World) -> None:
    campaign_id = await draft(world)
    await world.desk.change_state(campaign_id, CampaignState.IN_REVIEW, actor="ann", reason="", now=NOW)

    with pytest.raises(InvalidTransitionError):
        await world.desk.set_message(campaign_id, Message.of_text("Other"), actor="ann", now=NOW)


async def test_a_message_with_a_mistake_is_not_submitted(world: World) -> None:
    unfinished = Message(variants=(*MESSAGE.variants, Variant(name="C", texts=(text("Hi {{ na"),))), language="en")
    campaign_id = await draft(world, unfinished)

    with pytest.raises(UserInputError, match="not written as it must be"):
        await CampaignService(world.desk, FakeClock(NOW)).submit(campaign_id, actor="ann")

    assert (await world.desk.get(campaign_id)).state is CampaignState.DRAFT


@pytest.mark.parametrize(
    "other",
    [
        Message(variants=MESSAGE.variants, language="en", is_silent=True),
        Message(variants=MESSAGE.variants[::-1], language="en"),
        Message(variants=MESSAGE.variants[:1], language="en"),
        Message.of_text("Hi {{ name }}"),
    ],
)
async def test_another_message_is_another_approval(world: World, other: Message) -> None:
    campaign_id = await draft(world)
    before = await world.desk.content_hash(campaign_id)

    await world.desk.set_message(campaign_id, other, actor="ann", now=NOW)

    assert await world.desk.content_hash(campaign_id) != before


async def test_variant_and_language_of_each_delivery_are_decided_when_it_is_planned(world: World) -> None:
    cities = {"cidade": "Lisboa", "other": "x"}
    people = [replace(person(number), language="pt-BR", fields=cities) for number in range(1, 21)]
    await world.import_people([*people, person(21)])
    campaign_id = await draft(world)
    service = CampaignService(world.desk, FakeClock(NOW))
    await service.submit(campaign_id, actor="ann")
    await service.approve(campaign_id, actor="bob")
    await service.start(campaign_id, actor="ann")

    rows = await world.rows("SELECT contact_id, variant, language, inputs FROM outgoing ORDER BY contact_id")

    languages = {number: "pt-br" if number <= 20 else "" for number in range(1, 22)}
    assert [Choice(row["variant"], row["language"]) for row in rows] == [
        MESSAGE.choose(campaign_id, ContactId(number), languages[number]) for number in range(1, 22)
    ]
    assert {(row["variant"], row["language"]) for row in rows[:20]} == {("A", "pt"), ("B", "en")}
    assert rows[0]["inputs"] == '{"cidade":"Lisboa","name":"Person 1"}'
    (account_id,) = (await world.desk.get(campaign_id)).account_ids
    await world.campaigns.start_due(NOW)
    ahead = await world.ahead(account_id, campaign_id)
    assert [(row.choice.variant, row.choice.language) for row in ahead] == [
        (row["variant"], row["language"]) for row in rows
    ]


async def test_figures_by_wording_count_deliveries_and_people(world: World) -> None:
    account_id = await world.add_account()
    await world.import_people(3)
    await world.know(account_id, *[peer(number) for number in range(1, 4)])
    campaign_id = await world.run([account_id])
    await world.execute("UPDATE outgoing SET variant = 'B' WHERE contact_id > 1")
    lease = await world.take(account_id)
    for row in await world.ahead(account_id, campaign_id):
        await world.claim(lease, row.id)
        await world.record(lease, row.id, DeliveryState.SENT, message_id=int(row.id))
    twice = [
        Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(2), at=NOW, message_id=n, text="x") for n in (50, 51)
    ]
    stop = Incoming(kind=IncomingKind.MESSAGE, user_id=user_id(3), at=NOW, message_id=52, text="STOP")
    await world.incoming.commit(lease, IncomingBatch(items=(*twice, stop), peers=(), state=None), [stop])

    assert await world.reports.choices(campaign_id) == [
        ChoiceFigures(choice=Choice("A"), counts={DeliveryState.SENT: 1}, replied=0, opted_out=0),
        ChoiceFigures(choice=Choice("B"), counts={DeliveryState.SENT: 2}, replied=1, opted_out=1),
    ]

"""A campaign's message in the database: written while it is a draft, approved, and decided for each delivery."""

import pytest
from msgspec.structs import replace

from campaigns.campaign import CampaignState
from campaigns.message.preview import MessagePreview
from campaigns.message.variants import Choice, Message, Text, Variant
from campaigns.service import CampaignService
from core.domain.ids import CampaignId, ContactId
from core.domain.message import UrlButton
from core.errors import InvalidTransitionError, MissingField, UserInputError
from database.stores.recipients import RecipientStore
from tests.database.stores.world import NOW, World, person
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
        await CampaignService(world.desk, world.shelf, FakeClock(NOW)).submit(campaign_id, actor="ann")

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
    service = CampaignService(world.desk, world.shelf, FakeClock(NOW))
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


async def test_recipients_are_stepped_through_with_what_each_of_them_gets(world: World) -> None:
    people = [replace(person(number), language="pt", fields={"cidade": f"C{number}"}) for number in range(1, 11)]
    await world.import_people([*people[:-1], replace(people[-1], fields={}, language="pt")])
    campaign_id = await draft(world)
    preview = MessagePreview(RecipientStore(world.database))

    shown = [await preview.nth(campaign_id, number, MESSAGE) for number in range(await preview.count(campaign_id))]

    assert [each.recipient.name for each in shown] == [f"Person {number}" for number in range(1, 11)]
    for number, each in enumerate(shown[:-1], start=1):
        is_first = each.choice.variant == "A"
        assert each.message is not None
        assert each.message.text.text == (f"Oi C{number}" if is_first else f"Hello Person {number}")
        assert each.units == len(each.message.text.text)
        assert await preview.person(campaign_id, each.recipient.contact_id, MESSAGE) == each
    with pytest.raises(UserInputError):
        await preview.nth(campaign_id, 10, MESSAGE)
    with pytest.raises(UserInputError):
        await preview.person(campaign_id, ContactId(999), MESSAGE)


async def test_a_preview_tells_why_a_person_gets_nothing(world: World) -> None:
    await world.import_people(1)
    campaign_id = await draft(world)
    preview = MessagePreview(RecipientStore(world.database))

    missing = await preview.nth(campaign_id, 0, Message.of_text("{{ city }}"))
    broken = await preview.nth(campaign_id, 0, Message.of_text("{{ city"))

    assert isinstance(missing.problem, MissingField)
    assert isinstance(broken.problem, UserInputError)
    assert (missing.message, missing.units) == (None, 0)


async def test_buttons_are_not_submitted_for_an_account_that_is_no_bot(world: World) -> None:
    button = UrlButton(title="Seat", url="https://example.org")
    texts = (Text(source="Hi", buttons=((button,),)),)
    await world.import_people(1)
    campaign_id = await draft(world, Message(variants=(Variant(name="A", texts=texts),)))

    with pytest.raises(UserInputError, match="no bot"):
        await CampaignService(world.desk, world.shelf, FakeClock(NOW)).submit(campaign_id, actor="ann")

"""A draft while it is written, and who may approve it."""

import pytest

from campaigns.campaign import CampaignState
from campaigns.drafting import DraftService
from campaigns.message.variants import Message
from campaigns.service import CampaignService
from core.domain.ids import CampaignId
from core.errors import InvalidTransitionError, SamePersonError, UserInputError
from database import DraftDesk
from tests.database.stores.world import NOW, World
from tests.fake_clock import FakeClock


def drafts(world: World) -> DraftService:
    return DraftService(DraftDesk(world.database), world.desk, FakeClock(NOW))


def campaigns(world: World, *, needs_second_person: bool = False) -> CampaignService:
    return CampaignService(world.desk, world.shelf, FakeClock(NOW), lambda: needs_second_person)


async def submitted(world: World, *, by: str) -> CampaignId:
    await world.add_account()
    await world.import_people(1)
    campaign_id = await drafts(world).begin(title="Spring", actor=by)
    await drafts(world).choose_everyone(campaign_id)
    await campaigns(world).set_message(campaign_id, Message.of_text("Hi"), actor="ann")
    await campaigns(world).submit(campaign_id, actor=by)
    return campaign_id


async def test_a_draft_begins_empty_from_every_account(world: World) -> None:
    accounts = [await world.add_account(number) for number in (1, 2)]

    campaign_id = await drafts(world).begin(title="  Spring \n term ", actor="ann")

    campaign = await world.desk.get(campaign_id)
    assert (campaign.title, campaign.message.template, campaign.state) == ("Spring term", "", CampaignState.DRAFT)
    assert campaign.account_ids == tuple(accounts)


async def test_a_draft_keeps_a_text_with_mistakes_and_cannot_be_submitted_with_them(world: World) -> None:
    await world.add_account()
    campaign_id = await drafts(world).begin(title="Spring", actor="ann")
    with pytest.raises(UserInputError, match="A text is empty"):
        await campaigns(world).submit(campaign_id, actor="ann")

    await campaigns(world).set_message(campaign_id, Message.of_text("Hi {{ name"), actor="ann")

    assert (await world.desk.get(campaign_id)).message.template == "Hi {{ name"
    with pytest.raises(UserInputError):
        await campaigns(world).submit(campaign_id, actor="ann")


async def test_a_draft_from_no_account_cannot_be_submitted(world: World) -> None:
    await world.add_account()
    campaign_id = await drafts(world).begin(title="Spring", actor="ann")
    await campaigns(world).set_message(campaign_id, Message.of_text("Hi"), actor="ann")
    await drafts(world).set_accounts(campaign_id, [])

    with pytest.raises(UserInputError, match="no account"):
        await campaigns(world).submit(campaign_id, actor="ann")


async def test_what_is_in_review_cannot_be_changed(world: World) -> None:
    campaign_id = await submitted(world, by="ann")

    for change in (
        drafts(world).rename(campaign_id, "Other"),
        campaigns(world).set_message(campaign_id, Message.of_text("Other"), actor="ann"),
        drafts(world).set_accounts(campaign_id, []),
    ):
        with pytest.raises(InvalidTransitionError):
            await change
    assert (await world.desk.get(campaign_id)).message.template == "Hi"


async def test_where_a_second_person_is_needed_nobody_approves_what_they_submitted(world: World) -> None:
    campaign_id = await submitted(world, by="Ann Berg")
    service = campaigns(world, needs_second_person=True)

    with pytest.raises(SamePersonError):
        await service.approve(campaign_id, actor="ann  berg")
    assert (await world.desk.get(campaign_id)).state is CampaignState.IN_REVIEW

    await service.approve(campaign_id, actor="Bob")
    assert (await world.desk.get(campaign_id)).approved_by == "Bob"


async def test_nobody_approves_without_a_name_and_a_comment_goes_back_with_the_campaign(world: World) -> None:
    campaign_id = await submitted(world, by="ann")

    with pytest.raises(UserInputError, match="name"):
        await campaigns(world).approve(campaign_id, actor=" ")
    await campaigns(world).send_back(campaign_id, actor="Bob", comment="Too long")

    campaign = await world.desk.get(campaign_id)
    assert (campaign.state, campaign.state_reason) == (CampaignState.DRAFT, "Too long")


async def test_what_was_approved_is_frozen_with_name_and_comment_and_an_edit_goes_back_to_draft(world: World) -> None:
    campaign_id = await submitted(world, by="ann")
    await campaigns(world).approve(campaign_id, actor="Bob", comment="Go")
    approved = await world.desk.get(campaign_id)

    with pytest.raises(InvalidTransitionError):
        await campaigns(world).set_message(campaign_id, Message.of_text("Other"), actor="ann")
    await campaigns(world).send_back(campaign_id, actor="ann", comment="")
    await campaigns(world).set_message(campaign_id, Message.of_text("Other"), actor="ann")

    draft = await world.desk.get(campaign_id)
    assert (approved.approved_by, draft.state, draft.approved_by) == ("Bob", CampaignState.DRAFT, None)
    assert approved.approved_hash not in (None, await world.desk.content_hash(campaign_id))
    assert await world.column(
        "SELECT json_extract(data, '$.comment') FROM event WHERE kind = 'campaign.approved'"
    ) == ["Go"]


async def test_a_name_is_needed_and_has_an_end(world: World) -> None:
    for title in ("", "  ", "x" * 121):
        with pytest.raises(UserInputError):
            await drafts(world).begin(title=title, actor="ann")

"""Test messages in the database: of no campaign's deliveries, and gone with whom they belong to."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from campaigns.accounts.removal import Unsent
from campaigns.message.send_tests import OrderedTest
from campaigns.message.variants import Choice
from core.domain.account import AccountKind
from core.domain.ids import AccountId, CampaignId, ContactId, DeliveryId
from core.domain.media import Media, MediaKind
from core.domain.message import Entity, EntityKind, FormattedText, LinkPreview, OutgoingMessage, UrlButton
from core.errors import UserInputError
from database.stores.account_removal import AccountRemovalStore
from database.stores.erasure import ErasureStore
from database.stores.send_tests import SendTestStore
from tests.database.stores.world import NOW, World

PHOTO = Media(kind=MediaKind.PHOTO, sha256="a" * 64, name="a.jpg", mime="image/jpeg", size_bytes=9)
CONTENT = OutgoingMessage(
    text=FormattedText("Grüße 🙂", (Entity(kind=EntityKind.BOLD, offset=0, length=5),)),
    preview=LinkPreview.OFF,
    is_silent=True,
    buttons=((UrlButton(title="Seat", url="https://example.org"),),),
)


async def plan_test(world: World, account_id: AccountId, campaign_id: CampaignId) -> DeliveryId:
    order = OrderedTest(
        campaign_id=campaign_id, account_id=account_id, to=ContactId(1), choice=Choice("B", "pt"), content=CONTENT
    )
    return await SendTestStore(world.database).add(order, actor="ann", now=NOW)


@pytest.fixture
async def planned(world: World) -> tuple[AccountId, CampaignId, DeliveryId]:
    account_id = await world.add_account(kind=AccountKind.BOT)
    await world.import_people(1)
    campaign_id = await world.approve([account_id])
    return account_id, campaign_id, await plan_test(world, account_id, campaign_id)


@pytest.mark.parametrize(
    "media",
    [
        (PHOTO, replace(PHOTO, kind=MediaKind.FILE, sha256="b" * 64)),
        (PHOTO, replace(PHOTO, sha256="b" * 64)),  # an album has no buttons
        (replace(PHOTO, kind=MediaKind.FILE, size_bytes=50_000_001),),  # of a bot
    ],
    ids=["mixed", "album with buttons", "large"],
)
async def test_media_that_do_not_go_together_are_refused(
    world: World, planned: tuple[AccountId, CampaignId, DeliveryId], media: tuple[Media, ...]
) -> None:
    account_id, campaign_id, _ = planned
    content = replace(CONTENT, media=media)
    order = OrderedTest(
        campaign_id=campaign_id, account_id=account_id, to=ContactId(1), choice=Choice(), content=content
    )

    with pytest.raises(UserInputError):
        await SendTestStore(world.database).add(order, actor="ann", now=NOW)


async def test_a_lane_reads_a_test_with_its_whole_message(
    world: World, planned: tuple[AccountId, CampaignId, DeliveryId]
) -> None:
    account_id, campaign_id, test_id = planned

    (row,) = await world.ahead(account_id, CampaignId(0))

    assert (row.id, row.content, row.choice) == (test_id, CONTENT, Choice("B", "pt"))
    assert await world.ahead(account_id, campaign_id) == []
    assert (await world.event_kinds())[-1] == "campaign.tested"


async def test_planning_and_counting_know_nothing_of_tests(
    world: World, planned: tuple[AccountId, CampaignId, DeliveryId]
) -> None:
    _, campaign_id, _ = planned

    assert await world.plan(campaign_id) == 1
    assert await world.reports.verify_counters() == []
    assert (await world.reports.progress(campaign_id)).recipients == 1


async def test_a_test_that_waits_is_cancelled_with_its_account(
    world: World, planned: tuple[AccountId, CampaignId, DeliveryId]
) -> None:
    account_id, _, test_id = planned

    await AccountRemovalStore(world.database).remove(account_id, Unsent.MOVE, actor="ann", now=NOW)

    assert (await world.row(test_id))["state"] == "cancelled"


async def test_nothing_is_left_of_a_test_to_somebody_who_was_erased(
    world: World, planned: tuple[AccountId, CampaignId, DeliveryId], tmp_path: Path
) -> None:
    _, _, test_id = planned

    await ErasureStore(world.database, tmp_path).erase(ContactId(1), actor="ann", now=NOW)

    row = await world.row(test_id)
    assert (row["content"], row["state"]) == (None, "skipped")


@pytest.mark.parametrize(
    "change", ["kind = 'delivery'", "test_of = NULL", "campaign_id = test_of", "unknown_since = 1"]
)
async def test_a_test_is_no_delivery(
    world: World, planned: tuple[AccountId, CampaignId, DeliveryId], change: str
) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        await world.execute(f"UPDATE outgoing SET {change} WHERE id = ?", planned[2])

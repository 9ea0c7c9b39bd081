"""Removing an account: what left is never touched, what did not is cancelled or moved, and history stays readable."""

from datetime import timedelta

import pytest

from campaigns.accounts.removal import Removal, Unsent
from campaigns.delivery import DeliveryState
from core.domain.account import AccountState
from core.domain.ids import AccountId, CampaignId, DeliveryId
from core.errors import InvalidTransitionError, UserInputError
from database import AccountRemovalStore
from tests.database.stores.world import NOW, World, peer, person

MINUTE = timedelta(minutes=1)


async def with_rows(world: World, people: int = 6) -> tuple[AccountId, AccountId, CampaignId, list[DeliveryId]]:
    """A campaign of two accounts in which the first knows everybody, so all rows are its own."""
    gone, stays = await world.add_account(1), await world.add_account(2)
    await world.import_people([person(number) for number in range(1, people + 1)])
    await world.know(gone, *(peer(number, wrote_at=NOW) for number in range(1, people + 1)))
    campaign_id = await world.run([gone, stays])
    return gone, stays, campaign_id, [row.id for row in await world.ahead(gone, campaign_id)]


async def remove(world: World, account_id: AccountId, unsent: Unsent = Unsent.CANCEL) -> tuple[int, int, int]:
    removed = await AccountRemovalStore(world.database).remove(account_id, unsent, actor="ann", now=NOW)
    return removed.cancelled, removed.moved, removed.left_uncertain


async def plan(world: World, account_id: AccountId) -> Removal:
    return (await AccountRemovalStore(world.database).plan_removals([account_id], now=NOW))[0]


async def test_what_left_or_may_have_left_keeps_its_account_and_random_id(world: World) -> None:
    gone, _, campaign_id, ids = await with_rows(world)
    lease = await world.take(gone)
    for delivery_id in ids[:3]:
        await world.claim(lease, delivery_id)
    await world.record(lease, ids[0], DeliveryState.SENT, message_id=7)
    await world.leases.release(lease)
    before = await world.rows("SELECT id, random_id, account_id, text_hash, message_id FROM outgoing ORDER BY id")
    told = await plan(world, gone)

    done = await remove(world, gone, Unsent.MOVE)

    assert (told.planned, told.open, told.settled, told.people) == (3, 2, 1, 6)
    assert done == (0, 3, 2)
    after = await world.rows("SELECT id, random_id, account_id, text_hash, message_id FROM outgoing ORDER BY id")
    assert after[:3] == before[:3]
    assert [row["account_id"] for row in after[3:]] == [2, 2, 2]
    assert (
        await world.column("SELECT state FROM outgoing ORDER BY id") == ["sent"] + ["uncertain"] * 2 + ["planned"] * 3
    )
    assert await world.reports.verify_counters() == []
    (event,) = await world.reports.events(before_id=None, limit=1)
    assert (event.kind, event.account_title) == ("account.removed", "Account 1")
    assert event.data == {"cancelled": 0, "moved": 3, "uncertain": 2}
    titles = {row.account_title for row in await world.reports.recipients(campaign_id, after=None, limit=9)}
    assert titles == {"Account 1", "Account 2"}


async def test_deliveries_whose_people_allow_only_this_account_are_cancelled_instead_of_moved(world: World) -> None:
    gone, stays = await world.add_account(1), await world.add_account(2)
    await world.import_people([person(1, consent=None), person(2)])
    await world.know(gone, peer(1, wrote_at=NOW), peer(2, wrote_at=NOW))
    await world.execute(
        "INSERT INTO consent (contact_id, basis, account_id, source, given_at, recorded_at)"
        " VALUES (1, 'wrote_first', ?, 'wrote to it', 0, 0)",
        gone,
    )
    await world.run([gone, stays])

    assert await remove(world, gone, Unsent.MOVE) == (1, 1, 0)

    rows = await world.rows("SELECT contact_id, state, reason, account_id FROM outgoing ORDER BY contact_id")
    assert [tuple(row.values()) for row in rows] == [(1, "cancelled", "account_removed", 1), (2, "planned", None, 2)]


@pytest.mark.parametrize("state", [AccountState.LIMITED, AccountState.FROZEN, AccountState.BANNED])
async def test_deliveries_never_move_around_a_limit_of_telegram(world: World, state: AccountState) -> None:
    gone, _, _, _ = await with_rows(world)
    assert (await plan(world, gone)).cannot_move == ""

    await world.accounts.stop(await world.take(gone), state, "why", now=NOW, code="limited")

    assert "Telegram restricts this account" in (await plan(world, gone)).cannot_move


async def test_a_demanded_wait_keeps_deliveries_from_moving_too(world: World) -> None:
    gone, _, _, _ = await with_rows(world)

    await world.execute("UPDATE account SET slowed_until = ?", int((NOW + MINUTE).timestamp() * 1000))

    assert "asked this account to wait" in (await plan(world, gone)).cannot_move


async def test_a_removed_account_is_in_no_list_and_is_planned_for_no_more(world: World) -> None:
    gone, stays = await world.add_account(1), await world.add_account(2)
    await world.import_people(2)
    alone, both = await world.approve([gone]), await world.approve([gone, stays])
    approved = await world.desk.content_hash(both)

    await remove(world, gone)

    assert [account.id for account in await world.accounts.list_accounts()] == [stays]
    for ask in (world.accounts.get(gone), world.accounts.resume(gone, actor="ann", now=NOW), remove(world, gone)):
        with pytest.raises(UserInputError, match="no such account"):
            await ask
    assert await world.desk.content_hash(both) != approved, "what was approved is not what it holds now"
    with pytest.raises(InvalidTransitionError, match="Every account of this campaign was removed"):
        await world.plan(alone)
    while await world.plan(both):
        pass
    assert set(await world.column("SELECT account_id FROM outgoing")) == {stays}


async def test_the_same_account_signed_in_again_takes_its_history_up(world: World) -> None:
    gone, _, _, _ = await with_rows(world)
    await world.execute("UPDATE account SET send_cooldown_until = 5, look_up_cooldown_until = 6 WHERE id = ?", gone)
    await remove(world, gone)

    again = await world.add_account(1)

    assert again == gone
    found = await world.accounts.get(again)
    assert (found.state, found.state_code, found.state_reason) == (AccountState.READY, None, None)
    assert await world.column("SELECT send_cooldown_until FROM account WHERE id = ?", gone) == [5]
    with pytest.raises(UserInputError, match="in this workspace already"):
        await world.add_account(1)


async def test_a_removal_that_was_cut_off_is_finished_by_asking_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, _, _, _ = await with_rows(world, people=5)
    monkeypatch.setattr("database.stores.account_removal.CHUNK", 2)
    store = AccountRemovalStore(world.database)

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("the machine lost its power")

    with monkeypatch.context() as broken:
        broken.setattr("database.stores.account_removal._finish", fail)
        with pytest.raises(RuntimeError):
            await store.remove(gone, Unsent.CANCEL, actor="ann", now=NOW)
    assert (await world.accounts.get(gone)).id == gone

    assert await remove(world, gone) == (0, 0, 0)
    assert set(await world.column("SELECT state FROM outgoing")) == {"cancelled"}


async def test_deliveries_never_move_to_an_account_that_goes_as_well(world: World) -> None:
    gone, goes_too, _, _ = await with_rows(world)
    store = AccountRemovalStore(world.database)
    both = await store.plan_removals([gone, goes_too], now=NOW)

    removed = await store.remove(gone, Unsent.MOVE, also_going=[gone, goes_too], actor="ann", now=NOW)

    assert [campaign.other_accounts for each in both for campaign in each.campaigns] == [0]
    assert (removed.moved, removed.cancelled) == (0, 6)

"""A workspace with one campaign under way, for commands that look at it and steer it."""

from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from core.domain.account import WorkspaceKind
from core.domain.ids import CampaignId
from core.workspace import open_workspace
from database import Database
from main import MainHouse
from tests.cli.program import Program
from tests.database.stores.world import NOW, World, peer

S, R = DeliveryState, DeliveryReason
ENDS = ((S.FAILED, R.REFUSED), (S.FAILED, R.IS_BOT), (S.UNCERTAIN, R.NOT_IN_HISTORY), (S.UNCERTAIN, R.NOT_IN_HISTORY))


async def fill(program: Program) -> CampaignId:
    """A running campaign: two failed, two unknown, one sent, three to do; a second account that is not in it."""
    workspace = open_workspace(program.workspace)
    async with MainHouse().services(workspace, kind=WorkspaceKind.SANDBOX) as services:
        world = World(services.get(Database), program.workspace)
        account_id = await world.add_account()
        await world.add_account(2)
        await world.import_people(8)
        await world.know(account_id, *[peer(number) for number in range(1, 9)])
        campaign_id = await world.run([account_id])
        lease = await world.take(account_id)
        rows = [row.id for row in await world.ahead(account_id, campaign_id)]
        for delivery_id, (state, reason) in zip(rows, (*ENDS, (S.SENT, None)), strict=False):
            await world.claim(lease, delivery_id)
            await world.record(lease, delivery_id, state, reason=reason, at=NOW)
    return campaign_id

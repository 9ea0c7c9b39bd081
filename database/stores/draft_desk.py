"""Drafts while they are written: each change is one unit of work on a campaign that is still a draft."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from campaigns.campaign import CampaignState
from campaigns.message.variants import Message
from core.domain.change import Subject
from core.domain.ids import AccountId, CampaignId
from core.errors import InvalidTransitionError
from core.logs import current_correlation_id
from database.database import Database
from database.lock_handler import UnitOfWork
from database.stores.campaign_changes import get_campaign, write_draft
from database.stores.rows import to_ms

_ALL_ACCOUNTS: Final = """
INSERT INTO campaign_account (campaign_id, account_id) SELECT ?, id FROM account WHERE removed_at IS NULL
"""
_SET_TITLE: Final = "UPDATE campaign SET title = ? WHERE id = ?"
_NO_ACCOUNTS: Final = "DELETE FROM campaign_account WHERE campaign_id = ?"
_ADD_ACCOUNT: Final = "INSERT INTO campaign_account (campaign_id, account_id) VALUES (?, ?)"


class DraftDesk:
    """The store behind campaigns.drafting.DraftService."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, *, title: str, actor: str, now: datetime) -> CampaignId:
        """A draft without a text and without people, from every account that was not removed."""
        at, correlation_id = to_ms(now), current_correlation_id()
        message = Message.of_text("")

        def begin(work: UnitOfWork) -> CampaignId:
            campaign_id = write_draft(work, title, message, at=at, actor=actor, correlation_id=correlation_id)
            work.connection.execute(_ALL_ACCOUNTS, (campaign_id,))
            return campaign_id

        return await self._database.write(begin)

    async def rename(self, campaign_id: CampaignId, title: str) -> None:
        """Raises InvalidTransitionError when it is not a draft any more, as all below."""
        await self._change(campaign_id, lambda work: work.connection.execute(_SET_TITLE, (title, campaign_id)))

    async def set_accounts(self, campaign_id: CampaignId, account_ids: Sequence[AccountId]) -> None:
        """From these alone."""

        def set_accounts(work: UnitOfWork) -> None:
            work.connection.execute(_NO_ACCOUNTS, (campaign_id,))
            work.connection.executemany(_ADD_ACCOUNT, [(campaign_id, account_id) for account_id in account_ids])

        await self._change(campaign_id, set_accounts)

    async def _change(self, campaign_id: CampaignId, change: Callable[[UnitOfWork], object]) -> None:
        def change_draft(work: UnitOfWork) -> None:
            state = get_campaign(work.connection, campaign_id).state
            if state is not CampaignState.DRAFT:
                raise InvalidTransitionError(
                    f"Only a draft can be changed. This campaign is {state.replace('_', ' ')}.",
                    hint="Take it back to a draft first.",
                )
            change(work)
            work.touch(Subject.CAMPAIGN, campaign_id)

        await self._database.write(change_draft)

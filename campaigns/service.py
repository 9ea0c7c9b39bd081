"""What people do with campaigns: write, submit, approve, start, pause, resume, stop. One method a use case.

Console and commands call this; the worker is never called, it notices the rows.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from campaigns.campaign import Campaign, CampaignState
from campaigns.message.checking import demand_sendable
from campaigns.message.media import MediaShelf
from campaigns.message.parsing import parse_template
from campaigns.message.variants import Message, approved_text
from campaigns.schedule.campaign_plan import CampaignPlan, encode_plan
from campaigns.schedule.repeat import Repeat
from core.clock import Clock
from core.domain.account import AccountKind
from core.domain.ids import AccountId, AudienceId, CampaignId
from core.errors import InvalidTransitionError, UserInputError

PLAN_CHUNK = 1000  # rows a unit: 30 to 45 ms on the database thread (measured), and no unit may take more than 50 ms


class CampaignDesk(Protocol):
    """What the service needs of the store. Each method is one unit of work."""

    async def create(
        self, *, title: str, template: str, account_ids: Sequence[AccountId], actor: str, now: datetime
    ) -> CampaignId: ...

    async def get(self, campaign_id: CampaignId) -> Campaign: ...

    async def choose_everyone(self, campaign_id: CampaignId) -> int:
        """All contacts become members of a draft; returns how many there are. Who may be written to is decided later."""
        ...

    async def set_audience(
        self,
        campaign_id: CampaignId,
        include: Sequence[AudienceId],
        exclude: Sequence[AudienceId],
        *,
        actor: str,
        now: datetime,
    ) -> int:
        """In units. Raises InvalidTransitionError when it is not a draft any more, UserInputError."""
        ...

    async def submit(self, campaign_id: CampaignId, *, actor: str, now: datetime) -> None:
        """Fix the members, keep what the audiences mean, and wait for review. Raises as `set_audience`.

        Raises InvalidTransitionError as well while a photo or file of its message is not kept in the workspace.
        """
        ...

    async def account_kinds(self, campaign_id: CampaignId) -> Collection[AccountKind]:
        """Of the accounts that it is sent from."""
        ...

    async def set_message(self, campaign_id: CampaignId, message: Message, *, actor: str, now: datetime) -> None:
        """Raises InvalidTransitionError when it is not a draft any more."""
        ...

    async def set_plan(self, campaign_id: CampaignId, plan: CampaignPlan, *, actor: str, now: datetime) -> None:
        """Raises InvalidTransitionError when it is not a draft any more."""
        ...

    async def set_repeat(self, campaign_id: CampaignId, repeat: Repeat | None, *, actor: str, now: datetime) -> None:
        """Raises InvalidTransitionError when it is not a draft any more."""
        ...

    async def find_repeat(self, campaign_id: CampaignId) -> Repeat | None: ...

    async def content_hash(self, campaign_id: CampaignId) -> bytes:
        """approval_hash of what the campaign holds now; of one that repeats its series_hash."""
        ...

    async def approve(
        self,
        campaign_id: CampaignId,
        *,
        content_hash: bytes,
        actor: str,
        comment: str,
        needs_second_person: bool,
        now: datetime,
    ) -> None:
        """Raises SamePersonError when a second person is needed and `actor` is who submitted it."""
        ...

    async def plan_chunk(self, campaign_id: CampaignId, fields: frozenset[str], *, limit: int, now: datetime) -> int:
        """Write rows for members that have none yet; returns how many were written. 0: everybody has a row."""
        ...

    async def schedule(self, campaign_id: CampaignId, *, start_at: datetime, actor: str, now: datetime) -> None: ...

    async def change_state(
        self, campaign_id: CampaignId, target: CampaignState, *, actor: str, reason: str, now: datetime
    ) -> None:
        """One checked change of state with its event. Raises InvalidTransitionError."""
        ...


def approval_hash(
    message: Message, plan: CampaignPlan, account_ids: Iterable[AccountId], contact_ids: Iterable[int]
) -> bytes:
    """SHA-256 of what is approved: the message, the plan, the accounts and the people, in rising order of their ids."""
    digest = hashlib.sha256(f"[{approved_text(message)}, {json.dumps(encode_plan(plan))}]".encode())
    for ids in (account_ids, contact_ids):
        digest.update(b"|")
        for number in ids:
            digest.update(number.to_bytes(8, "big"))
    return digest.digest()


class CampaignService:
    """The use cases. `actor` is the name of the person who asks; it stands in Activity and in the approval."""

    def __init__(
        self,
        desk: CampaignDesk,
        shelf: MediaShelf,
        clock: Clock,
        needs_second_person: Callable[[], bool] = lambda: False,
    ) -> None:
        """`needs_second_person`: the setting, asked at each approval."""
        self._desk = desk
        self._shelf = shelf
        self._clock = clock
        self._needs_second_person = needs_second_person

    async def create(self, *, title: str, template: str, account_ids: Sequence[AccountId], actor: str) -> CampaignId:
        """A draft for the audience "Everyone". Raises UserInputError for a text that cannot be used, or without accounts."""
        parse_template(template)
        if not account_ids:
            raise UserInputError(
                "A campaign is sent from at least one account.", hint="Add an account first, then choose it."
            )
        campaign_id = await self._desk.create(
            title=title, template=template, account_ids=sorted(set(account_ids)), actor=actor, now=self._clock.now()
        )
        await self._desk.choose_everyone(campaign_id)
        return campaign_id

    async def set_audience(
        self,
        campaign_id: CampaignId,
        include: Sequence[AudienceId],
        exclude: Sequence[AudienceId] = (),
        *,
        actor: str,
    ) -> int:
        """A draft addresses who is in one of `include` and in none of `exclude`; returns how many these are now.

        Rules go on deciding until it is submitted; then the people are fixed. Raises UserInputError for an audience that
        is gone, InvalidTransitionError when it is not a draft any more.
        """
        return await self._desk.set_audience(campaign_id, include, exclude, actor=actor, now=self._clock.now())

    async def set_message(self, campaign_id: CampaignId, message: Message, *, actor: str) -> None:
        """What a draft will send; it need not be sendable yet. Raises InvalidTransitionError when it is no draft."""
        await self._desk.set_message(campaign_id, message, actor=actor, now=self._clock.now())

    async def set_plan(self, campaign_id: CampaignId, plan: CampaignPlan, *, actor: str) -> None:
        """When and how much a draft will send. Raises InvalidTransitionError when it is not a draft any more."""
        await self._desk.set_plan(campaign_id, plan, actor=actor, now=self._clock.now())

    async def set_repeat(self, campaign_id: CampaignId, repeat: Repeat | None, *, actor: str) -> None:
        """A draft repeats, or (None) runs once. Raises InvalidTransitionError when it is not a draft any more."""
        await self._desk.set_repeat(campaign_id, repeat, actor=actor, now=self._clock.now())

    async def state_of(self, campaign_id: CampaignId) -> CampaignState:
        """Raises UserInputError when there is no such campaign."""
        return (await self._desk.get(campaign_id)).state

    async def submit(self, campaign_id: CampaignId, *, actor: str) -> None:
        """Ask for review, of who is in its audiences now; its photos and files are kept in the workspace from here on.

        Raises UserInputError when that is nobody, without accounts, while a text of the message cannot be sent, and when
        a file is missing or changed since it was attached.
        """
        campaign = await self._desk.get(campaign_id)
        demand_sendable(campaign.message, await self._desk.account_kinds(campaign_id))
        if not campaign.account_ids:
            raise UserInputError(
                "The campaign is sent from no account.", hint="Choose at least one account in its plan."
            )
        kept = await self._shelf.keep(campaign.message)
        if kept != campaign.message:
            await self._desk.set_message(campaign_id, kept, actor=actor, now=self._clock.now())
        await self._desk.submit(campaign_id, actor=actor, now=self._clock.now())

    async def send_back(self, campaign_id: CampaignId, *, actor: str, comment: str) -> None:
        """Back to draft, with the reviewer's comment."""
        await self._change(campaign_id, CampaignState.DRAFT, actor, comment)

    async def approve(self, campaign_id: CampaignId, *, actor: str, comment: str = "") -> None:
        """A named person approves what the campaign holds now; it is frozen by its hash.

        Raises UserInputError without a name, SamePersonError when the setting asks for a second person and it is the same.
        """
        if not actor.strip():
            raise UserInputError("An approval needs the name of whoever gives it.", title="Nobody is named")
        await self._desk.approve(
            campaign_id,
            content_hash=await self._desk.content_hash(campaign_id),
            actor=actor,
            comment=comment,
            needs_second_person=self._needs_second_person(),
            now=self._clock.now(),
        )

    async def approve_run(self, campaign_id: CampaignId, *, actor: str, comment: str) -> None:
        """A run of a series, which `actor` approved as a whole; what this run holds is frozen by its own hash."""
        await self._desk.approve(
            campaign_id,
            content_hash=await self._desk.content_hash(campaign_id),
            actor=actor,
            comment=comment,
            needs_second_person=False,
            now=self._clock.now(),
        )

    async def start(self, campaign_id: CampaignId, *, actor: str, start_at: datetime | None = None) -> None:
        """Plan every delivery, then schedule for `start_at` (None: as its plan says, or now). Interrupted planning goes
        on where it was.

        Raises InvalidTransitionError unless approved, and when text, accounts or people are not those approved.
        """
        campaign = await self._desk.get(campaign_id)
        if campaign.state is not CampaignState.APPROVED:
            raise InvalidTransitionError(
                f"A campaign that is {campaign.state.replace('_', ' ')} cannot be started.",
                hint="Submit it, and let somebody approve it.",
            )
        if await self._desk.content_hash(campaign_id) != campaign.approved_hash:
            raise InvalidTransitionError(
                "Its text, accounts or people are not those that were approved.",
                hint="Submit and approve it again.",
            )
        fields = campaign.message.fields
        now = self._clock.now()
        repeat = await self._desk.find_repeat(campaign_id)
        schedule = campaign.plan.schedule
        start_at = start_at or schedule.starts_at
        if schedule.ends_at is not None and schedule.ends_at <= max(start_at or now, now):
            raise InvalidTransitionError(
                "The campaign would end before it starts.", hint="Send it back, and choose a later end."
            )
        if repeat is not None and not repeat.next_runs(max(start_at or now, now), 1):
            raise InvalidTransitionError(
                "All runs of this campaign lie in the past.", hint="Send it back, and choose a later last day."
            )
        # What repeats sends nothing itself: each run is planned when its moment comes.
        while repeat is None and await self._desk.plan_chunk(campaign_id, fields, limit=PLAN_CHUNK, now=now):
            pass
        await self._desk.schedule(campaign_id, start_at=max(start_at or now, now), actor=actor, now=self._clock.now())

    async def pause(self, campaign_id: CampaignId, *, actor: str, reason: str = "") -> None:
        """Nothing more is claimed; what is in flight is answered and recorded."""
        await self._change(campaign_id, CampaignState.PAUSED, actor, reason)

    async def resume(self, campaign_id: CampaignId, *, actor: str) -> None:
        await self._change(campaign_id, CampaignState.RUNNING, actor)

    async def stop(self, campaign_id: CampaignId, *, actor: str) -> None:
        """For good: who has the message keeps it, everybody else is cancelled. Open tries are settled by history."""
        await self._change(campaign_id, CampaignState.CANCELLED, actor, f"Stopped by {actor}.")

    async def _change(self, campaign_id: CampaignId, target: CampaignState, actor: str, reason: str = "") -> None:
        await self._desk.change_state(campaign_id, target, actor=actor, reason=reason, now=self._clock.now())

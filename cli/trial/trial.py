"""A trial run: a workspace of its own in which a real worker delivers a sample through a sandbox; then it is removed."""

import asyncio
import os
import secrets as random
import shutil
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import msgspec

from campaigns.campaign import Campaign, CampaignState
from campaigns.message.media import MediaShelf
from campaigns.message.variants import Message
from campaigns.ports import LaneStatus
from campaigns.service import CampaignService
from campaigns.trial.views import TrialPerson, TrialProgress, TrialResult, TrialStage
from campaigns.worker_control import WorkerCondition, WorkerControl
from cli.house import House
from cli.sandbox_command import sandbox_command
from core.clock import Clock
from core.container import ServiceContainer
from core.domain.account import AccountKind, DataCentre, WorkspaceKind
from core.domain.ids import AccountId, CampaignId, TelegramUserId
from core.domain.message import LinkPreview, OutgoingMessage
from core.errors import AppError, InvalidTransitionError, TimedOut
from core.files import make_private_folder
from core.locks import OsLock
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from core.workspace import Workspace, open_workspace
from database import AccountStore, CampaignDesk, Database, ReportStore, SamplePerson, TrialStore
from telegram import DataCentres
from telegram.sandbox.arrived import Arrived, read_arrived
from telegram.sandbox.control import AccountKind as SandboxKind
from telegram.sandbox.control import SandboxControl
from telegram.sandbox.process import SandboxProcess
from telegram.sign_in.scripted import sign_in_made
from telegram.sign_in.signed_in import SignedIn

ACTOR: Final = "trial run"
MOST_ACCOUNTS: Final = 4
"""Stand-ins: more of them show nothing new, and each takes a sign-in."""

POLL_S: Final = 0.05
STALL_S: Final = 60.0  # nothing moved for so long: told as an error instead of waiting for ever
ENDED: Final = (CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED, CampaignState.PAUSED)
_PREFIX: Final = "trial-"

Tell = Callable[[TrialProgress], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Real:
    """What is taken from the workspace of the campaign."""

    campaign: Campaign
    message: Message  # its media can be read where they lie
    members: int
    people: Sequence[SamplePerson]
    accounts: Sequence[tuple[AccountKind, str]]


async def run_trial(
    house: House, workspace: Workspace, campaign_id: CampaignId, *, people: int, clock: Clock, tell: Tell
) -> TrialResult:
    """Deliver to a sample of the campaign's people, who are made up for it in a sandbox, and tell what arrived.

    Nothing of it counts in the campaign, and nothing leaves this computer. The workspace of the trial lies in the folder
    `run` of the real one and is gone afterwards; what a killed trial left is removed first. Raises UserInputError (nobody
    is addressed, a text that cannot be sent, no account), InvalidTransitionError when it has been sent already, AppError.
    """
    async with house.services(workspace, process="trial") as services:
        real = await _read(services, campaign_id, people)
    _remove_left(workspace)
    folder = workspace.run / f"{_PREFIX}{random.token_hex(6)}"
    make_private_folder(folder)
    lock = OsLock(folder.with_suffix(".lock"))
    lock.acquire()
    former = os.environ.get("WIREROOM_STATE_DIR")
    # What is kept per user (locks of accounts, the list of workspaces) is kept in the trial as well, and goes with it.
    os.environ["WIREROOM_STATE_DIR"] = str(folder / "state")
    try:
        return await _Trial(house, open_workspace(folder / "workspace"), real, clock, tell).run()
    finally:
        if former is None:
            del os.environ["WIREROOM_STATE_DIR"]
        else:
            os.environ["WIREROOM_STATE_DIR"] = former
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()
        lock.path.unlink(missing_ok=True)


async def _read(services: ServiceContainer, campaign_id: CampaignId, people: int) -> _Real:
    campaign = await services.get(CampaignDesk).get(campaign_id)
    if campaign.started_at is not None:
        raise InvalidTransitionError(
            "It has been started already.", hint="A trial run shows what would arrive, before it is sent."
        )
    store, shelf = TrialStore(services.get(Database)), services.get(MediaShelf)
    media = tuple(msgspec.structs.replace(each, path=str(shelf.locate(each))) for each in campaign.message.media)
    return _Real(
        campaign=campaign,
        message=msgspec.structs.replace(campaign.message, media=media),
        members=await store.count(campaign_id),
        people=await store.sample(campaign_id, people),
        accounts=await store.accounts(campaign_id),
    )


def _remove_left(workspace: Workspace) -> None:
    """Of trials that were killed: their lock is free."""
    for folder in workspace.run.glob(f"{_PREFIX}*"):
        if folder.is_dir():
            lock = OsLock(folder.with_suffix(".lock"))
            if lock.acquire():
                shutil.rmtree(folder, ignore_errors=True)
                lock.release()
                lock.path.unlink(missing_ok=True)


class _Trial:
    """One trial in its own empty workspace."""

    def __init__(self, house: House, workspace: Workspace, real: _Real, clock: Clock, tell: Tell) -> None:
        self._house = house
        self._workspace = workspace
        self._real = real
        self._clock = clock
        self._tell = tell
        self._accounts = tuple(real.accounts[:MOST_ACCOUNTS])

    async def run(self) -> TrialResult:
        self._say(TrialStage.SANDBOX)
        secrets = SecretsManager.create(self._workspace, StoreKind.MEMORY)
        sandbox = SandboxProcess(self._workspace.sandbox, sandbox_command(self._house.program, self._workspace))
        async with self._house.services(self._workspace, kind=WorkspaceKind.SANDBOX, process="trial") as services:
            address = await sandbox.start()
            try:
                async with SandboxControl(address) as control:
                    account_ids = await self._prepare(services, control, secrets)
                began_at, seconds = await self._deliver(services, account_ids, secrets.key_line())
            finally:
                await sandbox.stop()
            ends = await TrialStore(services.get(Database)).ends(self._real.campaign.id)
            arrived = await asyncio.to_thread(read_arrived, self._workspace.sandbox)
        by_person: dict[int, list[Arrived]] = {}
        for one in arrived:
            by_person.setdefault(one.person_id, []).append(one)
        names = {person.contact_id: person.name or person.username or "" for person in self._real.people}
        found = []
        for end in ends:
            messages = by_person.get(end.user_id or 0, [])
            found.append(
                TrialPerson(
                    contact_id=end.contact_id,
                    name=names.get(end.contact_id, ""),
                    account=end.account_title,
                    state=end.state,
                    reason=end.reason,
                    detail=end.detail,
                    arrived=self._as_message(messages),
                    after_ms=messages[0].at_ms - began_at if messages else None,
                )
            )
        return TrialResult(
            members=self._real.members, people=tuple(found), seconds=round(seconds, 3), notes=self._notes()
        )

    async def _prepare(
        self, services: ServiceContainer, control: SandboxControl, secrets: SecretsManager
    ) -> Sequence[AccountId]:
        """Stand-ins for the accounts, and for the sample somebody who wrote to one of them each."""
        centres = DataCentres(WorkspaceKind.SANDBOX, sandbox_folder=self._workspace.sandbox)
        account_ids: list[AccountId] = []
        people = list(self._real.people)
        filled: list[tuple[SamplePerson, TelegramUserId]] = []
        share = -(-len(people) // len(self._accounts)) if self._accounts else 0
        for number, (kind, title) in enumerate(self._accounts):
            self._say(TrialStage.ACCOUNTS, number)
            made = await control.add_account(SandboxKind(kind.value), name=title)
            signed_in = await sign_in_made(centres, control, made)
            account_ids.append(await self._add_account(services, secrets, title, signed_in))
            mine = people[number * share : (number + 1) * share]
            if mine:
                stand_ins = await control.make_people(len(mine), seed=number, account_ids=[made.user_id])
                pairs = zip(mine, stand_ins, strict=True)
                filled += [(person, TelegramUserId(stand_in.user_id)) for person, stand_in in pairs]
        store = TrialStore(services.get(Database))
        await store.fill(self._real.campaign.id, filled, now=self._clock.now())
        return account_ids

    async def _add_account(
        self, services: ServiceContainer, secrets: SecretsManager, title: str, signed_in: SignedIn
    ) -> AccountId:
        await asyncio.to_thread(secrets.set, signed_in.session_secret, signed_in.session)
        return await services.get(AccountStore).add_account(
            kind=signed_in.kind,
            title=title,
            username=signed_in.username or None,
            telegram_user_id=signed_in.telegram_user_id,
            data_centre=DataCentre.SANDBOX,
            session_secret=signed_in.session_secret,
            limit_profile="unlimited",
            actor=ACTOR,
            now=self._clock.now(),
        )

    async def _deliver(
        self, services: ServiceContainer, account_ids: Sequence[AccountId], key_line: bytes
    ) -> tuple[int, float]:
        """Returns when it began (milliseconds since 1970), and for how many seconds it sent."""
        async with _worker(services.get(WorkerControl), key_line):
            await self._wait_for_lanes(services, account_ids)
            self._say(TrialStage.SENDING)
            began_s, began_at = self._clock.monotonic(), int(self._clock.now().timestamp() * 1000)
            campaign_id = await self._begin(services, account_ids)
            await self._wait_for_all(services, campaign_id)
            return began_at, self._clock.monotonic() - began_s

    async def _begin(self, services: ServiceContainer, account_ids: Sequence[AccountId]) -> CampaignId:
        service = services.get(CampaignService)
        campaign_id = await service.create(
            title=self._real.campaign.title, template="-", account_ids=account_ids, actor=ACTOR
        )
        assert campaign_id == self._real.campaign.id, "variants are chosen by this number"
        await service.set_message(campaign_id, self._real.message, actor=ACTOR)
        await service.submit(campaign_id, actor=ACTOR)
        await service.approve(campaign_id, actor=ACTOR)
        await service.start(campaign_id, actor=ACTOR)
        return campaign_id

    async def _wait_for_lanes(self, services: ServiceContainer, account_ids: Sequence[AccountId]) -> None:
        """Accounts learn who wrote to them when they connect."""
        reports, end_s = services.get(ReportStore), self._clock.monotonic() + STALL_S
        while True:
            idle = {lane.account_id for lane in await reports.lanes(None) if lane.status is LaneStatus.IDLE}
            if idle >= set(account_ids):
                return
            await self._rest(services, end_s, "An account of the trial did not connect.")

    async def _wait_for_all(self, services: ServiceContainer, campaign_id: CampaignId) -> None:
        reports, final = services.get(ReportStore), -1
        end_s = 0.0
        while True:
            progress = await reports.progress(campaign_id)
            self._say(TrialStage.SENDING, progress.final)
            if progress.state in ENDED:
                return
            if progress.final != final:
                final, end_s = progress.final, self._clock.monotonic() + STALL_S
            await self._rest(services, end_s, f"{progress.recipients - final} people were still waiting.")

    async def _rest(self, services: ServiceContainer, end_s: float, otherwise: str) -> None:
        if self._clock.monotonic() > end_s:
            raise TimedOut(otherwise, title="The trial run does not move")
        status = await services.get(WorkerControl).status()
        if status.condition in (WorkerCondition.DIED, WorkerCondition.STOPPED):
            raise AppError("It ended by itself.", title="The worker of the trial stopped")
        await self._clock.sleep(POLL_S)

    def _as_message(self, messages: Sequence[Arrived]) -> OutgoingMessage | None:
        """One message as a preview shows it; the items of an album are one."""
        if not messages:
            return None
        known = {each.media.sha256: each.media for each in self._real.message.media}
        first = messages[0]
        media = (known.get(one.media_sha256) for one in messages)
        return OutgoingMessage(
            text=first.text,
            preview=LinkPreview(first.preview) if first.preview else LinkPreview.OFF,
            is_silent=first.is_silent,
            buttons=first.buttons,
            media=tuple(one for one in media if one is not None),
        )

    def _notes(self) -> tuple[str, ...]:
        notes = ["Hours, limits and pace of the plan do not count in a trial run; the rehearsal shows them."]
        if len(self._real.accounts) > len(self._accounts):
            left = len(self._real.accounts) - len(self._accounts)
            accounts = "1 further account" if left == 1 else f"{left} further accounts"
            notes.append(f"{accounts} of the campaign had no stand-in.")
        return tuple(notes)

    def _say(self, stage: TrialStage, done: int = 0) -> None:
        self._tell(TrialProgress(stage=stage, done=done, people=len(self._real.people)))


@asynccontextmanager
async def _worker(control: WorkerControl, key_line: bytes) -> AsyncIterator[None]:
    """A real worker in a process of its own; it is ended however the block ends."""
    await control.start(key_line, ends_with_us=True)
    try:
        yield
    finally:
        await asyncio.shield(control.stop(requester=ACTOR))

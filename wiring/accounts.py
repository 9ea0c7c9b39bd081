"""The account services, and the limits by which an account is judged: its profile, and what a person set for it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from campaigns.accounts.service import AccountService
from campaigns.plan.account_limits import limit_account
from campaigns.plan.limits import LimitProfile, profile_for
from campaigns.plan.rehearsal_job import RehearsalJob
from campaigns.worker_control import WorkerControl
from core.clock import Clock
from core.config import Config
from core.container import Needs
from core.domain.account import Account, WorkspaceKind
from core.locks import account_lock
from core.secrets.vault import erase_secret
from core.workspace import Workspace
from database import (
    AccountLimitStore,
    AccountRemovalStore,
    AccountStore,
    RehearsalFactStore,
    RehearsalStore,
    ReportStore,
    RequestStore,
    WorkspaceStore,
)


def make_profiles(needs: Needs, kind: WorkspaceKind) -> Callable[[Account], LimitProfile]:
    """The profile of an account, without what a person set for it."""
    rate_per_s = needs.get(Config).delivery.sandbox_rate_per_s

    def profile_of(account: Account) -> LimitProfile:
        profile = profile_for(account.limit_profile, account.kind, kind)
        return replace(profile, per_second=rate_per_s) if profile.name == "sandbox" else profile

    return profile_of


@asynccontextmanager
async def make_account_service(workspace: Workspace, needs: Needs, clock: Clock) -> AsyncIterator[AccountService]:
    yield AccountService(
        accounts=needs.get(AccountStore),
        limits=needs.get(AccountLimitStore),
        removals=needs.get(AccountRemovalStore),
        requests=needs.get(RequestStore),
        worker=needs.get(WorkerControl),
        lanes=needs.get(ReportStore),
        profile_of=make_profiles(needs, (await needs.get(WorkspaceStore).get()).kind),
        lock_of=lambda account: account_lock(account.session_secret),
        erase_session=lambda account: asyncio.to_thread(erase_secret, workspace.vault, account.session_secret),
        clock=clock,
    )


@asynccontextmanager
async def make_rehearsal_job(needs: Needs, clock: Clock) -> AsyncIterator[RehearsalJob]:
    plain_profile_of = make_profiles(needs, (await needs.get(WorkspaceStore).get()).kind)
    yield RehearsalJob(
        needs.get(RehearsalFactStore),
        needs.get(RehearsalStore),
        lambda account: limit_account(plain_profile_of(account), account.limits),
        clock,
        read_ahead=needs.get(Config).delivery.read_ahead,
    )

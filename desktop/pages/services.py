"""What the presenters of the pages use, taken from the window's context once. Knows no Qt but the shape of a question."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Protocol

from ai.child.control import AiControl
from campaigns.accounts.service import AccountService
from campaigns.backup.after_restore import RestoreChoices
from campaigns.drafting import DraftService
from campaigns.keeping import CampaignKeeping
from campaigns.message.library import TemplateLibrary
from campaigns.message.media import MediaShelf
from campaigns.message.send_tests import SendTests
from campaigns.plan.rehearsal_control import RehearsalControl
from campaigns.service import CampaignService
from campaigns.steering import CampaignSteering
from campaigns.trial.control import TrialControl
from campaigns.worker_control import WorkerControl
from core.clock import Clock
from core.errors import AppError
from database import (
    AccountListStore,
    AccountStore,
    AudienceStore,
    CampaignDesk,
    ContactStore,
    Database,
    DraftPeople,
    ProxyStore,
    RecipientStore,
    ReportStore,
    ScreenStore,
)
from desktop.dialogs.confirm import Question
from desktop.exports import ExportDesk
from desktop.formatting import Formats
from desktop.models.paged_rows import Spawn
from desktop.notifications import Step
from desktop.pages.local_formats import local_formats
from desktop.pages.page import PageContext
from desktop.widgets.status import Glyph
from proxy import ProxyPool


class Tells(Protocol):
    """NotificationCenter, as far as pages need it."""

    def toast(
        self,
        title: str,
        text: str = "",
        *,
        glyph: Glyph = Glyph.CHECK,
        action: Step | None = None,
        undo: Callable[[], object] | None = None,
    ) -> None: ...
    def error(self, error: BaseException) -> None: ...
    async def confirm(self, question: Question) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class PageServices:
    """Reads, use cases, and ways to tell the person."""

    reports: ReportStore
    screens: ScreenStore
    contacts: ContactStore
    accounts: AccountStore
    account_lists: AccountListStore
    account_service: AccountService
    proxies: ProxyStore
    proxy_pool: ProxyPool
    campaigns: CampaignService
    steering: CampaignSteering
    keeping: CampaignKeeping
    restores: RestoreChoices
    trials: TrialControl
    campaign_desk: CampaignDesk
    audiences: AudienceStore
    drafts: DraftService
    rehearsals: RehearsalControl
    draft_people: DraftPeople
    recipients: RecipientStore
    send_tests: SendTests
    library: TemplateLibrary
    media: MediaShelf
    worker: WorkerControl
    ai: AiControl
    exports: ExportDesk
    tells: Tells
    clock: Clock
    formats: Formats
    actor: str  # who acts: stands in Activity and in approvals
    navigate: Callable[[str, int | None], None]
    spawn: Spawn

    def begin(self, work: Coroutine[object, object, object], name: str) -> None:
        """Start what a person asked for; it ends with the page, and what goes wrong is told."""
        self.spawn(self._tell_errors(work), name)

    async def _tell_errors(self, work: Coroutine[object, object, object]) -> None:
        try:
            await work
        except AppError as error:
            self.tells.error(error)


def page_services(context: PageContext, spawn: Spawn) -> PageServices:
    """`spawn` is that of the page's Scope: whatever a presenter starts ends with its page."""
    get = context.services.get
    return PageServices(
        reports=get(ReportStore),
        screens=ScreenStore(get(Database)),
        contacts=get(ContactStore),
        accounts=get(AccountStore),
        account_lists=AccountListStore(get(Database)),
        account_service=get(AccountService),
        proxies=get(ProxyStore),
        proxy_pool=get(ProxyPool),
        campaigns=get(CampaignService),
        steering=get(CampaignSteering),
        keeping=get(CampaignKeeping),
        restores=get(RestoreChoices),
        trials=get(TrialControl),
        campaign_desk=get(CampaignDesk),
        audiences=get(AudienceStore),
        drafts=get(DraftService),
        rehearsals=get(RehearsalControl),
        draft_people=DraftPeople(get(Database)),
        recipients=get(RecipientStore),
        send_tests=get(SendTests),
        library=get(TemplateLibrary),
        media=get(MediaShelf),
        worker=get(WorkerControl),
        ai=get(AiControl),
        exports=context.exports,
        tells=context.notifications,
        clock=context.clock,
        formats=local_formats(),
        actor=context.actor,
        navigate=context.navigate,
        spawn=spawn,
    )

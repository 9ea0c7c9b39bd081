"""Campaigns: from a draft to what is sent, tried and rehearsed."""

from collections.abc import Sequence

from campaigns.drafting import DraftService
from campaigns.keeping import CampaignKeeping
from campaigns.message.library import TemplateLibrary
from campaigns.message.media import MediaShelf
from campaigns.message.preview import MessagePreview
from campaigns.message.send_tests import SendTests
from campaigns.plan.rehearsal_control import RehearsalControl
from campaigns.plan.rehearsal_job import RehearsalJob
from campaigns.service import CampaignService
from campaigns.steering import CampaignSteering
from campaigns.trial.control import TrialControl
from core.clock import Clock
from core.config import Config
from core.config_file import read_config
from core.container import ServiceContainer
from core.workspace import Workspace
from database import (
    CampaignDesk,
    DraftDesk,
    KeepingStore,
    MediaStore,
    RecipientStore,
    RehearsalFactStore,
    RehearsalStore,
    SendTestStore,
    SteeringStore,
    TemplateStore,
    WorkspaceStore,
)
from wiring.accounts import make_rehearsal_job


def register_campaigns(
    container: ServiceContainer, workspace: Workspace, clock: Clock, program: Sequence[str]
) -> None:
    """Add the use cases; the stores must be registered too."""
    container.register(
        CampaignService,
        lambda needs: CampaignService(
            needs.get(CampaignDesk),
            needs.get(MediaShelf),
            clock,
            lambda: read_config(workspace.config_path).review.second_person,
        ),
        needs=[CampaignDesk, MediaShelf],
    )
    container.register(
        MediaShelf,
        lambda needs: MediaShelf(workspace.media, needs.get(MediaStore), clock),
        needs=[MediaStore],
    )
    container.register(
        MessagePreview,
        lambda needs: MessagePreview(needs.get(RecipientStore)),
        needs=[RecipientStore],
    )
    container.register(
        SendTests,
        lambda needs: SendTests(needs.get(SendTestStore), needs.get(MessagePreview), needs.get(MediaShelf), clock),
        needs=[SendTestStore, MessagePreview, MediaShelf],
    )
    container.register(
        TemplateLibrary,
        lambda needs: TemplateLibrary(needs.get(TemplateStore), needs.get(MediaShelf), clock),
        needs=[TemplateStore, MediaShelf],
    )
    container.register(
        DraftService,
        lambda needs: DraftService(needs.get(DraftDesk), needs.get(CampaignDesk), clock),
        needs=[DraftDesk, CampaignDesk],
    )
    container.register(
        CampaignSteering,
        lambda needs: CampaignSteering(needs.get(SteeringStore), clock),
        needs=[SteeringStore],
    )
    container.register(
        CampaignKeeping,
        lambda needs: CampaignKeeping(needs.get(KeepingStore), clock),
        needs=[KeepingStore],
    )
    container.register(TrialControl, lambda _: TrialControl(workspace, program))
    container.register(
        RehearsalJob,
        lambda needs: make_rehearsal_job(needs, clock),
        needs=[RehearsalFactStore, RehearsalStore, WorkspaceStore, Config],
    )
    container.register(
        RehearsalControl,
        lambda needs: RehearsalControl(
            workspace=workspace,
            desk=needs.get(RehearsalStore),
            job=needs.get(RehearsalJob),
            clock=clock,
            program=program,
        ),
        needs=[RehearsalStore, RehearsalJob],
    )

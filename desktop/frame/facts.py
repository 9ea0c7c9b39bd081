"""What the frame shows, as values and sentences: pure, so that every state can be tested without a window."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from campaigns.campaign import CampaignState
from campaigns.ports import LaneStatus
from campaigns.report.views import CampaignProgress, LaneView
from campaigns.worker_control import WorkerCondition, WorkerStatus
from core.container import ServiceContainer
from core.domain.account import AccountState, WorkspaceKind
from core.workspace import Workspace
from database import WorkspaceStore
from desktop.formatting import Formats, duration
from desktop.widgets.status import Glyph, State

ONLINE = frozenset({LaneStatus.SENDING, LaneStatus.IDLE, LaneStatus.SETTLING, LaneStatus.WAITING})
"""A lane in one of these has a connected account; a paused one is not connected."""

STOPPED = frozenset({AccountState.SIGNED_OUT, AccountState.BANNED, AccountState.FROZEN, AccountState.LIMITED})
"""Accounts that stand still until a person acts."""

ACTIVE = frozenset({CampaignState.RUNNING, CampaignState.SCHEDULED})
"""What "pause everything" pauses, and what closing the window asks about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceLabel:
    """The workspace as the side bar names it."""

    name: str
    kind: WorkspaceKind
    folder: str

    @classmethod
    async def read(cls, workspace: Workspace, services: ServiceContainer) -> "WorkspaceLabel":
        """Named by its folder; the kind stands in the database."""
        row = await services.get(WorkspaceStore).get()
        return cls(name=workspace.folder.name, kind=row.kind, folder=str(workspace.folder))

    @property
    def is_sandbox(self) -> bool:
        return self.kind is WorkspaceKind.SANDBOX


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """What a page has for the person: how many need them (red), run (blue), or are unread (without a shape)."""

    glyph: Glyph | None
    count: int

    @property
    def words(self) -> str:
        if self.glyph is None:
            return f"{self.count} unread"
        return f"{self.count} need you" if self.glyph is Glyph.WARNING else f"{self.count} running"


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameFacts:
    """One reading of the workspace for the frame."""

    campaigns: Sequence[CampaignProgress] = ()  # that are not over
    lanes: Sequence[LaneView] = ()
    delivered_today: int | None = None
    badges: Mapping[str, Badge] = field(default_factory=dict)
    has_worker: bool = False  # one that died could not say that its accounts went offline

    @property
    def active(self) -> list[CampaignProgress]:
        return [campaign for campaign in self.campaigns if campaign.state in ACTIVE]

    @property
    def online(self) -> int:
        return sum(lane.status in ONLINE for lane in self.lanes) if self.has_worker else 0

    def accounts_line(self, formats: Formats) -> str:
        if not self.lanes:
            return "No account yet"
        return f"{formats.number(self.online)} of {formats.number(len(self.lanes))} accounts online"

    def delivered_line(self, formats: Formats) -> str:
        return "" if self.delivered_today is None else f"{formats.number(self.delivered_today)} delivered today"

    def tray_line(self, formats: Formats) -> str:
        """What the tray says: what needs somebody first."""
        badges = sorted(
            self.badges.values(), key=lambda badge: (badge.glyph is not Glyph.WARNING, badge.glyph is None)
        )
        return "\n".join(
            [", ".join(badge.words for badge in badges) or "Nothing unread", self.accounts_line(formats)]
        )

    def next_line(self, formats: Formats, now: datetime) -> str:
        """The next campaign that starts by itself, or the next run of one that repeats."""
        waiting = [
            (campaign.start_at, campaign)
            for campaign in self.campaigns
            if campaign.state is CampaignState.SCHEDULED and campaign.start_at is not None and campaign.start_at > now
        ]
        waiting += [
            (run_at, campaign)
            for campaign in self.campaigns
            if campaign.state is CampaignState.RUNNING and campaign.repeat is not None
            for run_at in campaign.repeat.next_runs(now, 1)
        ]
        if not waiting:
            return ""
        start_at, campaign = min(waiting, key=lambda pair: pair[0])
        return f"Next: “{campaign.title}” {formats.moment(start_at, now)}"


def count_badges(
    campaigns: Sequence[CampaignProgress], lanes: Sequence[LaneView] = (), unread: int = 0
) -> Mapping[str, Badge]:
    """What needs a person comes before what runs, page by page."""
    badges = dict(_campaign_badges(campaigns))
    needing = sum(lane.account_state in STOPPED or lane.status is LaneStatus.NEEDS_YOU for lane in lanes)
    if needing:
        badges["accounts"] = Badge(glyph=Glyph.WARNING, count=needing)
    if unread:
        badges["inbox"] = Badge(glyph=None, count=unread)
    return badges


def _campaign_badges(campaigns: Sequence[CampaignProgress]) -> Mapping[str, Badge]:
    in_review = sum(campaign.state is CampaignState.IN_REVIEW for campaign in campaigns)
    running = sum(campaign.state is CampaignState.RUNNING and not campaign.repeat for campaign in campaigns)
    if in_review:
        return {"campaigns": Badge(glyph=Glyph.WARNING, count=in_review)}
    if running:
        return {"campaigns": Badge(glyph=Glyph.RUN, count=running)}
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerView:
    """The worker card: its state, one line, and the word on its button (empty: no button)."""

    state: State
    line: str
    action: str = ""


def describe_worker(
    status: WorkerStatus, *, now: datetime, formats: Formats, is_starting: bool = False, is_stopping: bool = False
) -> WorkerView:
    """What the card says about a status."""
    if is_starting:
        return WorkerView(state=State(Glyph.RUN, "Worker starting"), line="It connects the accounts next")
    if is_stopping:
        return WorkerView(state=State(Glyph.CLOCK, "Worker stopping"), line="What is under way is answered first")
    worker = status.worker
    if worker is None or status.condition is WorkerCondition.NEVER_STARTED:
        return WorkerView(
            state=State(Glyph.RING, "Worker not started"), line="Nothing is sent without it", action="Start it"
        )
    match status.condition:
        case WorkerCondition.RUNNING:
            return WorkerView(
                state=State(Glyph.DISC, "Worker running"), line=f"For {duration(now - worker.started_at)}"
            )
        case WorkerCondition.NOT_ANSWERING:
            heard = formats.moment(worker.heartbeat_at, now, with_seconds=True)
            return WorkerView(
                state=State(Glyph.WARNING, "Worker not answering"), line=f"Last heard {heard}", action="End it…"
            )
        case WorkerCondition.DIED:
            heard = formats.moment(worker.heartbeat_at, now, with_seconds=True)
            return WorkerView(
                state=State(Glyph.CROSS, "Worker died"), line=f"Last heard {heard}", action="Start it again"
            )
        case _:
            ended = formats.moment(worker.ended_at, now)
            return WorkerView(
                state=State(Glyph.CROSS, "Worker stopped"), line=f"Since {ended}", action="Start it again"
            )

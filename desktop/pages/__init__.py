"""The pages of the console, in the order of the side bar. Settings stands last and is added by the window's builder."""

from desktop.pages.accounts.page import ACCOUNT_OFFERS, AccountsPage
from desktop.pages.activity.page import ActivityPage
from desktop.pages.audiences.offers import OFFERS as AUDIENCE_OFFERS
from desktop.pages.audiences.page import AudiencesPage
from desktop.pages.campaigns.page import CAMPAIGN_OFFERS, CampaignsPage
from desktop.pages.inbox.page import InboxPage
from desktop.pages.overview.page import OverviewPage
from desktop.pages.page import PageSpec

PAGES: tuple[PageSpec, ...] = (
    PageSpec(key="overview", title="Overview", icon="mdi6.view-dashboard-outline", factory=OverviewPage),
    PageSpec(
        key="accounts",
        title="Accounts",
        icon="mdi6.account-multiple-outline",
        factory=AccountsPage,
        offers=ACCOUNT_OFFERS,
    ),
    PageSpec(
        key="audiences",
        title="Audiences",
        icon="mdi6.account-group-outline",
        factory=AudiencesPage,
        offers=AUDIENCE_OFFERS,
    ),
    PageSpec(
        key="campaigns",
        title="Campaigns",
        icon="mdi6.bullhorn-outline",
        factory=CampaignsPage,
        offers=CAMPAIGN_OFFERS,
    ),
    PageSpec(key="inbox", title="Inbox", icon="mdi6.inbox-outline", factory=InboxPage),
    PageSpec(key="activity", title="Activity", icon="mdi6.text-box-outline", factory=ActivityPage),
)

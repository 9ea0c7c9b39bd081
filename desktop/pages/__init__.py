"""The pages of the console, in the order of the side bar. Settings stands last and is added by the window's builder."""

from desktop.pages.campaigns.page import CampaignsPage
from desktop.pages.page import PageSpec

PAGES: tuple[PageSpec, ...] = (
    PageSpec(key="campaigns", title="Campaigns", icon="mdi6.bullhorn-outline", factory=CampaignsPage),
)

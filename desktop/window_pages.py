"""Which pages a window has: those of desktop.pages, then those which need the workspace's files, in their places."""

from functools import partial

from core.workspace import Workspace
from desktop.pages import PAGES
from desktop.pages.page import Page, PageContext, PageSpec
from desktop.pages.proxies.page import OFFERS as PROXY_OFFERS
from desktop.pages.proxies.page import ProxiesPage
from desktop.pages.settings.page import SettingsPage


def list_pages(workspace: Workspace) -> list[PageSpec]:
    """In the order of the side bar; Ctrl and the number open them."""
    proxies = PageSpec(
        key="proxies",
        title="Proxies",
        icon="mdi6.server-network",
        factory=partial(ProxiesPage, workspace),
        offers=PROXY_OFFERS,
    )
    settings = PageSpec(
        key="settings", title="Settings", icon="mdi6.cog-outline", factory=partial(_make_settings, workspace)
    )
    place = next(index for index, page in enumerate(PAGES) if page.key == "audiences")
    return [*PAGES[:place], proxies, *PAGES[place:], settings]


def _make_settings(workspace: Workspace, context: PageContext) -> Page:
    return SettingsPage(context, workspace)

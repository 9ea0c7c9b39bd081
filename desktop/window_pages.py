"""Which pages a window has: those of desktop.pages, then Settings, which needs the workspace's file."""

from functools import partial

from core.workspace import Workspace
from desktop.pages import PAGES
from desktop.pages.page import Page, PageContext, PageSpec
from desktop.pages.settings.page import SettingsPage


def list_pages(workspace: Workspace) -> list[PageSpec]:
    """In the order of the side bar; Ctrl and the number open them."""
    settings = PageSpec(
        key="settings", title="Settings", icon="mdi6.cog-outline", factory=partial(_make_settings, workspace)
    )
    return [*PAGES, settings]


def _make_settings(workspace: Workspace, context: PageContext) -> Page:
    return SettingsPage(context, workspace.config_path)

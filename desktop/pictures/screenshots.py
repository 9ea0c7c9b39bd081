"""Pictures of every page and dialog, light and dark, taken from a sandbox in which a campaign runs."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from campaigns.campaign import CampaignState
from campaigns.worker_control import WorkerControl
from core.clock import SystemClock
from core.config import AppearanceSettings
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.errors import SessionUsedTwice
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from core.workspace import Workspace, open_workspace
from database import Database, ReportStore
from desktop.changes import ChangeHub
from desktop.dialogs.confirm import ConfirmDialog, Question
from desktop.dialogs.passphrase import PassphraseDialog
from desktop.dialogs.quit import QuitDialog
from desktop.dialogs.workspace import MakeWorkspaceDialog, OpenWorkspaceDialog
from desktop.event_loop import run_in_console
from desktop.formatting import Formats
from desktop.frame.facts import WorkspaceLabel
from desktop.main_window import MainWindow
from desktop.notifications import Step
from desktop.pages.settings.values import AI_GROUP
from desktop.pictures.account import take_account_pictures
from desktop.pictures.audience import take_audience_pictures
from desktop.pictures.campaign import take_campaign_pictures
from desktop.pictures.composer import take_composer_pictures
from desktop.pictures.export import take_export_pictures
from desktop.pictures.imports import take_import_pictures
from desktop.pictures.inbox import take_inbox_pictures
from desktop.pictures.lock import take_lock_pictures
from desktop.pictures.notice import take_notice_pictures
from desktop.pictures.people import take_people_pictures
from desktop.pictures.proxy import take_proxy_pictures
from desktop.pictures.settling import settle
from desktop.pictures.sign_in import sign_in_pictures
from desktop.pictures.webhook import take_webhook_pictures
from desktop.session import ConsoleHouse
from desktop.sign_in.dialog import SignInDialog
from desktop.theme import Scheme, Theme, install_theme
from desktop.welcome.sandbox_start import END_S, SandboxStart
from desktop.welcome.window import WelcomeWindow
from desktop.widgets.status import Glyph
from desktop.window_pages import list_pages

RUN_S = 8.0  # how long the campaign runs before the first picture: enough for a line in the chart
OPERATOR = "Aiko Brandvold"
MOVING = ("people-import-running",)  # it shows that something goes on
ALONE = ("Campaigns", "Proxies", "Accounts", "Lock", "People", "Import")  # no worker may change what is shown of them


def write_screenshots(house: ConsoleHouse, folder: Path) -> list[Path]:
    """Write PNG files at twice the size into `folder`, which is made; returns them. Takes some minutes. Raises NotSettled.

    For a process of its own: it decides how Qt draws (offscreen, scale 2) before the application is made.
    """
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    os.environ["QT_SCALE_FACTOR"] = "2"

    folder.mkdir(parents=True, exist_ok=True)
    application = QApplication(["wireroom"])
    install_theme(application, AppearanceSettings(scheme="light"))
    home = Path(tempfile.mkdtemp(prefix="wireroom-screenshots-"))
    try:
        return run_in_console(application, lambda: _Photographer(house, folder).run(home / "Northlight"))
    finally:
        shutil.rmtree(home)


class _Photographer:
    """Opens what there is, waits until it has settled, and grabs it in both schemes."""

    def __init__(self, house: ConsoleHouse, folder: Path) -> None:
        self._house = house
        self._folder = folder
        self._clock = SystemClock()
        self._written: list[Path] = []

    async def run(self, workspace_folder: Path) -> list[Path]:

        workspace = open_workspace(workspace_folder)
        async with self._house.services(workspace, kind=WorkspaceKind.SANDBOX, process="console") as services:
            welcome = WelcomeWindow(self._clock)
            welcome.show()
            await self._take("welcome", welcome)
            start = SandboxStart(
                workspace=workspace, services=services, program=self._house.program, clock=self._clock
            )
            demo = await start.run(welcome.show_steps)
            await self._take("welcome-starting", welcome)
            welcome.close()
            welcome.deleteLater()
            try:
                await asyncio.sleep(RUN_S)
                await self._take_window(workspace_folder, services)
            finally:
                await asyncio.to_thread(demo.close, END_S)
        for name in ALONE:
            await self._take_alone(workspace_folder.with_name(name))
        return self._written

    async def _take_alone(self, folder: Path) -> None:
        """One of ALONE, in a workspace of its own."""
        workspace = open_workspace(folder)
        async with self._house.services(workspace, kind=WorkspaceKind.SANDBOX, process="console") as services:
            secrets = SecretsManager.create(workspace, StoreKind.MEMORY)
            services.get(WorkerControl).remember_key(secrets.key_line())
            hub = ChangeHub(await services.get(Database).follow_changes(own_commits=True))
            window = await self._open_window(workspace, services, hub)
            if folder.name == "Lock":
                await take_lock_pictures(window, workspace, self._clock, self._take)
            elif folder.name == "Campaigns":
                await take_campaign_pictures(
                    window, services, self._clock, folder.parent, lambda name: self._take(name, window)
                )
                await take_inbox_pictures(window, services, self._clock, lambda name: self._take(name, window))
            elif folder.name == "People":
                await take_people_pictures(window, services, self._clock.now(), lambda name: self._take(name, window))
                await take_export_pictures(
                    window, services, folder.parent, self._clock.now(), lambda name: self._take(name, window)
                )
            elif folder.name == "Import":
                await take_import_pictures(window, folder.parent, lambda name: self._take(name, window))
            elif folder.name == "Proxies":
                await take_proxy_pictures(window, services, self._clock.now(), lambda name: self._take(name, window))
                await take_webhook_pictures(window, secrets, self._clock.now(), lambda name: self._take(name, window))
            else:
                await take_account_pictures(
                    window, workspace, services, self._clock, lambda name: self._take(name, window)
                )
            hub.stop()
            window.end()
            window.deleteLater()
            hub.deleteLater()

    async def _open_window(self, workspace: Workspace, services: ServiceContainer, hub: ChangeHub) -> MainWindow:
        window = MainWindow(
            label=await WorkspaceLabel.read(workspace, services),
            workspace=workspace,
            services=services,
            hub=hub,
            pages=list_pages(workspace),
            clock=self._clock,
            formats=Formats(zone=None),
            actor=OPERATOR,
        )
        window.show()
        hub.start()
        window.start()
        await window.presenter.refresh()
        return window

    async def _take_window(self, workspace_folder: Path, services: ServiceContainer) -> None:

        workspace = open_workspace(workspace_folder)
        hub = ChangeHub(await services.get(Database).follow_changes(own_commits=True))
        window = await self._open_window(workspace, services, hub)
        campaigns = [
            one
            for one in await services.get(ReportStore).list_campaigns()
            if one.state is not CampaignState.IN_REVIEW
        ]
        if campaigns and "campaigns" in window.frame.side_bar.items:  # first: it runs for less than a minute
            window.navigate("campaigns", campaigns[0].id)
            await self._take("monitor", window)
            if window.page is not None:
                window.page.go_back()
        for key in window.frame.side_bar.items:
            window.navigate(key)
            await self._take(key, window)
        window.navigate("settings", AI_GROUP)
        await self._take("settings-ai", window)
        await take_audience_pictures(window, services, self._clock.now(), lambda name: self._take(name, window))
        await take_notice_pictures(window, self._take)
        await take_composer_pictures(window, services, lambda name: self._take(name, window))
        for name, show in self._dialogs(window):
            show()
            await self._take(name, window)
            _close_dialogs(window)
            await asyncio.sleep(0)
        hub.stop()
        window.end()
        window.deleteLater()
        hub.deleteLater()

    def _dialogs(self, window: MainWindow) -> list[tuple[str, Callable[[], object]]]:

        stop = Question(
            title="Stop the campaign?",
            message="31,482 people have it and keep it; 16,352 will not get it.",
            confirm="Stop it",
            cancel="Keep running",
            is_dangerous=True,
        )

        def show_error_and_toasts() -> None:
            notifications = window.notifications
            notifications.toast("Import finished: 17,996 new people", "190 updated, 18 refused with reasons")
            notifications.toast("Autumn programme paused", "Nothing is lost.", glyph=Glyph.BARS, undo=list)
            step = Step(text="Sign in again", act=list)
            notifications.error(SessionUsedTwice(detail="AUTH_KEY_DUPLICATED"), next_step=step)

        return [
            ("palette", lambda: window.palette_frame.open()),
            ("about", window.show_about),
            ("keys", window.show_keys),
            ("quit", QuitDialog(window, ["Autumn programme"]).open),
            ("confirm", ConfirmDialog(window, stop).open),
            ("passphrase", PassphraseDialog(window).open),
            ("open-workspace", OpenWorkspaceDialog(window, [Path("/home/aiko/Northlight")], lambda _: True).open),
            ("make-workspace", MakeWorkspaceDialog(window, Path("/home/aiko/Wireroom")).open),
            ("error-and-toasts", show_error_and_toasts),
            *sign_in_pictures(window, self._clock),
        ]

    async def _take(self, name: str, window: QWidget) -> None:
        """Grab the window with its dialogs over it, in light and in dark."""

        theme = Theme.of_application()
        await settle(window, name, reads=name not in MOVING)
        for scheme in sorted(Scheme, key=lambda one: one is not theme.scheme):  # to wear another takes 0.1 s of CPU
            if scheme is not theme.scheme:
                theme.apply(AppearanceSettings(scheme=scheme.value))
                await settle(window, name, reads=False)
            picture = window.grab()
            painter = QPainter(picture)
            for dialog in window.findChildren(QDialog):
                if dialog.isVisible():
                    left, top = (window.width() - dialog.width()) // 2, (window.height() - dialog.height()) // 2
                    painter.drawPixmap(left, top, dialog.grab())
            painter.end()
            path = self._folder / f"{name}-{scheme.value}.png"
            picture.save(str(path))
            self._written.append(path)


def _close_dialogs(window: MainWindow) -> None:

    window.palette_frame.close_palette()
    for dialog in window.findChildren(QDialog):
        if isinstance(dialog, SignInDialog):
            dialog.finish()
        elif dialog.isVisible():
            dialog.reject()

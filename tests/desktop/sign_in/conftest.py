"""A person at the sign-in dialog: real keys and clicks, the real child process, the real sandbox."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import psutil
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QDialog, QLabel, QLineEdit, QWidget

from core.clock import Clock, SystemClock
from core.container import ServiceContainer
from core.domain.ids import AccountId
from core.secrets.choice import StoreKind
from core.secrets.key_pipe import decode_key_line
from core.secrets.manager import DataKey, SecretsManager
from core.workspace import Workspace
from desktop.dialogs.confirm import ConfirmDialog
from desktop.formatting import Formats
from desktop.sign_in.dialog import SignInDialog
from desktop.sign_in.opening import open_sign_in
from desktop.sign_in.presenter import SignInServices, sign_in_services
from desktop.sign_in.view import StepView
from main import MainHouse
from telegram.sandbox.control import AccountInfo, AccountKind, SandboxControl, SignInRules
from tests.cli.sign_in_workspace import make_workspace, make_workspace_without_store
from tests.desktop.window import texts, until
from tests.telegram.sandbox_fixture import RunningSandbox

V = TypeVar("V", bound=StepView)
PATIENCE_S = 40.0  # a child process starts and exchanges keys on a shared machine


class Person:
    """One window with an open workspace. `started_with` are the keys that a worker would have been started with."""

    def __init__(
        self, sandbox: RunningSandbox | None, workspace: Workspace, services: ServiceContainer, clock: Clock
    ) -> None:
        if sandbox is not None:
            self.control: SandboxControl = sandbox.control
        self.workspace, self.services = workspace, services
        self.started_with: list[bytes] = []
        self.window = QWidget()
        self.window.resize(1080, 760)
        self.window.show()
        self.deps: SignInServices = sign_in_services(
            workspace, services, start_worker=self.started_with.append, clock=clock, actor="kaya"
        )
        self._opened: asyncio.Task[None] | None = None

    # ------------------------------------------------------------------------------------------------ accounts

    async def user(self, rules: SignInRules | None = None, **options: object) -> AccountInfo:
        made = await self.control.add_account(AccountKind.USER, name="Ada", **options)  # type: ignore[arg-type]
        if rules is not None:
            await self.control.set_sign_in_rules(made.phone, rules)
        return made

    async def bot(self) -> AccountInfo:
        return await self.control.add_account(AccountKind.BOT, name="Shop")

    async def code(self, user: AccountInfo) -> str:
        return await self.control.last_code(user.phone)

    # ------------------------------------------------------------------------------------------------ the dialog

    @property
    def dialog(self) -> SignInDialog:
        return next(one for one in self.window.findChildren(SignInDialog) if one.isVisible())

    def open(self, account_id: AccountId | None = None) -> None:
        opening = open_sign_in(self.window, self.deps, Formats(), account_id=account_id)
        self._opened = asyncio.get_running_loop().create_task(opening)

    async def see(self, kind: type[V], condition: Callable[[V], object] = bool) -> V:
        """Wait until this view is shown, and what is asked of it holds."""

        def is_there() -> bool:
            view = self.view
            return isinstance(view, kind) and not self.dialog._is_waiting and bool(condition(view))

        try:
            await until(is_there, timeout_s=PATIENCE_S)
        except TimeoutError:
            raise AssertionError(f"{kind.__name__} was not shown: {type(self.view).__name__} {self.said}") from None
        view = self.view
        assert isinstance(view, kind)
        return view

    @property
    def view(self) -> StepView | None:
        shown = [one for one in self.window.findChildren(SignInDialog) if one.isVisible()]
        return shown[0].view if shown else None

    @property
    def said(self) -> str:
        """Everything that can be read in the dialog."""
        dialog = self.dialog
        words = [one.text() for one in dialog.findChildren(QLabel) if one.isVisible()]
        fields = [one.text() for one in dialog.findChildren(QAbstractButton) if one.isVisible()]
        status = [dialog.status.state.word] if dialog.status.isVisible() else []
        return "\n".join([*words, *status, *fields])

    def type(self, text: str, entry: QLineEdit | None = None) -> None:
        entry = entry or getattr(self.view, "entry")  # noqa: B009 - views with a field have one
        QTest.mouseClick(entry, Qt.MouseButton.LeftButton)
        entry.selectAll()
        QTest.keyClicks(entry, text)

    def paste(self, text: str) -> None:
        entry: QLineEdit = getattr(self.view, "entry")  # noqa: B009
        QGuiApplication.clipboard().setText(text)
        entry.selectAll()
        QTest.keyClick(entry, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    def press(self, name: str, within: QWidget | None = None) -> None:
        """Click the one visible button of this name."""
        around = within or self.dialog
        found = [
            one
            for one in around.findChildren(QAbstractButton)
            if name in (one.accessibleName(), one.text().strip()) and one.isVisible()
        ]
        assert len(found) == 1, f"{len(found)} buttons named {name!r}: {self.said}"
        assert found[0].isEnabled(), f"{name!r} is disabled: {found[0].toolTip()}"
        QTest.mouseClick(found[0], Qt.MouseButton.LeftButton)

    def key(self, key: Qt.Key) -> None:
        focused = self.dialog.focusWidget() or self.dialog
        QTest.keyClick(focused, key)

    async def confirm(self, name: str) -> str:
        """Answer the question that stands before the dialog; returns its words."""
        await until(lambda: self._question() is not None)
        question = self._question()
        assert question is not None
        words = "\n".join(texts(question))
        self.press(name, question)
        return words

    async def closed(self) -> None:
        """Wait until the dialog and its child are gone."""
        assert self._opened is not None
        async with asyncio.timeout(PATIENCE_S):
            await self._opened
        assert self.view is None

    def child(self) -> psutil.Process:
        """The sign-in child of this workspace."""
        [found] = [
            process
            for process in psutil.Process().children()
            if {"sign-in-child", str(self.workspace.folder)} <= set(process.cmdline())
        ]
        return found

    def secret_names(self) -> list[str]:
        """Of the secrets that the workspace keeps."""
        key_line = self.deps.worker.key_line
        assert key_line is not None
        return SecretsManager.open(self.workspace, DataKey(decode_key_line(key_line))).list_names()

    async def leave(self) -> None:
        if self._opened is not None and not self._opened.done():
            self._opened.cancel()
            await asyncio.gather(self._opened, return_exceptions=True)
        self.window.close()
        self.window.deleteLater()
        await asyncio.sleep(0)

    def _question(self) -> QDialog | None:
        return next((one for one in self.window.findChildren(ConfirmDialog) if one.isVisible()), None)


@asynccontextmanager
async def at_the_window(
    folder: Path, sandbox: RunningSandbox, store: StoreKind | None = StoreKind.MEMORY
) -> AsyncIterator[Person]:
    """A new workspace beside the sandbox, with its keys known to the window; `store` None: it has no place for them."""
    workspace: Workspace
    secrets: SecretsManager | None = None
    if store is None:
        workspace = await make_workspace_without_store(folder, sandbox)
    else:
        workspace, secrets = await make_workspace(folder, sandbox, store)
    async with console_of(workspace, sandbox, secrets) as person:
        yield person


@asynccontextmanager
async def console_of(
    workspace: Workspace, sandbox: RunningSandbox | None, secrets: SecretsManager | None
) -> AsyncIterator[Person]:
    """A start of the console over a workspace that is there."""
    async with MainHouse().services(workspace, process="console") as services:
        person = Person(sandbox, workspace, services, SystemClock())
        if secrets is not None:
            person.deps.worker.remember_key(secrets.key_line())
        try:
            yield person
        finally:
            await person.leave()


@pytest.fixture
async def person(tmp_path: Path, shared_sandbox: RunningSandbox, theme: object) -> AsyncIterator[Person]:
    async with at_the_window(tmp_path / "w", shared_sandbox) as made:
        yield made

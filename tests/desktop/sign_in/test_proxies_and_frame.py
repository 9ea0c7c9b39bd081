"""The proxy of a new account, and the dialog as a part of the window: keys, names, leaks, costs, a real worker."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from core.clock import SystemClock
from core.domain.account import WorkspaceKind
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyEndpoint
from core.secrets.choice import StoreKind
from database import AccountStore, ProxyGroup, ProxyStore
from desktop.formatting import Formats
from desktop.pictures.sign_in import sign_in_pictures
from desktop.sign_in.answer_views import ApiView
from desktop.sign_in.code_view import CodeView
from desktop.sign_in.dialog import SignInDialog
from desktop.sign_in.outcome_views import DoneView, RefusedView
from desktop.sign_in.setup_views import GoOnView, StoreView
from desktop.sign_in.way_views import PhoneView, ScanView, TokenView, WayView
from tests.cli.sign_in_workspace import make_workspace_without_store
from tests.desktop.handler_meter import Handled, HandlerMeter, best_run
from tests.desktop.leaks import LeakCheck
from tests.desktop.sign_in.conftest import Person, at_the_window, console_of
from tests.proxy.servers import DIRECT, LoopbackProxy, running
from tests.telegram.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("theme")]
SOURCE = "127.0.0.11"


async def add(person: Person, endpoint: ProxyEndpoint) -> ProxyId:
    store = person.services.get(ProxyStore)
    [number] = await store.import_proxies(
        [endpoint], ProxyGroup(label="London"), actor="kaya", now=SystemClock().now()
    )
    return number


async def sources(sandbox: RunningSandbox) -> Counter[str]:
    return Counter((await sandbox.control.stats()).sources)


async def test_the_proxy_is_chosen_before_anything_connects_and_the_account_keeps_it(
    tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    async with (
        running(LoopbackProxy(source=SOURCE)) as proxy,
        at_the_window(tmp_path / "w", shared_sandbox, StoreKind.PASSPHRASE) as person,
    ):
        before = await sources(shared_sandbox)
        number = await add(person, proxy.endpoint())
        user = await person.user()
        person.open()
        view = await person.see(WayView)
        assert await sources(shared_sandbox) == before  # nothing has connected
        assert "Leaves through a proxy from the pool" in person.said  # directly only for who chooses it
        QTest.keyClick(view.combo, Qt.Key.Key_Home)
        assert "Connects directly from this computer." in person.said
        QTest.keyClick(view.combo, Qt.Key.Key_End)
        assert f"Leaves through proxy {number}" in person.said
        person.press("Phone number")
        person.press("Enter the number")
        await person.see(PhoneView)
        assert f"Leaves through proxy {number}" in person.said
        person.type(f"+{user.phone}")
        person.press("Send the code")
        await person.see(CodeView)
        person.press("Close")  # it goes on through its proxy, whatever the next dialog would choose
        await person.closed()
        person.open()
        await person.see(GoOnView)
        person.press("Go on")
        await person.see(CodeView)
        person.press("Change number")
        await person.see(PhoneView)
        assert f"Leaves through proxy {number}" in person.said
        person.type(f"+{user.phone}")
        person.press("Send the code")
        await person.see(CodeView)
        person.type(await person.code(user))
        await person.see(DoneView)
        assert f"It leaves through proxy {number}" in person.said
        route = await person.services.get(ProxyStore).route(AccountId(1))
        counted = await sources(shared_sandbox) - before

        # A second account: the proxy is full, so it is not offered.
        person.press("Add another")
        again = await person.see(WayView)
        assert again.combo.count() == 1

    assert set(counted) == {SOURCE}
    assert route is not None
    assert route.proxy_id == number


async def test_through_a_dead_proxy_nothing_leaves_and_another_may_be_chosen(
    tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    proxy = LoopbackProxy(source=SOURCE)
    async with running(proxy):
        endpoint = proxy.endpoint()
    async with at_the_window(tmp_path / "w", shared_sandbox) as person:
        before = await sources(shared_sandbox)
        await add(person, endpoint)
        person.open()
        view = await person.see(WayView)
        QTest.keyClick(view.combo, Qt.Key.Key_End)
        person.press("Show the QR code")
        await person.see(RefusedView)
        assert "proxy" in person.said.lower()
        assert await sources(shared_sandbox) == before
        person.press("Try again")
        await person.see(RefusedView)
        person.press("Use a bot token")
        await person.see(TokenView)
        person.press("Change how it connects")
        view = await person.see(WayView)
        QTest.keyClick(view.combo, Qt.Key.Key_Home)
        person.press("Show the QR code")
        await person.see(ScanView)
        assert set(await sources(shared_sandbox) - before) == {DIRECT}


async def test_the_pair_of_a_live_workspace_is_kept_and_a_dead_proxy_keeps_telegram_away(tmp_path: Path) -> None:
    proxy = LoopbackProxy()
    async with running(proxy):
        endpoint = proxy.endpoint()
    workspace = await make_workspace_without_store(tmp_path / "live", None, WorkspaceKind.LIVE)
    api_hash = "0123456789abcdef" * 2
    async with console_of(workspace, None, None) as person:
        await add(person, endpoint)
        person.open()
        await person.see(StoreView)
        person.press("Only until Wireroom is closed")
        person.press("Go on")
        view = await person.see(WayView)
        QTest.keyClick(view.combo, Qt.Key.Key_End)
        person.press("Show the QR code")
        asked = await person.see(ApiView)
        person.type("12345", asked.api_id)
        person.type(api_hash, asked.api_hash)
        person.press("Go on")
        await person.see(RefusedView)

        assert "telegram/api" in person.secret_names()
        everything = b"".join(path.read_bytes() for path in workspace.folder.rglob("*") if path.is_file())
    assert api_hash.encode() not in everything


def test_every_state_can_be_used_by_keyboard_and_every_control_has_a_name(qapp: object) -> None:
    import telegram.sign_in.entries  # noqa: F401 - the presenter loads it before the first view

    window = QWidget()
    window.show()
    for name, show in sign_in_pictures(window, SystemClock()):
        show()
        dialog = next(one for one in window.findChildren(SignInDialog) if one.isVisible())
        for control in dialog.findChildren(QWidget):
            if control.focusPolicy() & Qt.FocusPolicy.TabFocus and control.isVisibleTo(dialog):
                interface = QAccessible.queryAccessibleInterface(control)
                assert interface.text(QAccessible.Text.Name), (name, control)
        assert dialog.height() < 680 + 2 * 44, name  # fits the least window
        dialog.finish()
    window.close()
    window.deleteLater()


async def test_nothing_of_the_dialog_is_left(
    no_leaks: LeakCheck, tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    async with at_the_window(tmp_path / "w", shared_sandbox) as person:
        for _ in range(2):
            person.open()
            await person.see(ScanView)
            person.press("Phone number")
            await person.see(PhoneView)
            person.press("Cancel")
            await person.closed()
        await asyncio.sleep(0)


async def test_no_handler_of_the_dialog_is_felt(person: Person, handler_meter: HandlerMeter) -> None:
    person.open()
    await person.see(ScanView)

    async def run() -> list[Handled]:
        user = await person.user()
        handler_meter.clear()  # fonts, which the window reads ahead of time
        person.press("Phone number")
        await person.see(PhoneView)
        person.type(f"+{user.phone}")
        person.press("Send the code")
        await person.see(CodeView)
        person.press("Change number")
        await person.see(PhoneView)
        person.press("QR code")
        await person.see(ScanView)
        return handler_meter.late()

    assert not await best_run(run)


async def test_a_second_opening_brings_the_first_dialog_forward(person: Person) -> None:
    person.open()
    await person.see(ScanView)
    first = person.dialog
    from desktop.sign_in.opening import open_sign_in

    await open_sign_in(person.window, person.deps, Formats())

    assert person.dialog is first
    assert len(person.window.findChildren(SignInDialog)) == 1
    assert not await person.services.get(AccountStore).list_accounts()

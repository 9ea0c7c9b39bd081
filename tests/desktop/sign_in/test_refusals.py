"""What Telegram refuses, what is cut off, and what stands before a sign-in: each with its sentence and its next step."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from core.domain.account import WorkspaceKind
from core.secrets.choice import StoreKind
from core.secrets.manager import remembered_kind
from database import AccountStore
from desktop.sign_in.answer_views import ApiView, PasswordView
from desktop.sign_in.code_view import CodeView
from desktop.sign_in.outcome_views import DoneView, EndedView, RefusedView, WaitView
from desktop.sign_in.setup_views import GoOnView, StoreView, UnlockView
from desktop.sign_in.way_views import PhoneView, ScanView, TokenView
from telegram.sandbox.control import AccountInfo, Fault, FaultKind, SignInRules
from telegram.sign_in.half_done import SECRET_NAME
from tests.cli.sign_in_workspace import PASSPHRASE, make_workspace, make_workspace_without_store
from tests.desktop.sign_in.conftest import Person, at_the_window, console_of
from tests.desktop.sign_in.test_ways_in import by_phone, to_code, url_of
from tests.telegram.sandbox_fixture import RunningSandbox

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("theme")]


async def fail(person: Person, code: int, text: str, method: str = "auth.sendCode") -> None:
    await person.control.inject(Fault(kind=FaultKind.ERROR, method=method, code=code, text=text))


async def send_code_to(person: Person, user: AccountInfo) -> None:
    await by_phone(person)
    person.type(f"+{user.phone}")
    person.press("Send the code")


async def test_a_banned_number_is_refused_and_another_may_be_entered(person: Person) -> None:
    user = await person.user()
    await fail(person, 400, "PHONE_NUMBER_BANNED")
    await send_code_to(person, user)

    await person.see(RefusedView)
    assert "banned" in person.said
    assert "PHONE_NUMBER_BANNED" not in person.said
    person.press("Another number")
    await person.see(PhoneView)


async def test_a_number_without_an_account_is_refused_and_another_may_be_entered(person: Person) -> None:
    phone = "9996609997"
    await to_code(person, phone)
    person.type(await person.control.last_code(f"+{phone}") or await person.control.last_code(phone))

    await person.see(RefusedView)
    assert "This number has no Telegram account" in person.said
    assert "Make the account in the official app first" in person.said
    person.press("Another number")
    await person.see(PhoneView)


async def test_a_fee_is_told_and_the_qr_code_is_the_next_step(person: Person) -> None:
    user = await person.user(SignInRules(has_fee=True))
    await send_code_to(person, user)

    await person.see(RefusedView)
    assert "Nothing was paid" in person.said
    person.press("Use a QR code")
    await person.see(ScanView)


@pytest.mark.parametrize("answer", ["SEND_CODE_UNAVAILABLE", "UPDATE_APP_TO_LOGIN"])
async def test_where_telegram_sends_no_codes_the_qr_code_is_shown_with_the_reason(
    person: Person, answer: str
) -> None:
    user = await person.user()
    await fail(person, 406, answer)
    await send_code_to(person, user)

    await person.see(ScanView)
    assert "Telegram sends no more codes for this number" in person.said
    await person.control.scan_qr_code(url_of(person), user.user_id)
    await person.see(DoneView)


async def test_a_flood_shows_its_end_and_goes_on_by_itself(person: Person) -> None:
    user = await person.user()
    await person.control.inject(Fault(kind=FaultKind.FLOOD, method="auth.sendCode", seconds=2))
    await send_code_to(person, user)

    await person.see(WaitView)
    assert "Until " in person.said
    assert " s left" in person.said
    assert not person.dialog.primary.isVisible()
    person.key(Qt.Key.Key_Return)  # gives nothing up
    await person.see(PhoneView)


async def test_an_account_that_is_here_already_is_told(person: Person) -> None:
    bot = await person.bot()
    person.open()
    await person.see(ScanView)
    for view in (DoneView, RefusedView):
        person.press("Bot token")
        await person.see(TokenView)
        person.type(bot.bot_token)
        person.press("Sign in")
        await person.see(view)  # type: ignore[type-abstract]
        if view is DoneView:
            person.press("Add another")
            await person.see(TokenView)
            person.press("QR code")
            await person.see(ScanView)

    assert "in this workspace already" in person.said
    person.press("Another token")
    await person.see(TokenView)


async def test_a_link_that_breaks_under_the_code_costs_no_second_one(person: Person) -> None:
    user = await person.user()
    await person.control.inject(Fault(kind=FaultKind.DROP_AFTER, method="auth.signIn"))
    view = await to_code(person, user.phone)
    code = await person.code(user)
    person.type(code)
    await person.see(CodeView, lambda shown: not shown.entry.text() and person.dialog.step.problem)  # type: ignore[union-attr]
    assert person.view is view

    person.type(code)
    await person.see(DoneView)


async def test_cancel_makes_a_code_void_after_a_question(person: Person) -> None:
    user = await person.user()
    await to_code(person, user.phone)
    person.press("Cancel")
    await person.confirm("Go on with it")
    await person.see(CodeView)
    assert await person.code(user)

    person.press("Cancel")
    words = await person.confirm("Give it up")
    await person.closed()

    assert "made void" in words
    assert await person.code(user) == ""


async def test_without_anything_half_done_cancel_and_escape_close_at_once(person: Person) -> None:
    person.open()
    await person.see(ScanView)
    person.press("Cancel")
    await person.closed()
    person.open()
    await person.see(ScanView)
    person.key(Qt.Key.Key_Escape)
    await person.closed()


async def test_with_secrets_in_memory_closing_asks_because_the_code_would_be_lost(person: Person) -> None:
    user = await person.user()
    await to_code(person, user.phone)
    assert "keeps its keys in memory only" in person.said
    person.press("Close")
    words = await person.confirm("Give it up")
    await person.closed()

    assert "cannot be gone on with later" in words
    assert await person.code(user) == ""


@pytest.fixture
async def lasting(tmp_path: Path, shared_sandbox: RunningSandbox) -> AsyncIterator[Person]:
    """At a workspace whose keys outlive the console."""
    async with at_the_window(tmp_path / "lasting", shared_sandbox, StoreKind.PASSPHRASE) as made:
        yield made


async def test_a_closed_dialog_goes_on_with_the_same_code(lasting: Person) -> None:
    user = await lasting.user()
    await to_code(lasting, user.phone)
    code = await lasting.code(user)
    assert "You may close this dialog" in lasting.said
    lasting.key(Qt.Key.Key_Escape)
    await lasting.closed()

    lasting.open()
    await lasting.see(GoOnView)
    assert f"+99 ••• {user.phone[-4:]}" in lasting.said
    assert user.phone not in lasting.said
    lasting.press("Go on")
    await lasting.see(CodeView)
    assert "Going on where it was" in lasting.said
    lasting.type(code)

    await lasting.see(DoneView)


async def test_a_new_start_of_the_console_asks_for_the_second_password_only(
    tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    workspace, secrets = await make_workspace(tmp_path / "w", shared_sandbox, StoreKind.PASSPHRASE)
    async with console_of(workspace, shared_sandbox, secrets) as before:
        user = await before.user(password="correct horse")
        await to_code(before, user.phone)
        before.type(await before.code(user))
        await before.see(PasswordView)
    async with console_of(workspace, shared_sandbox, secrets) as after:
        after.open()
        await after.see(GoOnView)
        assert "the second password is missing" in after.said
        after.press("Go on")
        await after.see(PasswordView)
        after.type("correct horse")
        after.press("Sign in")
        await after.see(DoneView)


async def test_what_was_cut_off_may_be_given_up(lasting: Person) -> None:
    user = await lasting.user()
    await to_code(lasting, user.phone)
    lasting.press("Close")
    await lasting.closed()
    lasting.open()
    await lasting.see(GoOnView)
    lasting.press("Give it up and begin anew")
    await lasting.confirm("Give it up")

    await lasting.see(ScanView)
    assert await lasting.code(user) == ""


async def test_a_child_that_ends_by_itself_is_told_and_started_again(lasting: Person) -> None:
    user = await lasting.user()
    await to_code(lasting, user.phone)
    lasting.child().kill()

    await lasting.see(EndedView)
    assert "The sign-in ended by itself" in lasting.said
    lasting.press("Start again")
    await lasting.see(GoOnView)
    lasting.press("Go on")
    await lasting.see(CodeView)
    lasting.type(await lasting.code(user))
    await lasting.see(DoneView)


async def test_a_second_sign_in_of_the_workspace_waits_for_the_first(
    tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    workspace, secrets = await make_workspace(tmp_path / "w", shared_sandbox)
    async with (
        console_of(workspace, shared_sandbox, secrets) as first,
        console_of(workspace, shared_sandbox, secrets) as second,
    ):
        first.open()
        await first.see(ScanView)
        second.open()
        await second.see(EndedView)
        assert "Another sign-in is under way in this workspace" in second.said
        first.press("Cancel")
        await first.closed()
        second.press("Start again")
        await second.see(ScanView)


async def test_a_sandbox_that_does_not_run_is_told(tmp_path: Path) -> None:
    workspace = await make_workspace_without_store(tmp_path / "w", None)
    async with console_of(workspace, None, None) as person:
        person.open()
        await person.see(StoreView)
        person.press("Only until Wireroom is closed")
        person.press("Go on")
        await person.see(RefusedView)
        assert "sandbox" in person.said.lower()
        person.press("Try again")
        await person.see(RefusedView)


async def test_a_place_for_keys_is_chosen_once_and_the_passphrase_asked_for_later(
    tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    async with at_the_window(tmp_path / "w", shared_sandbox, None) as person:
        bot = await person.bot()
        person.open()
        view = await person.see(StoreView)
        person.press("A passphrase of your own")
        person.type("short", view.entry)
        assert not person.dialog.primary.isEnabled()
        person.type(PASSPHRASE, view.entry)
        person.type("another one", view.again)
        assert "The two are not the same" in person.said
        person.type(PASSPHRASE, view.again)
        person.press("Go on")
        await person.see(ScanView)
        assert remembered_kind(person.workspace) is StoreKind.PASSPHRASE
        person.press("Cancel")
        await person.closed()

        person.open()
        await person.see(UnlockView)
        person.type("wrong horse battery")
        person.press("Unlock")
        await person.see(UnlockView, lambda _: "This passphrase is not right" in person.said)
        person.type(PASSPHRASE)
        person.key(Qt.Key.Key_Return)
        await person.see(ScanView)
        person.press("Bot token")
        await person.see(TokenView)
        person.type(bot.bot_token)
        person.press("Sign in")
        await person.see(DoneView)

        assert len(person.started_with) == 1
        assert len(await person.services.get(AccountStore).list_accounts()) == 1


async def test_keys_of_a_former_run_are_gone_and_a_new_place_is_asked_for(
    tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    workspace, _ = await make_workspace(tmp_path / "w", shared_sandbox, StoreKind.MEMORY)
    async with console_of(workspace, shared_sandbox, None) as person:
        person.open()
        await person.see(StoreView)
        assert "The keys of this workspace are gone" in person.said
        person.press("Only until Wireroom is closed")
        person.press("Go on")
        await person.see(ScanView)


async def test_codes_and_passwords_leave_no_trace(lasting: Person) -> None:
    user = await lasting.user(password="correct horse")
    await to_code(lasting, user.phone)
    code = await lasting.code(user)
    lasting.type(code)
    await lasting.see(PasswordView)
    lasting.type("correct horse")
    lasting.press("Sign in")
    await lasting.see(DoneView)

    logs = "".join(path.read_text() for path in lasting.workspace.logs.iterdir())
    for secret in (code, "correct horse", user.phone):
        assert secret not in logs
        assert secret not in lasting.said
    assert SECRET_NAME not in lasting.secret_names()


async def test_a_live_workspace_begins_with_the_pair_and_checks_its_shape(tmp_path: Path) -> None:
    workspace = await make_workspace_without_store(tmp_path / "live", None, WorkspaceKind.LIVE)
    async with console_of(workspace, None, None) as person:
        person.open()
        await person.see(StoreView)
        person.press("Only until Wireroom is closed")
        person.press("Go on")
        view = await person.see(ApiView)
        assert "my.telegram.org" in person.said
        assert "Sandbox" not in person.said
        person.type("12x", view.api_id)
        assert "The api_id is a number." in person.said
        person.type("12345", view.api_id)
        person.type("0123", view.api_hash)
        assert "The api_hash has 32 characters" in person.said
        assert not person.dialog.primary.isEnabled()
        person.type("0123456789abcdef" * 2, view.api_hash)
        assert person.dialog.primary.isEnabled()
        person.press("Cancel")  # nobody connects to Telegram
        await person.closed()

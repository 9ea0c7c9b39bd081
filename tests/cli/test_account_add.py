"""`account add` as a person uses it in a terminal, and as a script does."""

import asyncio
import sys
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from cli.qr_code import lines_of
from core.domain.account import DataCentre, WorkspaceKind
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from telegram.data_centres import API_SECRET, SANDBOX_API
from telegram.sandbox.control import AccountInfo, AccountKind, SandboxControl
from tests.cli.program import Done, Program
from tests.cli.sign_in_workspace import PASSPHRASE, accounts_of, make_workspace, make_workspace_without_store
from tests.telegram.sandbox_fixture import RunningSandbox

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.cli.terminal import Terminal

pytestmark = pytest.mark.slow


@pytest.fixture
async def ready(program: Program, shared_sandbox: RunningSandbox) -> Program:
    """A workspace with a passphrase, beside the shared sandbox."""
    await make_workspace(program.workspace, shared_sandbox, StoreKind.PASSPHRASE)
    return program


def ask(sandbox: RunningSandbox, question: Callable[[SandboxControl], Any]) -> Any:
    """Ask the sandbox from a thread that has no event loop."""

    async def run() -> Any:
        async with SandboxControl(sandbox.address) as control:
            return await question(control)

    return asyncio.run(run())


def terminal(program: Program, *words: str) -> Terminal:
    command = ["account", *words, "--workspace", str(program.workspace), "--as", "test"]
    return Terminal(*command, environment=program.environment)


async def in_thread(work: Callable[[], None]) -> None:
    await asyncio.to_thread(work)


async def test_a_person_signs_a_user_in_with_code_and_second_password(
    ready: Program, shared_sandbox: RunningSandbox
) -> None:
    user = await shared_sandbox.control.add_account(
        AccountKind.USER, name="Ada", password="correct horse", password_hint="my horse"
    )
    code = ""

    def work() -> None:
        nonlocal code
        with terminal(ready, "add") as screen:
            screen.wait_for("Passphrase:")
            screen.type(PASSPHRASE)
            screen.wait_for("[qr/phone/bot]:")
            screen.type("phone")
            screen.wait_for("country code:")
            screen.type("12")
            screen.wait_for("This is no phone number")
            screen.wait_for("country code:")
            screen.type(f"+{user.phone}")
            screen.wait_for("Telegram sent a code to the official app")
            screen.wait_for("Code:")
            code = ask(shared_sandbox, lambda control: control.last_code(user.phone))
            assert not screen.has_echo
            screen.type(f"{code[:2]} {code[2:]}")
            screen.wait_for("Second password (your hint: my horse):")
            screen.type("battery staple")
            screen.wait_for("The second password is wrong")
            screen.wait_for("Second password (your hint: my horse):")
            screen.type("correct horse")
            screen.wait_for("Signed in: Ada")
            assert screen.wait_end() == 0
            for secret in (PASSPHRASE, code, "battery staple"):
                assert secret not in screen.seen

    await in_thread(work)

    [account] = await accounts_of_program(ready)
    assert account.telegram_user_id == user.user_id
    logs = "".join(path.read_text() for path in (ready.workspace / "logs").iterdir())
    for secret in (code, "correct horse", user.phone):
        assert secret not in logs


async def accounts_of_program(program: Program) -> Any:
    from core.workspace import open_workspace

    return await accounts_of(open_workspace(program.workspace))


def drawn_one(screen: str, urls: list[str]) -> str:
    """The URL whose QR code stands on the screen; the codes of other tests wait in the shared sandbox as well."""

    def without_margin(lines: Iterable[str]) -> str:
        return "\n".join(line.rstrip() for line in lines).strip("\n")

    shown = without_margin(screen.split("\n"))
    [url] = [url for url in urls if without_margin(lines_of(url)) in shown]
    return url


async def test_a_person_scans_the_qr_code(ready: Program, shared_sandbox: RunningSandbox) -> None:
    user = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada")

    def work() -> None:
        with terminal(ready, "add", "--by", "qr") as screen:
            screen.wait_for("Passphrase:")
            screen.type(PASSPHRASE)
            screen.wait_for("Scan this:")
            drawn = screen.wait_for("A new code comes in")
            url = drawn_one(drawn, ask(shared_sandbox, lambda control: control.list_qr_codes()))
            assert ask(shared_sandbox, lambda control: control.scan_qr_code(url, user.user_id))
            screen.wait_for("Signed in: Ada")
            assert screen.wait_end() == 0

    await in_thread(work)
    assert [account.telegram_user_id for account in await accounts_of_program(ready)] == [user.user_id]


async def test_an_interrupted_sign_in_leaves_the_terminal_as_it_was_and_goes_on_without_a_second_code(
    ready: Program, shared_sandbox: RunningSandbox
) -> None:
    user = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada")

    def work() -> None:
        with terminal(ready, "add", "--by", "phone") as screen:
            screen.wait_for("Passphrase:")
            screen.type(PASSPHRASE)
            screen.wait_for("country code:")
            screen.type(f"+{user.phone}")
            screen.wait_for("Code:")
            assert not screen.has_echo
            screen.interrupt()
            assert screen.wait_end() == 130
        with terminal(ready, "add", "--by", "phone") as screen:
            screen.wait_for("Passphrase:")
            screen.type(PASSPHRASE)
            screen.wait_for("Going on with the sign-in")
            screen.wait_for("Code:")
            screen.type(ask(shared_sandbox, lambda control: control.last_code(user.phone)))
            screen.wait_for("Signed in: Ada")
            assert screen.wait_end() == 0

    await in_thread(work)


def script(program: Program, *words: str, lines: list[str]) -> Done:
    given = "\n".join([PASSPHRASE, *lines, ""])
    return program.json("account", *words, "--passphrase-stdin", standard_input=given)


async def test_a_script_signs_a_bot_in_and_again(ready: Program, shared_sandbox: RunningSandbox) -> None:
    bot = await shared_sandbox.control.add_account(AccountKind.BOT, name="Shop", username="shop_cli_bot")
    other = await shared_sandbox.control.add_account(AccountKind.BOT, name="Other")

    added = await asyncio.to_thread(script, ready, "add", "--by", "bot", lines=[bot.bot_token])
    twice = await asyncio.to_thread(script, ready, "add", "--by", "bot", lines=[bot.bot_token])
    number = str(added.result["account"])
    stranger = await asyncio.to_thread(script, ready, "sign-in", number, "--by", "bot", lines=[other.bot_token])
    again = await asyncio.to_thread(script, ready, "sign-in", number, "--by", "bot", lines=[bot.bot_token])
    shown = await asyncio.to_thread(ready.json, "account", "show", number)

    assert added.code == 0, added.output + added.errors
    assert (added.result["kind"], added.result["title"]) == ("bot", "Shop")
    assert "already" in twice.error["title"]
    assert stranger.error["title"] == "Another Telegram account signed in"
    assert again.result["account"] == added.result["account"]
    assert (shown.result["username"], shown.result["state"], shown.result["limits"]) == (
        "shop_cli_bot",
        "ready",
        "sandbox",
    )
    assert shown.result["health"] == 100 + sum(part["points"] for part in shown.result["health_parts"])
    assert bot.bot_token not in added.output + added.errors + twice.output + twice.errors


async def test_a_script_that_gives_too_little_is_told(ready: Program, shared_sandbox: RunningSandbox) -> None:
    unknown_way = await asyncio.to_thread(script, ready, "add", lines=[])
    no_token = await asyncio.to_thread(script, ready, "add", "--by", "bot", lines=[])

    assert "--by" in unknown_way.error["hint"]
    assert no_token.error["title"] == "An answer is missing"


async def test_a_script_goes_on_with_the_same_number_and_begins_anew_with_another(
    ready: Program, shared_sandbox: RunningSandbox
) -> None:
    first = await shared_sandbox.control.add_account(AccountKind.USER, name="Ada")
    second = await shared_sandbox.control.add_account(AccountKind.USER, name="Ben")

    def by_phone(user: AccountInfo, *lines: str) -> Done:
        return script(ready, "add", "--by", "phone", lines=[f"+{user.phone}", *lines])

    cut_off = await asyncio.to_thread(by_phone, first)
    code = await shared_sandbox.control.last_code(first.phone)
    other = await asyncio.to_thread(by_phone, second)
    code_of_second = await shared_sandbox.control.last_code(second.phone)
    went_on = await asyncio.to_thread(by_phone, second, code_of_second)

    assert code
    assert cut_off.error["title"] == other.error["title"] == "An answer is missing"
    assert await shared_sandbox.control.last_code(first.phone) == ""  # made void
    assert went_on.result["title"] == "Ben"


def test_a_workspace_without_a_secret_store_says_how_to_get_one(program: Program) -> None:
    error = program.json("account", "add", "--by", "bot").error

    assert "secrets new" in error["hint"]


def test_the_first_sign_in_of_a_live_workspace_asks_for_its_own_pair_and_keeps_it_encrypted(program: Program) -> None:
    assert program.json("workspace", "new", "--live").code == 0
    made = program.json(
        "secrets", "new", "--store", "passphrase", "--passphrase-stdin", standard_input=f"{PASSPHRASE}\n"
    )
    assert made.code == 0
    api_hash = "0123456789abcdef" * 2

    # The token is not given, so that nobody connects to Telegram.
    wrong = script(program, "add", "--by", "bot", lines=["12x", api_hash])
    first = script(program, "add", "--by", "bot", lines=["12345", api_hash])
    second = script(program, "add", "--by", "bot", lines=[])

    assert wrong.error["title"] == first.error["title"] == second.error["title"] == "An answer is missing"
    assert "api_id" in wrong.error["message"]
    assert "Bot token" in first.error["message"]
    assert "Bot token" in second.error["message"]  # the pair is known now
    everything = b"".join(path.read_bytes() for path in program.home.rglob("*") if path.is_file())
    assert api_hash.encode() not in everything


async def test_a_script_signs_in_at_the_data_centre_that_the_settings_name(
    program: Program, shared_sandbox: RunningSandbox
) -> None:
    workspace = await make_workspace_without_store(program.workspace, None, WorkspaceKind.LIVE)
    secrets = SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=PASSPHRASE)
    secrets.set(API_SECRET, SANDBOX_API.to_bytes())
    bot = await shared_sandbox.control.add_account(AccountKind.BOT, name="Shop")
    words = ("add", "--by", "bot", "--own-data-centre")

    nowhere = await asyncio.to_thread(script, program, *words, lines=[bot.bot_token])
    address = shared_sandbox.address
    (workspace.folder / "key.pem").write_text(address.public_key_pem, "ascii")
    workspace.config_path.write_text(
        f'[data_centre]\nhost = "{address.host}"\nport = {address.port}\npublic_key_file = "key.pem"\n', "utf-8"
    )
    added = await asyncio.to_thread(script, program, *words, lines=[bot.bot_token])

    assert "no data centre of your own" in nowhere.error["message"]
    assert (added.code, added.result["title"]) == (0, "Shop")
    [account] = await accounts_of(workspace)
    assert account.data_centre is DataCentre.CUSTOM

"""A sign-in in a process of its own: what it keeps, what stays when it ends, and that nothing secret is an argument."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import psutil
import pytest

from core.domain.ids import AccountId
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager
from core.workspace import Workspace
from main import MainHouse
from telegram.sandbox.control import AccountInfo, AccountKind
from telegram.session import SessionSecret
from telegram.sign_in import values as v
from telegram.sign_in.child_client import SignInChild, SignInEnded
from telegram.sign_in.half_done import SECRET_NAME
from tests.cli.sign_in_workspace import accounts_of, make_workspace
from tests.telegram.sandbox_fixture import RunningSandbox

pytestmark = pytest.mark.slow

S = TypeVar("S")
PROGRAM = MainHouse().program


async def see(child: SignInChild, kind: type[S]) -> S:
    async with asyncio.timeout(20):
        state = await child.next_state()
    assert isinstance(state, kind), (state, getattr(state, "problem", None) and state.problem.title)  # type: ignore[union-attr]
    return state


@asynccontextmanager
async def child_of(
    workspace: Workspace, secrets: SecretsManager, method: v.Method = v.Method.PHONE, **options: Any
) -> AsyncIterator[SignInChild]:
    async with SignInChild(PROGRAM, workspace, secrets.key_line(), method=method, actor="test", **options) as child:
        yield child


async def give_phone(child: SignInChild, user: AccountInfo) -> v.AskCode:
    await see(child, v.AskPhone)
    child.give(v.GivePhone(phone=f"+{user.phone}"))
    return await see(child, v.AskCode)


async def new_user(sandbox: RunningSandbox) -> AccountInfo:
    return await sandbox.control.add_account(AccountKind.USER, name="Ada")


async def give_code(sandbox: RunningSandbox, child: SignInChild, user: AccountInfo) -> None:
    child.give(v.GiveCode(code=await sandbox.control.last_code(user.phone)))


async def test_a_signed_in_account_has_its_key_in_the_vault_and_a_row_that_names_it(
    tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    workspace, secrets = await make_workspace(tmp_path / "w", shared_sandbox)
    user = await new_user(shared_sandbox)
    async with child_of(workspace, secrets) as child:
        asked = await give_phone(child, user)
        await give_code(shared_sandbox, child, user)
        done = await see(child, v.Done)
        links = await shared_sandbox.control.drop_links(user.user_id)

    [account] = await accounts_of(workspace)
    key = SessionSecret.from_bytes(secrets.get(account.session_secret))
    assert not asked.survives_restart  # secrets in memory
    assert (account.telegram_user_id, account.title, account.limit_profile) == (user.user_id, "Ada", "sandbox")
    assert account.session_secret == f"session/{key.fingerprint.hex()}"
    assert (done.account_id, links) == (account.id, 0)


async def test_a_second_session_of_an_account_that_is_here_is_ended(
    tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    workspace, secrets = await make_workspace(tmp_path / "w", shared_sandbox)
    bot = await shared_sandbox.control.add_account(AccountKind.BOT, name="Shop")
    other = await shared_sandbox.control.add_account(AccountKind.BOT, name="Other")
    for kind in (v.Done, v.Refused):
        async with child_of(workspace, secrets, v.Method.BOT) as child:
            await see(child, v.AskBotToken)
            child.give(v.GiveBotToken(token=bot.bot_token))
            state = await see(child, kind)
    assert isinstance(state, v.Refused)
    assert "already" in state.problem.title

    # To sign in again gives it a new key in the place of the old; somebody else is refused.
    [before] = await accounts_of(workspace)
    async with child_of(workspace, secrets, v.Method.BOT, again=AccountId(before.id)) as child:
        await see(child, v.AskBotToken)
        child.give(v.GiveBotToken(token=other.bot_token))
        refused = await see(child, v.Refused)
        child.give(v.UseBotToken())
        await see(child, v.AskBotToken)
        child.give(v.GiveBotToken(token=bot.bot_token))
        await see(child, v.Done)

    [after] = await accounts_of(workspace)
    assert refused.problem.title == "Another Telegram account signed in"
    assert after.id == before.id
    assert after.session_secret != before.session_secret
    assert [name for name in secrets.list_names() if name.startswith("session/")] == [after.session_secret]


async def test_a_killed_child_costs_no_second_code(tmp_path: Path, shared_sandbox: RunningSandbox) -> None:
    workspace, secrets = await make_workspace(tmp_path / "w", shared_sandbox, StoreKind.PASSPHRASE)
    user = await new_user(shared_sandbox)
    async with child_of(workspace, secrets) as child:
        assert (await give_phone(child, user)).survives_restart
        assert child.pid is not None
        psutil.Process(child.pid).kill()
        with pytest.raises(SignInEnded):
            await see(child, v.Done)
    assert SECRET_NAME in secrets.list_names()

    async with child_of(workspace, secrets, v.Method.QR) as child:
        asked = await see(child, v.AskCode)
        await give_code(shared_sandbox, child, user)
        await see(child, v.Done)

    assert asked.is_resumed
    assert SECRET_NAME not in secrets.list_names()


async def test_a_child_ends_when_its_input_closes_and_shows_nothing_secret_to_others(
    tmp_path: Path, shared_sandbox: RunningSandbox
) -> None:
    workspace, secrets = await make_workspace(tmp_path / "w", shared_sandbox)
    child = SignInChild(PROGRAM, workspace, secrets.key_line(), actor="test")
    await child.start()
    await see(child, v.ShowQr)
    process = psutil.Process(child.pid)
    told = " ".join(process.cmdline()) + str(process.environ())

    assert await child.close() == 0

    assert secrets.key_line().decode().strip() not in told
    logs = "".join(path.read_text() for path in workspace.logs.iterdir())
    assert "login?token" not in logs


async def test_only_one_sign_in_of_a_workspace_runs(tmp_path: Path, shared_sandbox: RunningSandbox) -> None:
    workspace, secrets = await make_workspace(tmp_path / "w", shared_sandbox)
    async with child_of(workspace, secrets) as first:
        await see(first, v.AskPhone)
        async with child_of(workspace, secrets) as second:
            refused = await see(second, v.Refused)
            with pytest.raises(SignInEnded, match="under way"):
                await see(second, v.Done)

    assert "under way" in refused.problem.title


def test_the_parent_needs_no_telethon() -> None:
    program = "import sys, telegram.sign_in.child_client\nassert 'telethon' not in sys.modules"

    subprocess.run([sys.executable, "-c", program], check=True)

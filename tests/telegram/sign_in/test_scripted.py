"""Signing in, and that the session is whole, private and unconnected afterwards."""

import pytest

from core import errors
from core.domain.account import AccountKind
from telegram.sandbox import commands
from telegram.sandbox.control import Fault, FaultKind
from telegram.sign_in.scripted import sign_in_bot, sign_in_user
from tests.telegram.online import data_centres, go_online, never
from tests.telegram.sandbox_fixture import RunningSandbox
from tests.telegram.sign_in.dialog import until_nobody_is_connected

NOBODYS_PHONE = "+9996609999"
NOBODYS_TOKEN = f"123456:{'A' * 35}"


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_a_signed_in_account_is_disconnected_and_opens_with_its_session(
    shared_sandbox: RunningSandbox, kind: AccountKind
) -> None:
    online = await go_online(shared_sandbox, kind)

    await until_nobody_is_connected(shared_sandbox)
    assert online.account.kind is kind
    assert online.account.title == "Ada"
    async with online.link() as link:
        assert not link.is_closed


async def test_a_second_password_is_asked_for(shared_sandbox: RunningSandbox) -> None:
    online = await go_online(shared_sandbox, password="correct horse")

    async with online.link():
        pass


class Person:
    """Somebody who types codes and passwords, the wrong ones first."""

    def __init__(self, sandbox: RunningSandbox, phone: str, *wrong: str) -> None:
        self._sandbox = sandbox
        self._phone = phone
        self._wrong = list(wrong)
        self.asked = 0

    async def __call__(self) -> str:
        self.asked += 1
        return self._wrong.pop(0) if self._wrong else await self._sandbox.control.last_code(self._phone)


async def test_a_wrong_code_may_be_entered_again_but_not_for_ever(shared_sandbox: RunningSandbox) -> None:
    made = await shared_sandbox.control.add_account(commands.AccountKind.USER, name="Ada")
    centres = data_centres(shared_sandbox)
    person = Person(shared_sandbox, made.phone, "00000", "11111")
    stranger = Person(shared_sandbox, made.phone, *["00000"] * 9)

    signed_in = await sign_in_user(centres, made.phone, person, never)
    with pytest.raises(errors.UserInputError):
        await sign_in_user(centres, made.phone, stranger, never)

    assert signed_in.telegram_user_id == made.user_id
    assert person.asked == stranger.asked == 3


@pytest.mark.slow
async def test_a_wrong_second_password_may_be_entered_again(shared_sandbox: RunningSandbox) -> None:
    made = await shared_sandbox.control.add_account(commands.AccountKind.USER, name="Ada", password="right")
    code = Person(shared_sandbox, made.phone)
    password = Person(shared_sandbox, made.phone, "wrong", "right")

    signed_in = await sign_in_user(data_centres(shared_sandbox), made.phone, code, password)

    assert signed_in.telegram_user_id == made.user_id
    assert (code.asked, password.asked) == (1, 2)


async def test_what_cannot_be_signed_in_is_told(shared_sandbox: RunningSandbox) -> None:
    centres = data_centres(shared_sandbox)

    with pytest.raises(errors.UserInputError, match="bot token"):
        await sign_in_bot(centres, NOBODYS_TOKEN)
    with pytest.raises(errors.UserInputError, match="no Telegram account"):
        await sign_in_user(centres, NOBODYS_PHONE, Person(shared_sandbox, NOBODYS_PHONE), never)


async def test_a_flood_while_signing_in_is_a_wait(shared_sandbox: RunningSandbox) -> None:
    await shared_sandbox.control.inject(Fault(kind=FaultKind.FLOOD, method="auth.sendCode", seconds=50))

    with pytest.raises(errors.CooldownError) as caught:
        await sign_in_user(data_centres(shared_sandbox), NOBODYS_PHONE, never, never)

    assert caught.value.wait_s == pytest.approx(50, abs=5)


async def test_giving_up_leaves_no_connection(shared_sandbox: RunningSandbox) -> None:
    made = await shared_sandbox.control.add_account(commands.AccountKind.USER, name="Ada")

    async def give_up() -> str:
        raise errors.Cancelled

    with pytest.raises(errors.Cancelled):
        await sign_in_user(data_centres(shared_sandbox), made.phone, give_up, never)

    await until_nobody_is_connected(shared_sandbox)


async def test_an_account_is_signed_in_where_it_lives(shared_sandbox: RunningSandbox) -> None:
    """The sandbox has one data centre, which is number 2: to be sent there begins the flow anew, once."""
    made = await shared_sandbox.control.add_account(commands.AccountKind.BOT, name="Shop")
    moved = Fault(kind=FaultKind.ERROR, method="auth.importBotAuthorization", code=303, text="USER_MIGRATE_2")
    await shared_sandbox.control.inject(moved)

    signed_in = await sign_in_bot(data_centres(shared_sandbox), made.bot_token)

    assert signed_in.telegram_user_id == made.user_id


@pytest.mark.slow
async def test_without_a_sandbox_the_sentence_is_plain(sandbox: RunningSandbox) -> None:
    await sandbox.kill()

    with pytest.raises(errors.NetworkError) as caught:
        await sign_in_bot(data_centres(sandbox), NOBODYS_TOKEN)

    assert caught.value.title == "The sandbox is not running"

"""`account add` in a pseudo-terminal: every way by which a code comes, and every refusal with its sentence."""

import sys
from collections.abc import Callable

import pytest

from core.secrets.choice import StoreKind
from telegram.sandbox.address import SECOND_DC
from telegram.sandbox.control import AccountInfo, AccountKind, CodeKind, Fault, FaultKind, Freeze, SignInRules
from tests.cli.program import Program
from tests.cli.sign_in_workspace import PASSPHRASE, make_workspace
from tests.telegram.sandbox_fixture import RunningSandbox

if sys.platform == "win32":
    pytest.skip("needs a pseudo-terminal", allow_module_level=True)

from tests.cli.terminal import Terminal
from tests.cli.test_account_add import ask, drawn_one, in_thread, terminal

pytestmark = pytest.mark.slow


@pytest.fixture
async def ready(program: Program, shared_sandbox: RunningSandbox) -> Program:
    await make_workspace(program.workspace, shared_sandbox, StoreKind.PASSPHRASE)
    return program


async def new_user(sandbox: RunningSandbox, rules: SignInRules | None = None, dc_id: int = 2) -> AccountInfo:
    made = await sandbox.control.add_account(AccountKind.USER, name="Ada", dc_id=dc_id)
    if rules is not None:
        await sandbox.control.set_sign_in_rules(made.phone, rules)
    return made


async def talk(ready: Program, by: str, say: Callable[[Terminal], None]) -> None:
    """One `account add`, unlocked; `say` goes through it to its end."""

    def work() -> None:
        with terminal(ready, "add", "--by", by) as screen:
            screen.wait_for("Passphrase:")
            screen.type(PASSPHRASE)
            say(screen)

    await in_thread(work)


def give_phone(screen: Terminal, user: AccountInfo) -> None:
    screen.wait_for("country code:")
    screen.type(f"+{user.phone}")


def give_code(screen: Terminal, sandbox: RunningSandbox, user: AccountInfo) -> None:
    screen.wait_for("Code:")
    screen.type(ask(sandbox, lambda control: control.last_code(user.phone)))


def signed_in(screen: Terminal) -> None:
    screen.wait_for("Signed in:")
    assert screen.wait_end() == 0


def refused(screen: Terminal, *sentences: str) -> None:
    for sentence in sentences:
        screen.wait_for(sentence)
    assert screen.wait_end() != 0


async def test_the_code_comes_by_every_way_that_is_asked_for(ready: Program, shared_sandbox: RunningSandbox) -> None:
    ways = (CodeKind.APP, CodeKind.SMS, CodeKind.CALL, CodeKind.MISSED_CALL, CodeKind.FRAGMENT, CodeKind.WORD)
    user = await new_user(shared_sandbox, SignInRules(kinds=ways, resend_after_s=0))

    def say(screen: Terminal) -> None:
        give_phone(screen, user)
        screen.wait_for("in the chat Telegram")
        for sentence in ("a code by SMS", "reads the code", "last digits", "fragment.com", "a word by SMS"):
            screen.wait_for("Code:")
            screen.type("/new")
            screen.wait_for(sentence)
        screen.wait_for("Code:")
        screen.type("/new")
        screen.wait_for("Telegram has no other way to send this code")
        give_code(screen, shared_sandbox, user)
        signed_in(screen)

    await talk(ready, "phone", say)


async def test_an_expired_code_is_replaced_and_the_number_may_be_changed(
    ready: Program, shared_sandbox: RunningSandbox
) -> None:
    old = await new_user(shared_sandbox, SignInRules(code_lifetime_s=0))
    user = await new_user(shared_sandbox)

    def say(screen: Terminal) -> None:
        give_phone(screen, old)
        give_code(screen, shared_sandbox, old)
        screen.wait_for("The code is too old")
        screen.wait_for("Code:")
        screen.type("/new")
        screen.wait_for("Telegram sent a code")
        screen.wait_for("Code:")
        screen.type("/number")
        give_phone(screen, user)
        screen.wait_for("Code:")
        screen.type("00000")
        screen.wait_for("The code is wrong")
        give_code(screen, shared_sandbox, user)
        signed_in(screen)

    await talk(ready, "phone", say)


async def test_who_cannot_reach_the_e_mail_gets_the_code_another_way(
    ready: Program, shared_sandbox: RunningSandbox
) -> None:
    rules = SignInRules(kinds=(CodeKind.EMAIL, CodeKind.SMS), email_pattern="m***@n***", email_reset_after_s=0)
    user = await new_user(shared_sandbox, rules)

    def say(screen: Terminal) -> None:
        give_phone(screen, user)
        screen.wait_for("a code by e-mail (m***@n***)")
        screen.wait_for("Code:")  # what is typed before the question is thrown away by it
        screen.type("/no-mail")
        screen.wait_for("by SMS")
        give_code(screen, shared_sandbox, user)
        signed_in(screen)

    await talk(ready, "phone", say)


async def test_an_e_mail_address_is_set_up_and_the_login_code_follows(
    ready: Program, shared_sandbox: RunningSandbox
) -> None:
    user = await new_user(shared_sandbox, SignInRules(kinds=(CodeKind.EMAIL_SETUP, CodeKind.SMS)))

    def say(screen: Terminal) -> None:
        give_phone(screen, user)
        screen.wait_for("E-mail address that Telegram wants")
        screen.type("mira")
        screen.wait_for("This is no e-mail address")
        screen.wait_for("E-mail address that Telegram wants")
        screen.type("mira@example.org")
        screen.wait_for("a code by e-mail")
        give_code(screen, shared_sandbox, user)
        screen.wait_for("a code by SMS")
        give_code(screen, shared_sandbox, user)
        signed_in(screen)

    await talk(ready, "phone", say)


async def test_a_bot_signs_in_and_a_wrong_token_may_be_given_again(
    ready: Program, shared_sandbox: RunningSandbox
) -> None:
    bot = await shared_sandbox.control.add_account(AccountKind.BOT, name="Shop")

    def say(screen: Terminal) -> None:
        for token, sentence in (("12:x", "This is no bot token"), (f"123456:{'A' * 35}", "does not accept")):
            screen.wait_for("Bot token from @BotFather:")
            assert not screen.has_echo
            screen.type(token)
            screen.wait_for(sentence)
        screen.wait_for("Bot token from @BotFather:")
        screen.type(bot.bot_token)
        signed_in(screen)
        assert bot.bot_token not in screen.seen

    await talk(ready, "bot", say)


@pytest.mark.parametrize("answer", ["SEND_CODE_UNAVAILABLE", "UPDATE_APP_TO_LOGIN"])
async def test_where_telegram_sends_no_codes_the_qr_code_is_drawn(
    ready: Program, shared_sandbox: RunningSandbox, answer: str
) -> None:
    user = await new_user(shared_sandbox)
    await shared_sandbox.control.inject(Fault(kind=FaultKind.ERROR, method="auth.sendCode", code=406, text=answer))

    def say(screen: Terminal) -> None:
        give_phone(screen, user)
        screen.wait_for("Telegram sends no more codes for this number")
        screen.wait_for("Scan this:")
        drawn = screen.wait_for("A new code comes in")
        url = drawn_one(drawn, ask(shared_sandbox, lambda control: control.list_qr_codes()))
        assert ask(shared_sandbox, lambda control: control.scan_qr_code(url, user.user_id))
        signed_in(screen)

    await talk(ready, "phone", say)


async def test_a_fee_is_told_and_never_paid(ready: Program, shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox, SignInRules(has_fee=True))

    def say(screen: Terminal) -> None:
        give_phone(screen, user)
        refused(screen, "Telegram asks for a payment", "Nothing was paid")

    await talk(ready, "phone", say)


async def test_a_banned_number_is_refused(ready: Program, shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    ban = Fault(kind=FaultKind.ERROR, method="auth.sendCode", code=400, text="PHONE_NUMBER_BANNED")
    await shared_sandbox.control.inject(ban)

    def say(screen: Terminal) -> None:
        give_phone(screen, user)
        refused(screen, "Telegram has banned this number or account")

    await talk(ready, "phone", say)


async def test_a_flood_is_told_with_its_end(ready: Program, shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)
    await shared_sandbox.control.inject(Fault(kind=FaultKind.FLOOD, method="auth.sendCode", seconds=300))

    def say(screen: Terminal) -> None:
        give_phone(screen, user)
        refused(screen, "until")

    await talk(ready, "phone", say)


async def test_a_number_without_an_account_is_refused(ready: Program, shared_sandbox: RunningSandbox) -> None:
    nobody = "9996609996"

    def say(screen: Terminal) -> None:
        screen.wait_for("country code:")
        screen.type(f"+{nobody}")
        screen.wait_for("Code:")
        code = ask(shared_sandbox, lambda control: control.last_code(f"+{nobody}"))
        screen.type(code or ask(shared_sandbox, lambda control: control.last_code(nobody)))
        refused(screen, "This number has no Telegram account")

    await talk(ready, "phone", say)


async def test_a_frozen_account_of_another_data_centre_signs_in_and_is_told_until_when(
    ready: Program, shared_sandbox: RunningSandbox
) -> None:
    user = await new_user(shared_sandbox, dc_id=SECOND_DC)
    freeze = Freeze(since_s=1_790_000_000, until_s=1_800_000_000)
    await shared_sandbox.control.freeze_account(user.user_id, freeze)

    def say(screen: Terminal) -> None:
        give_phone(screen, user)
        give_code(screen, shared_sandbox, user)
        screen.wait_for("Signed in:")
        screen.wait_for("15 January 2027")
        assert screen.wait_end() == 0

    await talk(ready, "phone", say)


async def test_giving_up_makes_the_code_void(ready: Program, shared_sandbox: RunningSandbox) -> None:
    user = await new_user(shared_sandbox)

    def say(screen: Terminal) -> None:
        give_phone(screen, user)
        screen.wait_for("Code:")
        screen.type("/cancel")
        assert screen.wait_end() != 0

    await talk(ready, "phone", say)
    assert await shared_sandbox.control.last_code(user.phone) == ""

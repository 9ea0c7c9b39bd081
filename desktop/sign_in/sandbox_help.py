"""In a sandbox nobody has a phone: this makes up an account there, and brings its code, its token, or the scan."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from core.domain.account import Account
from core.errors import ConnectionLost
from core.workspace import Workspace
from desktop.sign_in import steps as s
from telegram.sandbox.address import read_address
from telegram.sandbox.control import AccountInfo, AccountKind, SandboxControl
from telegram.sign_in import values as v

T = TypeVar("T")
NAMES = ("Ilse Vermeer", "Tomás Ribeiro", "Aylin Demir", "Jun Takeda", "Noor Haddad", "Mirela Ionescu", "Kofi Mensah")
MADE_UP_ADDRESS = "ilse@example.org"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the band says, and what it can do: the word on its button, "" for none."""

    text: str
    action: str = ""


_IN_THE_SANDBOX = "Sandbox: nobody here has a phone."

_OFFERS: dict[type, Offer] = {
    s.ChooseWay: Offer(text="Sandbox: a small Telegram on this computer. Nothing leaves it."),
    v.ShowQr: Offer(text=_IN_THE_SANDBOX, action="Scan it as a made-up person"),
    v.AskPhone: Offer(text=_IN_THE_SANDBOX, action="Fill in a made-up number"),
    v.AskCode: Offer(text="Sandbox: no message is sent anywhere.", action="Fill in the code"),
    v.AskEmailCode: Offer(text="Sandbox: no e-mail is sent anywhere.", action="Fill in the code"),
    v.AskEmail: Offer(text="Sandbox: no e-mail is sent anywhere.", action="Fill in an address"),
    v.AskBotToken: Offer(text="Sandbox: there is no @BotFather here.", action="Fill in a made-up bot’s token"),
    v.AskPassword: Offer(text="Sandbox: accounts made up here have no second password."),
}


def offer_for(step: s.Step) -> Offer | None:
    """The line for this step; None: nothing to say."""
    return _OFFERS.get(type(step))


class SandboxHelp:
    """Does what an offer says. Raises ConnectionLost when the sandbox does not run."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._made: dict[AccountKind, AccountInfo] = {}
        self.phone = ""  # the number that was given: its code goes by e-mail to an address that is not shown

    async def help_with(self, step: s.Step, again: Account | None) -> str:
        """The text for the field of this step; "" where there is none (the code was scanned)."""
        match step:
            case v.ShowQr():
                user_id = again.telegram_user_id if again else (await self._made_up(AccountKind.USER)).user_id
                await self._ask(lambda control: control.scan_qr_code(step.url, user_id))
                self.forget()
                return ""
            case v.AskPhone():
                return f"+{(await self._owner(AccountKind.USER, again)).phone}"
            case v.AskBotToken():
                return (await self._owner(AccountKind.BOT, again)).bot_token
            case v.AskCode():
                return await self._ask(lambda control: control.last_code(step.sent_to.lstrip("+")))
            case v.AskEmailCode():
                return await self._ask(lambda control: control.last_code(self.phone))
            case _:
                return MADE_UP_ADDRESS

    def forget(self) -> None:
        """The next help makes up somebody else."""
        self._made.clear()

    async def _owner(self, kind: AccountKind, again: Account | None) -> AccountInfo:
        if again is None:
            return await self._made_up(kind)
        accounts = await self._ask(lambda control: control.list_accounts())
        return next(one for one in accounts if one.user_id == again.telegram_user_id)

    async def _made_up(self, kind: AccountKind) -> AccountInfo:
        if kind not in self._made:
            number = (await self._ask(lambda control: control.stats())).accounts
            name = NAMES[number % len(NAMES)]
            if kind is AccountKind.BOT:
                name = f"{name.split()[0]}’s bot"
            self._made[kind] = await self._ask(lambda control: control.add_account(kind, name=name))
        return self._made[kind]

    async def _ask(self, question: Callable[[SandboxControl], Awaitable[T]]) -> T:
        address = await asyncio.to_thread(read_address, self._workspace.sandbox)
        if address is None:
            raise ConnectionLost(title="The sandbox does not run", hint="Start it again.")
        async with SandboxControl(address) as control:
            return await question(control)

"""`account add` and `account sign-in`: a sign-in in a terminal, or by a script that gives its answers on standard input.

Codes, passwords and tokens are never options: a command line can be read by others.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from rich.console import Group, RenderableType
from rich.text import Text

from cli.answers import Answers, terminal_restored
from cli.house import House
from cli.options import opened
from cli.output import Output
from cli.passphrases import ask_key
from cli.qr_code import draw
from core.clock import Clock, SystemClock
from core.container import ServiceContainer
from core.domain.account import DataCentre, WorkspaceKind
from core.domain.ids import AccountId
from core.errors import AppError, Cancelled, SecretStoreMissing, UserInputError, format_wait_until
from core.secrets.manager import SecretsManager, remembered_kind
from core.workspace import Workspace, open_workspace
from database import ProxyStore, WorkspaceStore
from telegram.sign_in import values as v
from telegram.sign_in.child_client import SignInChild
from telegram.sign_in.entries import WHERE_API_COMES_FROM
from telegram.sign_in.service import SignInService

NO_PROXY = "none"
"""What a person says who wants to connect directly."""
_WAYS = {
    v.CodeKind.APP: "Telegram sent a code to the official app, in the chat Telegram",
    v.CodeKind.SMS: "Telegram sent a code by SMS",
    v.CodeKind.WORD: "Telegram sent a word by SMS",
    v.CodeKind.PHRASE: "Telegram sent a few words by SMS",
    v.CodeKind.CALL: "Telegram calls and reads the code",
    v.CodeKind.FLASH_CALL: "Telegram calls; the number that calls is the code",
    v.CodeKind.MISSED_CALL: "Telegram calls; the last digits of the number that calls are the code",
    v.CodeKind.FRAGMENT: "The code is at fragment.com",
    v.CodeKind.EMAIL: "Telegram sent a code by e-mail",
}
_WORDS: dict[str, v.Command] = {
    "/new": v.Resend(),
    "/no-mail": v.ResetEmail(),
    "/number": v.UsePhone(),
    "/qr": v.UseQr(),
    "/cancel": v.Cancel(),
}


async def sign_in_account(
    house: House,
    folder: Path,
    output: Output,
    *,
    method: v.Method | None,
    again: AccountId | None,
    data_centre: DataCentre | None,
    proxy: str | None,
    passphrase_from_stdin: bool,
    actor: str,
) -> int:
    """Go through one sign-in. `method` or `proxy` None: a person is asked. `data_centre` None: that of the workspace or
    account."""
    workspace = open_workspace(folder)
    answers = Answers()
    with terminal_restored():
        async with opened(house, folder) as services:
            secrets = await _open_secrets(workspace, passphrase_from_stdin)
            chosen = method or await _ask_method(answers)
            if proxy is None:
                proxy = await _ask_proxy(answers, services, secrets, data_centre)
            child = SignInChild(
                house.program,
                workspace,
                secrets.key_line(),
                method=chosen,
                again=again,
                data_centre=data_centre,
                proxy=proxy,
                actor=actor,
            )
            async with child:
                done = await _Conversation(child, answers, output, SystemClock()).run()
    output.say(
        f"Signed in: {done.name}. It is account {done.account_id}, and a worker that runs takes it up at once."
    )
    if done.frozen is not None:
        output.warn(_error(done.frozen))
    return output.finish({"account": done.account_id, "kind": done.kind.value, "title": done.name})


async def _open_secrets(workspace: Workspace, passphrase_from_stdin: bool) -> SecretsManager:
    if remembered_kind(workspace) is None:
        raise SecretStoreMissing(
            "The session has to be kept somewhere, and this workspace has no secret store yet.",
            title="Choose first where secrets are kept",
            hint='"secrets new --store keyring" uses the key store of this computer, "--store passphrase" a passphrase.',
        )
    return await SecretsManager.open_async(workspace, ask_key(workspace, from_stdin=passphrase_from_stdin))


async def _ask_method(answers: Answers) -> v.Method:
    if not answers.is_terminal:
        raise UserInputError("How to sign in was not given.", hint="Give --by qr, --by phone or --by bot.")
    text = (await answers.ask("QR code, phone number or bot token? [qr/phone/bot]")).strip().lower()
    try:
        return v.Method(text or "qr")
    except ValueError:
        raise UserInputError(f'"{text}" is none of them.', hint="Answer qr, phone or bot.") from None


def read_proxy(text: str) -> str:
    """A number, values.ANY_PROXY, or "" for none."""
    proxy = text.strip().lower()
    if proxy == NO_PROXY:
        return ""
    if proxy != v.ANY_PROXY and not (proxy.isascii() and proxy.isdigit()):
        raise UserInputError(
            f'"{text}" is no proxy.',
            hint="Give a number as `proxy list` shows it, pool for any healthy one, or none.",
        )
    return proxy


async def _ask_proxy(
    answers: Answers, services: ServiceContainer, secrets: SecretsManager, data_centre: DataCentre | None
) -> str:
    """What a new account leaves through; a script that says nothing means none. One that was cut off goes on as it began."""
    proxies = await services.get(ProxyStore).list_proxies()
    has_room = any(proxy.failure is None and len(proxy.account_ids) < proxy.capacity for proxy in proxies)
    if not has_room or not answers.is_terminal:
        return ""
    kind = (await services.get(WorkspaceStore).get()).kind
    at = data_centre or (DataCentre.SANDBOX if kind is WorkspaceKind.SANDBOX else DataCentre.PRODUCTION)
    cut_off = await asyncio.to_thread(
        lambda: services.get(SignInService).find_cut_off(secrets, again=None, data_centre=at)
    )
    if cut_off is not None:
        return cut_off.proxy
    text = await answers.ask("Leave through which proxy: its number, any of the pool, or none? [pool]")
    return read_proxy(text.strip() or v.ANY_PROXY)


class _Conversation:
    """Asks for what each state needs. A state that comes while an answer is being typed gets that answer."""

    def __init__(self, child: SignInChild, answers: Answers, output: Output, clock: Clock) -> None:
        self._child = child
        self._answers = answers
        self._output = output
        self._clock = clock
        self._typing: asyncio.Task[str] | None = None
        self._coming: asyncio.Task[v.State] | None = None
        self._state: v.State

    async def run(self) -> v.Done:
        """Raises Cancelled, and the error of what leads nowhere."""
        try:
            self._state = await self._next()
            while not isinstance(self._state, v.Done):
                await self._answer(self._state)
            return self._state
        finally:
            for task in (self._typing, self._coming):
                if task is not None:
                    task.cancel()

    async def _answer(self, state: v.State) -> None:
        problem: v.Problem | None = getattr(state, "problem", None)
        match state:
            case v.Refused():
                raise _error(state.problem)
            case v.Waiting():
                raise AppError(
                    format_wait_until(state.until), title=state.reason.title, hint="Try again then.", detail="wait"
                )
            case v.Cancelled():
                raise Cancelled
        if problem is not None:
            self._output.warn(_error(problem))
        match state:
            case v.AskApi():
                await self._give_api(state)
            case v.ShowQr():
                await self._show_qr(state)
            case v.AskPhone():
                await self._ask("Phone number with country code", lambda text: v.GivePhone(phone=text))
            case v.AskEmail():
                await self._ask("E-mail address that Telegram wants", lambda text: v.GiveEmail(address=text))
            case v.AskCode() | v.AskEmailCode():
                await self._ask_code(state)
            case v.AskPassword():
                hint = f" (your hint: {state.hint})" if state.hint else ""
                await self._ask(f"Second password{hint}", lambda text: v.GivePassword(password=text), is_hidden=True)
            case v.AskBotToken():
                await self._ask("Bot token from @BotFather", lambda text: v.GiveBotToken(token=text), is_hidden=True)

    async def _give_api(self, state: v.AskApi) -> None:
        if state.problem is None:
            self._output.say(WHERE_API_COMES_FROM)
        api_id = await self._answers.ask("api_id")
        api_hash = await self._answers.ask("api_hash", is_hidden=True)
        self._child.give(v.GiveApi(api_id=api_id, api_hash=api_hash))
        self._state = await self._next()

    async def _ask_code(self, state: v.AskCode | v.AskEmailCode) -> None:
        if state.problem is None:
            self._output.say(_describe(state))
        sent_to = state.sent_to
        while True:
            text = await self._type("Code", is_hidden=True)
            if text is None:
                return
            if not text.startswith("+"):
                break
            if text.replace(" ", "") != sent_to:
                # A script that begins anew, with another number than the sign-in that was cut off.
                self._child.give(v.UsePhone())
                await self._next()
                self._child.give(v.GivePhone(phone=text))
                self._state = await self._next()
                return
        self._child.give(_WORDS.get(text.strip()) or v.GiveCode(code=text))
        self._state = await self._next()

    async def _ask(self, question: str, command: Callable[[str], v.Command], *, is_hidden: bool = False) -> None:
        text = await self._type(question, is_hidden=is_hidden)
        if text is not None:
            self._child.give(command(text))
            self._state = await self._next()

    async def _type(self, question: str, *, is_hidden: bool) -> str | None:
        """What was typed; None when another state came first. What is being typed then answers that one."""
        loop = asyncio.get_running_loop()
        if self._typing is None:
            self._typing = loop.create_task(_await(self._answers.ask(question, is_hidden=is_hidden)), name="typing")
        if self._coming is None:
            self._coming = loop.create_task(self._child.next_state(), name="next state")
        await asyncio.wait({self._typing, self._coming}, return_when=asyncio.FIRST_COMPLETED)
        if self._typing.done():
            typing, self._typing = self._typing, None
            return typing.result()
        self._state = await self._next()
        return None

    async def _next(self) -> v.State:
        coming, self._coming = self._coming, None
        return await (coming or self._child.next_state())

    async def _show_qr(self, state: v.ShowQr) -> None:
        def content() -> RenderableType:
            return Group(
                Text("In the official app: Settings, Devices, Link Desktop Device. Scan this:"),
                draw(state.url),
                Text(f"A new code comes in {_seconds_to(state.valid_until, self._clock)} s. Ctrl+C ends."),
            )

        with self._output.show_live(content):
            self._state = await self._next()


def _describe(state: v.AskCode | v.AskEmailCode) -> str:
    kind = state.kind if isinstance(state, v.AskCode) else v.CodeKind.EMAIL
    parts = [f"{_WAYS[kind]} ({state.sent_to})."]
    if isinstance(state, v.AskCode) and state.clue:
        parts.append(f"It begins so, or comes from there: {state.clue}")
    if state.is_resumed:
        parts.insert(0, "Going on with the sign-in that was cut off.")
    if state.next_kind is not None:
        parts.append(
            f"In {state.resend_in_s:.0f} s it can come another way ({state.next_kind.value.replace('_', ' ')})."
        )
    if isinstance(state, v.AskEmailCode) and state.reset_in_s is not None:
        when = f"in {state.reset_in_s:.0f} s you can type" if state.reset_in_s else "type"
        parts.append(f"If you cannot reach this e-mail, {when} /no-mail: Telegram takes the address off the account.")
    if isinstance(state, v.AskEmailCode) and state.reset_at is not None:
        moment = f"{state.reset_at.astimezone():%d %b %Y %H:%M}"
        parts.append(f"Telegram takes this address off the account at {moment}; type /new after that.")
    if not state.survives_restart:
        parts.append("If this is cut off, a new code is needed.")
    parts.append("Instead of the code: /new, /number, /qr or /cancel.")
    return " ".join(parts)


def _error(problem: v.Problem) -> AppError:
    return UserInputError(problem.message, title=problem.title, hint=problem.hint, detail=problem.detail)


def _seconds_to(moment: datetime, clock: Clock) -> int:
    return max(0, round((moment - clock.now()).total_seconds()))


async def _await(answer: Awaitable[str]) -> str:
    return await answer

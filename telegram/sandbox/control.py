"""The client of the control channel: what tests, the command line and the demo use. No Telethon here."""

import asyncio
import contextlib
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from core.errors import ConnectionLost, UserInputError
from telegram.sandbox import commands
from telegram.sandbox.address import FIRST_DC, SandboxAddress
from telegram.sandbox.commands import (
    LIVELY,
    SILENT,
    AccountInfo,
    AccountKind,
    CodeKind,
    Freeze,
    PersonInfo,
    RepeatBehaviour,
    Script,
    SignInRules,
    Stats,
)
from telegram.sandbox.faults import Fault, FaultKind
from telegram.sandbox.records import PersonMedia

__all__ = [
    "LIVELY",
    "SILENT",
    "AccountInfo",
    "AccountKind",
    "CodeKind",
    "Fault",
    "FaultKind",
    "Freeze",
    "PersonInfo",
    "PersonMedia",
    "RepeatBehaviour",
    "SandboxControl",
    "Script",
    "SignInRules",
    "Stats",
]

MAX_LINE_BYTES = 1 << 26  # the list of 100,000 people fits
_T = TypeVar("_T")


class SandboxControl:
    """Changes and asks a running sandbox. One command at a time per client; connects with the first one.

    Raises UserInputError if the sandbox refuses a command, ConnectionLost if it is not there.
    """

    def __init__(self, address: SandboxAddress) -> None:
        self._address = address
        self._lock = asyncio.Lock()
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def add_account(
        self,
        kind: AccountKind,
        *,
        name: str,
        username: str = "",
        phone: str = "",
        password: str = "",
        password_hint: str = "",
        dc_id: int = FIRST_DC,
    ) -> AccountInfo:
        """Make an account that can sign in. A user without a phone gets one; a bot gets a token.

        `password` is the second password; it is stored as its SRP verifier only. `dc_id` is where the account lives.
        """
        command = commands.AddAccount(kind, name, username, phone, password, password_hint, dc_id)
        return await self._ask(command, AccountInfo)

    async def list_accounts(self) -> list[AccountInfo]:
        """Every account that can sign in, in the order of their making."""
        return await self._ask(commands.ListAccounts(), list[AccountInfo])

    async def last_code(self, phone: str) -> str:
        """The newest login code "sent" to this phone, "" if there is none."""
        return await self._ask(commands.LastCode(phone), str)

    async def scan_qr_code(self, url: str, account_id: int) -> bool:
        """As if the owner scanned the QR code (its tg://login address) with their phone; False if it is too old."""
        return await self._ask(commands.ScanQrCode(url, account_id), bool)

    async def list_qr_codes(self) -> list[str]:
        """The tg://login addresses of all QR codes that can be scanned now."""
        return await self._ask(commands.ListQrCodes(), list[str])

    async def set_sign_in_rules(self, phone: str, rules: SignInRules) -> None:
        """Choose how this phone gets its codes, until the process ends."""
        await self._ask(commands.SetSignInRules(phone, rules), type(None))

    async def freeze_account(self, account_id: int, freeze: Freeze | None) -> None:
        """Freeze an account, or take that back (None)."""
        await self._ask(commands.FreezeAccount(account_id, freeze), type(None))

    async def limit_account(self, account_id: int, *, is_limited: bool = True) -> None:
        """Let the account write to its contacts only, as Telegram limits who was reported as spam."""
        await self._ask(commands.LimitAccount(account_id, is_limited), type(None))

    async def let_young_sessions_end_others(self, is_allowed: bool) -> None:
        """Whether a session younger than 24 hours may end others; Telegram forbids it."""
        await self._ask(commands.LetYoungSessionsEndOthers(is_allowed), type(None))

    async def make_people(
        self, count: int, *, seed: int, account_ids: list[int], script: Script = SILENT
    ) -> list[PersonInfo]:
        """Make people, each of whom has written to all these accounts, or pressed Start where it is a bot.

        The same seed makes the same names and the same behaviour.
        """
        return await self._ask(commands.MakePeople(count, seed, script, account_ids), list[PersonInfo])

    async def inject(self, fault: Fault) -> None:
        """Let something go wrong."""
        await self._ask(commands.InjectFault(fault), type(None))

    async def clear_faults(self) -> None:
        """Let nothing go wrong any more; refusals that wait for a repeat are forgotten too."""
        await self._ask(commands.ClearFaults(), type(None))

    async def set_repeat_behaviour(self, behaviour: RepeatBehaviour) -> None:
        """Choose the answer to a repeated random_id."""
        await self._ask(commands.SetRepeatBehaviour(behaviour), type(None))

    async def person_says(self, person_id: int, account_id: int, text: str, media: PersonMedia | None = None) -> int:
        """A person writes to an account ("/start": presses Start); returns the message's id in its mailbox."""
        return await self._ask(commands.PersonSays(person_id, account_id, text, media), int)

    async def person_types(self, person_id: int, account_id: int, *, is_typing: bool = True) -> None:
        """A person begins to type, or stops."""
        await self._ask(commands.PersonTypes(person_id, account_id, is_typing), type(None))

    async def account_says(self, account_id: int, person_id: int, text: str) -> int:
        """The account's owner writes to a person on another device; returns the message's id."""
        return await self._ask(commands.AccountSays(account_id, person_id, text), int)

    async def account_reads(self, account_id: int, person_id: int, max_id: int = 0) -> None:
        """The account's owner reads on another device what a person wrote, up to this message (0: everything)."""
        await self._ask(commands.AccountReads(account_id, person_id, max_id), type(None))

    async def edit_message(self, account_id: int, message_id: int, text: str) -> None:
        """Whoever wrote this message of the account's mailbox changes it: the person, or the owner elsewhere."""
        await self._ask(commands.EditMessage(account_id, message_id, text), type(None))

    async def delete_messages(self, account_id: int, message_ids: list[int]) -> int:
        """Messages are deleted for both sides, by whomever; returns how many were there."""
        return await self._ask(commands.DeleteMessages(account_id, message_ids), int)

    async def react(self, account_id: int, message_id: int, *emoji: str, by_account: bool = False) -> None:
        """The person of the chat reacts to a message so (without emoji: takes it back), or the owner elsewhere."""
        await self._ask(commands.React(account_id, message_id, list(emoji), by_account), type(None))

    async def person_reads(self, person_id: int, account_id: int) -> None:
        """A person reads everything the account wrote."""
        await self._ask(commands.PersonReads(person_id, account_id), type(None))

    async def person_blocks(self, person_id: int, account_id: int) -> None:
        """A person blocks a user account, or stops a bot."""
        await self._ask(commands.PersonBlocks(person_id, account_id, True), type(None))

    async def person_unblocks(self, person_id: int, account_id: int) -> None:
        """A person takes the block back."""
        await self._ask(commands.PersonBlocks(person_id, account_id, False), type(None))

    async def drop_links(self, account_id: int | None = None) -> int:
        """Close all links of an account (of everybody: None); returns how many."""
        return await self._ask(commands.DropLinks(account_id), int)

    async def set_clock_offset(self, seconds: float) -> None:
        """Set the server's clock beside the machine's."""
        await self._ask(commands.SetClockOffset(seconds), type(None))

    async def forget_keys(self, account_id: int) -> int:
        """Make the account's auth keys unknown (transport error -404); returns how many."""
        return await self._ask(commands.ForgetKeys(account_id), int)

    async def make_difference_too_long(self, account_id: int) -> None:
        """Answer the account's next updates.getDifference with differenceTooLong."""
        await self._ask(commands.MakeDifferenceTooLong(account_id), type(None))

    async def end_file_references(self, account_id: int) -> None:
        """Let every file reference of the account expire: FILE_REFERENCE_EXPIRED until it is uploaded again."""
        await self._ask(commands.EndFileReferences(account_id), type(None))

    async def stats(self) -> Stats:
        """What happened so far."""
        return await self._ask(commands.GetStats(), Stats)

    async def close(self) -> None:
        """Close the connection; the next command opens a new one."""
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
            with contextlib.suppress(OSError):  # it was gone already
                await streams[1].wait_closed()

    async def _ask(self, command: commands.AnyCommand, expected: type[_T]) -> _T:
        async with self._lock:
            reply = await self._exchange(command)
        if reply.problem:
            raise UserInputError(reply.problem, title="The sandbox cannot do this")
        return msgspec.convert(reply.result, expected)

    async def _exchange(self, command: commands.AnyCommand) -> commands.Reply:
        envelope = commands.Envelope(self._address.control_token, command)
        try:
            if self._streams is None:
                host, port = self._address.host, self._address.control_port
                self._streams = await asyncio.open_connection(host, port, limit=MAX_LINE_BYTES)
            reader, writer = self._streams
            writer.write(msgspec.json.encode(envelope) + b"\n")
            await writer.drain()
            line: Any = await reader.readuntil(b"\n")
        except (OSError, asyncio.IncompleteReadError) as error:
            await self.close()
            raise ConnectionLost(title="The sandbox does not answer", hint="Start it again.") from error
        except asyncio.CancelledError:
            await self.close()  # the answer may still come; it must not be taken for the next command's
            raise
        return msgspec.json.decode(line, type=commands.Reply)

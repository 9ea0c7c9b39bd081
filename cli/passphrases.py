"""The passphrase of a workspace at the command line: the one place that asks for it, and what it opens.

It comes from the terminal, unseen, or as one line on standard input where `--passphrase-stdin` says so. It is never an
option or in the environment: both can be read by others.
"""

import getpass
import sys
from contextvars import ContextVar
from typing import Annotated

import typer

from cli.interrupts import asked_on_the_terminal
from core.clock import SystemClock
from core.errors import UserInputError, WrongPassphrase
from core.lock_tries import is_lock_on
from core.secrets.app_lock import AppLock
from core.secrets.choice import StoreKind
from core.secrets.key_pipe import read_key_fd
from core.secrets.manager import DataKey, KeySource, Passphrase, SecretsManager, remembered_kind
from core.standard_input import read_line
from core.workspace import Workspace

PASSPHRASE_FLAG = "--passphrase-stdin"  # noqa: S105 - the name of an option
PASSPHRASE_HELP = "Read the passphrase from standard input, one line."  # noqa: S105 - words
PassphraseOption = Annotated[bool, typer.Option(PASSPHRASE_FLAG, help=PASSPHRASE_HELP)]
TERMINAL_TRIES = 3  # of a person; a script has one
_LINE_BYTES = 4096
_unlocked: ContextVar[DataKey | None] = ContextVar("_unlocked", default=None)
"""The key that came with the unlocking of this command, so that nothing is asked twice."""


def ask_key(workspace: Workspace, *, from_stdin: bool, key_fd: int | None = None) -> KeySource:
    """What opens the vault: the key from a pipe, the passphrase that wraps it, or None: the remembered store gives it.

    Asks only where a passphrase wraps the key, and not again after `unlock` of the same command. Where the app lock is
    on, its slowing holds here too. Blocks while a person types. Raises UserInputError where nobody can be asked.
    """
    if key_fd is not None:
        return DataKey(read_key_fd(key_fd))
    if (key := _unlocked.get()) is not None:
        return key
    if remembered_kind(workspace) is not StoreKind.PASSPHRASE:
        return None
    if is_lock_on(workspace):
        return _ask_lock(workspace, from_stdin=from_stdin)
    return Passphrase(ask_passphrase(from_stdin=from_stdin))


async def find_secrets(workspace: Workspace, *, from_stdin: bool) -> SecretsManager | None:
    """The open secret store, or None where there is none that a command could open: none yet, or in the window's memory.

    Asks as `ask_key` does.
    """
    if remembered_kind(workspace) in (None, StoreKind.MEMORY):
        return None
    return await SecretsManager.open_async(workspace, ask_key(workspace, from_stdin=from_stdin))


def unlock(workspace: Workspace, *, from_stdin: bool) -> None:
    """Before a change: ask for the passphrase of the app lock, where it is on. Raises WrongPassphrase, TooManyTries,
    and UserInputError where nobody can be asked."""
    _unlocked.set(_ask_lock(workspace, from_stdin=from_stdin) if is_lock_on(workspace) else None)


def ask_passphrase(prompt: str = "Passphrase", *, from_stdin: bool) -> str:
    """One passphrase. What follows its line on standard input stays there. Raises UserInputError without any."""
    if from_stdin:
        line = _read_line()
        if line is None:
            raise UserInputError(
                f"Standard input ended where a passphrase was needed ({prompt}).", title="The passphrase is missing"
            )
        return line
    if not sys.stdin.isatty():
        raise UserInputError(
            "A passphrase is needed, and there is no terminal to ask on.", hint=f"Give it with {PASSPHRASE_FLAG}."
        )
    return _type_unseen(prompt)


def ask_new_passphrase(*, from_stdin: bool) -> str:
    """A passphrase to be set; a person types it twice."""
    text = ask_passphrase("New passphrase", from_stdin=from_stdin)
    if not from_stdin and _type_unseen("Once more") != text:
        raise UserInputError("The two are not the same.", hint="Enter it again. Nothing was changed.")
    return text


def _type_unseen(prompt: str) -> str:
    with asked_on_the_terminal():
        return getpass.getpass(f"{prompt}: ")


def _ask_lock(workspace: Workspace, *, from_stdin: bool) -> DataKey | None:
    lock = AppLock(workspace, SystemClock())
    lock.check_wait()  # before somebody types for nothing
    for tries_left in reversed(range(TERMINAL_TRIES)):
        try:
            return lock.open(ask_passphrase(from_stdin=from_stdin)).key
        except WrongPassphrase as error:
            if from_stdin or not tries_left:
                raise
            typer.echo(f"{error.title}.", err=True)
    raise AssertionError("the last try returns or raises")


def _read_line() -> str | None:
    # Not through sys.stdin, which would swallow what follows, e.g. a list to be imported.
    line = read_line(sys.stdin.fileno(), _LINE_BYTES)
    if line is not None and len(line) == _LINE_BYTES:
        raise UserInputError("This line is too long for a passphrase.")
    return None if line is None else line.decode(errors="surrogateescape").rstrip("\r")

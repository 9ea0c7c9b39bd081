"""The app lock in front of commands: every command asks for the passphrase, but for those that only look.

The list names what is free, not what is guarded: a command that is added is guarded until somebody says otherwise.
"""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path

import typer
from typer.models import CommandInfo

from cli.output import Output
from cli.passphrases import PassphraseOption, unlock
from core.errors import AppError, Cancelled
from core.workspace import open_workspace

Command = Callable[..., object]

FREE_COMMANDS = frozenset(
    {
        "account list", "account show", "ai status", "ai usage", "audience count", "audience imports",
        "audience list", "audience members", "audience show", "audience preview", "campaign compare", "campaign list",
        "campaign preview", "campaign rehearse", "campaign report", "campaign show", "campaign trial", "campaign watch",
        "doctor", "inbox list", "inbox show",
        "people duplicates", "people list", "template history", "template list", "template show",
        "people show", "proxy list", "secrets status", "webhook deliveries", "webhook list", "worker status",
        # they look
        "sandbox", "screenshots", "workspace new",  # nothing of a locked workspace is changed
        # begun by a command or a window that is unlocked
        "ai-child", "export-job", "import-job", "rehearsal-job", "sign-in-child",
        "restore",  # asks itself, where it replaces a workspace that is locked
        "workspace lock change", "workspace lock off", "workspace lock on", "workspace lock status",  # ask themselves
    }
)  # fmt: skip


def guard(app: typer.Typer) -> list[str]:
    """Put the lock in front of every command that is not free; the names of those that are guarded now."""
    guarded = []
    for name, info in list_commands(app):
        if name not in FREE_COMMANDS and info.callback is not None:
            info.callback = _guarded(name, info.callback)
            guarded.append(name)
    return guarded


def list_commands(app: typer.Typer, prefix: str = "") -> list[tuple[str, CommandInfo]]:
    """Every command with its full name, as it is typed."""
    found = [
        (prefix + (info.name or info.callback.__name__.replace("_", "-")), info)
        for info in app.registered_commands
        if info.callback is not None
    ]
    for group in app.registered_groups:
        if group.typer_instance is not None:
            found += list_commands(group.typer_instance, f"{prefix}{group.name} ")
    return found


def _guarded(name: str, callback: Command) -> Command:
    """The same command with the lock of its parameter `workspace` in front; it takes `--passphrase-stdin` as well."""
    signature = inspect.signature(callback)
    has_option = "from_stdin" in signature.parameters

    @functools.wraps(callback)
    def command(*, from_stdin: bool = False, **given: object) -> object:
        folder = given.get("workspace")
        # A key from a parent is more than the passphrase.
        if isinstance(folder, Path) and given.get("key_fd") is None:
            output = Output(name, is_json=bool(given.get("json")))
            try:
                unlock(open_workspace(folder), from_stdin=from_stdin)
            except AppError as error:
                raise typer.Exit(output.fail(error)) from error
            except KeyboardInterrupt as stopped:
                raise typer.Exit(output.fail(Cancelled())) from stopped
        return callback(**given, from_stdin=from_stdin) if has_option else callback(**given)

    if not has_option:
        option = inspect.Parameter(
            "from_stdin", inspect.Parameter.KEYWORD_ONLY, default=False, annotation=PassphraseOption
        )
        # Typer reads both.
        command.__dict__["__signature__"] = signature.replace(parameters=[*signature.parameters.values(), option])
        command.__annotations__ = {**callback.__annotations__, "from_stdin": PassphraseOption}
    return command

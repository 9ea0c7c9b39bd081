"""`workspace lock …`: a passphrase in front of the console and of commands that change things."""

import asyncio

import typer

from cli.options import JsonOption, WorkspaceOption
from cli.output import Output, run_command
from cli.passphrases import PassphraseOption, ask_new_passphrase, ask_passphrase
from core.clock import SystemClock
from core.errors import UserInputError
from core.lock_tries import LockTries
from core.secrets.app_lock import AppLock
from core.workspace import Workspace, open_workspace


def lock_app() -> typer.Typer:
    app = typer.Typer(
        help="A passphrase in front of the window and of commands that change things.", no_args_is_help=True
    )

    @app.command()
    def status(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Whether the lock is on, and whose passphrase it is."""

        async def body(output: Output) -> int:
            folder = open_workspace(workspace)
            lock = _lock(folder)
            failures = LockTries(folder, SystemClock()).failures()
            of_vault = " Its passphrase is that of the vault." if lock.is_vaults else ""
            output.say(f"The lock is {'on' if lock.is_on else 'off'}.{of_vault if lock.is_on else ''}")
            if failures:
                output.say(f"Wrong tries since it was last opened: {failures}.")
            return output.finish(
                {"on": lock.is_on, "is_vaults": lock.is_vaults, "wrong_tries": failures, "wait_s": lock.wait_s()}
            )

        raise typer.Exit(run_command("workspace lock status", body, is_json=json))

    @app.command()
    def on(workspace: WorkspaceOption, from_stdin: PassphraseOption = False, json: JsonOption = False) -> None:
        """Set the lock. Where a passphrase wraps the vault's key it is that one, else a new one is chosen."""

        async def body(output: Output) -> int:
            lock = _lock(open_workspace(workspace))
            text = ""
            if not lock.is_on:  # else it says so, and nobody types for nothing
                ask = ask_passphrase if lock.is_vaults else ask_new_passphrase
                text = ask(from_stdin=from_stdin)
            await asyncio.to_thread(lock.turn_on, text)
            output.say("The lock is on. Nobody can tell you the passphrase when it is forgotten.")
            return output.finish({"on": True})

        raise typer.Exit(run_command("workspace lock on", body, is_json=json))

    @app.command()
    def off(workspace: WorkspaceOption, from_stdin: PassphraseOption = False, json: JsonOption = False) -> None:
        """Take the lock away; asks for its passphrase."""

        async def body(output: Output) -> int:
            lock = _lock_that_is_on(open_workspace(workspace))
            text = ask_passphrase(from_stdin=from_stdin)
            await asyncio.to_thread(lock.turn_off, text)
            output.say("The lock is off.")
            return output.finish({"on": False})

        raise typer.Exit(run_command("workspace lock off", body, is_json=json))

    @app.command()
    def change(workspace: WorkspaceOption, from_stdin: PassphraseOption = False, json: JsonOption = False) -> None:
        """Change the passphrase of the lock, and of the vault where it is the same. On standard input: old, then new."""

        async def body(output: Output) -> int:
            lock = _lock_that_is_on(open_workspace(workspace))
            old = ask_passphrase("Passphrase until now", from_stdin=from_stdin)
            new = ask_new_passphrase(from_stdin=from_stdin)
            await asyncio.to_thread(lock.change, old, new)
            output.say("The passphrase is changed.")
            return output.finish({"on": True})

        raise typer.Exit(run_command("workspace lock change", body, is_json=json))

    return app


def _lock(workspace: Workspace) -> AppLock:
    return AppLock(workspace, SystemClock())


def _lock_that_is_on(workspace: Workspace) -> AppLock:
    lock = _lock(workspace)
    if not lock.is_on:
        raise UserInputError("The lock of this workspace is off.", hint='Set it with "workspace lock on".')
    lock.check_wait()  # before somebody types for nothing
    return lock

"""`secrets …`: where the secrets of a workspace lie, and moving old ones into the store."""

from pathlib import Path
from typing import Annotated

import typer

from cli.house import House
from cli.options import JsonOption, WorkspaceOption
from cli.output import Output, run_command
from cli.passphrases import PassphraseOption, ask_key, ask_new_passphrase
from core.errors import UserInputError
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager, read_status
from core.secrets.migrate import migrate_file
from core.timeouts import OperationType, await_blocking
from core.workspace import open_workspace

OPEN_LIMIT_S = 60.0  # a prompt of the key store waits for a person


def secrets_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Where secrets lie, and moving old ones into the store.", no_args_is_help=True)

    @app.command()
    def new(
        workspace: WorkspaceOption,
        store: Annotated[
            StoreKind,
            typer.Option(
                help="Where their key lies. keyring: in the key store of this computer; passphrase: it is asked for; "
                "memory: in this run only, accounts are signed in again after it."
            ),
        ],
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Choose where the secrets of this workspace are kept. The choice never changes by itself."""

        async def body(output: Output) -> int:
            if store is StoreKind.MEMORY:
                raise UserInputError(
                    "Secrets in memory end with this command.", hint='Choose "keyring" or "passphrase".'
                )
            folder = open_workspace(workspace)
            text = ask_new_passphrase(from_stdin=from_stdin) if store is StoreKind.PASSPHRASE else ""
            await await_blocking(
                OperationType.SECRET_STORE,
                lambda: SecretsManager.create(folder, store, passphrase=text),
                seconds=OPEN_LIMIT_S,
            )
            output.say(f"Secrets of this workspace are kept in: {store.value}.")
            return output.finish({"store": store.value})

        raise typer.Exit(run_command("secrets new", body, is_json=json))

    @app.command()
    def status(workspace: WorkspaceOption, from_stdin: PassphraseOption = False, json: JsonOption = False) -> None:
        """Which store this workspace uses, how many secrets it holds, and whether it opens."""

        async def body(output: Output) -> int:
            folder = open_workspace(workspace)
            source = ask_key(folder, from_stdin=from_stdin)
            found = await await_blocking(
                OperationType.SECRET_STORE, lambda: read_status(folder, source), seconds=OPEN_LIMIT_S
            )
            output.say(f"The data key lies in {found.place}. {found.secret_count} secrets.")
            if found.problem is not None:
                raise found.problem
            if found.kind is None:
                output.say('No store was chosen yet. Choose one: "secrets new --store keyring".')
            return output.finish(
                {
                    "store": found.kind.value if found.kind else None,
                    "secrets": found.secret_count,
                    "opens": found.opens,
                }
            )

        raise typer.Exit(run_command("secrets status", body, is_json=json))

    @app.command()
    def migrate(
        file: Annotated[Path, typer.Argument(help="An old .env or settings file.")],
        workspace: WorkspaceOption,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Move the credentials of a file into the store and wipe them in the file; its other lines stay."""

        async def body(output: Output) -> int:
            folder = open_workspace(workspace)
            source = ask_key(folder, from_stdin=from_stdin)
            moved = await await_blocking(
                OperationType.SECRET_STORE,
                lambda: migrate_file(SecretsManager.open(folder, source), file),
                seconds=OPEN_LIMIT_S,
            )
            output.say(f"{len(moved.names)} secrets moved into the store and wiped in {moved.path}.")
            for name in moved.names:
                output.say(f"  {name}")
            return output.finish({"moved": len(moved.names), "file": str(moved.path)})

        raise typer.Exit(run_command("secrets migrate", body, is_json=json))

    return app

"""The commands: what stands on the command line, and which coroutine does it."""

import sys
from collections.abc import Callable, Collection, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from cli.doctor import run_doctor
from cli.house import House
from cli.interrupts import ended_with
from cli.lock_gate import guard, list_commands
from cli.options import ActorOption, JsonOption, ParentOption, WorkspaceOption
from cli.output import EXIT_OK, EXIT_USAGE, Output, run_command, run_window
from cli.usage import StrictGroup, behind_the_command, in_words, is_help, make_strict
from core.domain.account import DataCentre
from core.domain.ids import AccountId, ExportId, ImportId, RehearsalId
from core.errors import AppError, UserInputError
from core.secrets.key_pipe import read_key_fd
from core.secrets.manager import DataKey
from core.version import VERSION
from core.workspace import open_workspace
from telegram.sign_in.values import Method

SUBJECTS = (
    "secrets", "worker", "audience", "people", "suppression", "campaign", "template", "inbox", "account", "ai", "proxy",
    "webhook", "workspace",
)  # fmt: skip
"""First words with commands of their own: `cli.NAME_commands.NAME_app` makes them."""
BACKUPS = frozenset({"backup", "restore"})
PROGRAM = "main.py"


def build_app(house: House, words: Sequence[str] | None = None) -> typer.Typer:
    """The commands over this wiring: all, or as many as this command line needs (`words`)."""
    app = typer.Typer(
        name="wireroom",
        cls=StrictGroup,
        help="Write to people who asked to hear from you; each of them gets it exactly once.\n\n"
        "Without a command the window opens. To see all of it on this computer, without an account: main.py demo\n\n"
        "Unofficial client using the Telegram API. Not made or endorsed by Telegram.",
        invoke_without_command=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )

    @app.callback()
    def window(
        context: typer.Context,
        workspace: Annotated[
            Path | None,
            typer.Option(
                "--workspace", help="Folder of the workspace to open, or to work in.", envvar="WIREROOM_WORKSPACE"
            ),
        ] = None,
        version: Annotated[
            bool, typer.Option("--version", help="Say which version this is.", is_eager=True, callback=_say_version)
        ] = False,
    ) -> None:
        if context.invoked_subcommand is None:
            raise typer.Exit(run_window("console", lambda: house.console(workspace)))

    @app.command()
    def demo(
        recipients: Annotated[int, typer.Option(min=1, max=100_000, help="How many people.")] = 500,
        accounts: Annotated[int, typer.Option(min=1, max=50, help="How many accounts; two of five are bots.")] = 5,
        kill: Annotated[
            int,
            typer.Option(min=0, help="Kill the worker so often while it sends; it goes on, nobody gets it twice."),
        ] = 0,
        rate: Annotated[str, typer.Option(help='Messages a second over all accounts, or "max".')] = "20",
        seed: Annotated[int, typer.Option(help="The same seed makes the same people and kills.")] = 1,
        silent: Annotated[bool, typer.Option("--silent", help="Nobody reads, answers, says STOP or blocks.")] = False,
        workspace: Annotated[Path | None, typer.Option(help="Folder to use and keep; else a temporary one.")] = None,
        terminal: Annotated[
            bool, typer.Option("--terminal", help="Here and in no window, also where there is a display.")
        ] = False,
        key_fd: Annotated[int | None, typer.Option(hidden=True, help="Used by the window.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Try everything: a sandbox, accounts, people, a campaign that reaches everyone exactly once."""
        from cli.demo.command import run_demo
        from cli.demo.options import DemoOptions
        from cli.demo.window import run_demo_in_window

        if not terminal and not json and house.has_display():
            words = ["--recipients", str(recipients), "--accounts", str(accounts), "--kill", str(kill)]
            words += ["--rate", rate, "--seed", str(seed), *(["--silent"] if silent else [])]
            raise typer.Exit(run_window("demo", lambda: run_demo_in_window(house, words, workspace)))

        async def body(output: Output) -> int:
            options = DemoOptions(
                recipients=recipients,
                accounts=accounts,
                kills=kill,
                rate=_parse_rate(rate),
                seed=seed,
                are_people_silent=silent,
                is_in_window=key_fd is not None,
            )
            key = DataKey(read_key_fd(key_fd)) if key_fd is not None else None
            return await run_demo(house, options, workspace, output, key=key)

        raise typer.Exit(run_command("demo", body, is_json=json))

    @app.command()
    def sandbox(
        workspace: WorkspaceOption,
        port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0: any free one.")] = 0,
        parent: ParentOption = None,
        json: JsonOption = False,
    ) -> None:
        """Run the local data centre of a sandbox workspace, on the loopback address only."""
        from cli.worker_command import loop_factory
        from telegram.sandbox.server import serve

        async def body(output: Output) -> int:
            opened = open_workspace(workspace)
            output.say("The sandbox runs. Ctrl+C stops it.")
            async with ended_with(parent):
                await serve(opened.sandbox, port=port)
            return output.finish({})

        raise typer.Exit(run_command("sandbox", body, is_json=json, loop_factory=loop_factory()))

    @app.command(hidden=True)
    def screenshots(folder: Annotated[Path, typer.Argument(help="Where the PNG files go.")]) -> None:
        """Draw every page and dialog, light and dark; for developers and the documents."""

        def draw() -> int:
            written = house.write_screenshots(folder)
            Output("screenshots", is_json=False).say(f"{len(written)} pictures are in {folder}.")
            return EXIT_OK

        raise typer.Exit(run_window("screenshots", draw))

    @app.command()
    def doctor(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Check the installation and a workspace; changes nothing."""

        async def body(output: Output) -> int:
            return await run_doctor(house, workspace, output)

        raise typer.Exit(run_command("doctor", body, is_json=json))

    @app.command("sign-in-child", hidden=True)
    def sign_in_child(
        workspace: WorkspaceOption,
        method: Annotated[Method, typer.Option()],
        actor: ActorOption,
        account: Annotated[int | None, typer.Option()] = None,
        data_centre: Annotated[DataCentre | None, typer.Option()] = None,
        proxy: Annotated[str, typer.Option()] = "",
    ) -> None:
        """One sign-in for a parent process: key and commands on standard input, states on standard output."""
        from cli.sign_in_child import run_sign_in_child

        account_id = None if account is None else AccountId(account)
        raise typer.Exit(
            run_sign_in_child(
                house,
                workspace,
                method=method,
                account_id=account_id,
                data_centre=data_centre,
                proxy=proxy,
                actor=actor,
            )
        )

    @app.command("ai-child", hidden=True)
    def ai_child(workspace: WorkspaceOption) -> None:
        """Asks the text model for a parent process: commands on standard input, answers on standard output."""
        from cli.ai_child import run_ai_child

        raise typer.Exit(run_ai_child(house, workspace))

    @app.command("import-job", hidden=True)
    def import_job(
        file: Annotated[Path, typer.Argument()],
        workspace: WorkspaceOption,
        number: Annotated[int, typer.Option("--import")],
    ) -> None:
        """The process that imports one file; what it does stands in the row of the import."""
        from cli.import_job import run_import_job

        async def body(_: Output) -> int:
            return await run_import_job(house, workspace, ImportId(number), file)

        raise typer.Exit(run_command("import-job", body, is_json=False))

    @app.command("export-job", hidden=True)
    def export_job(workspace: WorkspaceOption, number: Annotated[int, typer.Option("--export")]) -> None:
        """The process that writes one list into a file; what it writes stands in its row."""
        from cli.export_job import run_export_job

        async def body(_: Output) -> int:
            return await run_export_job(house, workspace, ExportId(number))

        raise typer.Exit(run_command("export-job", body, is_json=False))

    @app.command("rehearsal-job", hidden=True)
    def rehearsal_job(workspace: WorkspaceOption, number: Annotated[int, typer.Option("--rehearsal")]) -> None:
        """The process of one rehearsal; what it rehearses stands in its row."""
        from cli.rehearsing import run_rehearsal_job

        async def body(_: Output) -> int:
            return await run_rehearsal_job(house, workspace, RehearsalId(number))

        raise typer.Exit(run_command("rehearsal-job", body, is_json=False))

    wanted = _first_words(words, {name for name, _ in list_commands(app)})
    if wanted & BACKUPS:
        from cli.backup_commands import add_backup

        add_backup(app, house)
    for name in SUBJECTS:
        if name in wanted:
            app.add_typer(_make_subject(name, house), name=name)
    guard(app)
    make_strict(app)
    return app


def _say_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(f"Wireroom {VERSION}")
        raise typer.Exit


def _make_subject(name: str, house: House) -> typer.Typer:
    make: Callable[[House], typer.Typer] = getattr(import_module(f"cli.{name}_commands"), f"{name}_app")
    return make(house)


def _first_words(words: Sequence[str] | None, others: Collection[str]) -> frozenset[str]:
    """What this command line is about, of SUBJECTS and BACKUPS; `others` are the commands that are there anyway. To load
    and to build everything else takes longer than many a command. Help, and what is not understood, is about everything."""
    every = frozenset(SUBJECTS) | BACKUPS
    if words is not None and (not words or words[0] in every or words[0] in others):
        return every & set(words[:1])
    return every


def _parse_rate(text: str) -> float | None:
    """Messages a second over all accounts; None for "max"."""
    if text == "max":
        return None
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= 10_000:
        raise UserInputError(f'"{text}" is no rate.', hint='Give messages a second, such as 20, or "max".')
    return rate


def run(house: House, arguments: Sequence[str] | None = None) -> int:
    """Read the command line and run the command; returns the exit code. Mistakes on the line print what was expected."""
    words = behind_the_command(sys.argv[1:] if arguments is None else arguments)
    is_json = "--json" in words
    try:
        app = build_app(house, words)
        code = app(words, prog_name=PROGRAM, standalone_mode=False)
    except SystemExit as end:
        code = end.code
    except typer.TyperException as error:
        if is_json or not is_help(error):  # which is on the screen already
            Output(_command_of(error, words), is_json=is_json).fail(in_words(error))
        code = EXIT_USAGE
    except AppError as error:  # of a question before the command
        named = [name for name, _ in list_commands(app) if words[: name.count(" ") + 1] == name.split(" ")]
        code = Output(max(named, key=len, default=""), is_json=is_json).fail(error)
    return code if isinstance(code, int) else EXIT_OK


def _command_of(error: typer.TyperException, words: Sequence[str]) -> str:
    context = getattr(error, "ctx", None)
    path: str = words[0] if context is None else context.command_path
    return path.removeprefix(PROGRAM).strip()

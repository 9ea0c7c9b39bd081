"""`account …`: the accounts of a workspace."""

from typing import Annotated

import typer

from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command
from cli.passphrases import PassphraseOption
from core.clock import SystemClock
from core.domain.ids import AccountId
from core.errors import UserInputError
from database import AccountStore, ReportStore
from telegram.sign_in.values import ANY_PROXY, Method

IdArgument = Annotated[int, typer.Argument(help="Number of the account, as `account list` shows it.")]


def account_app(house: House) -> typer.Typer:
    app = typer.Typer(help="See, pause and resume accounts.", no_args_is_help=True)

    @app.command("list")
    def list_accounts(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Every account, what it does, and what it waits for."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                lanes = await services.get(ReportStore).lanes(None)
            output.table(
                "",
                ["", "account", "kind", "state", "now", "waits for"],
                [
                    [
                        str(lane.account_id),
                        lane.title,
                        lane.kind.value,
                        lane.account_state.replace("_", " "),
                        lane.status.replace("_", " "),
                        lane.account_reason or lane.reason,
                    ]
                    for lane in lanes
                ],
            )
            if not lanes:
                output.say("No account yet. `account add` signs one in.")
            return output.finish(
                {
                    "accounts": [
                        {
                            "account": lane.account_id,
                            "title": lane.title,
                            "kind": lane.kind.value,
                            "state": lane.account_state.value,
                            "lane": lane.status.value,
                            "waits_for": lane.reason,
                            "until": lane.until.isoformat() if lane.until else None,
                        }
                        for lane in lanes
                    ]
                }
            )

        raise typer.Exit(run_command("account list", body, is_json=json))

    @app.command()
    def add(
        workspace: WorkspaceOption,
        actor: ActorOption,
        by: Annotated[
            Method | None, typer.Option(help="How to sign in; a person is asked when it is not given.")
        ] = None,
        test_servers: Annotated[bool, typer.Option("--test-servers", help="At Telegram's own test servers.")] = False,
        proxy: Annotated[
            str, typer.Option(help="Leave through this proxy from the first connection on: its number, or pool.")
        ] = "",
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Sign a user account or a bot in. Answers are asked for, or read from standard input, one line each."""
        from cli.account_sign_in import sign_in_account

        async def body(output: Output) -> int:
            return await sign_in_account(
                house,
                workspace,
                output,
                method=by,
                again=None,
                uses_test_servers=test_servers,
                proxy=_read_proxy(proxy),
                passphrase_from_stdin=from_stdin,
                actor=actor,
            )

        raise typer.Exit(run_command("account add", body, is_json=json))

    @app.command("sign-in")
    def sign_in(
        account: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        by: Annotated[
            Method | None, typer.Option(help="How to sign in; a person is asked when it is not given.")
        ] = None,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Give an account a new session; its deliveries stay with it. It has to be the same Telegram account."""
        from cli.account_sign_in import sign_in_account

        async def body(output: Output) -> int:
            return await sign_in_account(
                house,
                workspace,
                output,
                method=by,
                again=AccountId(account),
                uses_test_servers=False,
                proxy="",
                passphrase_from_stdin=from_stdin,
                actor=actor,
            )

        raise typer.Exit(run_command("account sign-in", body, is_json=json))

    @app.command()
    def show(account: IdArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """One account: where it lives, how it stands, and what its limits are."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(AccountStore).get(AccountId(account))
            waits_until = found.send_cooldown_until.isoformat() if found.send_cooldown_until else None
            values: dict[str, str | int | None] = {
                "account": found.id,
                "title": found.title,
                "kind": found.kind.value,
                "username": found.username,
                "telegram_user_id": found.telegram_user_id,
                "data_centre": found.data_centre.value,
                "state": found.state.value,
                "reason": found.state_reason,
                "limits": found.limit_profile,
                "waits_until": waits_until,
                "half_rate_until": found.slowed_until.isoformat() if found.slowed_until else None,
            }
            output.table("", ["", ""], [[name.replace("_", " "), str(value or "")] for name, value in values.items()])
            return output.finish(values)

        raise typer.Exit(run_command("account show", body, is_json=json))

    @app.command()
    def pause(account: IdArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False) -> None:
        """Send nothing from this account until it is resumed; it still hears STOP."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(AccountStore).pause(AccountId(account), actor=actor, now=SystemClock().now())
            output.say("Paused. Its deliveries stay with it.")
            return output.finish({"account": account})

        raise typer.Exit(run_command("account pause", body, is_json=json))

    @app.command()
    def resume(account: IdArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False) -> None:
        """Let this account send again, after a pause or after you mended what it needed."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(AccountStore).resume(AccountId(account), actor=actor, now=SystemClock().now())
            output.say("It goes on.")
            return output.finish({"account": account})

        raise typer.Exit(run_command("account resume", body, is_json=json))

    return app


def _read_proxy(text: str) -> str:
    """A number, values.ANY_PROXY, or "" for none."""
    proxy = text.strip().lower()
    if proxy and proxy != ANY_PROXY and not (proxy.isascii() and proxy.isdigit()):
        raise UserInputError(f'"{text}" is no proxy.', hint="Give a number as `proxy list` shows it, or pool.")
    return proxy

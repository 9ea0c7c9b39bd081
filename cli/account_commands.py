"""`account …`: the accounts of a workspace."""

from typing import Annotated

import typer

from campaigns.accounts.standing import describe_standing
from cli.account_acts import IdArgument, add_acts
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command
from cli.passphrases import PassphraseOption
from core.clock import SystemClock
from core.domain.account import DataCentre
from core.domain.ids import AccountId
from core.errors import UserInputError
from database import AccountStore, ReportStore
from telegram.sign_in.values import ANY_PROXY, Method


def account_app(house: House) -> typer.Typer:
    app = typer.Typer(
        help="Sign accounts in, see how they stand, limit, log out and remove them.", no_args_is_help=True
    )

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
        own_data_centre: Annotated[
            bool, typer.Option("--own-data-centre", help="At the data centre of your own that the settings name.")
        ] = False,
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
                data_centre=_data_centre(uses_test=test_servers, uses_own=own_data_centre),
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
                data_centre=None,
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
            standing = describe_standing(found)
            waits_until = found.send_cooldown_until.isoformat() if found.send_cooldown_until else None
            values: dict[str, str | int | None] = {
                "account": found.id,
                "title": found.title,
                "kind": found.kind.value,
                "username": found.username,
                "telegram_user_id": found.telegram_user_id,
                "data_centre": found.data_centre.value,
                "state": found.state.value,
                "standing": standing.title,
                "reason": standing.message or None,
                "next_step": standing.hint or None,
                "frozen_since": standing.since.isoformat() if standing.since else None,
                "frozen_until": standing.until.isoformat() if standing.until else None,
                "appeal": standing.appeal_url or None,
                "limits": found.limit_profile,
                "waits_until": waits_until,
                "half_rate_until": found.slowed_until.isoformat() if found.slowed_until else None,
            }
            output.table("", ["", ""], [[name.replace("_", " "), str(value or "")] for name, value in values.items()])
            if found.slowed_until is not None and found.slowed_until > SystemClock().now():
                output.say(
                    "It sends at half its pace for a while, because Telegram asked it to wait. See account limits."
                )
            return output.finish(values)

        raise typer.Exit(run_command("account show", body, is_json=json))

    add_acts(app, house)
    return app


def _data_centre(*, uses_test: bool, uses_own: bool) -> DataCentre | None:
    if uses_test and uses_own:
        raise UserInputError("Give one of --test-servers and --own-data-centre.")
    return DataCentre.TEST if uses_test else DataCentre.CUSTOM if uses_own else None


def _read_proxy(text: str) -> str:
    """A number, values.ANY_PROXY, or "" for none."""
    proxy = text.strip().lower()
    if proxy and proxy != ANY_PROXY and not (proxy.isascii() and proxy.isdigit()):
        raise UserInputError(f'"{text}" is no proxy.', hint="Give a number as `proxy list` shows it, or pool.")
    return proxy

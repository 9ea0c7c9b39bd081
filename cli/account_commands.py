"""`account …`: the accounts of a workspace."""

from typing import Annotated

import typer

from cli.account_acts import IdArgument, add_acts
from cli.account_views import add_views
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption
from cli.output import Output, run_command
from cli.passphrases import PassphraseOption
from core.domain.account import DataCentre
from core.domain.ids import AccountId
from core.errors import UserInputError
from telegram.sign_in.values import Method


def account_app(house: House) -> typer.Typer:
    app = typer.Typer(
        help="Sign accounts in, see how they stand, limit, log out and remove them.", no_args_is_help=True
    )

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
            str,
            typer.Option(
                help="Leave through this proxy from the first connection on: its number, or pool; none: directly. "
                "A person is asked where there are proxies."
            ),
        ] = "",
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Sign a user account or a bot in. Answers are asked for, or read from standard input, one line each."""
        from cli.account_sign_in import read_proxy, sign_in_account

        async def body(output: Output) -> int:
            return await sign_in_account(
                house,
                workspace,
                output,
                method=by,
                again=None,
                data_centre=_data_centre(uses_test=test_servers, uses_own=own_data_centre),
                proxy=read_proxy(proxy) if proxy.strip() else None,
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

    add_views(app, house)
    add_acts(app, house)
    return app


def _data_centre(*, uses_test: bool, uses_own: bool) -> DataCentre | None:
    if uses_test and uses_own:
        raise UserInputError("Give one of --test-servers and --own-data-centre.")
    return DataCentre.TEST if uses_test else DataCentre.CUSTOM if uses_own else None

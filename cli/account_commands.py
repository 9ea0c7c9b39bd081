"""`account …`: the accounts of a workspace."""

from typing import Annotated

import typer

from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command
from core.clock import SystemClock
from core.domain.ids import AccountId
from database import AccountStore, ReportStore

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
                output.say("No account yet. `demo --workspace FOLDER` signs sandbox accounts in.")
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

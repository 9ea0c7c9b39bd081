"""`inbox edit` and `inbox delete`: changing what was sent, without a window."""

import sys
from typing import Annotated

import typer

from campaigns.inbox.changes import MessageChanges
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command
from core.domain.ids import DeliveryId

MessageArgument = Annotated[int, typer.Argument(help="Number (#) of a message you sent, as `inbox show` gives it.")]


def add_changes(app: typer.Typer, house: House) -> None:
    """Add the commands to those of the inbox."""

    @app.command()
    def edit(
        message: MessageArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Give a message that was sent the text on standard input; what goes with it stays."""
        text = sys.stdin.read()

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                number = await services.get(MessageChanges).edit(DeliveryId(message), text, actor=actor)
            output.say("It is edited as soon as a worker runs and the account's limits allow it.")
            return output.finish({"edit": number})

        raise typer.Exit(run_command("inbox edit", body, is_json=json))

    @app.command()
    def delete(
        message: MessageArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Delete a message that was sent, for both sides."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                number = await services.get(MessageChanges).delete(DeliveryId(message), actor=actor)
            output.say("It is deleted for both sides as soon as a worker runs and the account's limits allow it.")
            return output.finish({"delete": number})

        raise typer.Exit(run_command("inbox delete", body, is_json=json))

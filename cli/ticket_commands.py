"""`inbox ticket …`: conversations that stay in sight under a number until somebody closes them."""

from typing import Annotated

import typer

from campaigns.inbox.tickets import Tickets
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, run_command
from core.domain.ids import ConversationId

ConversationArgument = Annotated[int, typer.Argument(help="Number of the conversation, as `inbox list` shows it.")]


def ticket_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Keep conversations in sight under a number.", no_args_is_help=True)

    @app.command("open")
    def open_ticket(
        conversation: ConversationArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        message: Annotated[
            int | None, typer.Option(help="Telegram's number of the message it is about; absent: their newest.")
        ] = None,
        json: JsonOption = False,
    ) -> None:
        """Give the conversation a ticket, or say which one it has."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                tickets = services.get(Tickets)
                number = await tickets.open(ConversationId(conversation), message, actor=actor)
            output.say(f"Ticket {number} is open.")
            return output.finish({"ticket": number})

        raise typer.Exit(run_command("inbox ticket open", body, is_json=json))

    @app.command()
    def close(
        conversation: ConversationArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Close the ticket of the conversation."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                number = await services.get(Tickets).close(ConversationId(conversation), actor=actor)
            output.say("No ticket was open." if number is None else f"Ticket {number} is closed.")
            return output.finish({"ticket": number})

        raise typer.Exit(run_command("inbox ticket close", body, is_json=json))

    return app

"""`webhook …`: programs that are told what happens. Addresses and passphrases are asked for; a secret is printed once."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from campaigns.worker_control import WorkerCondition, WorkerControl
from cli.answers import Answers, terminal_restored
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, iso, run_command
from cli.passphrases import PassphraseOption, find_secrets
from core.container import ServiceContainer
from core.domain.ids import WebhookDeliveryId, WebhookId
from core.domain.webhook import CHOOSABLE, HookDelivery, HookDeliveryState, HookEvent, HookWish, Webhook
from core.errors import UserInputError
from core.ports import Secrets
from core.workspace import Workspace, open_workspace
from webhooks.service import MadeSecret, WebhookService

HookArgument = Annotated[int, typer.Argument(help="Number of the webhook, as `webhook list` shows it.")]
EventOption = Annotated[
    list[str] | None, typer.Option("--event", help=f"What it is told; again for more. {', '.join(CHOOSABLE)}.")
]
Act = Callable[[WebhookService, WebhookId], Awaitable[None]]
TEST_PATIENCE_S = 15.0
LOOK_AGAIN_S = 0.25
_ADDRESS = "Address, such as https://help.example.org/hooks/wireroom"


def webhook_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Programs of your team that are told what happens here.", no_args_is_help=True)
    _add_looks(app, house)
    _add_setting_up(app, house)
    _add_acts(app, house)
    return app


def _add_looks(app: typer.Typer, house: House) -> None:
    @app.command("list")
    def list_hooks(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Every webhook, and how its last request went."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                hooks = await services.get(WebhookService).list_hooks()
            columns = ["no", "name", "host", "state", "waiting", "given up", "lost", "last problem"]
            rows = [_row(hook) for hook in hooks]
            shown = ("webhook", "name", "host", "state", "waiting", "given_up", "lost", "problem")
            output.table("", columns, [[str(row[key]) for key in shown] for row in rows])
            if not hooks:
                output.say('No webhook yet. Add one with "webhook add NAME --event message.received".')
            return output.finish({"webhooks": rows})

        raise typer.Exit(run_command("webhook list", body, is_json=json))

    @app.command()
    def deliveries(
        webhook: HookArgument,
        workspace: WorkspaceOption,
        state: Annotated[HookDeliveryState | None, typer.Option(help="Only those in this state.")] = None,
        limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
        json: JsonOption = False,
    ) -> None:
        """What a webhook was told, the newest first, with the reason of what failed."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                service = services.get(WebhookService)
                await service.get(WebhookId(webhook))
                found = await service.deliveries(WebhookId(webhook), state=state, limit=limit)
            rows = [_delivery_row(each) for each in found]
            columns = ["no", "happened", "kind", "state", "tries", "next try", "reason"]
            output.table("", columns, [[str(value or "") for value in list(row.values())[:7]] for row in rows])
            if not found:
                output.say("It was told nothing yet.")
            return output.finish({"deliveries": rows})

        raise typer.Exit(run_command("webhook deliveries", body, is_json=json))


def _add_setting_up(app: typer.Typer, house: House) -> None:
    @app.command()
    def add(
        name: Annotated[str, typer.Argument(help="What you call it.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        event: EventOption = None,
        with_text: Annotated[
            bool, typer.Option("--with-text", help="Also what people write; see docs/webhooks.md.")
        ] = False,
        with_person: Annotated[bool, typer.Option("--with-person", help="Also their number and @name.")] = False,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Tell another program what happens. Its address is asked for, or the next line of standard input; the secret
        that signs is printed once."""

        async def body(output: Output) -> int:
            if not event:
                raise UserInputError(
                    "It is not said what it is told.", hint=f"Give --event, once or more: {', '.join(CHOOSABLE)}."
                )
            events = _read_events(event)
            async with _ready(house, workspace, from_stdin=from_stdin) as (services, secrets):
                wish = HookWish(
                    name=name,
                    address=await _ask_address(),
                    events=events,
                    with_text=with_text,
                    with_person=with_person,
                )
                made = await services.get(WebhookService).add(wish, secrets, actor=actor)
            return _finish_secret(output, made, f"Webhook {made.hook_id} is added.")

        raise typer.Exit(run_command("webhook add", body, is_json=json))

    @app.command()
    def edit(
        webhook: HookArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        name: Annotated[str | None, typer.Option(help="Another name.")] = None,
        event: EventOption = None,
        with_text: Annotated[
            bool | None, typer.Option("--with-text/--without-text", help="Also what people write, or no more.")
        ] = None,
        with_person: Annotated[
            bool | None,
            typer.Option("--with-person/--without-person", help="Also their number and @name, or no more."),
        ] = None,
        address: Annotated[bool, typer.Option("--address", help="Ask for another address.")] = False,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Change what a webhook is told, or where it is. --event names all that it is told from now on."""

        async def body(output: Output) -> int:
            events = _read_events(event) if event else None
            folder = open_workspace(workspace)
            secrets = await _open_secrets(folder, from_stdin=from_stdin) if address else None
            async with opened(house, workspace) as services:
                service = services.get(WebhookService)
                hook = await service.get(WebhookId(webhook))
                wish = HookWish(
                    name=hook.name if name is None else name,
                    address=await _ask_address() if address else None,
                    events=events or hook.events,
                    with_text=hook.with_text if with_text is None else with_text,
                    with_person=hook.with_person if with_person is None else with_person,
                )
                await service.edit(hook.id, wish, secrets, actor=actor)
            output.say("Changed.")
            return output.finish({"webhook": webhook})

        raise typer.Exit(run_command("webhook edit", body, is_json=json))

    @app.command()
    def roll(
        webhook: HookArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Make a new secret, printed once; for 24 hours the present one signs beside it."""

        async def body(output: Output) -> int:
            async with _ready(house, workspace, from_stdin=from_stdin) as (services, secrets):
                made = await services.get(WebhookService).roll(WebhookId(webhook), secrets, actor=actor)
            return _finish_secret(output, made, "The present secret signs for 24 more hours, beside this one.")

        raise typer.Exit(run_command("webhook roll", body, is_json=json))


def _add_acts(app: typer.Typer, house: House) -> None:
    @app.command()
    def test(webhook: HookArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Let the worker send a test, and say how it went. Exit code 1 when it was not taken."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                service = services.get(WebhookService)
                number = await service.test(WebhookId(webhook))
                status = await services.get(WorkerControl).status()
                if status.condition is not WorkerCondition.RUNNING:
                    output.say("No worker runs: the test is sent when one does.")
                    return output.finish({"webhook": webhook, "state": HookDeliveryState.WAITING.value})
                told = await _await_result(service, WebhookId(webhook), number)
            output.say("It was taken." if not told.problem else f"It was not taken. {told.problem}")
            is_taken = told.state is HookDeliveryState.DELIVERED
            return output.finish(
                {"webhook": webhook, "state": told.state.value, "status": told.status, "problem": told.problem},
                ok=is_taken,
            )

        raise typer.Exit(run_command("webhook test", body, is_json=json))

    @app.command()
    def again(
        webhook: HookArgument,
        workspace: WorkspaceOption,
        delivery: Annotated[
            list[int] | None,
            typer.Argument(help="Numbers of deliveries, as `webhook deliveries` shows them; none: all given up."),
        ] = None,
        json: JsonOption = False,
    ) -> None:
        """Send what was given up again, with the id that it had."""

        async def body(output: Output) -> int:
            chosen = [WebhookDeliveryId(number) for number in delivery] if delivery else None
            async with opened(house, workspace) as services:
                count = await services.get(WebhookService).send_again(WebhookId(webhook), chosen)
            output.say(f"{count:,} are sent again by the worker." if count else "None of these was given up.")
            return output.finish({"webhook": webhook, "count": count})

        raise typer.Exit(run_command("webhook again", body, is_json=json))

    def act(name: str, webhook: int, workspace: Path, json: bool, said: str, do: Act) -> None:
        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await do(services.get(WebhookService), WebhookId(webhook))
            output.say(said)
            return output.finish({"webhook": webhook})

        raise typer.Exit(run_command(f"webhook {name}", body, is_json=json))

    @app.command()
    def pause(
        webhook: HookArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Tell it nothing; what happens meanwhile waits."""
        said = "Paused. What happens meanwhile waits."
        act("pause", webhook, workspace, json, said, lambda s, i: s.pause(i, actor=actor))

    @app.command()
    def resume(
        webhook: HookArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Tell it what waits, and go on."""
        act("resume", webhook, workspace, json, "Resumed.", lambda s, i: s.resume(i, actor=actor))

    @app.command()
    def remove(
        webhook: HookArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Delete it with its secret and all that waits for it."""
        said = "Removed, with its secret and all that waited for it."
        act("remove", webhook, workspace, json, said, lambda s, i: s.remove(i, actor=actor))


@asynccontextmanager
async def _ready(house: House, path: Path, *, from_stdin: bool) -> AsyncIterator[tuple[ServiceContainer, Secrets]]:
    secrets = await _open_secrets(open_workspace(path), from_stdin=from_stdin)
    async with opened(house, path) as services:
        yield services, secrets


async def _open_secrets(folder: Workspace, *, from_stdin: bool) -> Secrets:
    secrets = await find_secrets(folder, from_stdin=from_stdin)
    if secrets is None:
        raise UserInputError(
            "This workspace has no secret store that a command could open, and a webhook needs its secret kept.",
            hint='Make one: "secrets new --store keyring". With the memory store, use the window.',
        )
    return secrets


async def _ask_address() -> str:
    with terminal_restored():
        return await Answers().ask(_ADDRESS, is_hidden=True)


async def _await_result(service: WebhookService, hook_id: WebhookId, number: WebhookDeliveryId) -> HookDelivery:
    """The test as it stands after its first try. Raises UserInputError when the worker takes longer than it may."""
    for _ in range(int(TEST_PATIENCE_S / LOOK_AGAIN_S)):
        found = next((each for each in await service.deliveries(hook_id) if each.id == number), None)
        if found is not None and (found.settled_at is not None or found.problem):
            return found
        await asyncio.sleep(LOOK_AGAIN_S)
    raise UserInputError(
        "The worker has not told it yet.", title="The test still waits", hint='Look again with "webhook deliveries".'
    )


def _read_events(names: Sequence[str]) -> frozenset[HookEvent]:
    unknown = [name for name in names if name not in set(CHOOSABLE)]
    if unknown:
        raise UserInputError(
            f"Nothing of this kind is told: {', '.join(unknown)}.", hint=f"There are {', '.join(CHOOSABLE)}."
        )
    return frozenset(HookEvent(name) for name in names)


def _finish_secret(output: Output, made: MadeSecret, sentence: str) -> int:
    output.say(sentence)
    output.say("Its secret, shown now and never again. Enter it at the receiver:")
    output.say(made.secret)
    return output.finish({"webhook": made.hook_id, "secret": made.secret})


def _state(hook: Webhook) -> str:
    if hook.paused_at is not None:
        return "paused"
    return "fails" if hook.failing_since is not None else "works" if hook.last_ok_at is not None else "new"


def _row(hook: Webhook) -> dict[str, Scalar]:
    return {
        "webhook": hook.id,
        "name": hook.name,
        "host": hook.host,
        "state": _state(hook),
        "events": " ".join(sorted(hook.events)),
        "with_text": hook.with_text,
        "with_person": hook.with_person,
        "waiting": hook.waiting,
        "given_up": hook.given_up,
        "lost": hook.lost,
        "problem": hook.paused_why or hook.last_problem,
        "failing_since": iso(hook.failing_since),
        "last_ok_at": iso(hook.last_ok_at),
    }


def _delivery_row(each: HookDelivery) -> dict[str, Scalar]:
    return {
        "delivery": each.id,
        "happened_at": iso(each.event_at),
        "event": each.event.value,
        "state": each.state.value,
        "tries": each.tries,
        "next_at": iso(each.next_at),
        "problem": each.problem,
        "webhook_id": each.message_id,
        "status": each.status,
    }

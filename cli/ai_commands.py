"""`ai …`: how writing with AI is set up, what it was used for, and writing a text in a terminal."""

from typing import Annotated

import typer

from ai.keys import delete_key, store_key
from ai.providers import TITLES
from ai.service import AiService, AiStatus, Question
from ai.writing.task import Draft
from ai.writing.tasks import Brief, Tone, write
from cli.ai_ready import ready_to_ask
from cli.answers import Answers, terminal_restored
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from cli.passphrases import PassphraseOption, find_secrets
from core.clock import SystemClock
from core.config_file import read_config
from core.domain.ai import AiFeature
from core.errors import UserInputError
from core.workspace import open_workspace

_TEST = "Answer with the one word: ready"
_NO_STORE = "This workspace has no secret store that could keep a key."


def ai_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Help with writing by a text model of your choice.", no_args_is_help=True)
    _add_looks(app, house)
    _add_setting_up(app, house)
    _add_writing(app, house)
    return app


def _add_looks(app: typer.Typer, house: House) -> None:
    @app.command()
    def status(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Who is asked, and what of today's budget is left. Asks nobody."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(AiService).status()
            for line in _describe(found):
                output.say(line)
            return output.finish(
                {
                    "on": found.is_on,
                    "provider": found.provider,
                    "address": found.address,
                    "model": found.model,
                    "requests_today": found.requests_today,
                    "requests_a_day": found.budget.requests,
                    "tokens_today": found.tokens_today,
                    "tokens_a_day": found.budget.tokens,
                    "starts_again_at": found.starts_again_at.isoformat(),
                    "answers_kept": found.cache.kept,
                    "answers_used_again": found.cache.hits,
                }
            )

        raise typer.Exit(run_command("ai status", body, is_json=json))

    @app.command()
    def usage(
        workspace: WorkspaceOption,
        days: Annotated[int, typer.Option(min=1, max=3660, help="With today; days are those of UTC.")] = 7,
        json: JsonOption = False,
    ) -> None:
        """What was asked for, by day and feature. Never what was written."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(AiService).usage(days=days)
            columns = ["day", "feature", "requests", "failed", "from the cache", "tokens in", "tokens out"]
            rows: list[dict[str, Scalar]] = [
                {
                    "day": each.day.isoformat(),
                    "feature": each.feature.value,
                    "requests": each.requests,
                    "failed": each.failed,
                    "cached": each.cached,
                    "tokens_in": each.tokens_in,
                    "tokens_out": each.tokens_out,
                }
                for each in found
            ]
            output.table(
                "",
                columns,
                [[f"{value:,}" if isinstance(value, int) else str(value) for value in row.values()] for row in rows],
            )
            if not found:
                output.say(f"Nothing was asked in {days} days.")
            return output.finish({"usage": rows})

        raise typer.Exit(run_command("ai usage", body, is_json=json))

    @app.command()
    def models(workspace: WorkspaceOption, from_stdin: PassphraseOption = False, json: JsonOption = False) -> None:
        """The models that the provider offers. The page Settings says which one is asked."""

        async def body(output: Output) -> int:
            async with ready_to_ask(house, workspace, from_stdin=from_stdin) as services:
                service = services.get(AiService)
                found = await service.models()
            rows = [[each.id, each.title, _count(each.input_limit), _count(each.output_limit)] for each in found]
            output.table("", ["model", "name", "tokens in, at most", "out"], rows)
            return output.finish({"models": [{"id": each.id, "title": each.title} for each in found]})

        raise typer.Exit(run_command("ai models", body, is_json=json))


def _add_setting_up(app: typer.Typer, house: House) -> None:
    @app.command()
    def key(
        workspace: WorkspaceOption,
        forget: Annotated[bool, typer.Option("--forget", help="Delete the key of the provider.")] = False,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Store the key of the provider: typed unseen, or one line on standard input. Never on the command line."""

        async def body(output: Output) -> int:
            folder = open_workspace(workspace)
            provider = read_config(folder.config_path).ai.provider
            secrets = await find_secrets(folder, from_stdin=from_stdin)
            if secrets is None:
                raise UserInputError(_NO_STORE, hint='Make one: "secrets new --store keyring".')
            if forget:
                await delete_key(secrets, provider)
                output.say(f"The key for {TITLES[provider]} is deleted.")
            else:
                with terminal_restored():
                    text = await Answers().ask(f"Key for {TITLES[provider]}", is_hidden=True)
                await store_key(secrets, provider, text)
                output.say(f'The key for {TITLES[provider]} is kept. Try it: "ai test".')
            return output.finish({"provider": provider, "has_key": not forget})

        raise typer.Exit(run_command("ai key", body, is_json=json))

    @app.command()
    def test(
        workspace: WorkspaceOption,
        actor: ActorOption,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Ask the model for one word, to see whether it is set up. Counts as a request."""

        async def body(output: Output) -> int:
            clock = SystemClock()
            async with ready_to_ask(house, workspace, from_stdin=from_stdin) as services:
                service = services.get(AiService)
                status = await service.status()
                began = clock.monotonic()
                await service.ask(Question(feature=AiFeature.TEST, text=_TEST), str, actor=actor)
                took_s = clock.monotonic() - began
            output.say(f"{status.model} at {status.address} answered in {took_s:.1f} s.")
            return output.finish({"model": status.model, "address": status.address, "seconds": round(took_s, 3)})

        raise typer.Exit(run_command("ai test", body, is_json=json))

    @app.command("forget-answers")
    def forget_answers(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Empty the cache of answers."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                count = await services.get(AiService).forget_answers()
            output.say(f"{count} answers deleted." if count else "No answer was kept.")
            return output.finish({"deleted": count})

        raise typer.Exit(run_command("ai forget-answers", body, is_json=json))


def _add_writing(app: typer.Typer, house: House) -> None:
    @app.command("write")
    def write_text(
        brief: Annotated[str, typer.Argument(help="What the message is to say.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        field: Annotated[list[str] | None, typer.Option(help="A field that may be used, such as first_name.")] = None,
        language: Annotated[str, typer.Option(help="Such as en or pt-br; that of the brief when absent.")] = "",
        tone: Annotated[Tone, typer.Option(help="How it sounds.")] = Tone.FRIENDLY,
        show_request: Annotated[
            bool, typer.Option("--show-request", help="Show exactly what would be sent, and send nothing.")
        ] = False,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """A draft from a brief, on standard output. Nothing is sent to anybody by it."""

        async def body(output: Output) -> int:
            task = write(Brief(what=brief, language=language, tone=tone, fields=tuple(field or ())))
            if show_request:
                async with opened(house, workspace) as services:
                    sent = await services.get(AiService).preview(task.question)
                output.say(f"POST {sent.address}\n\n{sent.readable}\n\nNothing was sent.")
                return output.finish({"address": sent.address, "body": sent.body})
            async with ready_to_ask(house, workspace, from_stdin=from_stdin) as services:
                service = services.get(AiService)
                draft = await task.run(service, actor=actor)
            _say_draft(output, draft)
            found: list[dict[str, Scalar]] = [
                {"severity": each.severity.value, "title": each.title, "message": each.message, "hint": each.hint}
                for each in draft.findings
            ]
            return output.finish({"text": draft.source, "findings": found})

        raise typer.Exit(run_command("ai write", body, is_json=json))


def _say_draft(output: Output, draft: Draft) -> None:
    output.say(draft.source)
    if draft.findings:
        output.say("\nWorth a look:")
    for each in draft.findings:
        output.say(f"  {each.title}. {each.message} {each.hint}".rstrip())


def _describe(status: AiStatus) -> list[str]:
    if not status.is_on:
        return ["Writing with AI is turned off. Nothing of it is loaded, and nothing is sent."]
    return [
        f"Asked is {TITLES[status.provider]}, model {status.model}, at {status.address}.",
        f"Today: {status.requests_today:,} of {status.budget.requests:,} requests, "
        f"{status.tokens_today:,} of {status.budget.tokens:,} tokens. "
        f"It starts again at {status.starts_again_at.astimezone():%H:%M on %Y-%m-%d}.",
        f"{status.cache.kept:,} answers are kept; they were used again {status.cache.hits:,} times.",
    ]


def _count(number: int | None) -> str:
    return "" if number is None else f"{number:,}"

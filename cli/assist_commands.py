"""`inbox ai …`, `inbox suggest`, `inbox summarise`: the text model in the inbox, without a window."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from ai.inbox.assistant import AssistStatus, FeatureState, InboxAssistant, SampleRequest
from ai.providers import TITLES
from cli.ai_ready import ready_to_ask
from cli.answers import Answers
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from cli.passphrases import PassphraseOption
from core.domain.ai import AiFeature
from core.domain.ids import ConversationId
from core.errors import Cancelled, UserInputError


class Feature(StrEnum):
    """Those of the inbox."""

    SUGGEST = "suggest"
    SUMMARISE = "summarise"
    SORT = "sort"


FeatureArgument = Annotated[
    Feature, typer.Argument(help="Suggest an answer, summarise a conversation, or sort messages.")
]
ConversationArgument = Annotated[int, typer.Argument(help="Number of the conversation, as `inbox list` shows it.")]
_WHAT = {
    AiFeature.SUGGEST: "suggest an answer",
    AiFeature.SUMMARISE: "summarise a conversation",
    AiFeature.SORT: "sort new replies",
}


def add_assist(app: typer.Typer, house: House) -> None:
    """Add the commands to those of the inbox."""
    switches = typer.Typer(help="What a text model may do in the inbox; off until you say yes.", no_args_is_help=True)
    _add_switches(switches, house)
    app.add_typer(switches, name="ai")
    _add_asking(app, house)


def _add_switches(app: typer.Typer, house: House) -> None:
    @app.command()
    def status(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """What is on, for which provider, since when, and whether sorting waits. Asks nobody."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(InboxAssistant).status()
            if not found.is_ai_on:
                output.say("AI is turned off under Settings. Nothing is sent.")
            for state in found.features:
                output.say(_describe(state))
            return output.finish({"ai": found.is_ai_on, "features": [_values(state) for state in found.features]})

        raise typer.Exit(run_command("inbox ai status", body, is_json=json))

    @app.command()
    def on(
        feature: FeatureArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Show exactly what would be sent and to whom, then ask whether it may be."""
        wanted = AiFeature(feature.value)

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                assistant = services.get(InboxAssistant)
                found = await assistant.status()
                sample = await assistant.show_request(wanted)
                _show(output, wanted, found, sample)
                if not yes:
                    await _confirm(output)
                await assistant.turn_on(wanted, provider=found.provider, address=found.address, actor=actor)
            output.say(f'It is on. Turn it off at any time: "inbox ai off {feature}".')
            return output.finish({"feature": wanted.value, "on": True, "address": found.address})

        raise typer.Exit(run_command("inbox ai on", body, is_json=json))

    @app.command()
    def off(
        feature: FeatureArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """From now on nothing is asked for it."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(InboxAssistant).turn_off(AiFeature(feature.value), actor=actor)
            output.say("It is off.")
            return output.finish({"feature": feature.value, "on": False})

        raise typer.Exit(run_command("inbox ai off", body, is_json=json))


def _add_asking(app: typer.Typer, house: House) -> None:
    @app.command()
    def suggest(
        conversation: ConversationArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """A draft of the next answer, on standard output. Nothing is sent to the person by it."""

        async def body(output: Output) -> int:
            async with ready_to_ask(house, workspace, from_stdin=from_stdin) as services:
                found = await services.get(InboxAssistant).suggest(ConversationId(conversation), actor=actor)
            output.say(found.text)
            return output.finish({"text": found.text, "canned_replies": found.ready_answers, "is_cut": found.is_cut})

        raise typer.Exit(run_command("inbox suggest", body, is_json=json))

    @app.command()
    def summarise(
        conversation: ConversationArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """A conversation in a few lines, with what is open. It is not kept."""

        async def body(output: Output) -> int:
            async with ready_to_ask(house, workspace, from_stdin=from_stdin) as services:
                found = await services.get(InboxAssistant).summarise(ConversationId(conversation), actor=actor)
            for line in found.lines:
                output.say(line)
            output.say("\nOpen:" if found.open else "\nNothing is open.")
            for line in found.open:
                output.say(f"  {line}")
            if found.is_cut:
                output.say("Only the newest messages were read.")
            return output.finish(
                {
                    "lines": [{"line": line} for line in found.lines],
                    "open": [{"line": line} for line in found.open],
                    "is_cut": found.is_cut,
                }
            )

        raise typer.Exit(run_command("inbox summarise", body, is_json=json))


def _show(output: Output, feature: AiFeature, found: AssistStatus, sample: SampleRequest) -> None:
    of = "a made-up conversation" if sample.conversation_id is None else f"conversation {sample.conversation_id}"
    hidden = ", ".join(sample.hidden) or "nothing stood in these messages"
    output.say(f"To {_WHAT[feature]}, {TITLES[found.provider]} at {found.address} is sent, as here for {of}:\n")
    output.say(f"POST {sample.sent.address}\n\n{sample.sent.readable}\n")
    output.say(f"Masked here: {hidden}. All that is known of a person is: names, number, @name, every field.")
    output.say("What people say of themselves in other words stays, and is sent.")
    if feature is AiFeature.SORT:
        output.say("The worker then asks by itself, for each message that comes from now on.")


async def _confirm(output: Output) -> None:
    if output.is_json or not sys.stdin.isatty():
        raise UserInputError("Nobody can be asked here. Nothing was turned on.", hint="Read it, then give --yes.")
    if (await Answers().ask("Turn it on? [yes/no]")).strip().lower() not in ("y", "yes"):
        raise Cancelled


def _describe(state: FeatureState) -> str:
    switch, name = state.switch, state.feature.value
    if switch is None:
        return f"{name}: off. Nobody has turned it on."
    when = f"{switch.at.astimezone():%Y-%m-%d %H:%M}"
    if state.is_elsewhere:
        return f"{name}: off. It was turned on for {switch.address}, and another is set now."
    if not state.is_on:
        return f"{name}: off, by {switch.by} on {when}."
    waits = ""
    if switch.problem:
        until = f" It tries again at {switch.tries_again_at.astimezone():%H:%M}." if switch.tries_again_at else ""
        waits = f" It waits: {switch.problem}{until}"
    return f"{name}: on for {switch.address}, by {switch.by} on {when}.{waits}"


def _values(state: FeatureState) -> dict[str, Scalar]:
    switch = state.switch
    return {
        "feature": state.feature.value,
        "on": state.is_on,
        "by": None if switch is None else switch.by,
        "at": None if switch is None else switch.at.isoformat(),
        "address": None if switch is None else switch.address,
        "problem": "" if switch is None else switch.problem,
    }

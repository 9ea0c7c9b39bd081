"""`campaign message` and `campaign preview`: writing what a draft sends, and looking at it as people will get it."""

from pathlib import Path
from typing import Annotated

import msgspec
import typer

from campaigns.message.checking import Severity, name_choice
from campaigns.message.library import TemplateLibrary
from campaigns.message.media import MediaShelf
from campaigns.message.preview import MessagePreview
from campaigns.message.send_tests import SendTests
from campaigns.message.variants import Message, Text, Variant, to_language
from campaigns.service import CampaignService
from cli.campaign_options import IdArgument
from cli.house import House
from cli.media_options import FileOption, PhotoOption, attach_all, media_rows, name_media
from cli.message_files import read_message
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from core.domain.ids import AccountId, CampaignId, TemplateId
from core.domain.message import LinkPreview, UrlButton
from core.errors import UserInputError
from database import CampaignDesk


def add_message(app: typer.Typer, house: House) -> None:
    """Add the two commands."""

    @app.command()
    def message(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        text: Annotated[Path | None, typer.Option(help="File with a text; see docs/templates.md.")] = None,
        variant: Annotated[str, typer.Option(help="Whose text it is; a new one is added.")] = "A",
        language: Annotated[str | None, typer.Option(help="Its language; that of the message when absent.")] = None,
        button: Annotated[
            list[str] | None, typer.Option(help='"TITLE=ADDRESS": a button below the text, in a row of its own.')
        ] = None,
        weight: Annotated[int | None, typer.Option(help="The variant's share, beside those of the others.")] = None,
        main_language: Annotated[
            str | None, typer.Option(help="The language of the message, which everybody else gets.")
        ] = None,
        preview: Annotated[LinkPreview | None, typer.Option(help="Where the preview of a link is shown.")] = None,
        silent: Annotated[bool | None, typer.Option("--silent/--loud", help="Without a sound.")] = None,
        template: Annotated[int | None, typer.Option(help="Begin with a copy of this template.")] = None,
        photo: PhotoOption = None,
        file: FileOption = None,
        no_media: Annotated[bool, typer.Option("--no-media", help="Take its photos and files away.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Change what a draft sends, and say what is wrong with it. What is not given stays as it is."""

        async def body(output: Output) -> int:
            campaign_id = CampaignId(campaign)
            async with opened(house, workspace) as services:
                desk = services.get(CampaignDesk)
                changed = (await desk.get(campaign_id)).message
                if template is not None:
                    changed = (await services.get(TemplateLibrary).get(TemplateId(template))).message
                if main_language is not None:
                    changed = _speak(changed, _language(main_language))
                if text is not None:
                    spoken = changed.language if language is None else _language(language)
                    source = Text(source=read_message(text), language=spoken, buttons=_buttons(button or []))
                    changed = _put(changed, variant, source)
                elif button:
                    raise UserInputError("Give the text that the buttons belong to: --text FILE.")
                if weight is not None:
                    changed = _weigh(changed, variant, weight)
                if preview is not None:
                    changed = msgspec.structs.replace(changed, preview=preview)
                if silent is not None:
                    changed = msgspec.structs.replace(changed, is_silent=silent)
                shelf = services.get(MediaShelf)
                if photo or file or no_media:
                    media = await attach_all(shelf, photo, file)
                    changed = msgspec.structs.replace(changed, media=media)
                await services.get(CampaignService).set_message(campaign_id, changed, actor=actor)
                found = await shelf.check(changed, await desk.account_kinds(campaign_id))
            for item in changed.media:
                output.say(name_media(item.media))
            for each in found:
                where = f" [{name_choice(changed, each.choice)}]" if each.choice else ""
                output.say(f"{each.severity.capitalize()}{where}: {each.title}. {each.message} {each.hint}".strip())
            findings: list[dict[str, Scalar]] = [
                {
                    "severity": each.severity.value,
                    "title": each.title,
                    "message": each.message,
                    "variant": each.choice.variant if each.choice else "",
                    "language": each.choice.language if each.choice else "",
                }
                for each in found
            ]
            is_sendable = not any(each.severity is Severity.ERROR for each in found)
            if is_sendable:
                output.say(f"The message can be sent. Look at it: campaign preview {campaign}")
            return output.finish(
                {
                    "campaign": campaign,
                    "sendable": is_sendable,
                    "findings": findings,
                    "media": media_rows(changed),
                }
            )

        raise typer.Exit(run_command("campaign message", body, is_json=json))

    @app.command()
    def preview(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        first: Annotated[int, typer.Option("--from", min=1, help="The number of the first recipient.")] = 1,
        people: Annotated[int, typer.Option(min=1, max=1000, help="How many recipients.")] = 3,
        json: JsonOption = False,
    ) -> None:
        """What recipients will get, one after the other."""

        async def body(output: Output) -> int:
            campaign_id = CampaignId(campaign)
            async with opened(house, workspace) as services:
                looked = services.get(MessagePreview)
                written = (await services.get(CampaignDesk).get(campaign_id)).message
                count = await looked.count(campaign_id)
                numbers = range(first - 1, min(count, first - 1 + people))
                shown = [await looked.nth(campaign_id, number, written) for number in numbers]
            for item in written.media:
                output.say(name_media(item.media))
            rows: list[dict[str, Scalar]] = []
            for number, each in zip(numbers, shown, strict=True):
                name = name_choice(written, each.choice)
                said = each.message.text.text if each.message else f"Nothing: {each.problem}"
                output.say(f"\n{number + 1} of {count}: {each.recipient.name} ({name})\n{said}")
                rows.append(
                    {
                        "number": number + 1,
                        "contact": each.recipient.contact_id,
                        "variant": each.choice.variant,
                        "language": each.choice.language,
                        "text": each.message.text.text if each.message else "",
                        "characters": each.units,
                        "problem": each.problem.title if each.problem else "",
                    }
                )
            if not shown:
                output.say("The campaign addresses nobody there.")
            return output.finish(
                {"campaign": campaign, "recipients": count, "media": media_rows(written), "previews": rows}
            )

        raise typer.Exit(run_command("campaign preview", body, is_json=json))


def add_test_send(app: typer.Typer, house: House) -> None:
    """Add the command that sends one test message."""

    @app.command("test-send")
    def test_send(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        account: Annotated[int, typer.Option(help="Account that sends it, as `account list` shows it.")],
        to: Annotated[str, typer.Option(help='"me" for the Saved Messages of the account, or @name of a contact.')],
        recipient: Annotated[
            int, typer.Option(min=1, help="Whose text it is: the number in `campaign preview`.")
        ] = 1,
        json: JsonOption = False,
    ) -> None:
        """Send the message once, to yourself or to a person you choose. A running worker delivers it."""

        async def body(output: Output) -> int:
            campaign_id = CampaignId(campaign)
            async with opened(house, workspace) as services:
                tests = services.get(SendTests)
                contact = None if to == "me" else await tests.find_contact(to)
                written = (await services.get(CampaignDesk).get(campaign_id)).message
                number = recipient - 1
                test_id = await tests.send(
                    campaign_id, AccountId(account), written, to=contact, number=number, actor=actor
                )
                state = (await tests.view(test_id)).state
            output.say("The test is planned. A running worker delivers it.")
            return output.finish({"campaign": campaign, "test": test_id, "state": state.value})

        raise typer.Exit(run_command("campaign test-send", body, is_json=json))


def _language(text: str) -> str:
    language = to_language(text)
    if text.strip() and not language:
        raise UserInputError(f'"{text}" is not written like a language.', hint="Write it like en or pt-br.")
    return language


def _speak(message: Message, language: str) -> Message:
    """The texts in the message's language are said to be in another one."""
    if language == message.language:
        return message
    variants = tuple(
        msgspec.structs.replace(
            variant,
            texts=tuple(
                msgspec.structs.replace(text, language=language) if text.language == message.language else text
                for text in variant.texts
                if text.language != language
            ),
        )
        for variant in message.variants
    )
    return msgspec.structs.replace(message, variants=variants, language=language)


def _put(message: Message, name: str, text: Text) -> Message:
    """With this text in the place of the variant's text in that language."""
    known = next((variant for variant in message.variants if variant.name == name), None)
    if known is None:
        return msgspec.structs.replace(message, variants=(*message.variants, Variant(name=name, texts=(text,))))
    others = [each for each in known.texts if each.language != text.language]
    texts = tuple(sorted([*others, text], key=lambda each: (each.language != message.language, each.language)))
    return _with_variant(message, msgspec.structs.replace(known, texts=texts))


def _weigh(message: Message, name: str, weight: int) -> Message:
    known = next((variant for variant in message.variants if variant.name == name), None)
    if known is None:
        raise UserInputError(f"The message has no variant {name}.", hint="Give its text as well: --text FILE.")
    return _with_variant(message, msgspec.structs.replace(known, weight=weight))


def _with_variant(message: Message, changed: Variant) -> Message:
    variants = tuple(changed if each.name == changed.name else each for each in message.variants)
    return msgspec.structs.replace(message, variants=variants)


def _buttons(options: list[str]) -> tuple[tuple[UrlButton, ...], ...]:
    rows = []
    for option in options:
        title, sign, url = option.partition("=")
        if not sign:
            raise UserInputError(f'"{option}" is no button.', hint='Write it as "TITLE=ADDRESS".')
        rows.append((UrlButton(title=title.strip(), url=url.strip()),))
    return tuple(rows)

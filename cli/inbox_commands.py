"""`inbox …`: what people write to the accounts, and what is done about it, without a window."""

import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Annotated

import typer

from campaigns.audience.people_service import PeopleService
from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import (
    Box,
    ChangeOfMessage,
    Conversation,
    ConversationQuestion,
    ConversationRow,
    Marks,
    MessageKind,
    OurMessage,
    SearchHit,
    TheirMessage,
)
from campaigns.inbox.replies import Replies
from campaigns.inbox.service import Inbox
from campaigns.inbox.sorting import ReplyKind
from campaigns.inbox.tickets import Ticket
from campaigns.reasons import SENTENCES
from cli.answers import confirm
from cli.assist_commands import add_assist
from cli.canned_commands import canned_app
from cli.change_commands import add_changes
from cli.erasing import finish_erasure
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import JsonValue, Output, Scalar, run_command
from cli.ticket_commands import ticket_app
from core.clock import SystemClock
from core.domain.ids import AccountId, CampaignId, ConversationId
from database import ConversationStore

ConversationArgument = Annotated[int, typer.Argument(help="Number of the conversation, as `inbox list` shows it.")]

_KINDS = {MessageKind.STARTED: "pressed Start", MessageKind.STOP: "said STOP"}


def inbox_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Read what people write, and work it off.", no_args_is_help=True)
    _add_looks(app, house)
    _add_acts(app, house)
    app.add_typer(ticket_app(house), name="ticket")
    app.add_typer(canned_app(house), name="canned")
    add_changes(app, house)
    add_assist(app, house)
    return app


def _add_looks(app: typer.Typer, house: House) -> None:
    @app.command("list")
    def list_conversations(
        workspace: WorkspaceOption,
        actor: ActorOption,
        box: Annotated[Box, typer.Option(help="Which conversations.")] = Box.OPEN,
        search: Annotated[str, typer.Option(help="Words of a name, an @name, or of what either side wrote.")] = "",
        account: Annotated[int | None, typer.Option(help="Only of this account.")] = None,
        campaign: Annotated[int | None, typer.Option(help="Only answers to this campaign.")] = None,
        label: Annotated[str, typer.Option(help="Only those with this label.")] = "",
        about: Annotated[ReplyKind | None, typer.Option(help="Only where the newest message was sorted so.")] = None,
        limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
        tickets: Annotated[
            bool, typer.Option("--tickets", help="Those with an open ticket, however they stand.")
        ] = False,
        json: JsonOption = False,
    ) -> None:
        """Conversations, the newest message first."""
        question = ConversationQuestion(
            box=Box.TICKETS if tickets else box,
            text=search,
            account_id=None if account is None else AccountId(account),
            campaign_id=None if campaign is None else CampaignId(campaign),
            label=label,
            reply_kind=about,
        )

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                store, now = services.get(ConversationStore), SystemClock().now()
                ids = await store.ids(question, viewer=actor, now=now)
                found = await store.rows(ids[:limit], search)
                counts = await store.counts(viewer=actor, now=now)
            rows = [found[number] for number in ids[:limit] if number in found]
            heads = ["", "person", "account", "last", "", "may be", "unread"]
            output.table(
                "", [*heads, "found"] if search else heads, [_line(row, is_search=bool(search)) for row in rows]
            )
            if not rows:
                output.say("No conversation here. Answers appear while a worker runs: worker start")
            return output.finish(
                {
                    "conversations": [_summary(row) for row in rows],
                    "matching": len(ids),
                    "open": counts.open,
                    "unread": counts.unread,
                    "waiting": counts.waiting,
                    "snoozed": counts.snoozed,
                    "tickets": counts.tickets,
                }
            )

        raise typer.Exit(run_command("inbox list", body, is_json=json))

    @app.command()
    def show(
        conversation: ConversationArgument,
        workspace: WorkspaceOption,
        limit: Annotated[int, typer.Option(min=1, max=1_000, help="At most so many messages.")] = 30,
        before: Annotated[int | None, typer.Option(help="Only messages before this Telegram number.")] = None,
        json: JsonOption = False,
    ) -> None:
        """The newest messages of a conversation, theirs and ours, with the notes of the team."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                store = services.get(ConversationStore)
                found = await store.conversation(ConversationId(conversation), before=before, limit=limit)
            output.say(f"{_name(found.row)} · {found.row.account} · {_state(found.row)}")
            for message in found.messages:
                output.say(_message_line(message))
            for ticket in found.tickets:
                output.say(_ticket_line(ticket))
            for note in found.notes:
                output.say(f"note {note.id} by {note.author}: {note.text}")
            return output.finish(_whole(found))

        raise typer.Exit(run_command("inbox show", body, is_json=json))


def _add_acts(app: typer.Typer, house: House) -> None:
    def act(
        name: str, workspace: WorkspaceOption, json: bool, done: str, do: Callable[[Inbox], Awaitable[None]]
    ) -> None:
        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await do(services.get(Inbox))
            output.say(done)
            return output.finish({})

        raise typer.Exit(run_command(f"inbox {name}", body, is_json=json))

    @app.command()
    def reply(
        conversation: ConversationArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Answer with the text on standard input, from the account the person wrote to; a worker sends it once."""
        text = sys.stdin.read()

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                number = await services.get(Replies).send(ConversationId(conversation), text, actor=actor)
            output.say("The answer leaves as soon as a worker runs and the account's limits allow it.")
            return output.finish({"reply": number})

        raise typer.Exit(run_command("inbox reply", body, is_json=json))

    @app.command()
    def resolve(
        conversation: ConversationArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """It needs nothing more; the person's next message opens it again."""
        number = ConversationId(conversation)
        act("resolve", workspace, json, "Resolved.", lambda inbox: inbox.resolve(number, actor=actor))

    @app.command()
    def reopen(
        conversation: ConversationArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Take back that it was resolved."""
        number = ConversationId(conversation)
        act("reopen", workspace, json, "Open again.", lambda inbox: inbox.reopen(number, actor=actor))

    @app.command()
    def snooze(
        conversation: ConversationArgument,
        workspace: WorkspaceOption,
        until: Annotated[datetime | None, typer.Option(help="Until when, in local time; absent: back now.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Put it off until a moment, or until the person writes."""
        moment = None if until is None else until.astimezone()
        done = "Back in the list." if moment is None else f"Put off until {moment:%Y-%m-%d %H:%M}."
        act("snooze", workspace, json, done, lambda inbox: inbox.snooze(ConversationId(conversation), moment))

    @app.command()
    def assign(
        conversation: ConversationArgument,
        workspace: WorkspaceOption,
        to: Annotated[str, typer.Option(help="Whose it is; absent: nobody's.")] = "",
        json: JsonOption = False,
    ) -> None:
        """Say who takes care of it."""
        done = f"Assigned to {to}." if to else "Assigned to nobody."
        act("assign", workspace, json, done, lambda inbox: inbox.assign(ConversationId(conversation), to))

    @app.command()
    def label(
        conversation: ConversationArgument,
        workspace: WorkspaceOption,
        add: Annotated[list[str] | None, typer.Option(help="A label; may be given again.")] = None,
        remove: Annotated[list[str] | None, typer.Option(help="A label to take away; may be given again.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Add labels, or take them away."""
        number = ConversationId(conversation)
        act("label", workspace, json, "Labelled.", lambda i: i.label(number, add=add or (), remove=remove or ()))

    @app.command()
    def note(
        conversation: ConversationArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        remove: Annotated[int | None, typer.Option(help="Number of a note to take away.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Keep a note of the team, read from standard input; it never leaves."""
        number = ConversationId(conversation)
        if remove is not None:
            gone = remove
            act("note", workspace, json, "The note is gone.", lambda inbox: inbox.remove_note(number, gone))
        text = sys.stdin.read()
        act("note", workspace, json, "Noted.", lambda inbox: inbox.note(number, text, author=actor))

    @app.command()
    def erase(
        conversation: ConversationArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Erase everywhere whoever wrote in this conversation, contact or not. This cannot be undone."""

        async def body(output: Output) -> int:
            if not yes and not json:
                confirm("Erase this person? This cannot be undone.")
            async with opened(house, workspace) as services:
                people = services.get(PeopleService)
                done = await people.erase_writer(ConversationId(conversation), actor=actor)
            return finish_erasure(output, done, {"conversation": conversation})

        raise typer.Exit(run_command("inbox erase", body, is_json=json))


def _name(row: ConversationRow) -> str:
    return row.name or (f"@{row.username}" if row.username else f"Telegram user {row.user_id}")


def _state(row: ConversationRow) -> str:
    if row.suppression is not None:
        return SENTENCES[row.suppression]
    if row.ticket is not None:
        return f"ticket {row.ticket}, {row.state}"
    if row.snoozed_until is not None:
        return f"put off until {row.snoozed_until.astimezone():%Y-%m-%d %H:%M}"
    return f"{row.state}, {row.assignee}" if row.assignee else row.state


def _line(row: ConversationRow, *, is_search: bool) -> list[str]:
    last = f"{row.last_at.astimezone():%Y-%m-%d %H:%M}"
    about = "" if row.sorting is None else f"{row.sorting.kind} {row.sorting.confidence:.0%}"
    line = [str(row.id), _name(row), row.account, last, _state(row), about, str(row.unread or "")]
    return [*line, _hit_line(row.hit)] if is_search else line


def _hit_line(hit: SearchHit | None) -> str:
    """When, and who: > is ours, < theirs, as `show` writes them."""
    if hit is None:
        return ""
    return f"{hit.at.astimezone():%Y-%m-%d %H:%M} {'>' if hit.is_ours else '<'} {hit.text}"


def _message_line(message: TheirMessage | OurMessage) -> str:
    at = f"{message.at.astimezone():%Y-%m-%d %H:%M}"
    if isinstance(message, TheirMessage):
        about = message.sorting
        guess = "" if about is None else f"may be: {about.kind} {about.confidence:.0%}"
        known = [message.media, _KINDS.get(message.kind, ""), guess, *_later(message.marks)]
        return f"{at} < {message.text}{_in_brackets(known)}"
    text = "(the text is not kept any more)" if message.message is None else message.message.text.text
    state = "read" if message.is_read else message.state
    where = "on another device" if message.is_elsewhere else ""
    fate = [message.campaign, message.media, where, state, *_later(message.marks), _change_words(message.change)]
    number = "" if message.is_elsewhere else f" #{message.id}"
    return f"{at}{number} > {text}{_in_brackets(fate)}"


def _ticket_line(ticket: Ticket) -> str:
    opened = f"ticket {ticket.number}: opened {ticket.opened_at.astimezone():%Y-%m-%d %H:%M} by {ticket.opened_by}"
    if ticket.closed_at is None:
        return opened
    return f"{opened}, closed {ticket.closed_at.astimezone():%Y-%m-%d %H:%M} by {ticket.closed_by}"


def _in_brackets(words: Sequence[str]) -> str:
    known = [each for each in words if each]
    return f" ({', '.join(known)})" if known else ""


def _later(marks: Marks) -> list[str]:
    """What became of a message after it was written."""
    edited = f"edited {marks.edited_at.astimezone():%H:%M}" if marks.edited_at is not None else ""
    deleted = f"deleted in Telegram {marks.deleted_at.astimezone():%H:%M}" if marks.deleted_at is not None else ""
    ours = f"{marks.ours} from us" if marks.ours else ""
    return [deleted or edited, marks.theirs, ours]


def _change_words(change: ChangeOfMessage | None) -> str:
    """How far a change is that somebody asked for here; empty once it stands in the chat."""
    if change is None or change.state is DeliveryState.SENT:
        return ""
    return " ".join(filter(None, [change.kind, change.state, SENTENCES[change.reason] if change.reason else ""]))


def _summary(row: ConversationRow) -> dict[str, Scalar]:
    return {
        "conversation": row.id,
        "account": row.account_id,
        "contact": row.contact_id,
        "name": _name(row),
        "campaign": row.campaign,
        "state": row.state,
        "unread": row.unread,
        "last_at": row.last_at.isoformat(),
        "is_answered": row.is_answered,
        "assignee": row.assignee,
        "snoozed_until": None if row.snoozed_until is None else row.snoozed_until.isoformat(),
        "suppression": row.suppression,
        "labels": ", ".join(row.labels),
        "ticket": row.ticket,
        "sorted_as": None if row.sorting is None else row.sorting.kind,
        "confidence": None if row.sorting is None else row.sorting.confidence,
        "found_at": None if row.hit is None else row.hit.at.isoformat(),
        "found_text": None if row.hit is None else row.hit.text,
        "found_from": None if row.hit is None else "us" if row.hit.is_ours else "them",
        "found_message": None if row.hit is None else row.hit.message_id,
    }


def _marks(marks: Marks) -> dict[str, Scalar]:
    return {
        "edited_at": None if marks.edited_at is None else marks.edited_at.isoformat(),
        "deleted_at": None if marks.deleted_at is None else marks.deleted_at.isoformat(),
        "their_reactions": marks.theirs,
        "our_reactions": marks.ours,
    }


def _whole(found: Conversation) -> dict[str, JsonValue]:
    messages: list[dict[str, Scalar]] = []
    for message in found.messages:
        at = message.at.isoformat()
        if isinstance(message, TheirMessage):
            theirs: dict[str, Scalar] = {"from": "them", "at": at, "kind": message.kind, "text": message.text}
            messages.append(theirs | {"media": message.media, "message": message.message_id} | _marks(message.marks))
            continue
        text = None if message.message is None else message.message.text.text
        ours: dict[str, Scalar] = {"from": "us", "at": at, "state": message.state, "text": text}
        ours |= {"campaign": message.campaign, "is_read": message.is_read, "media": message.media}
        ours |= {"message": message.message_id, "is_elsewhere": message.is_elsewhere}
        change = message.change
        ours |= {"number": message.id, "change": None if change is None else f"{change.kind} {change.state}"}
        messages.append(ours | _marks(message.marks))
    notes: list[dict[str, Scalar]] = [
        {"note": note.id, "at": note.at.isoformat(), "by": note.author, "text": note.text} for note in found.notes
    ]
    return {**_summary(found.row), "messages": messages, "has_older": found.has_older, "notes": notes}

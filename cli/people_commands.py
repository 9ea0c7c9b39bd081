"""`people …`: find people, look at one, and what may be changed about them by hand."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from campaigns.audience.contacts import ContactCard, ContactOrder, ContactQuestion, ContactRow, Standing
from campaigns.audience.people_service import PeopleService
from campaigns.reasons import SENTENCES
from cli.answers import confirm
from cli.erasing import finish_erasure
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from core.clock import SystemClock
from core.domain.consent import ConsentBasis
from core.domain.ids import AccountId, ContactId, ImportId
from core.errors import UserInputError
from core.missing import missing
from database import ContactCardStore, ContactListStore

PersonArgument = Annotated[int, typer.Argument(help="Number of the person, as `people list` shows it.")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do not ask.")]

STANDINGS = {
    Standing.MAY: "may be written to",
    Standing.NO_BASIS: "no basis",
    Standing.SUPPRESSED: "suppressed",
}


def people_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Find people, their consents and suppressions; erase or export one.", no_args_is_help=True)
    _add_looks(app, house)
    _add_changes(app, house)
    _add_endings(app, house)
    return app


def _add_looks(app: typer.Typer, house: House) -> None:
    @app.command("list")
    def list_people(
        workspace: WorkspaceOption,
        actor: ActorOption,
        search: Annotated[str, typer.Option(help="Part of a name, an @name or a number.")] = "",
        standing: Annotated[Standing | None, typer.Option(help="Whether they may be written to.")] = None,
        tag: Annotated[str, typer.Option(help="Only those with this tag.")] = "",
        language: Annotated[str, typer.Option(help="A language code, such as pt-br.")] = "",
        from_import: Annotated[int | None, typer.Option("--import", help="Added by this import.")] = None,
        basis: Annotated[ConsentBasis | None, typer.Option(help="With a consent in force on this basis.")] = None,
        account: Annotated[int | None, typer.Option(help="With a consent for this account, such as a bot.")] = None,
        order: Annotated[
            ContactOrder, typer.Option("--sort", help="The newest first, or by name.")
        ] = ContactOrder.ADDED,
        limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
        to: Annotated[
            Path | None, typer.Option(help="Write all who match to this CSV, which can be imported again.")
        ] = None,
        json: JsonOption = False,
    ) -> None:
        """People who match, the newest first."""
        question = ContactQuestion(
            text=search,
            standing=standing,
            tag=tag,
            language=language.lower(),
            import_id=None if from_import is None else ImportId(from_import),
            basis=basis,
            account_id=None if account is None else AccountId(account),
            order=order,
        )

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                lists = services.get(ContactListStore)
                ids = await lists.ids(question)
                if to is not None:
                    with output.counting("Writing", len(ids)) as tell:
                        written = await services.get(PeopleService).export_many(ids, to, actor=actor, tell=tell)
                    output.say(f"{written:,} people are in {to}.")
                    return output.finish({"count": len(ids), "people": [], "rows": written, "file": str(to)})
                found = await lists.rows(ids[:limit])
            rows = [found[row_id] for row_id in ids[:limit] if row_id in found]
            columns = ["", "name", "@name", "may we write?", "language", "tags", "sent"]
            output.table("", columns, [_cells(row) for row in rows])
            output.say(f"{len(ids):,} match.")
            return output.finish({"count": len(ids), "people": [_as_json(row) for row in rows]})

        raise typer.Exit(run_command("people list", body, is_json=json))

    @app.command()
    def show(person: PersonArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Everything known about one person."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                card = await services.get(ContactCardStore).card(ContactId(person))
            if card is None:
                raise missing("person", person)
            return _show_card(card, output)

        raise typer.Exit(run_command("people show", body, is_json=json))

    @app.command()
    def duplicates(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Contacts that may be one person."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                offers = await services.get(ContactCardStore).merge_offers()
            rows = [[*map(str, (o.first.id, o.first.name, o.second.id, o.second.name)), o.why] for o in offers]
            output.table("", ["", "name", "", "name", "found by"], rows)
            return output.finish(
                {"pairs": [{"person": o.first.id, "other": o.second.id, "why": o.why} for o in offers]}
            )

        raise typer.Exit(run_command("people duplicates", body, is_json=json))


def _add_changes(app: typer.Typer, house: House) -> None:
    @app.command()
    def tag(
        people: Annotated[list[int], typer.Argument(help="Numbers of people, as `people list` shows them.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        add: Annotated[list[str] | None, typer.Option(help="A tag to put on; may be given again.")] = None,
        remove: Annotated[list[str] | None, typer.Option(help="A tag to take off.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Put tags on people, or take them off."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                service = services.get(PeopleService)
                count = await service.tag(people, add=add or [], remove=remove or [], actor=actor)
            output.say(f"Tags of {count:,} people are set.")
            return output.finish({"people": count})

        raise typer.Exit(run_command("people tag", body, is_json=json))

    @app.command()
    def consent(
        person: PersonArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        source: Annotated[str, typer.Option(help="Where they agreed.")] = "",
        wording: Annotated[str, typer.Option(help="The words that they agreed to.")] = "",
        evidence: Annotated[str, typer.Option(help="Where the proof lies.")] = "",
        since: Annotated[datetime | None, typer.Option(help="When, in UTC; now when absent.")] = None,
        withdraw: Annotated[str | None, typer.Option(help="Take all consents back, with the reason.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Write down that somebody agreed, with the evidence, or that they took it back."""
        at = SystemClock().now() if since is None else since.replace(tzinfo=UTC)
        given = bool(source or wording or evidence)

        async def body(output: Output) -> int:
            if withdraw is not None and given:
                raise UserInputError("Give a consent or take one back, not both at once.")
            async with opened(house, workspace) as services:
                service = services.get(PeopleService)
                if withdraw is not None:
                    when = None if since is None else at
                    count = await service.withdraw_consent(ContactId(person), why=withdraw, actor=actor, at=when)
                    output.say(f"{count} taken back. It stays as a record.")
                    return output.finish({"person": person, "withdrawn": count})
                await service.give_consent(
                    ContactId(person), source=source, wording=wording, evidence=evidence, at=at, actor=actor
                )
            output.say("The consent is written down.")
            return output.finish({"person": person, "withdrawn": 0})

        raise typer.Exit(run_command("people consent", body, is_json=json))

    @app.command()
    def suppress(
        person: PersonArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        note: Annotated[str, typer.Option(help="Why; stays with the person.")] = "",
        json: JsonOption = False,
    ) -> None:
        """No campaign writes to this person from now on."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(PeopleService).suppress(ContactId(person), note=note, actor=actor)
            output.say("Nobody writes to this person from now on.")
            return output.finish({"person": person})

        raise typer.Exit(run_command("people suppress", body, is_json=json))

    @app.command()
    def unsuppress(
        person: PersonArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        why: Annotated[str, typer.Option(help="Why they may be written to again.")],
        json: JsonOption = False,
    ) -> None:
        """Take somebody off the suppression list; who said STOP needs a newer consent first."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(PeopleService).lift_suppression(ContactId(person), why=why, actor=actor)
            output.say("They are off the list. Without a consent nobody writes to them all the same.")
            return output.finish({"person": person})

        raise typer.Exit(run_command("people unsuppress", body, is_json=json))


def _add_endings(app: typer.Typer, house: House) -> None:
    @app.command()
    def merge(
        person: PersonArgument,
        other: Annotated[int, typer.Argument(help="The contact that becomes part of the first.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        yes: YesOption = False,
        json: JsonOption = False,
    ) -> None:
        """Two contacts are one person: make them one. This cannot be undone."""
        if not yes and not json:
            confirm("Merge them? This cannot be undone.")

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(PeopleService).merge(ContactId(person), ContactId(other), actor=actor)
            output.say(f"{other} is part of {person} now.")
            return output.finish({"person": person, "merged": other})

        raise typer.Exit(run_command("people merge", body, is_json=json))

    @app.command()
    def export(
        person: PersonArgument,
        to: Annotated[Path, typer.Option(help="JSON file to write, readable by you only.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        json: JsonOption = False,
    ) -> None:
        """Write everything that is kept about one person."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                rows = await services.get(PeopleService).export(ContactId(person), to, actor=actor)
            output.say(f"{rows:,} records are in {to}.")
            return output.finish({"person": person, "records": rows, "file": str(to)})

        raise typer.Exit(run_command("people export", body, is_json=json))

    @app.command()
    def erase(
        person: PersonArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        yes: YesOption = False,
        json: JsonOption = False,
    ) -> None:
        """Erase a person everywhere; only hashes stay, so that they are never written to. This cannot be undone."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                service = services.get(PeopleService)
                plan = await service.plan_erasure(ContactId(person))
                if not yes and not json:
                    output.say(f"{plan.deliveries:,} deliveries will not say any more to whom and what.")
                    if plan.backups:
                        output.say(f"{plan.backups} backups hold this person and are deleted.")
                    confirm("Erase this person? This cannot be undone.")
                done = await service.erase(ContactId(person), actor=actor)
            return finish_erasure(output, done, {"person": person})

        raise typer.Exit(run_command("people erase", body, is_json=json))


def _cells(row: ContactRow) -> list[str]:
    handle = f"@{row.username}" if row.username else row.phone
    return [str(row.id), row.name, handle, _may(row), row.language, ", ".join(row.tags), f"{row.sent:,}"]


def _may(row: ContactRow) -> str:
    if row.suppression is not None:
        return row.suppression.replace("_", " ")
    return "no basis" if row.basis is None else row.basis.replace("_", " ")


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d}" if at else ""


def _as_json(row: ContactRow) -> dict[str, Scalar]:
    return {
        "person": row.id,
        "name": row.name,
        "username": row.username,
        "phone": row.phone,
        "language": row.language,
        "standing": row.standing.value,
        "basis": row.basis,
        "suppression": row.suppression,
        "tags": ", ".join(row.tags),
        "sent": row.sent,
    }


def _show_card(card: ContactCard, output: Output) -> int:
    row = card.row
    facts = [
        ("name", row.name),
        ("@name", f"@{row.username}" if row.username else ""),
        ("phone", row.phone),
        ("language", row.language),
        ("time zone", card.time_zone),
        ("tags", ", ".join(row.tags)),
        ("added by", card.import_name),
        *card.fields.items(),
    ]
    output.table("", ["", ""], [[name, value] for name, value in facts if value])
    output.say(f"May be written to: {STANDINGS[row.standing]}.")
    if card.suppression is not None:
        reason = SENTENCES[card.suppression.reason]
        output.say(f"{reason} Since {card.suppression.at:%Y-%m-%d %H:%M}. {card.suppression.note}".strip())
    consents = [
        [c.basis.replace("_", " "), c.source, c.wording or c.evidence, _day(c.given_at), _day(c.withdrawn_at)]
        for c in card.consents
    ]
    output.table("Consents", ["basis", "source", "wording or evidence", "given", "taken back"], consents)
    deliveries = [[d.campaign_title, d.account_title, d.state, d.reason or ""] for d in card.deliveries]
    output.table("Deliveries", ["campaign", "account", "state", "reason"], deliveries)
    return output.finish(
        {
            **_as_json(row),
            "consents": [
                {
                    "consent": c.id,
                    "basis": c.basis,
                    "source": c.source,
                    "wording": c.wording,
                    "evidence": c.evidence,
                    "given_at": c.given_at.isoformat(),
                    "withdrawn_at": None if c.withdrawn_at is None else c.withdrawn_at.isoformat(),
                    "withdrawn_why": c.withdrawn_why,
                }
                for c in card.consents
            ],
            "deliveries": [
                {"campaign": d.campaign_id, "account": d.account_title, "state": d.state, "reason": d.reason}
                for d in card.deliveries
            ],
            "received": card.received,
        }
    )

"""`account remove`: one account or several, each on its own."""

import sys
from collections.abc import Sequence
from typing import Annotated

import typer

from campaigns.accounts.removal import Removal, Unsent
from campaigns.accounts.removal_of_several import (
    RemovalResult,
    Removals,
    RemovalWish,
    accounts_words,
    remove_several,
)
from campaigns.accounts.service import AccountService
from cli.answers import Answers
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import JsonValue, Output, Scalar, run_command
from core.domain.ids import AccountId
from core.errors import Cancelled, UserInputError

IdsArgument = Annotated[list[int], typer.Argument(help="Numbers of accounts, as `account list` shows them.")]
LeaveSessionOption = Annotated[
    bool, typer.Option("--leave-session", help="Do not end the session at Telegram; needs no worker.")
]
LEFT = "Its session may still be listed at Telegram: end it in the official app, under Devices."


def add_remove(app: typer.Typer, house: House) -> None:
    @app.command()
    def remove(
        accounts: IdsArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        move: Annotated[
            bool, typer.Option("--move", help="Unsent deliveries go to the other accounts of their campaign.")
        ] = False,
        keep_open: Annotated[
            bool, typer.Option("--keep-open", help="Leave out accounts with tries whose fate is not known yet.")
        ] = False,
        leave_session: LeaveSessionOption = False,
        plan: Annotated[bool, typer.Option("--plan", help="Only say what would happen.")] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Log these accounts out and take them out of this workspace. What they sent stays readable. Cannot be undone."""

        async def body(output: Output) -> int:
            wish = RemovalWish(
                unsent=Unsent.MOVE if move else Unsent.CANCEL, leave_session=leave_session, keeps_open=keep_open
            )
            chosen = [AccountId(number) for number in dict.fromkeys(accounts)]
            async with opened(house, workspace) as services:
                service = services.get(AccountService)
                removals = await service.plan_removals(chosen)
                for sentence in [*removals.sentences(wish), *_staying(removals, wish)]:
                    output.say(sentence)
                if plan:
                    return output.finish(_plan_of(removals, wish))
                if not yes:
                    await _confirm(output, is_one=len(chosen) == 1)
                if len(chosen) == 1 and not keep_open:
                    return await _remove_one(service, removals.accounts[0], wish, actor, output)
                return await _remove_all(service, removals, wish, actor, output)

        raise typer.Exit(run_command("account remove", body, is_json=json))


async def _remove_one(
    service: AccountService, removal: Removal, wish: RemovalWish, actor: str, output: Output
) -> int:
    removed = await service.remove(
        removal.account_id, unsent=wish.unsent, leave_session=wish.leave_session, actor=actor
    )
    output.say("Removed.")
    if not removed.ended_at_telegram:
        output.say(LEFT)
    return output.finish(
        {**_result_values(RemovalResult(removal=removal, removed=removed)), "removed": 1, "failed": 0}
    )


async def _remove_all(
    service: AccountService, removals: Removals, wish: RemovalWish, actor: str, output: Output
) -> int:
    """Who cannot be removed so is counted as failed; the others are removed all the same."""
    rows: dict[AccountId, dict[str, Scalar]] = {
        removal.account_id: {"account": removal.account_id, "error": reason}
        for reason, each in removals.staying(wish).items()
        for removal in each
    }

    def tell(result: RemovalResult) -> None:
        rows[result.removal.account_id] = _result_values(result)
        output.say(f"{result.removal.account_id}: {_said(result)}")

    await remove_several(service, removals.going(wish), wish, actor=actor, tell=tell)
    failed = sum(row["error"] is not None for row in rows.values())
    still_there = f"; {accounts_words(failed)} still there" if failed else ""
    output.say(f"{accounts_words(len(rows) - failed)} removed{still_there}.")
    told = [rows[removal.account_id] for removal in removals.accounts]
    return output.finish({"accounts": told, "removed": len(rows) - failed, "failed": failed}, ok=not failed)


def _said(result: RemovalResult) -> str:
    if result.error is not None:
        return " ".join(part for part in (result.error.message, result.error.hint) if part)
    return "Removed." if result.removed is not None and result.removed.ended_at_telegram else f"Removed. {LEFT}"


def _staying(removals: Removals, wish: RemovalWish) -> Sequence[str]:
    return removals.staying_sentences(wish) if len(removals.accounts) > 1 or wish.keeps_open else ()


async def _confirm(output: Output, *, is_one: bool) -> None:
    if output.is_json or not sys.stdin.isatty():
        raise UserInputError(
            "Nobody can be asked here. Nothing was removed.", hint="Look with --plan, then give --yes."
        )
    question = "Remove it? [yes/no]" if is_one else "Remove them? [yes/no]"
    if (await Answers().ask(question)).strip().lower() not in ("y", "yes"):
        raise Cancelled


def _result_values(result: RemovalResult) -> dict[str, Scalar]:
    if result.removed is None:
        return {"account": result.removal.account_id, "error": result.error.message if result.error else None}
    return {
        "account": result.removal.account_id,
        "error": None,
        "cancelled": result.removed.cancelled,
        "moved": result.removed.moved,
        "left_uncertain": result.removed.left_uncertain,
        "ended_at_telegram": result.removed.ended_at_telegram,
    }


def _plan_of(removals: Removals, wish: RemovalWish) -> dict[str, JsonValue]:
    if len(removals.accounts) == 1:
        (removal,) = removals.accounts
        return {
            **_plan_values(removal),
            "campaigns": [
                {
                    "campaign": each.id,
                    "title": each.title,
                    "unsent": each.unsent,
                    "other_accounts": each.other_accounts,
                }
                for each in removal.campaigns
            ],
        }
    reasons = {removal.account_id: reason for reason, each in removals.staying(wish).items() for removal in each}
    rows = [{**_plan_values(each), "stays": reasons.get(each.account_id)} for each in removals.accounts]
    return {"accounts": rows, "going": len(rows) - len(reasons), "staying": len(reasons)}


def _plan_values(removal: Removal) -> dict[str, Scalar]:
    return {
        "account": removal.account_id,
        "planned": removal.planned,
        "deferred": removal.deferred,
        "open": removal.open,
        "uncertain": removal.uncertain,
        "settled": removal.settled,
        "people": removal.people,
        "cannot_move": removal.cannot_move or None,
    }

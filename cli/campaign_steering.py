"""`campaign send-again`, `unknown`, `slow-down` and `add-account`: a campaign on its way and after it."""

from collections.abc import Sequence
from typing import Annotated

import typer

from campaigns.delivery import DeliveryState
from campaigns.reasons import PASSING, SENTENCES, DeliveryReason
from campaigns.report.screens import PeopleQuestion
from campaigns.report.views import RecipientRow
from campaigns.steering import CampaignSteering, SendAgainPlan
from cli.answers import confirm
from cli.campaign_options import IdArgument
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import JsonValue, Output, run_command
from core.container import ServiceContainer
from core.domain.ids import AccountId, CampaignId, DeliveryId
from core.errors import UserInputError
from database import Database, ReportStore, ScreenStore

PAGE = 500


def add_steering(app: typer.Typer, house: House) -> None:
    """Add the four commands."""
    _add_send_again(app, house)
    _add_unknown(app, house)
    _add_pace_and_accounts(app, house)


def _add_send_again(app: typer.Typer, house: House) -> None:
    @app.command("send-again")
    def send_again(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        reason: Annotated[
            list[str] | None, typer.Option(help="Only who failed for this; all that may pass when absent.")
        ] = None,
        yes: Annotated[
            bool, typer.Option("--yes", help="Do not ask. With --json nothing is sent without it.")
        ] = False,
        json: JsonOption = False,
    ) -> None:
        """Who failed for a reason that may pass, and then send to them again: the same message, never twice."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                steering = services.get(CampaignSteering)
                plan = await steering.plan_send_again(CampaignId(campaign))
                chosen = _reasons(reason, plan)
                _show_plan(output, plan, chosen)
                count = sum(one.can_be_sent for one in plan.reasons if one.reason in chosen)
                sent = 0
                if plan.why_not:
                    output.say(plan.why_not)
                elif count and _is_wanted(count, yes=yes, json=json):
                    sent = await steering.send_again(CampaignId(campaign), chosen, actor=actor)
                    output.say(f"{sent:,} people are tried again. A running worker delivers it.")
            return output.finish(_plan_values(campaign, plan, sent))

        raise typer.Exit(run_command("campaign send-again", body, is_json=json))


def _add_unknown(app: typer.Typer, house: House) -> None:
    @app.command()
    def unknown(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        count_as_sent: Annotated[
            list[int] | None, typer.Option(help="Number of a message that you found in its chat.")
        ] = None,
        leave: Annotated[list[int] | None, typer.Option(help="Number of a message that stays unknown.")] = None,
        json: JsonOption = False,
    ) -> None:
        """Messages of unknown fate: they may have left and are never repeated. You decide what they count as."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(ReportStore).progress(CampaignId(campaign))  # that it is not known is said
                steering = services.get(CampaignSteering)
                chosen = [DeliveryId(number) for number in count_as_sent or []]
                counted = await steering.count_as_sent(CampaignId(campaign), chosen, actor=actor)
                chosen = [DeliveryId(number) for number in leave or []]
                left = await steering.leave_unknown(CampaignId(campaign), chosen, actor=actor)
                rows = await _unknown_people(services, CampaignId(campaign))
            if count_as_sent or leave:
                output.say(f"{counted:,} counted as sent, {left:,} left as they are.")
            output.table(
                "" if not rows else "Fate unknown",
                ["", "person", "account", "why"],
                [[str(number), row.name, row.account_title, _why(row)] for number, row in rows],
            )
            if not rows:
                output.say("Every fate is known.")
            people: list[dict[str, str | int | float | bool | None]] = [
                {
                    "number": number,
                    "person": row.name,
                    "account": row.account_title,
                    "reason": row.reason.value if row.reason else None,
                }
                for number, row in rows
            ]
            return output.finish({"campaign": campaign, "counted_as_sent": counted, "left": left, "unknown": people})

        raise typer.Exit(run_command("campaign unknown", body, is_json=json))


def _add_pace_and_accounts(app: typer.Typer, house: House) -> None:
    @app.command("slow-down")
    def slow_down(
        campaign: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        per_hour: Annotated[
            int | None, typer.Option(help="Messages an hour, evenly; as fast as its plan says when absent.")
        ] = None,
        json: JsonOption = False,
    ) -> None:
        """Send more slowly from the next message on, or at the former pace again."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                await services.get(CampaignSteering).slow_down(CampaignId(campaign), per_hour, actor=actor)
            output.say(
                "As fast as its plan and its accounts allow."
                if per_hour is None
                else f"At most {per_hour:,} an hour."
            )
            return output.finish({"campaign": campaign, "per_hour": per_hour})

        raise typer.Exit(run_command("campaign slow-down", body, is_json=json))

    @app.command("add-account")
    def add_account(
        campaign: IdArgument,
        account: Annotated[int, typer.Argument(help="Number of the account, as `account list` shows it.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        json: JsonOption = False,
    ) -> None:
        """Let one more account help: it takes over its share of the people who were not tried yet."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                steering = services.get(CampaignSteering)
                moved = await steering.add_account(CampaignId(campaign), AccountId(account), actor=actor)
            output.say(f"It takes over {moved:,} people. Nobody moves who was written to.")
            return output.finish({"campaign": campaign, "account": account, "moved": moved})

        raise typer.Exit(run_command("campaign add-account", body, is_json=json))


def _reasons(given: Sequence[str] | None, plan: SendAgainPlan) -> list[DeliveryReason]:
    if not given:
        return [one.reason for one in plan.reasons]
    known = {reason.value for reason in PASSING}
    odd = [text for text in given if text not in known]
    if odd:
        raise UserInputError(
            f"Sending again cannot help against: {', '.join(odd)}.",
            hint=f"Reasons that may pass: {', '.join(sorted(known))}.",
        )
    return [DeliveryReason(text) for text in given]


def _show_plan(output: Output, plan: SendAgainPlan, chosen: Sequence[DeliveryReason]) -> None:
    output.table(
        "",
        ["reason", "failed", "can be sent again", "why"],
        [
            [
                one.reason.value,
                f"{one.count:,}",
                f"{one.can_be_sent:,}",
                f"{SENTENCES[one.reason]} {PASSING[one.reason]}",
            ]
            for one in plan.reasons
            if one.reason in chosen
        ],
    )
    for one in plan.reasons:
        for why, count in one.held.items():
            output.say(f"{count:,} of {one.reason.value} may not be written to any more. {SENTENCES[why]}")
    if not plan.reasons:
        output.say("Nobody failed for a reason that may pass.")


def _is_wanted(count: int, *, yes: bool, json: bool) -> bool:
    if yes or json:
        return yes
    confirm(f"Send to {count:,} people again?")
    return True


def _plan_values(campaign: int, plan: SendAgainPlan, sent: int) -> dict[str, JsonValue]:
    reasons: JsonValue = [
        {"reason": one.reason.value, "failed": one.count, "can_be_sent": one.can_be_sent} for one in plan.reasons
    ]
    return {"campaign": campaign, "why_not": plan.why_not, "reasons": reasons, "sent_again": sent}


async def _unknown_people(services: ServiceContainer, campaign_id: CampaignId) -> Sequence[tuple[int, RecipientRow]]:
    """Those that nobody has decided about."""
    screens = ScreenStore(services.get(Database))
    ids = list(await screens.people_ids(PeopleQuestion(campaign_id=campaign_id, state=DeliveryState.UNCERTAIN)))
    found: list[tuple[int, RecipientRow]] = []
    for start in range(0, len(ids), PAGE):
        rows = await screens.people(ids[start : start + PAGE])
        found += [(number, rows[number]) for number in ids[start : start + PAGE] if number in rows]
    return [(number, row) for number, row in found if row.reason is not DeliveryReason.LEFT_UNKNOWN]


def _why(row: RecipientRow) -> str:
    return SENTENCES[row.reason] if row.reason is not None else ""

"""`account pause`, `resume`, `limits`, `devices` and `logout`: what is done to accounts that stay."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated

import typer

from campaigns.accounts.service import AccountService, LogOut
from campaigns.plan.account_limits import LIMIT_NAMES
from cli.account_removal import LEFT, IdsArgument, LeaveSessionOption, add_remove
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import JsonValue, Output, Scalar, run_command
from core.domain.account import LimitKind
from core.domain.ids import AccountId
from core.errors import InvalidTransitionError, UserInputError
from database import AccountStore

IdArgument = Annotated[int, typer.Argument(help="Number of the account, as `account list` shows it.")]
Act = Callable[[AccountService, AccountId], Awaitable[object]]

PROFILE = "profile"
"""Instead of a number: the limit goes back to that of the profile."""


def add_acts(app: typer.Typer, house: House) -> None:
    """Put the commands into `account`."""
    _add_steering(app, house)
    _add_limits(app, house)
    _add_devices(app, house)
    add_remove(app, house)


def _add_steering(app: typer.Typer, house: House) -> None:
    def act(name: str, accounts: list[int], workspace: Path, json: bool, said: str, do: Act) -> None:
        async def body(output: Output) -> int:
            rows: list[dict[str, Scalar]] = []
            async with opened(house, workspace) as services:
                store = services.get(AccountStore)
                chosen = [(await store.get(AccountId(number))).id for number in accounts]  # all of them, or none
                for account_id in chosen:
                    problem = None
                    try:
                        await do(services.get(AccountService), account_id)
                    except InvalidTransitionError as error:
                        if len(chosen) == 1:
                            raise
                        problem = error.message
                    rows.append(
                        {"account": account_id, "state": (await store.get(account_id)).state.value, "error": problem}
                    )
                    output.say(f"{account_id}: {problem or said}" if len(chosen) > 1 else said)
            if len(rows) == 1:
                return output.finish({"account": rows[0]["account"], "state": rows[0]["state"]})
            return output.finish({"accounts": rows}, ok=not any(row["error"] for row in rows))

        raise typer.Exit(run_command(f"account {name}", body, is_json=json))

    @app.command()
    def pause(
        accounts: IdsArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Send nothing from these accounts until they are resumed; they still hear STOP."""
        said = "Paused. Its deliveries stay with it."
        act("pause", accounts, workspace, json, said, lambda s, i: s.pause(i, actor=actor))

    @app.command()
    def resume(
        accounts: IdsArgument, workspace: WorkspaceOption, actor: ActorOption, json: JsonOption = False
    ) -> None:
        """Let these accounts send again, after a pause or after you mended what they needed."""
        act("resume", accounts, workspace, json, "It goes on.", lambda s, i: s.resume(i, actor=actor))

    @app.command()
    def logout(
        account: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        leave_session: LeaveSessionOption = False,
        json: JsonOption = False,
    ) -> None:
        """End its session at Telegram and erase it here; its deliveries wait until you sign in again."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                outcome = await services.get(AccountService).log_out(
                    AccountId(account), leave_session=leave_session, actor=actor
                )
                found = await services.get(AccountStore).get(AccountId(account))
            output.say("Logged out, and its session is erased here. Its deliveries stay with it.")
            if outcome is LogOut.LEFT:
                output.say(LEFT)
            ended = outcome is not LogOut.LEFT
            return output.finish({"account": account, "state": found.state.value, "ended_at_telegram": ended})

        raise typer.Exit(run_command("account logout", body, is_json=json))


def _add_limits(app: typer.Typer, house: House) -> None:
    def option(what: str) -> object:
        return typer.Option(help=f'{what}; "{PROFILE}": as the profile says.', metavar="N")

    @app.command()
    def limits(
        account: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        per_minute: Annotated[str, option("Messages a minute, as a steady pace")] = "",
        per_hour: Annotated[str, option("Messages an hour")] = "",
        per_day: Annotated[str, option("Messages a day")] = "",
        new_people_per_day: Annotated[str, option("People a day who never wrote to it")] = "",
        look_ups_per_day: Annotated[str, option("People a day found by name")] = "",
        beyond_safe: Annotated[bool, typer.Option("--beyond-safe", help="Take the risk of a larger number.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Show how much this account may send and where each number comes from; with options, set them first."""

        async def body(output: Output) -> int:
            given = {
                LimitKind.PER_MINUTE: per_minute,
                LimitKind.PER_HOUR: per_hour,
                LimitKind.PER_DAY: per_day,
                LimitKind.NEW_PEOPLE_PER_DAY: new_people_per_day,
                LimitKind.LOOK_UPS_PER_DAY: look_ups_per_day,
            }
            changes = {kind: _read_number(text) for kind, text in given.items() if text}
            async with opened(house, workspace) as services:
                service = services.get(AccountService)
                if changes:
                    await service.set_limits([AccountId(account)], changes, beyond_safe=beyond_safe, actor=actor)
                found = await service.limits(AccountId(account))
            output.table(
                "",
                ["limit", "now", "safe up to", ""],
                [
                    [
                        LIMIT_NAMES[limit.kind],
                        _number(limit.value),
                        _number(limit.profile_value),
                        limit.describe_source() + (", beyond the safe range" if limit.is_beyond_safe else ""),
                    ]
                    for limit in found
                ],
            )
            rows: JsonValue = [
                {
                    "limit": limit.kind.value,
                    "value": limit.value,
                    "safe": limit.profile_value,
                    "source": limit.source.value,
                    "set_by": limit.set_by or None,
                    "set_at": limit.set_at.isoformat() if limit.set_at else None,
                    "until": limit.until.isoformat() if limit.until else None,
                }
                for limit in found
            ]
            return output.finish({"account": account, "limits": rows})

        raise typer.Exit(run_command("account limits", body, is_json=json))


def _add_devices(app: typer.Typer, house: House) -> None:
    @app.command()
    def devices(
        account: IdArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        end: Annotated[str, typer.Option(help="Sign it out on this device first: its number.")] = "",
        end_others: Annotated[bool, typer.Option("--end-others", help="Sign it out everywhere but here.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Show where the account is signed in. A running worker is asked, which asks Telegram."""

        async def body(output: Output) -> int:
            if end and end_others:
                raise UserInputError("Give one of --end and --end-others.", hint="--end-others ends them all.")
            async with opened(house, workspace) as services:
                service = services.get(AccountService)
                if end:
                    await service.end_device(AccountId(account), end, actor=actor)
                if end_others:
                    await service.end_other_devices(AccountId(account), actor=actor)
                found = await service.list_devices(AccountId(account), actor=actor)
            output.table(
                "",
                ["number", "device", "app", "where", "last active", ""],
                [
                    [
                        "" if device.is_current else device.hash,
                        f"{device.model} {device.system}".strip(),
                        device.app,
                        f"{device.ip} {device.country}".strip(),
                        f"{device.active_at.astimezone():%Y-%m-%d %H:%M}",
                        "this one" if device.is_current else "official app" if device.is_official else "",
                    ]
                    for device in found
                ],
            )
            rows: JsonValue = [
                {
                    "device": device.hash,
                    "model": device.model,
                    "system": device.system,
                    "app": device.app,
                    "ip": device.ip,
                    "country": device.country,
                    "signed_in_at": device.signed_in_at.isoformat(),
                    "active_at": device.active_at.isoformat(),
                    "current": device.is_current,
                    "official": device.is_official,
                }
                for device in found
            ]
            return output.finish({"account": account, "devices": rows})

        raise typer.Exit(run_command("account devices", body, is_json=json))


def _read_number(text: str) -> int | None:
    """A limit; None: the profile's. Raises UserInputError."""
    if text == PROFILE:
        return None
    if not (text.isascii() and text.isdigit()):
        raise UserInputError(f'"{text}" is no limit.', hint=f'Give a whole number, or "{PROFILE}".')
    return int(text)


def _number(value: float | None) -> str:
    return "no limit" if value is None else f"{value:,.4g}" if value < 1000 else f"{value:,.0f}"

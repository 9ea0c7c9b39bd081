"""`account list` and `account show`: every account at one glance, and one with the reasons of its health."""

from collections.abc import Sequence
from typing import Annotated

import typer

from campaigns.accounts.standing import describe_standing
from campaigns.accounts.views import AccountCondition, AccountQuestion, AccountRow
from campaigns.worker_control import WorkerCondition, WorkerControl
from cli.account_acts import IdArgument
from cli.house import House
from cli.options import JsonOption, WorkspaceOption, opened
from cli.output import JsonValue, Output, Scalar, run_command
from core.clock import SystemClock
from core.container import ServiceContainer
from core.domain.ids import AccountId
from database import AccountListStore, AccountStore, Database


def add_views(app: typer.Typer, house: House) -> None:
    """Put the commands into `account`."""
    _add_list(app, house)
    _add_show(app, house)


def _add_list(app: typer.Typer, house: House) -> None:
    @app.command("list")
    def list_accounts(
        workspace: WorkspaceOption,
        only: Annotated[AccountCondition | None, typer.Option(help="Only those that stand like this.")] = None,
        label: Annotated[str | None, typer.Option(help="Only those with this label.")] = None,
        search: Annotated[str, typer.Option(help="Only those whose name, label or proxy has these letters.")] = "",
        json: JsonOption = False,
    ) -> None:
        """Every account, those that need you first: how it stands, what it waits for, its health, use and proxy."""

        async def body(output: Output) -> int:
            asked = AccountQuestion(condition=only, label=label, text=search)
            async with opened(house, workspace) as services:
                rows = await _read(services, asked)
            columns = ["", "account", "kind", "state", "now", "waits for", "health", "in 24 h", "proxy", "labels"]
            output.table("", columns, [_cells(row) for row in rows])
            if not rows:
                is_asked = asked.is_filtered or asked.text
                output.say("No account is like this." if is_asked else "No account yet. `account add` signs one in.")
            return output.finish({"accounts": [_values(row) for row in rows]})

        raise typer.Exit(run_command("account list", body, is_json=json))


def _add_show(app: typer.Typer, house: House) -> None:
    @app.command()
    def show(account: IdArgument, workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """One account: where it lives, how it stands and leaves, what its limits are, and each part of its health."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                found = await services.get(AccountStore).get(AccountId(account))
                [row] = await _rows(services, [account])
            standing = describe_standing(found)
            waits_until = found.send_cooldown_until.isoformat() if found.send_cooldown_until else None
            values: dict[str, Scalar] = {
                "account": found.id,
                "title": found.title,
                "kind": found.kind.value,
                "username": found.username,
                "telegram_user_id": found.telegram_user_id,
                "data_centre": found.data_centre.value,
                "state": found.state.value,
                "standing": standing.title,
                "reason": standing.message or None,
                "next_step": standing.hint or None,
                "frozen_since": standing.since.isoformat() if standing.since else None,
                "frozen_until": standing.until.isoformat() if standing.until else None,
                "appeal": standing.appeal_url or None,
                "proxy": _proxy_words(row),
                "labels": ", ".join(row.labels),
                "limits": found.limit_profile,
                "sent_in_24_h": _use(row),
                "in_its_queue": row.waiting_deliveries,
                "waits_until": waits_until,
                "half_rate_until": found.slowed_until.isoformat() if found.slowed_until else None,
                "last_seen": "online" if row.is_online else row.seen_at.isoformat() if row.seen_at else None,
                "health": row.health.score,
            }
            known = [(name, value) for name, value in values.items() if value not in (None, "")]
            output.table("", ["", ""], [[name.replace("_", " "), str(value)] for name, value in known])
            output.table(
                "",
                ["health", "", "why"],
                [[str(part.points), part.title, part.reason] for part in row.health.parts],
            )
            if found.slowed_until is not None and found.slowed_until > SystemClock().now():
                output.say(
                    "It sends at half its pace for a while, because Telegram asked it to wait. See account limits."
                )
            parts: JsonValue = [
                {"part": part.kind.value, "points": part.points, "title": part.title, "reason": part.reason}
                for part in row.health.parts
            ]
            return output.finish({**values, "health_parts": parts})

        raise typer.Exit(run_command("account show", body, is_json=json))


async def _read(services: ServiceContainer, asked: AccountQuestion) -> Sequence[AccountRow]:
    """The answer to a question, in its order."""
    has_worker = await _has_worker(services)
    ids = await _store(services).ids(asked, now=SystemClock().now(), has_worker=has_worker)
    return await _rows(services, ids)


async def _rows(services: ServiceContainer, ids: Sequence[int]) -> Sequence[AccountRow]:
    rows = await _store(services).rows(ids, now=SystemClock().now(), has_worker=await _has_worker(services))
    return [rows[account_id] for account_id in ids if account_id in rows]


def _store(services: ServiceContainer) -> AccountListStore:
    return AccountListStore(services.get(Database))


async def _has_worker(services: ServiceContainer) -> bool:
    return (await services.get(WorkerControl).status()).condition is WorkerCondition.RUNNING


def _cells(row: AccountRow) -> list[str]:
    waits = row.state_reason or row.lane_reason
    if row.until is not None:
        waits = f"{waits} until {row.until.astimezone():%d %b %H:%M:%S}".strip()
    return [
        str(row.id),
        row.title,
        row.kind.value,
        row.state.value.replace("_", " "),
        row.condition.value.replace("_", " "),
        waits,
        str(row.health.score),
        _use(row),
        _proxy_words(row),
        ", ".join(row.labels),
    ]


def _values(row: AccountRow) -> dict[str, Scalar | Sequence[Scalar]]:
    return {
        "account": row.id,
        "title": row.title,
        "kind": row.kind.value,
        "username": row.username,
        "state": row.state.value,
        "condition": row.condition.value,
        "lane": row.lane.value,
        "reason": row.state_reason,
        "waits_for": row.lane_reason,
        "until": row.until.isoformat() if row.until else None,
        "health": row.health.score,
        "sent_in_24_h": row.tried_day,
        "per_day": row.per_day,
        "in_its_queue": row.waiting_deliveries,
        "uses_proxy": row.uses_proxy,
        "proxy": row.proxy.id if row.proxy else None,
        "last_seen": row.seen_at.isoformat() if row.seen_at else None,
        "labels": row.labels,
    }


def _use(row: AccountRow) -> str:
    return f"{row.tried_day:,}" if row.per_day is None else f"{row.tried_day:,} of {row.per_day:,}"


def _proxy_words(row: AccountRow) -> str:
    """Number and place of its proxy, or how it leaves without one."""
    proxy = row.proxy
    if proxy is None:
        return "none yet: it waits for one" if row.uses_proxy else "direct"
    place = proxy.label or (f"[{proxy.host}]:{proxy.port}" if ":" in proxy.host else f"{proxy.host}:{proxy.port}")
    return f"{proxy.id} ({place})" + (", out of service" if proxy.failure else "")

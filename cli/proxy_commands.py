"""`proxy …`: import proxies, see how they are, and give them to accounts."""

import getpass
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from campaigns.audience.files.opening import unreadable
from cli.house import House
from cli.interrupts import asked_on_the_terminal
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from cli.passphrases import PassphraseOption, find_secrets
from core.clock import SystemClock
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import HolderFate, Proxy, ProxyChange, ProxyWish
from core.errors import SecretNotFound, UserInputError
from core.missing import missing
from core.workspace import open_workspace
from database import ProxyDesk, ProxyGroup, ProxyStore
from proxy import (
    MAX_LIST_BYTES,
    ImportedList,
    ProxyHealth,
    ProxyPool,
    change_secret,
    decode_list,
    describe_health,
    import_list,
    read_country,
    remove_proxies,
)

LabelOption = Annotated[str | None, typer.Option(help="Only proxies with this label.")]
CountryOption = Annotated[str | None, typer.Option(help="Only proxies of this country, two letters.")]
ProxiesArgument = Annotated[list[int], typer.Argument(help="Numbers of proxies, as `proxy list` shows them.")]
AccountArgument = Annotated[int, typer.Argument(help="Number of the account, as `account list` shows it.")]
AccountsArgument = Annotated[list[int], typer.Argument(help="Numbers of accounts, as `account list` shows them.")]

_NO_STORE = "This workspace has no secret store that could keep a password."


class _Accounts(StrEnum):
    """A HolderFate that a command offers."""

    REFUSE = "refuse"
    WAIT = "wait"
    MOVE = "move"


def proxy_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Import proxies, check them, and give them to accounts.", no_args_is_help=True)
    _add_list_commands(app, house)
    _add_change_commands(app, house)
    _add_account_commands(app, house)
    return app


def _add_list_commands(app: typer.Typer, house: House) -> None:
    @app.command("import")
    def import_proxies(
        file: Annotated[Path, typer.Argument(help="A list, one proxy a line; - reads standard input.")],
        workspace: WorkspaceOption,
        actor: ActorOption,
        label: Annotated[str, typer.Option(help="A label for all of them.")] = "",
        country: Annotated[str, typer.Option(help="Their country, two letters.")] = "",
        capacity: Annotated[int, typer.Option(min=1, max=1000, help="Accounts at once; 1: exclusive.")] = 1,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Add the proxies of a list; every line that cannot be used is told with its reason."""

        async def body(output: Output) -> int:
            folder = open_workspace(workspace)
            secrets = await find_secrets(folder, from_stdin=from_stdin)
            lines = _read_lines(file)
            group = ProxyGroup(label=label, country=read_country(country), capacity=capacity)
            async with opened(house, workspace) as services:
                imported = await import_list(
                    lines, services.get(ProxyStore), group, secrets, actor=actor, now=SystemClock().now()
                )
            _say_imported(output, imported)
            rows: list[dict[str, Scalar]] = [
                {"line": row.line, "reason": row.reason, "hint": row.hint} for row in imported.refused
            ]
            return output.finish(
                {
                    "accepted": imported.accepted,
                    "duplicates": imported.duplicates,
                    "refused": len(imported.refused),
                    "refused_rows": rows,
                    "missing_secrets": imported.missing_secret_count,
                }
            )

        raise typer.Exit(run_command("proxy import", body, is_json=json))

    @app.command("list")
    def list_proxies(workspace: WorkspaceOption, json: JsonOption = False) -> None:
        """Every proxy, who holds it, and how it was when it was last checked."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                proxies = await services.get(ProxyStore).list_proxies()
            if not proxies:
                output.say('No proxy yet. Add some with "proxy import FILE".')
            return _finish_list(output, proxies)

        raise typer.Exit(run_command("proxy list", body, is_json=json))

    @app.command()
    def check(
        workspace: WorkspaceOption,
        proxies: Annotated[list[int] | None, typer.Argument(help="Numbers of proxies; none: all of them.")] = None,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Ask Telegram for an answer through proxies now. Needs no account. Exit code 1 when one of them fails."""

        async def body(output: Output) -> int:
            async with _opened_for_checks(house, workspace, from_stdin=from_stdin) as services:
                chosen = [ProxyId(number) for number in proxies or ()]
                if not chosen:
                    chosen = [proxy.id for proxy in await services.get(ProxyStore).list_proxies()]
                checked = await services.get(ProxyHealth).check(chosen)
            return _finish_list(output, checked, ok=all(proxy.failure is None for proxy in checked))

        raise typer.Exit(run_command("proxy check", body, is_json=json))


def _add_change_commands(app: typer.Typer, house: House) -> None:
    @app.command()
    def edit(
        proxies: ProxiesArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        label: Annotated[str | None, typer.Option(help="Another label; an empty one takes it away.")] = None,
        country: Annotated[str | None, typer.Option(help="Another country, two letters or empty.")] = None,
        capacity: Annotated[int | None, typer.Option(min=1, max=1000, help="Accounts at once; 1: exclusive.")] = None,
        password: Annotated[
            bool, typer.Option("--password", help="Ask for a new password or secret, also on standard input.")
        ] = False,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Change the label, country, capacity or password of proxies."""

        async def body(output: Output) -> int:
            chosen = [ProxyId(number) for number in proxies]
            if password and len(chosen) != 1:
                raise UserInputError("A password belongs to one proxy.", hint="Name one proxy with --password.")
            change = ProxyChange(
                label=label, country=None if country is None else read_country(country), capacity=capacity
            )
            if change == ProxyChange() and not password:
                raise UserInputError(
                    "Nothing to change was given.", hint="Give a label, country, capacity or password."
                )
            folder, now = open_workspace(workspace), SystemClock().now()
            secrets = await find_secrets(folder, from_stdin=from_stdin) if password else None
            async with opened(house, workspace) as services:
                desk = services.get(ProxyDesk)
                if password:
                    if secrets is None:
                        raise UserInputError(_NO_STORE, hint='Choose one with "secrets new".')
                    proxy, text = await services.get(ProxyStore).get(chosen[0]), _ask_password()
                    await change_secret(proxy, text, desk, secrets, actor=actor, now=now)
                if change != ProxyChange():
                    await desk.edit(chosen, change, actor=actor, now=now)
            output.say(f"{len(chosen)} proxies changed." if len(chosen) > 1 else "Changed.")
            return output.finish({"changed": len(chosen)})

        raise typer.Exit(run_command("proxy edit", body, is_json=json))

    @app.command()
    def remove(
        proxies: ProxiesArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        accounts: Annotated[
            _Accounts, typer.Option(help="What accounts do that leave through them; refuse: nothing is removed then.")
        ] = _Accounts.REFUSE,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Remove proxies and their passwords. Their accounts move or wait, and never connect directly."""

        async def body(output: Output) -> int:
            folder = open_workspace(workspace)
            secrets = await find_secrets(folder, from_stdin=from_stdin)
            async with opened(house, workspace) as services:
                removed = await remove_proxies(
                    [ProxyId(number) for number in proxies],
                    HolderFate(accounts.value),
                    services.get(ProxyDesk),
                    secrets,
                    actor=actor,
                    now=SystemClock().now(),
                )
            if not removed.removed:
                raise missing("proxy", proxies[0])
            output.say(
                f"{len(removed.removed)} removed. {len(removed.moved)} accounts moved to another proxy, "
                f"{len(removed.waiting)} wait for one."
            )
            return output.finish(
                {"removed": len(removed.removed), "moved": len(removed.moved), "waiting": len(removed.waiting)}
            )

        raise typer.Exit(run_command("proxy remove", body, is_json=json))


def _add_account_commands(app: typer.Typer, house: House) -> None:
    @app.command()
    def assign(
        accounts: AccountsArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        proxy: Annotated[int | None, typer.Option(help="This proxy, by its number.")] = None,
        label: LabelOption = None,
        country: CountryOption = None,
        may_move: Annotated[
            bool, typer.Option("--may-move", help="To a healthy one of the same label and country, if it fails.")
        ] = False,
        json: JsonOption = False,
    ) -> None:
        """Give each of these accounts a proxy. From then on it leaves through its proxy or not at all."""

        async def body(output: Output) -> int:
            wish = ProxyWish(
                proxy_id=None if proxy is None else ProxyId(proxy),
                label=label,
                country=None if country is None else read_country(country),
            )
            rows: list[dict[str, Scalar]] = []
            async with opened(house, workspace) as services:
                pool, store = services.get(ProxyPool), services.get(ProxyStore)
                for account in accounts:
                    try:
                        given = await pool.assign(AccountId(account), wish, may_move=may_move, actor=actor)
                    except UserInputError as error:
                        if len(accounts) == 1:
                            raise
                        rows.append({"account": account, "proxy": None, "error": error.message})
                        output.say(f"Account {account}: {error.title}. {error.message}")
                        continue
                    address = (await store.get(given)).endpoint.address
                    rows.append({"account": account, "proxy": given, "error": None})
                    output.say(f"Account {account} leaves through proxy {given} ({address}), and never without one.")
            if len(rows) == 1:
                return output.finish({"account": rows[0]["account"], "proxy": rows[0]["proxy"]})
            return output.finish({"accounts": rows}, ok=not any(row["error"] for row in rows))

        raise typer.Exit(run_command("proxy assign", body, is_json=json))

    @app.command()
    def release(
        account: AccountArgument,
        workspace: WorkspaceOption,
        actor: ActorOption,
        direct: Annotated[
            bool, typer.Option("--direct", help="Let the account connect without any proxy from now on.")
        ] = False,
        json: JsonOption = False,
    ) -> None:
        """Take the proxy from an account, which then waits for another one."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                if not await services.get(ProxyPool).release(AccountId(account), direct=direct, actor=actor):
                    raise UserInputError(
                        "This account has no proxy.",
                        hint=f"`proxy assign {account}` gives it one.",
                        detail=f"account {account}",
                    )
            output.say(
                "It connects directly from now on."
                if direct
                else "It has no proxy now, and waits until it is given one."
            )
            return output.finish({"account": account, "direct": direct})

        raise typer.Exit(run_command("proxy release", body, is_json=json))


def _say_imported(output: Output, imported: ImportedList) -> None:
    output.say(f"Accepted: {imported.accepted}. Duplicates: {imported.duplicates}. Refused: {len(imported.refused)}.")
    rows = [[str(row.line), row.reason, row.hint] for row in imported.refused]
    if rows:
        output.table("", ["line", "why it was refused", "what to do"], rows)
    if imported.missing_secret_count:
        output.say(
            f"{imported.missing_secret_count} passwords were not kept, because this workspace has no secret store that "
            'stays. Choose one with "secrets new", then import the list again.'
        )


def _finish_list(output: Output, proxies: Sequence[Proxy], *, ok: bool = True) -> int:
    rows = [_Line.of(proxy) for proxy in proxies]
    columns = ["", "kind", "address", "label", "country", "accounts", "health"]
    if rows:
        output.table("", columns, [row.cells for row in rows])
    return output.finish({"proxies": [row.values for row in rows]}, ok=ok)


@dataclass(frozen=True, slots=True)
class _Line:
    """A proxy as people and as scripts see it."""

    cells: list[str]
    values: dict[str, Scalar]

    @classmethod
    def of(cls, proxy: Proxy) -> "_Line":
        endpoint, health = proxy.endpoint, describe_health(proxy)
        times = None if proxy.last_check is None else proxy.last_check.times
        until = proxy.quarantined_until
        holders = f"{len(proxy.account_ids)} of {proxy.capacity}"
        cells = [str(proxy.id), endpoint.kind.value, endpoint.address, proxy.label, proxy.country, holders, health]
        values: dict[str, Scalar] = {
            "proxy": proxy.id,
            "kind": endpoint.kind.value,
            "address": endpoint.address,
            "label": proxy.label,
            "country": proxy.country,
            "capacity": proxy.capacity,
            "accounts": len(proxy.account_ids),
            "failure": None if proxy.failure is None else proxy.failure.value,
            "health": health,
            "tcp_ms": None if times is None else times.tcp_ms,
            "telegram_ms": None if times is None else times.telegram_ms,
            "quarantined_until": None if until is None else until.isoformat(),
        }
        return cls(cells, values)


def _read_lines(file: Path) -> list[str]:
    try:
        if str(file) == "-":
            content = sys.stdin.buffer.read(MAX_LIST_BYTES + 1)
        else:
            with file.open("rb") as opened_file:
                content = opened_file.read(MAX_LIST_BYTES + 1)
    except OSError as error:
        raise unreadable(error) from error
    return decode_list(content)


def _ask_password() -> str:
    if sys.stdin.isatty():
        with asked_on_the_terminal():
            return getpass.getpass("New password or secret: ")
    return sys.stdin.readline().rstrip("\r\n")


class _NoSecrets:
    """The store of a workspace without one: it holds nothing."""

    def get(self, name: str) -> bytes:
        raise SecretNotFound(detail=name)

    def set(self, name: str, secret: bytes) -> None:
        raise SecretNotFound(detail=name)

    def delete(self, name: str) -> None:
        """There is none."""


@asynccontextmanager
async def _opened_for_checks(house: House, path: Path, *, from_stdin: bool) -> AsyncIterator[ServiceContainer]:
    folder = open_workspace(path)
    secrets = await find_secrets(folder, from_stdin=from_stdin) or _NoSecrets()
    container = house.services(folder, kind=WorkspaceKind.SANDBOX)
    house.add_proxy_health(container, folder, runs=False, secrets=secrets)
    async with container:
        yield container

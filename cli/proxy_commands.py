"""`proxy …`: import proxies, see how they are, and give them to accounts."""

import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from cli.secrets_commands import PassphraseOption, passphrase_source
from core.clock import SystemClock
from core.container import ServiceContainer
from core.domain.account import WorkspaceKind
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import Proxy, ProxyWish
from core.errors import SecretNotFound, UserInputError
from core.secrets.choice import StoreKind
from core.secrets.manager import SecretsManager, remembered_kind
from core.workspace import Workspace, open_workspace
from database import ProxyGroup, ProxyStore
from proxy import ImportedList, ProxyHealth, ProxyPool, Secrets, describe_health, import_list

MAX_LIST_BYTES = 8 << 20  # a hundred thousand proxies

LabelOption = Annotated[str | None, typer.Option(help="Only proxies with this label.")]
CountryOption = Annotated[str | None, typer.Option(help="Only proxies of this country, two letters.")]
AccountArgument = Annotated[int, typer.Argument(help="Number of the account, as `account list` shows it.")]


def proxy_app(house: House) -> typer.Typer:
    app = typer.Typer(help="Import proxies, check them, and give them to accounts.", no_args_is_help=True)
    _add_list_commands(app, house)
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
            lines = _read_lines(file)
            group = ProxyGroup(label=label, country=_read_country(country) or "", capacity=capacity)
            secrets = await _open_secrets(folder, from_stdin=from_stdin)
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


def _add_account_commands(app: typer.Typer, house: House) -> None:
    @app.command()
    def assign(
        account: AccountArgument,
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
        """Give an account a proxy. From then on it leaves through its proxy or not at all."""

        async def body(output: Output) -> int:
            wish = ProxyWish(
                proxy_id=None if proxy is None else ProxyId(proxy),
                label=label,
                country=None if country is None else _read_country(country),
            )
            async with opened(house, workspace) as services:
                given = await services.get(ProxyPool).assign(AccountId(account), wish, may_move=may_move, actor=actor)
                address = (await services.get(ProxyStore).get(given)).endpoint.address
            output.say(f"It leaves through proxy {given} ({address}), and never without one.")
            return output.finish({"account": account, "proxy": given})

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
                    raise UserInputError("This account has no proxy.", detail=f"account {account}")
            output.say(
                "It connects directly from now on."
                if direct
                else "It has no proxy now, and waits until it is given one."
            )
            return output.finish({"account": account, "direct": direct})

        raise typer.Exit(run_command("proxy release", body, is_json=json))


def _say_imported(output: Output, imported: ImportedList) -> None:
    output.say(
        f"{imported.accepted} proxies accepted, {imported.duplicates} duplicates, {len(imported.refused)} lines refused."
    )
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
        raise UserInputError(f"{file} cannot be read.", detail=type(error).__name__) from error
    if len(content) > MAX_LIST_BYTES:
        raise UserInputError("This list is longer than 8 MB.", hint="Split it.")
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise UserInputError(
            "This file is no text in UTF-8.", hint="Save it as UTF-8, or give another file."
        ) from error


def _read_country(text: str) -> str | None:
    country = text.strip().upper()
    if country and (len(country) != 2 or not (country.isascii() and country.isalpha())):
        raise UserInputError(f'"{text}" is no country.', hint="Give two letters, such as DE.")
    return country


def _has_lasting_store(folder: Workspace) -> bool:
    return remembered_kind(folder) not in (None, StoreKind.MEMORY)


async def _open_secrets(folder: Workspace, *, from_stdin: bool) -> Secrets | None:
    """The secret store, or None where there is none that a command could open."""
    if not _has_lasting_store(folder):
        return None
    return await SecretsManager.open_async(folder, passphrase_source(folder, from_stdin))


class _NoSecrets:
    """The store of a workspace without one: it holds nothing."""

    def get(self, name: str) -> bytes:
        raise SecretNotFound(detail=name)

    def set(self, name: str, secret: bytes) -> None:
        raise SecretNotFound(detail=name)


@asynccontextmanager
async def _opened_for_checks(house: House, path: Path, *, from_stdin: bool) -> AsyncIterator[ServiceContainer]:
    folder = open_workspace(path)
    secrets = await _open_secrets(folder, from_stdin=from_stdin) or _NoSecrets()
    container = house.services(folder, kind=WorkspaceKind.SANDBOX)
    house.add_proxy_health(container, folder, runs=False, secrets=secrets)
    async with container:
        yield container

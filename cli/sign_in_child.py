"""`sign-in-child`: a sign-in in a process of its own, for the console and for `account add`. Not for people."""

import asyncio
import sys
from pathlib import Path

from cli.house import House
from cli.interrupts import end_of_loading
from cli.output import first_of
from core.clock import SystemClock
from core.config import Config
from core.domain.account import Account, DataCentre, WorkspaceKind
from core.domain.ids import AccountId
from core.errors import AppError
from core.secrets.key_pipe import read_key_fd
from core.secrets.manager import DataKey, SecretsManager
from core.workspace import open_workspace
from database import AccountStore, WorkspaceStore
from proxy import ProxyPool
from telegram.sign_in.values import Method, Refused, problem_of

PROCESS = "sign-in"
"""Names its log file."""


def run_sign_in_child(
    house: House,
    folder: Path,
    *,
    method: Method,
    account_id: AccountId | None,
    data_centre: DataCentre | None,
    proxy: str,
    actor: str,
) -> int:
    """Read the key and then commands from standard input; 0 when the sign-in ended or the input closed, else 1."""
    from telegram import CustomDataCentre
    from telegram.sign_in.child import run_child, write_state

    async def run() -> None:
        workspace = open_workspace(folder)
        container = house.services(workspace, process=PROCESS)
        house.add_secrets(container, workspace, DataKey(read_key_fd(0)))
        async with container:
            kind = (await container.get(WorkspaceStore).get()).kind
            rows = container.get(AccountStore)
            again: Account | None = None if account_id is None else await rows.get(account_id)
            await run_child(
                workspace=workspace,
                kind=kind,
                data_centre=again.data_centre if again is not None else data_centre or _home(kind),
                rows=rows,
                secrets=container.get(SecretsManager),
                routes=container.get(ProxyPool),
                picks=container.get(ProxyPool),
                proxy=proxy,
                again=again,
                method=method,
                actor=actor,
                clock=SystemClock(),
                output=sys.stdout.buffer,
                custom=CustomDataCentre.of(container.get(Config).data_centre, workspace.folder),
            )

    end_of_loading()
    try:
        asyncio.run(run())
    except AppError as error:
        write_state(sys.stdout.buffer, Refused(problem=problem_of(error)))
        return 1
    except BaseExceptionGroup as group:
        known = group.subgroup(AppError)
        if known is None:
            raise
        write_state(sys.stdout.buffer, Refused(problem=problem_of(first_of(known))))
        return 1
    return 0


def _home(kind: WorkspaceKind) -> DataCentre:
    return DataCentre.SANDBOX if kind is WorkspaceKind.SANDBOX else DataCentre.PRODUCTION

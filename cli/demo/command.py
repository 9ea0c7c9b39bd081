"""The command `demo`: makes the workspace and the sandbox, runs the campaign, tells the result, tidies up."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from campaigns.audience.import_file import FileImport
from campaigns.service import CampaignService
from campaigns.worker_control import WorkerCondition, WorkerControl
from cli.demo.options import DemoOptions, DemoResult, refuse_live
from cli.demo.prepare import Preparation
from cli.demo.run import DemoRun
from cli.demo.watch import Watch
from cli.house import House
from cli.output import Output
from cli.sandbox_command import sandbox_command
from cli.window_input import until_input_closed
from core.clock import SystemClock
from core.config_writing import write_setting
from core.domain.account import WorkspaceKind
from core.errors import WorkspaceBusy
from core.secrets.choice import StoreKind
from core.secrets.manager import DataKey, SecretsManager
from core.workspace import Workspace, open_workspace
from database import AccountStore, ReportStore, WorkspaceStore
from telegram import DataCentres
from telegram.sandbox.control import Fault, FaultKind, SandboxControl
from telegram.sandbox.process import SandboxProcess

LATE_ANSWERS = Fault(kind=FaultKind.DELAY, method="messages.sendMessage", seconds=0.05, count=None)
"""A message is stored at once and answered as late as over the internet: a kill then finds messages under way, whose
fate the worker does not know. Without it the sandbox answers within a millisecond and most kills would prove nothing."""


async def run_demo(
    house: House, options: DemoOptions, folder: Path | None, output: Output, *, key: DataKey | None = None
) -> int:
    """From an empty folder to a counted result. `folder` None: a temporary one, removed when everything went well.

    With a `key` from a window, sandbox and worker stay until the window closes standard input, and end with it also
    in the middle.
    """
    with place_for(folder, output) as place:
        work = _demo(house, options, open_workspace(place.folder), output, key)
        result = await work if key is None else await until_input_closed(work, "demo")
        place.is_worth_a_look = not result.is_ok
    _tell(result, output)
    return output.finish(asdict(result), ok=result.is_ok)


@dataclass(slots=True)
class _Place:
    folder: Path
    is_worth_a_look: bool = True


@contextmanager
def place_for(folder: Path | None, output: Output) -> Iterator[_Place]:
    """The folder of a demo. A temporary one goes in the end, also when the demo is cancelled; after a failure it stays
    where there is something to look at."""
    if folder is not None:
        yield _Place(folder)
        return
    place = _Place(Path(tempfile.mkdtemp(prefix="wireroom-demo-")))
    try:
        yield place
    except asyncio.CancelledError:
        place.is_worth_a_look = False
        raise
    finally:
        if place.is_worth_a_look and Workspace(place.folder).database_path.exists():
            output.keep(place.folder)
        else:
            shutil.rmtree(place.folder)


async def _demo(
    house: House, options: DemoOptions, workspace: Workspace, output: Output, key: DataKey | None
) -> DemoResult:
    await _refuse_unfit(house, workspace)
    if options.rate is not None:
        write_setting(
            workspace.config_path, "delivery", "sandbox_rate_per_s", round(options.rate / options.accounts, 3)
        )
    secrets = make_secrets(workspace) if key is None else SecretsManager.open(workspace, key)

    async def stay(result: DemoResult) -> None:
        if key is not None:
            _tell(result, output)
            await asyncio.Event().wait()  # until the window closes

    sandbox = SandboxProcess(workspace.sandbox, sandbox_command(house.program, workspace))
    clock = SystemClock()
    # The container is outermost: its thread pool is the loop's, and stopping the sandbox waits on a thread.
    async with house.services(workspace, kind=WorkspaceKind.SANDBOX, process="demo") as container:
        with Watch(output) as watch:
            watch.say("Starting the sandbox: a small Telegram on this computer")
            address = await sandbox.start()
            try:
                async with SandboxControl(address) as control:
                    prepared = await Preparation(
                        options=options,
                        workspace=workspace,
                        control=control,
                        data_centres=DataCentres(WorkspaceKind.SANDBOX, sandbox_folder=workspace.sandbox),
                        secrets=secrets,
                        accounts=container.get(AccountStore),
                        imports=container.get(FileImport),
                        clock=clock,
                        tell=watch.say,
                    ).run()
                    if options.kills:
                        await control.inject(LATE_ANSWERS)
                return await DemoRun(
                    options=options,
                    workspace=workspace,
                    service=container.get(CampaignService),
                    reports=container.get(ReportStore),
                    worker=container.get(WorkerControl),
                    key_line=secrets.key_line(),
                    clock=clock,
                    watch=watch,
                ).run(prepared.account_ids, stay)
            finally:
                await sandbox.stop()


def make_secrets(workspace: Workspace) -> SecretsManager:
    """A vault whose key lives in this process and in the workers that it starts; nothing of it is stored."""
    return SecretsManager.create(workspace, StoreKind.MEMORY, forget_former_run=True)


async def _refuse_unfit(house: House, workspace: Workspace) -> None:
    """The key of an earlier demo is forgotten afterwards, so no worker of it may still use it."""
    async with house.services(workspace, kind=WorkspaceKind.SANDBOX, process="demo") as container:
        refuse_live((await container.get(WorkspaceStore).get()).kind)
        status = await container.get(WorkerControl).status()
    if status.condition in (WorkerCondition.RUNNING, WorkerCondition.NOT_ANSWERING):
        raise WorkspaceBusy(
            "A worker of this workspace is running.", hint='Stop it with "worker stop", or give another folder.'
        )


def _tell(result: DemoResult, output: Output) -> None:
    verdict = "Everyone was reached exactly once." if result.is_ok else "The proof failed: see the figures."
    output.say("")
    output.say(verdict)
    rows = [
        ["recipients", f"{result.recipients:,}", ""],
        ["delivered", f"{result.delivered:,}", "persons in the sandbox's own ledger"],
        ["duplicates", f"{result.duplicates:,}", "entries of the ledger above one a person"],
        ["missing", f"{result.missing:,}", "recipients neither delivered nor skipped"],
        ["skipped", f"{result.skipped:,}", "said STOP or blocked before their turn"],
        ["unknown fate", f"{result.uncertain:,}", ""],
        ["kills", f"{result.kills:,}", f"{result.kills_in_flight:,} of them with messages under way"],
        ["rate", f"{result.rate_per_s:,.1f} a second", f"in {result.elapsed_s:,.1f} s"],
    ]
    output.table("", ["", "", ""], rows)

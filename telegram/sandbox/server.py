"""Runs the data centre: opens its files, listens on the loopback address, announces itself, ends in order."""

import asyncio
import errno
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from pathlib import Path

from core.clock import SystemClock
from core.errors import PortInUse, StorageError, WorkspaceBusy
from core.files import make_private_folder
from core.locks import OsLock
from telegram.sandbox import ledger as ledgers
from telegram.sandbox import methods as methods  # registers them
from telegram.sandbox import uploads
from telegram.sandbox.address import FIRST_DC, HOST, SECOND_DC, SandboxAddress, remove_address, write_address
from telegram.sandbox.behaviour import Behaviour
from telegram.sandbox.commands import RepeatBehaviour
from telegram.sandbox.control_server import MAX_LINE_BYTES, ControlServer
from telegram.sandbox.data_centre import DataCentre
from telegram.sandbox.dispatch import Dispatcher
from telegram.sandbox.journal import Journal
from telegram.sandbox.key_exchange import ServerKey
from telegram.sandbox.link import ClientLink
from telegram.sandbox.records import MessageSent, WorldMade
from telegram.sandbox.server_clock import ServerClock
from telegram.sandbox.state import State
from telegram.sandbox.turn import Turn

JOURNAL_NAME = "journal.jsonl"
LOCK_NAME = "sandbox.lock"


async def serve(folder: Path, *, port: int = 0, repeat: RepeatBehaviour = RepeatBehaviour.ECHO) -> None:
    """Run a sandbox in `folder` until SIGTERM, SIGINT or cancellation. `port` 0 takes a free one.

    Raises PortInUse, WorkspaceBusy (another sandbox runs in this folder), StorageCorrupt, and
    StorageFull, StorageReadOnly or StorageError when its files cannot be written, also later.
    """
    make_private_folder(folder)
    with _only_one(folder):
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        journal, ledger = Journal(folder / JOURNAL_NAME), ledgers.Ledger(folder / ledgers.FILE_NAME)
        try:
            centre = restore(journal, ledger, on_failure=partial(_end, ended))
            centre.repeat_behaviour = repeat
            centre.uploads.folder = folder / uploads.FOLDER_NAME
            Behaviour(centre, asyncio.get_running_loop().call_later)
            with _ended_by_signals(ended):  # before the address is there: whoever reads it may end us at once
                async with _listening(folder, centre, port):
                    await ended
        finally:
            journal.close()
            ledger.close()


def run(folder: Path, *, port: int = 0, repeat: RepeatBehaviour = RepeatBehaviour.ECHO) -> None:
    """`serve` as a process's whole work, on uvloop where there is one."""
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(folder, port=port, repeat=repeat))
    else:
        uvloop.run(serve(folder, port=port, repeat=repeat))


def restore(journal: Journal, ledger: ledgers.Ledger, *, on_failure: Callable[[StorageError], None]) -> DataCentre:
    """The data centre as its files describe it; the ledger gets what a kill kept from it.

    `on_failure` hears of the first write that fails; nothing is answered from then on.
    """
    state = State()
    accepted: list[MessageSent] = []
    for record in journal.replay():
        state.apply(record)
        if isinstance(record, MessageSent):
            accepted.append(record)
    ledger.reconcile(accepted)
    turn = Turn(state, journal, ledger, on_failure)
    if not state.secret:
        # Before the first turn, so that nothing can leave that follows from an unwritten secret.
        state.apply(world := WorldMade(secrets.token_bytes(32)))
        journal.add(world)
        journal.commit()
    return DataCentre(state, turn, ServerClock(SystemClock()))


@asynccontextmanager
async def _listening(folder: Path, centre: DataCentre, port: int) -> AsyncIterator[None]:
    """Both ports are open and announced inside the block."""
    server_key, proxy_secret, token = ServerKey(), secrets.token_bytes(16), secrets.token_urlsafe(24)
    dispatcher, control_server = Dispatcher(centre), ControlServer(centre, token)
    servers: list[asyncio.Server] = []
    for dc_id, wanted in ((FIRST_DC, port), (SECOND_DC, 0)):
        make_link = partial(ClientLink, centre, dispatcher, server_key, proxy_secret, dc_id)
        servers.append(await _listen(make_link, wanted))
        centre.ports[dc_id] = servers[-1].sockets[0].getsockname()[1]
    control = await asyncio.start_server(control_server.serve_client, HOST, 0, limit=MAX_LINE_BYTES)
    write_address(
        folder,
        SandboxAddress(
            host=HOST,
            port=centre.ports[FIRST_DC],
            second_port=centre.ports[SECOND_DC],
            control_port=control.sockets[0].getsockname()[1],
            control_token=token,
            public_key_pem=server_key.public_pem,
            proxy_secret=proxy_secret.hex(),
            pid=os.getpid(),
            started_at=SystemClock().now().isoformat(timespec="milliseconds"),
        ),
    )
    try:
        yield
    finally:
        remove_address(folder, pid=os.getpid())
        for server in servers:
            server.close()
        control.close()
        control_server.close_clients()
        centre.turn.end()
        for link in centre.links():
            link.drop()


async def _listen(make_link: Callable[[], asyncio.Protocol], port: int) -> asyncio.Server:
    try:
        return await asyncio.get_running_loop().create_server(make_link, HOST, port)
    except OSError as error:
        if error.errno not in {errno.EADDRINUSE, errno.EACCES}:
            raise
        raise PortInUse(
            f"Port {port} is used by another program, or may not be used by you.",
            hint="Choose another port, or leave it to Wireroom.",
        ) from error


@contextmanager
def _ended_by_signals(ended: "asyncio.Future[None]") -> Iterator[None]:
    """SIGTERM and SIGINT complete `ended` inside the block."""
    loop = asyncio.get_running_loop()
    handled: list[signal.Signals] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        # Not on Windows and not outside the main thread: there the process ends by the default action.
        with suppress(NotImplementedError, RuntimeError, ValueError):
            loop.add_signal_handler(number, _end, ended)
            handled.append(number)
    try:
        yield
    finally:
        for number in handled:
            loop.remove_signal_handler(number)


def _end(ended: "asyncio.Future[None]", error: StorageError | None = None) -> None:
    if not ended.done():
        ended.set_exception(error) if error else ended.set_result(None)


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system frees it when the process ends, however it ends."""
    lock = OsLock(folder / LOCK_NAME)
    if not lock.acquire():
        raise WorkspaceBusy("A sandbox runs in this folder already.", title="This sandbox is already running")
    try:
        yield
    finally:
        lock.release()

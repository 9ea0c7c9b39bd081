"""Who may leave how: a direct connect and the change to a proxy never overlap, in whatever process."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from core.clock import SystemClock
from core.domain.ids import AccountId
from core.domain.proxy import HolderFate, ProxyEndpoint, ProxyKind, ProxyWish
from core.errors import ProxyMissing, TimedOut, UserInputError
from core.locks import route_lock
from core.workspace import Workspace, open_workspace
from database.stores.proxies import ProxyGroup, ProxyStore
from database.stores.proxy_desk import ProxyDesk
from proxy import pool as pool_module
from proxy.changing import change_secret, remove_proxies
from proxy.importing import ProxyImport, import_list
from proxy.parsing import parse_list
from proxy.pool import ProxyPool
from tests.database.stores.world import NOW, World
from tests.fake_secrets import FakeSecrets

ROOT = Path(__file__).parents[2]


class Pool:
    """A pool over a real database, with one account and one proxy."""

    def __init__(self, world: World, workspace: Workspace, account_id: AccountId) -> None:
        self.world, self.workspace, self.account_id = world, workspace, account_id
        self.pool = ProxyPool(ProxyStore(world.database), SystemClock(), lambda id_: route_lock(workspace, id_))

    async def assign(self) -> None:
        await self.pool.assign(self.account_id, ProxyWish(), may_move=False, actor="ann")


@pytest.fixture
async def made(tmp_path: Path) -> AsyncIterator[Pool]:
    world = await World.make(tmp_path)
    account_id = await world.add_account()
    endpoint = ProxyEndpoint(kind=ProxyKind.HTTP, host="192.0.2.1", port=3128)
    await ProxyStore(world.database).import_proxies([endpoint], ProxyGroup(), actor="ann", now=NOW)
    yield Pool(world, open_workspace(tmp_path / "workspace"), account_id)
    await world.database.close()


async def test_a_direct_connect_is_over_before_the_account_is_set_to_a_proxy(made: Pool) -> None:
    async with made.pool.hold(made.account_id) as endpoint:
        assert endpoint is None
        assigning = asyncio.get_running_loop().create_task(made.assign())
        done, _ = await asyncio.wait([assigning], timeout=0.1)
        assert not done
        assert await made.pool.find(made.account_id) is None
    await assigning
    assert await made.pool.find(made.account_id) is not None


async def test_whoever_waited_to_connect_directly_sees_the_change(made: Pool) -> None:
    lock = route_lock(made.workspace, made.account_id)
    assert lock.acquire()

    async def connect() -> ProxyEndpoint | None:
        async with made.pool.hold(made.account_id) as endpoint:
            return endpoint

    connecting = asyncio.get_running_loop().create_task(connect())
    await asyncio.wait([connecting], timeout=0.05)
    await ProxyStore(made.world.database).assign(made.account_id, ProxyWish(), may_move=False, actor="ann", now=NOW)
    lock.release()

    assert await connecting is not None


HOLDER = """
import sys
from pathlib import Path
from core.locks import route_lock
from core.workspace import open_workspace
lock = route_lock(open_workspace(Path(sys.argv[1])), 1)
assert lock.acquire()
print("held", flush=True)
sys.stdin.readline()
"""


@pytest.mark.slow
async def test_a_direct_connect_of_another_process_counts_as_well(
    made: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool_module, "LOCK_PATIENCE_S", 0.1)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(made.workspace.folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"

    with pytest.raises(TimedOut, match="Nothing was changed"):
        await made.assign()

    holder.communicate("\n")
    await made.assign()


async def test_several_connects_through_proxies_do_not_wait_for_each_other(made: Pool) -> None:
    await made.assign()
    async with made.pool.hold(made.account_id) as first, made.pool.hold(made.account_id) as second:
        assert first == second
        await made.assign()


async def test_a_released_account_waits_and_a_direct_one_does_not(made: Pool) -> None:
    await made.assign()
    await made.pool.release(made.account_id, direct=False, actor="ann")
    with pytest.raises(ProxyMissing):
        await made.pool.find(made.account_id)

    await made.pool.release(made.account_id, direct=True, actor="ann")
    async with made.pool.hold(made.account_id) as endpoint:
        assert endpoint is None


async def test_an_imported_list_has_its_credentials_in_the_secret_store_only(made: Pool, tmp_path: Path) -> None:
    secrets, store = FakeSecrets(), ProxyStore(made.world.database)
    lines = [
        "192.0.2.9:1080:ann:hunter22",
        "192.0.2.1:80",
        "http://192.0.2.1:3128",
        "192.0.2.9:1080:ann:hunter22",
        "x",
    ]

    first = await import_list(lines, store, ProxyGroup(), secrets, actor="ann", now=NOW)
    again = await import_list(lines, store, ProxyGroup(), secrets, actor="ann", now=NOW)

    assert (first.accepted, first.duplicates, len(first.refused), first.missing_secret_count) == (2, 2, 1, 0)
    assert (again.accepted, again.duplicates) == (0, 4)
    assert (list(secrets.held.values()), secrets.writes) == ([b"hunter22"], 1)
    assert (await store.list_proxies())[1].endpoint.secret_name in secrets.held
    await made.world.database.close()
    assert all(b"hunter22" not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())


async def test_a_new_password_of_a_known_proxy_replaces_the_old_one(made: Pool) -> None:
    secrets, store = FakeSecrets(), ProxyStore(made.world.database)
    for password in ("one11", "two22"):
        await import_list([f"192.0.2.9:1080:ann:{password}"], store, ProxyGroup(), secrets, actor="ann", now=NOW)

    assert list(secrets.held.values()) == [b"two22"]


LONG = [f"192.0.{number // 200}.{number % 200}:1080:ann:pass{number}" for number in range(60)]


def an_import(made: Pool, secrets: FakeSecrets, lines: Sequence[str]) -> ProxyImport[ProxyGroup]:
    return ProxyImport(parse_list(lines).accepted, ProxyStore(made.world.database), ProxyGroup(), secrets)


async def test_an_import_is_taken_back_with_its_passwords_but_for_proxies_in_use(made: Pool) -> None:
    secrets, store = FakeSecrets(), ProxyStore(made.world.database)
    job = an_import(made, secrets, [*LONG, "http://192.0.2.1:3128"])
    heard: list[int] = []
    await job.run(actor="ann", now=NOW, tell=heard.append)
    assert (len(job.added), job.steps, heard[-1]) == (60, 121, 121)
    await store.assign(made.account_id, ProxyWish(proxy_id=job.added[7]), may_move=False, actor="ann", now=NOW)

    removed = await job.undo(ProxyDesk(made.world.database), actor="ann", now=NOW)

    assert (len(removed.removed), len(await store.list_proxies())) == (59, 2)
    assert list(secrets.held.values()) == [b"pass7"]


async def test_a_cancelled_import_leaves_no_row_and_no_password(made: Pool) -> None:
    secrets, store = FakeSecrets(), ProxyStore(made.world.database)
    job = an_import(made, secrets, LONG)

    await job.run(actor="ann", now=NOW, tell=lambda _: job.cancel())
    assert secrets.held
    await job.undo(ProxyDesk(made.world.database), actor="ann", now=NOW)

    assert (secrets.held, len(await store.list_proxies())) == ({}, 1)


async def test_a_new_password_is_kept_and_named_and_a_removed_proxy_leaves_none(made: Pool) -> None:
    secrets, store, desk = FakeSecrets(), ProxyStore(made.world.database), ProxyDesk(made.world.database)
    job = an_import(made, secrets, ["http://ann@192.0.2.9:3128", "192.0.2.9:1080"])
    await job.run(actor="ann", now=NOW)
    named, bare = [await store.get(proxy_id) for proxy_id in job.added]

    await change_secret(named, "hunter22", desk, secrets, actor="ann", now=NOW)
    assert secrets.held == {(await store.get(named.id)).endpoint.secret_name: b"hunter22"}
    with pytest.raises(UserInputError, match="takes no password"):
        await change_secret(bare, "hunter22", desk, secrets, actor="ann", now=NOW)

    await remove_proxies([named.id], HolderFate.REFUSE, desk, secrets, actor="ann", now=NOW)
    assert secrets.held == {}


async def test_many_proxies_are_removed_in_pieces_and_their_accounts_wait(made: Pool) -> None:
    secrets, store, desk = FakeSecrets(), ProxyStore(made.world.database), ProxyDesk(made.world.database)
    lines = [f"192.0.{number // 200}.{number % 200}:1080" for number in range(450)]
    job = an_import(made, secrets, lines)
    await job.run(actor="ann", now=NOW)
    await store.assign(made.account_id, ProxyWish(proxy_id=job.added[0]), may_move=True, actor="ann", now=NOW)
    ids = [proxy.id for proxy in await store.list_proxies()]

    removed = await remove_proxies(ids, HolderFate.MOVE, desk, secrets, actor="ann", now=NOW)

    assert (len(removed.removed), removed.moved, removed.waiting) == (451, (), (made.account_id,))
    assert await store.list_proxies() == []
    with pytest.raises(ProxyMissing):
        await made.pool.find(made.account_id)


async def test_without_a_secret_store_it_is_said_what_is_missing(made: Pool) -> None:
    store = ProxyStore(made.world.database)
    imported = await import_list(
        ["192.0.2.9:1:ann:hunter22", "192.0.2.9:2"], store, ProxyGroup(), None, actor="ann", now=NOW
    )

    assert (imported.accepted, imported.missing_secret_count) == (2, 1)

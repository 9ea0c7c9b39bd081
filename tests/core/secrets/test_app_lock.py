"""The app lock: whose passphrase it is, and tries that are slowed whatever happens between them."""

import json
import threading
from datetime import UTC, datetime

import pytest

from core.errors import SecretStoreError, TooManyTries, UserInputError, WrongPassphrase
from core.lock_state import LockState
from core.lock_tries import FIRST_WAIT_S, FREE_TRIES, LONGEST_WAIT_S, LockTries, is_lock_on, wait_after
from core.secrets.app_lock import AppLock
from core.secrets.choice import StoreKind
from core.secrets.manager import Passphrase, SecretsManager
from core.workspace import Workspace
from tests.fake_clock import FakeClock

RIGHT, NEW, WRONG = "correct horse", "battery staple", "incorrect horse"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def lock(workspace: Workspace, clock: FakeClock) -> AppLock:
    """On, in a workspace whose data key is not wrapped by a passphrase."""
    lock = AppLock(workspace, clock)
    lock.turn_on(RIGHT)
    return lock


def fail(lock: AppLock, clock: FakeClock, times: int) -> None:
    """So many wrong tries, each as soon as it is taken."""
    for _ in range(times):
        clock.advance(lock.wait_s())
        with pytest.raises(WrongPassphrase):
            lock.open(WRONG)


def test_only_its_passphrase_opens_it(lock: AppLock, workspace: Workspace) -> None:
    with pytest.raises(WrongPassphrase):
        lock.open(WRONG)

    opened = lock.open(RIGHT)

    assert opened.key is None  # it opens the console, no vault
    assert opened.failures == 1
    assert is_lock_on(workspace)
    assert RIGHT.encode() not in b"".join(path.read_bytes() for path in workspace.vault.iterdir())


@pytest.mark.parametrize("kind", [StoreKind.PASSPHRASE, StoreKind.MEMORY])
def test_its_passphrase_is_the_vaults_where_one_wraps_the_data_key(
    workspace: Workspace, clock: FakeClock, kind: StoreKind
) -> None:
    manager = SecretsManager.create(workspace, kind, passphrase="the vault's own")
    lock = AppLock(workspace, clock)

    if kind is StoreKind.MEMORY:
        lock.turn_on(RIGHT)
        assert lock.open(RIGHT).key is None
        return
    with pytest.raises(WrongPassphrase):
        lock.turn_on(RIGHT)
    assert not lock.is_on
    lock.turn_on("the vault's own")

    key = lock.open("the vault's own").key
    assert SecretsManager.open(workspace, key).key_line() == manager.key_line()


def test_lock_takes_over_the_passphrase_of_a_vault_that_is_made_later(lock: AppLock, workspace: Workspace) -> None:
    SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=NEW)

    with pytest.raises(WrongPassphrase):
        lock.open(RIGHT)
    assert lock.open(NEW).key is not None


def test_changing_the_lock_changes_the_vaults_passphrase_and_keeps_its_key(
    workspace: Workspace, clock: FakeClock
) -> None:
    manager = SecretsManager.create(workspace, StoreKind.PASSPHRASE, passphrase=RIGHT)
    manager.set("a", b"secret")
    lock = AppLock(workspace, clock)
    lock.turn_on(RIGHT)

    lock.change(RIGHT, NEW)

    assert SecretsManager.open(workspace, Passphrase(NEW)).get("a") == b"secret"
    with pytest.raises(WrongPassphrase):
        SecretsManager.open(workspace, Passphrase(RIGHT))


def test_changing_and_turning_off_ask_for_the_old_passphrase(lock: AppLock, workspace: Workspace) -> None:
    with pytest.raises(WrongPassphrase):
        lock.turn_off(WRONG)
    with pytest.raises(WrongPassphrase):
        lock.change(WRONG, NEW)
    assert lock.is_on

    lock.change(RIGHT, NEW)
    lock.turn_off(NEW)

    assert not lock.is_on
    assert not [path for path in workspace.vault.iterdir() if path.name.startswith("app-lock")]


@pytest.mark.parametrize("short", ["", "seven77"])
def test_a_short_passphrase_is_refused_and_costs_no_try(lock: AppLock, short: str) -> None:
    with pytest.raises(UserInputError, match="Too short"):
        lock.change(RIGHT, short)
    lock.turn_off(RIGHT)
    with pytest.raises(UserInputError, match="Too short"):
        lock.turn_on(short)

    assert not lock.is_on


def test_lock_that_is_on_is_not_turned_on_by_another_passphrase(lock: AppLock) -> None:
    with pytest.raises(UserInputError, match="on already"):
        lock.turn_on(NEW)

    lock.open(RIGHT)


def test_waits_begin_after_the_free_tries_double_and_end_at_the_longest() -> None:
    waits = [wait_after(failures) for failures in range(1, 14)]

    assert waits[: FREE_TRIES - 1] == [0.0] * (FREE_TRIES - 1)
    assert waits[FREE_TRIES - 1 : FREE_TRIES + 2] == [FIRST_WAIT_S, 2 * FIRST_WAIT_S, 4 * FIRST_WAIT_S]
    assert waits == sorted(waits)
    assert wait_after(10**9) == LONGEST_WAIT_S


def test_no_try_is_checked_while_a_wait_runs_not_even_a_right_one(lock: AppLock, clock: FakeClock) -> None:
    fail(lock, clock, FREE_TRIES)

    with pytest.raises(TooManyTries) as refused:
        lock.open(RIGHT)
    assert refused.value.wait_s == FIRST_WAIT_S

    clock.advance(FIRST_WAIT_S)
    assert lock.open(RIGHT).failures == FREE_TRIES  # the refused one did not count


def test_right_passphrase_takes_the_wait_away(lock: AppLock, clock: FakeClock) -> None:
    fail(lock, clock, FREE_TRIES + 2)
    clock.advance(lock.wait_s())

    lock.open(RIGHT)

    with pytest.raises(WrongPassphrase):
        lock.open(WRONG)
    assert lock.wait_s() == 0


def test_the_owner_gets_in_after_any_number_of_wrong_tries(workspace: Workspace, clock: FakeClock) -> None:
    AppLock(workspace, clock).turn_on(RIGHT)
    tries = LockTries(workspace, clock)
    for _ in range(100):
        clock.advance(tries.wait_s())
        tries.begin()

    assert tries.wait_s() == LONGEST_WAIT_S
    clock.advance(LONGEST_WAIT_S)
    assert AppLock(workspace, clock).open(RIGHT).failures == 100


def test_wait_goes_on_in_the_next_process_and_whatever_the_wall_clock_says(
    lock: AppLock, workspace: Workspace, clock: FakeClock
) -> None:
    fail(lock, clock, FREE_TRIES)
    clock.advance(2)

    for year in (2020, 2090):
        clock.set_wall(datetime(year, 1, 1, tzinfo=UTC))
        assert AppLock(workspace, clock).wait_s() == FIRST_WAIT_S - 2


@pytest.mark.parametrize("uptime_s", [0.5, 4.0])
def test_starting_the_machine_again_does_not_shorten_a_wait_and_it_ends(
    lock: AppLock, workspace: Workspace, clock: FakeClock, uptime_s: float
) -> None:
    fail(lock, clock, FREE_TRIES)

    started = FakeClock()
    started.advance(uptime_s - started.monotonic())
    after = AppLock(workspace, started)

    assert after.wait_s() == FIRST_WAIT_S - uptime_s
    started.advance(FIRST_WAIT_S - uptime_s)
    after.open(RIGHT)


def test_a_try_that_was_cut_off_before_its_answer_counts(workspace: Workspace, clock: FakeClock) -> None:
    AppLock(workspace, clock).turn_on(RIGHT)

    LockTries(workspace, clock).begin()  # and the process is killed

    assert AppLock(workspace, clock).open(RIGHT).failures == 1


def test_tries_at_the_same_time_are_all_counted(workspace: Workspace, clock: FakeClock) -> None:
    tries = LockTries(workspace, clock)
    tries.create()
    taken: list[bool] = []

    def guess() -> None:
        try:
            LockTries(workspace, clock).begin()
        except TooManyTries:
            taken.append(False)
        else:
            taken.append(True)

    threads = [threading.Thread(target=guess) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert taken.count(True) == FREE_TRIES


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"failures": "x", "failed_at_s": 0}'])
def test_damaged_count_leaves_the_lock_on_and_gives_no_free_tries(
    lock: AppLock, workspace: Workspace, content: bytes
) -> None:
    (workspace.vault / "app-lock.json").write_bytes(content)

    assert lock.is_on
    with pytest.raises(WrongPassphrase):
        lock.open(WRONG)
    assert lock.wait_s() == FIRST_WAIT_S


def test_lock_whose_check_is_gone_does_not_open_and_says_why(lock: AppLock, workspace: Workspace) -> None:
    (workspace.vault / "app-lock.wrapped").unlink()

    with pytest.raises(SecretStoreError, match="is gone"):
        lock.open(RIGHT)
    assert lock.is_on


def test_count_holds_no_secret(lock: AppLock, clock: FakeClock, workspace: Workspace) -> None:
    fail(lock, clock, 1)

    assert json.loads((workspace.vault / "app-lock.json").read_bytes()) == {
        "format": 1,
        "failures": 1,
        "failed_at_s": clock.monotonic(),
    }


def test_idle_time_locks_once_it_is_over_and_use_starts_it_anew(clock: FakeClock) -> None:
    state = LockState(clock, is_locked=False)
    clock.advance(599)
    assert not state.is_due(600)
    state.touch()
    clock.advance(599)
    assert not state.is_due(600)

    clock.set_wall(datetime(2090, 1, 1, tzinfo=UTC))
    assert not state.is_due(600)
    clock.advance(1)

    assert state.is_due(600)
    assert not state.is_due(0)  # 0: never by itself
    state.lock()
    assert not state.is_due(600)
    state.unlock()
    assert not state.is_due(600)

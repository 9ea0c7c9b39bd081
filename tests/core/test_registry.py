"""A copy, a move and a restored backup are noticed before anything is sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import WorkspaceCopied
from core.registry import KnownWorkspace, WorkspaceRegistry


class Workspace:
    """The part of a workspace that the registry sees; `generation` stands for the database."""

    def __init__(self, folder: Path, generation: int = 0) -> None:
        self.known = KnownWorkspace(workspace_id="w1", folder=folder, generation=generation)
        folder.mkdir(exist_ok=True)

    async def read(self) -> KnownWorkspace:
        return self.known

    async def raise_generation(self) -> int:
        self.known = replace(self.known, generation=self.known.generation + 1)
        return self.known.generation

    async def start_worker(self, registry: WorkspaceRegistry) -> int:
        return await registry.begin_start("w1", self.read, self.raise_generation)


@pytest.fixture
def registry(tmp_path: Path) -> WorkspaceRegistry:
    return WorkspaceRegistry(tmp_path / "state")


async def test_a_worker_may_start_again_and_again(tmp_path: Path, registry: WorkspaceRegistry) -> None:
    original = Workspace(tmp_path / "a")

    assert [await original.start_worker(registry) for _ in range(3)] == [1, 2, 3]


async def test_a_copy_is_refused_and_the_original_goes_on(tmp_path: Path, registry: WorkspaceRegistry) -> None:
    original = Workspace(tmp_path / "a")
    await original.start_worker(registry)
    copy = Workspace(tmp_path / "b", generation=1)

    with pytest.raises(WorkspaceCopied, match="known at"):
        await copy.start_worker(registry)

    assert copy.known.generation == 1
    assert await original.start_worker(registry) == 2


async def test_a_restored_backup_is_refused(tmp_path: Path, registry: WorkspaceRegistry) -> None:
    original = Workspace(tmp_path / "a")
    for _ in range(3):
        await original.start_worker(registry)
    restored = Workspace(tmp_path / "a", generation=1)

    with pytest.raises(WorkspaceCopied, match="restored"):
        await restored.start_worker(registry)


async def test_an_earlier_state_is_refused_though_no_worker_started_since(
    tmp_path: Path, registry: WorkspaceRegistry
) -> None:
    original = Workspace(tmp_path / "a")
    await original.start_worker(registry)
    original.known = early = replace(original.known, last_change=10)
    registry.mark(replace(early, last_change=25))
    registry.mark(replace(early, last_change=24))  # told late by another worker

    with pytest.raises(WorkspaceCopied, match="restored"):
        await original.start_worker(registry)

    original.known = replace(early, last_change=26)  # later than the last mark: that worker was killed
    assert await original.start_worker(registry) == 2


async def test_a_worker_of_elsewhere_does_not_mark_what_a_person_has_chosen(
    tmp_path: Path, registry: WorkspaceRegistry
) -> None:
    original = Workspace(tmp_path / "a")
    await original.start_worker(registry)
    registry.mark(replace(original.known, last_change=500))
    copy = Workspace(tmp_path / "b", generation=1)
    registry.adopt(replace(copy.known, last_change=0))

    registry.mark(replace(original.known, last_change=600))

    copy.known = replace(copy.known, last_change=70)
    assert await copy.start_worker(registry) == 2


async def test_a_workspace_from_another_computer_is_refused(tmp_path: Path, registry: WorkspaceRegistry) -> None:
    with pytest.raises(WorkspaceCopied, match="not on this computer"):
        await Workspace(tmp_path / "a", generation=5).start_worker(registry)


async def test_a_person_can_choose_to_go_on_with_a_copy(tmp_path: Path, registry: WorkspaceRegistry) -> None:
    await Workspace(tmp_path / "a").start_worker(registry)
    copy = Workspace(tmp_path / "b", generation=1)

    registry.adopt(copy.known)

    assert await copy.start_worker(registry) == 2


@pytest.mark.parametrize("committed", [False, True], ids=["before the commit", "after the commit"])
async def test_a_crash_in_the_middle_of_a_start_is_no_copy(
    tmp_path: Path,
    registry: WorkspaceRegistry,
    committed: bool,
) -> None:
    original = Workspace(tmp_path / "a")
    await original.start_worker(registry)

    async def crash() -> int:
        if committed:
            await original.raise_generation()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await registry.begin_start("w1", original.read, crash)

    assert await original.start_worker(registry) == original.known.generation

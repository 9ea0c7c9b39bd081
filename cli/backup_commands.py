"""`backup`, `restore` and `campaign after-restore`: a workspace in one file, back again, and nobody written to twice."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from campaigns.backup.after_restore import AfterRestore, RestoreChoices, RestoredCampaign
from campaigns.backup.archive import Manifest, Tell
from campaigns.backup.backups import KEY_WORDS, Backups
from campaigns.backup.restore import Restore, Restored
from cli.answers import confirm
from cli.house import House
from cli.options import ActorOption, JsonOption, WorkspaceOption, opened
from cli.output import Output, Scalar, run_command
from cli.passphrases import PassphraseOption, unlock
from core.clock import SystemClock
from core.domain.ids import CampaignId
from core.erased_list import ErasedLists
from core.errors import Cancelled, UserInputError
from core.registry import WorkspaceRegistry
from core.secrets.choice import StoreKind
from core.workspace import Workspace
from database import newest_schema, prepare_restored

T = TypeVar("T")
MEGABYTE: Final = 1_000_000
CHOICES: Final = {
    AfterRestore.CHECK: "ask Telegram before each message whether it left already",
    AfterRestore.LEAVE: "count everybody who is not done as possibly sent",
    AfterRestore.NOTHING_SENT: "nothing was sent after the backup, you know that",
}


def add_backup(app: typer.Typer, house: House) -> None:
    """Add `backup` and `restore`."""
    _add_backup(app, house)
    _add_restore(app)


def _add_backup(app: typer.Typer, house: House) -> None:
    @app.command()
    def backup(
        target: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write, or a folder for it.")],
        workspace: WorkspaceOption,
        keep: Annotated[
            int | None,
            typer.Option(min=1, help="Of a folder: remove older backups of this workspace beyond so many."),
        ] = None,
        overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a file of this name.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Database, secrets (encrypted as they are), settings and media in one file, while everything goes on."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                backups = services.get(Backups)
                made = await _in_thread(
                    output,
                    "Backing up",
                    lambda tell: backups.make(target.absolute(), tell, overwrite=overwrite, keep=keep),
                )
            output.say(f"{made.path} holds the workspace ({made.size / MEGABYTE:,.1f} MB).")
            if made.manifest.key:
                output.say(KEY_WORDS[StoreKind(made.manifest.key)])
            if made.removed:
                output.say(f"{len(made.removed)} older backups were removed.")
            return output.finish(
                {
                    "file": str(made.path),
                    "bytes": made.size,
                    **_manifest_values(made.manifest),
                    "removed": [{"file": str(path)} for path in made.removed],
                }
            )

        raise typer.Exit(run_command("backup", body, is_json=json))


def _add_restore(app: typer.Typer) -> None:
    @app.command()
    def restore(
        file: Annotated[Path, typer.Argument(help="A backup, as `backup` writes it.")],
        workspace: Annotated[
            Path, typer.Option("--workspace", help="Where it goes: a new folder, or a workspace to replace.")
        ],
        actor: ActorOption,
        replace: Annotated[
            bool, typer.Option("--replace", help="Replace the workspace in this folder; it is kept beside it.")
        ] = False,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        from_stdin: PassphraseOption = False,
        json: JsonOption = False,
    ) -> None:
        """Put a backup back. Campaigns that were on their way wait until you choose, so that nobody gets them twice."""
        clock = SystemClock()
        registry = WorkspaceRegistry()
        restoring = Restore(
            lambda order: prepare_restored(order, clock, ErasedLists()),
            registry,
            clock,
            newest_schema=newest_schema(),
        )

        async def body(output: Output) -> int:
            manifest = await asyncio.to_thread(restoring.read, file)
            if not yes and not json:
                _confirm(manifest, workspace, registry, is_replacing=replace)
            with _progress(output, "Restoring") as tell:
                done = await restoring.run(file, workspace.absolute(), replace=replace, actor=actor, tell=tell)
            _tell_restored(done, output)
            return output.finish(
                {
                    "workspace": str(done.folder),
                    "paused": done.paused,
                    "kept_at": str(done.kept_at) if done.kept_at else None,
                    "known_at": str(done.known_at) if done.known_at else None,
                    "taken_over": done.taken_over,
                    **_manifest_values(done.manifest),
                }
            )

        def unlocked(output: Output) -> None:
            old = Workspace(workspace.expanduser().resolve())
            if replace and old.vault.is_dir():
                unlock(old, from_stdin=from_stdin)

        async def whole(output: Output) -> int:
            await asyncio.to_thread(unlocked, output)
            return await body(output)

        raise typer.Exit(run_command("restore", whole, is_json=json))


def add_after_restore(app: typer.Typer, house: House) -> None:
    """Add `campaign after-restore`."""

    @app.command("after-restore")
    def after_restore(
        workspace: WorkspaceOption,
        actor: ActorOption,
        campaign: Annotated[int | None, typer.Argument(help="One campaign; all that wait when absent.")] = None,
        choose: Annotated[
            AfterRestore | None,
            typer.Option(help="; ".join(f"{choice.value}: {words}" for choice, words in CHOICES.items()) + "."),
        ] = None,
        yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
        json: JsonOption = False,
    ) -> None:
        """Campaigns that came back with a backup, and how they go on. Resume them afterwards."""

        async def body(output: Output) -> int:
            async with opened(house, workspace) as services:
                choices = services.get(RestoreChoices)
                found = [
                    each for each in await choices.list_open() if campaign is None or each.id == CampaignId(campaign)
                ]
                if campaign is not None and not found:
                    raise UserInputError(
                        "There is nothing to choose for this campaign.",
                        hint="`campaign after-restore` without a number shows those that wait for a choice.",
                    )
                _show(found, output)
                counted = 0
                if choose is not None:
                    if choose is AfterRestore.NOTHING_SENT and not yes and not json:
                        confirm("If anything was sent after the backup, people get it twice. Was nothing sent?")
                    for each in found:
                        counted += await choices.choose(each.id, choose, actor=actor)
                    output.say(f"Chosen for {len(found)} campaigns. Resume those that should go on.")
            return output.finish(
                {
                    "campaigns": [_values(each) for each in found],
                    "chosen": choose.value if choose is not None else None,
                    "counted_as_possibly_sent": counted,
                }
            )

        raise typer.Exit(run_command("campaign after-restore", body, is_json=json))


def _confirm(manifest: Manifest, folder: Path, registry: WorkspaceRegistry, *, is_replacing: bool) -> None:
    known_at = registry.folder_of(manifest.workspace_id)
    if known_at is not None and known_at != folder.resolve() and known_at.exists():
        confirm(
            f"The workspace lies in {known_at}, and will not send any more once this backup is restored elsewhere. Go on?"
        )
    elif is_replacing:
        confirm(
            f"The workspace in {folder} is replaced by its state of {manifest.made_at:%d %b %Y %H:%M} UTC; it is kept "
            "beside it. Go on?"
        )


def _tell_restored(done: Restored, output: Output) -> None:
    output.say(f"{done.folder} is back as it was at {done.manifest.made_at:%d %b %Y %H:%M} UTC.")
    if done.taken_over:
        output.say(done.taken_over)
    if done.kept_at:
        output.say(f"The workspace that was here is kept in {done.kept_at}. Delete it when you are sure.")
    if done.known_at:
        output.say(f"The one in {done.known_at} is a copy from now on, and will not send.")
    if done.manifest.key:
        output.say(KEY_WORDS[StoreKind(done.manifest.key)])
    if done.paused:
        output.say(f'{done.paused} campaigns are paused. Choose how they go on: "campaign after-restore".')


def _show(found: list[RestoredCampaign], output: Output) -> None:
    output.table(
        "" if not found else "Came back with a backup",
        ["", "campaign", "state", "backup of", "to do", "of them from bots", "on their way"],
        [
            [
                str(each.id),
                each.title,
                each.state.value,
                f"{each.since:%d %b %Y %H:%M} UTC",
                f"{each.by_users + each.by_bots:,}",
                f"{each.by_bots:,}",
                f"{each.open_tries:,}",
            ]
            for each in found
        ],
    )
    if not found:
        output.say("No campaign waits for a choice.")


def _values(each: RestoredCampaign) -> dict[str, Scalar]:
    return {
        "campaign": each.id,
        "title": each.title,
        "state": each.state.value,
        "backup_of": each.since.isoformat(timespec="seconds"),
        "by_users": each.by_users,
        "by_bots": each.by_bots,
        "on_their_way": each.open_tries,
    }


def _manifest_values(manifest: Manifest) -> dict[str, Scalar]:
    return {
        "backup_of": manifest.made_at.isoformat(timespec="seconds"),
        "workspace_id": manifest.workspace_id,
        "kind": manifest.kind,
        "generation": manifest.generation,
        "program": manifest.program,
        "schema": manifest.schema,
        "files": len(manifest.files),
    }


@contextmanager
def _progress(output: Output, words: str) -> Iterator[Tell]:
    """A bar; what is told raises Cancelled once the block is on its way out."""
    is_over = threading.Event()
    with output.progress() as bar:
        task = bar.add_task(words, total=100) if bar is not None else None

        def tell(part: float) -> None:
            if is_over.is_set():
                raise Cancelled
            if bar is not None and task is not None:
                bar.update(task, completed=round(part * 100))

        try:
            yield tell
        finally:
            is_over.set()


async def _in_thread(output: Output, words: str, work: Callable[[Tell], T]) -> T:
    """Run it on a thread with a bar. Ctrl+C ends it, and waits until it has tidied up."""
    ended = threading.Event()

    def run(tell: Tell) -> T:
        try:
            return work(tell)
        finally:
            ended.set()

    try:
        with _progress(output, words) as tell:
            return await asyncio.to_thread(run, tell)
    except asyncio.CancelledError:
        await asyncio.to_thread(ended.wait)
        raise

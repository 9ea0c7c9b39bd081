"""The proof for albums: everybody gets every item once, though workers are killed in the middle of uploads and of albums,
albums are stored in part, and file references expire under way. Engines that are broken on purpose must be caught.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image

from bench.crash.engines import ALBUM_SABOTAGE
from bench.crash.proof import SETTLE_SOON, engine
from bench.result import ProofResult
from bench.world import END_STATES, POLL_S, STALL_S, World, made_world, wait_for
from campaigns.delivery import DeliveryState
from campaigns.message.media import MediaShelf
from campaigns.message.variants import Attachment
from core.clock import SystemClock
from core.domain.ids import CampaignId
from core.domain.media import MediaKind
from core.errors import TimedOut
from core.processes import kill
from telegram.sandbox.control import Fault, FaultKind, RepeatBehaviour

ITEMS = 3
RECIPIENTS, KILLS, ACCOUNTS = 1_500, 40, 3
SABOTAGED_RECIPIENTS, SABOTAGED_KILLS = 150, 3
ALBUM, PART = "messages.sendMultiMedia", "upload.saveFilePart"
UPLOADING = "Uploading"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlbumRun:
    """One campaign, counted from the sandbox's ledger: an entry for each item that it stored."""

    recipients: int
    delivered: int  # people with every item
    duplicates: int  # items that somebody has twice
    missing: int  # items that somebody lacks
    failed: int
    uncertain: int
    kills_in_uploads: int
    kills_in_albums: int
    elapsed_s: float

    @property
    def is_caught(self) -> bool:
        return self.duplicates > 0 or self.missing > 0


async def run_albums(
    folder: Path, *, recipients: int, kills: int, accounts: int = ACCOUNTS, kind: str = "honest", seed: int = 1
) -> AlbumRun:
    """From an empty folder to a counted result. `kills`: SIGKILLs with an album under way, after one in an upload."""
    clock, random = SystemClock(), Random(seed)
    began_s = clock.monotonic()
    program = engine(kind)
    async with made_world(folder, recipients=recipients, accounts=accounts, seed=seed, settings=SETTLE_SOON) as world:
        record = await world.start_worker(program)
        await world.wait_until_connected()
        await world.control.inject(Fault(kind=FaultKind.DELAY, method=PART, count=accounts, seconds=5))
        campaign_id = await world.begin_campaign(await _photos(world, folder))
        await _until_uploading(world)
        kill(record)
        await _disturb(world)
        record = await world.start_worker(program)
        in_albums = 0
        for number in range(kills):
            if not await _until_under_way(world, campaign_id, (number + 1) * recipients // (kills + 2)):
                break
            await asyncio.sleep(random.uniform(0, 0.1))
            if number == kills // 2:
                for account in await world.accounts.list_accounts():
                    await world.control.end_file_references(account.telegram_user_id)
            kill(record)
            in_albums += await world.sending(campaign_id) > 0
            await world.control.set_repeat_behaviour(random.choice(list(RepeatBehaviour)))
            record = await world.start_worker(program)
        progress = await world.wait_until_done(campaign_id)
        items = Counter((entry.peer_id, entry.media_sha256) for entry in world.ledger())
        per_person = Counter(peer for peer, _ in items)
        return AlbumRun(
            recipients=recipients,
            delivered=sum(count == ITEMS for count in per_person.values()),
            duplicates=items.total() - len(items),
            missing=recipients * ITEMS - len(items),
            failed=progress.counts.get(DeliveryState.FAILED, 0),
            uncertain=progress.counts.get(DeliveryState.UNCERTAIN, 0),
            kills_in_uploads=1,
            kills_in_albums=in_albums,
            elapsed_s=clock.monotonic() - began_s,
        )


async def _photos(world: World, folder: Path) -> Sequence[Attachment]:
    shelf = world.container.get(MediaShelf)
    made = []
    for number in range(ITEMS):
        path = folder / f"{number}.png"
        Image.new("RGB", (64 + number, 48), "teal").save(path)
        made.append(await shelf.attach(path, MediaKind.PHOTO))
    return made


async def _disturb(world: World) -> None:
    """From here on answers are late, and every seventh album is stored in part. A repeat of it is refused as a whole."""
    await world.control.clear_faults()
    await world.control.set_repeat_behaviour(RepeatBehaviour.REFUSE)
    await world.control.inject(Fault(kind=FaultKind.PARTLY_LOST, method=ALBUM, count=None, every=7))
    await world.control.inject(Fault(kind=FaultKind.DELAY, method=ALBUM, count=None, every=2, seconds=0.4))


async def _until_uploading(world: World) -> None:
    async def is_uploading() -> bool:
        calls = (await world.control.stats()).calls
        lanes = await world.reports.lanes(None)
        return PART in calls and any((lane.reason or "").startswith(UPLOADING) for lane in lanes)

    await wait_for(is_uploading, "nothing is uploaded")


async def _until_under_way(world: World, campaign_id: CampaignId, final: int) -> bool:
    """Until so many rows are final and an album is under way; False when the campaign is over before."""
    end_s = world.clock.monotonic() + STALL_S
    while True:
        progress = await world.reports.progress(campaign_id)
        if progress.state in END_STATES:
            return False
        if progress.final >= final and progress.counts.get(DeliveryState.SENDING, 0):
            return True
        if world.clock.monotonic() > end_s:
            raise TimedOut(f"{progress.recipients - progress.final} rows do not move: {dict(progress.counts)}")
        await asyncio.sleep(POLL_S)


async def prove(rounds: int = 1, *, recipients: int = RECIPIENTS, kills: int = KILLS) -> ProofResult:
    """The long form; `rounds` are seeds."""
    with tempfile.TemporaryDirectory(prefix="wireroom-proof-") as name:
        folder = Path(name)
        runs = [
            await run_albums(_made(folder / f"{seed}"), recipients=recipients, kills=kills, seed=seed)
            for seed in range(1, rounds + 1)
        ]
        caught = {
            kind: await run_albums(
                _made(folder / kind), recipients=SABOTAGED_RECIPIENTS, kills=SABOTAGED_KILLS, kind=kind
            )
            for kind in ALBUM_SABOTAGE
        }
    names = ("recipients", "delivered", "duplicates", "missing", "failed", "uncertain")
    figures: dict[str, object] = {
        name: sum(getattr(run, name) for run in runs) for name in (*names, "kills_in_uploads", "kills_in_albums")
    }
    figures["elapsed_s"] = round(sum(run.elapsed_s for run in runs), 1)
    for kind, run in caught.items():
        said = "caught" if run.is_caught else "NOT caught"
        figures[f"sabotaged {kind}"] = f"{said}: {run.duplicates} duplicates, {run.missing} missing items"
    is_met = all(not run.is_caught and run.failed == 0 and run.kills_in_albums >= kills // 2 for run in runs)
    return ProofResult(
        proved="Everybody gets every item of an album exactly once through kills, half albums and expired references",
        is_met=is_met and all(run.is_caught for run in caught.values()),
        figures=figures,
    )


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder

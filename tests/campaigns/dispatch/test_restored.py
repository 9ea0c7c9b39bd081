"""A workspace that came back with a backup: whoever got the message after it does not get it again."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from campaigns.backup.after_restore import AfterRestore, RestoreChoices
from campaigns.backup.backups import Backups
from campaigns.backup.restore import Restore, Restored
from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.message.variants import Message
from campaigns.reasons import DeliveryReason
from core.config import ExecutorSettings
from core.domain.account import AccountKind
from core.domain.ids import CampaignId
from core.errors import InvalidTransitionError
from core.executor import default_executor
from core.registry import WorkspaceRegistry
from database import newest_schema, prepare_restored
from telegram.sandbox.control import FaultKind
from tests.campaigns.dispatch.rig import ASKED_BY, Rig, make_rig
from tests.campaigns.dispatch.test_media import ALBUM, PHOTO, with_media
from tests.telegram.sandbox_fixture import RunningSandbox

pytestmark = pytest.mark.slow
S = DeliveryState
PEOPLE = 10
HISTORY = "messages.getHistory"
A_DAY_MS = 24 * 3600 * 1000


async def back_up(rig: Rig, target: Path) -> None:
    await asyncio.to_thread(rig.console.get(Backups).make, target, lambda _: None)


async def restore(rig: Rig, file: Path, *, replaced_is_lost: bool = True) -> Restored:
    """Over the workspace, whose console must be closed; `replaced_is_lost`: its database cannot be read any more."""
    if replaced_is_lost:
        for path in rig.workspace.folder.glob("workspace.db*"):
            path.write_bytes(b"\0" * 4096)
    restoring = Restore(
        lambda order: prepare_restored(order, rig.clock),
        WorkspaceRegistry(),
        rig.clock,
        newest_schema=newest_schema(),
    )
    async with default_executor(ExecutorSettings()):  # that of the console went with it
        return await restoring.run(file, rig.workspace.folder, replace=True, actor=ASKED_BY, tell=lambda _: None)


@asynccontextmanager
async def came_back(
    folder: Path,
    sandbox: RunningSandbox,
    kind: AccountKind,
    *,
    sent_before: int = 4,
    replaced_is_lost: bool = True,
    files: Sequence[str] = (),
) -> AsyncIterator[tuple[Rig, CampaignId]]:
    """Backed up in the middle of a campaign that then went on to its end, and restored; no worker runs yet."""
    async with make_rig(folder / "workspace", sandbox) as rig:
        account = await rig.add_account(kind, people=PEOPLE)
        await rig.start_worker()
        message = await with_media(rig, folder, *files) if files else None
        campaign_id = await pause_after(rig, sent_before, message)
        await back_up(rig, folder / "backup")
        await rig.service.resume(campaign_id, actor=ASKED_BY)
        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        assert len(rig.sent(account)) == PEOPLE * max(len(files), 1)
        await rig.stop_worker()
    await restore(rig, folder / "backup", replaced_is_lost=replaced_is_lost)
    async with make_rig(folder / "workspace", sandbox, before=rig) as again:
        yield again, campaign_id


async def pause_after(rig: Rig, count: int, message: Message | None = None) -> CampaignId:
    """Run a campaign that is paused once so many have it."""
    await rig.edit("UPDATE account SET limit_profile = 'sandbox'")
    rig.set("delivery", "sandbox_rate_per_s", 20)
    campaign_id = await rig.start_campaign(message=message)
    await rig.until_rows(lambda rows: sum(row.state is S.SENT for row in rows) >= count, f"{count} sent")
    await rig.service.pause(campaign_id, actor=ASKED_BY)
    await rig.until_rows(lambda rows: all(row.state is not S.SENDING for row in rows), "nothing on its way")
    assert sum(row.state is S.SENT for row in await rig.rows()) < PEOPLE
    return campaign_id


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder, with the short waits of the rig."""
    monkeypatch.setenv("WIREROOM_STATE_DIR", str(tmp_path / "state"))
    monkeypatch.setattr("wiring.worker.RECONNECT_S", (0.05, 0.1))
    monkeypatch.setattr("campaigns.dispatch.worker.TEND_EVERY_S", 0.05)
    monkeypatch.setattr("campaigns.dispatch.worker.REPORT_EVERY_S", 0.02)
    monkeypatch.setattr("campaigns.dispatch.worker.LOOK_FOR_ACCOUNTS_S", 0.1)
    return tmp_path


async def choose_and_resume(rig: Rig, campaign_id: CampaignId, choice: AfterRestore) -> None:
    await rig.console.get(RestoreChoices).choose(campaign_id, choice, actor=ASKED_BY)
    await rig.service.resume(campaign_id, actor=ASKED_BY)


async def test_a_user_account_reads_each_chat_and_sends_to_nobody_twice(
    patient: Path, shared_sandbox: RunningSandbox
) -> None:
    async with came_back(patient, shared_sandbox, AccountKind.USER) as (rig, campaign_id):
        sent, calls = len(rig.sent()), await rig.calls()
        await rig.start_worker()

        await choose_and_resume(rig, campaign_id, AfterRestore.CHECK)

        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        rows = await rig.rows()
        assert {row.state for row in rows} == {S.SENT}
        assert all(row.message_id is not None for row in rows)
        assert len(rig.sent()) == sent == PEOPLE
        assert await rig.calls() == calls  # not even under the same random_id


@pytest.mark.parametrize("files", [["a.jpg"], ["a.jpg", "b.jpg", "c.jpg"]], ids=["photo", "album"])
async def test_photos_and_albums_are_found_in_the_chats_too(
    patient: Path, shared_sandbox: RunningSandbox, files: list[str]
) -> None:
    async with came_back(patient, shared_sandbox, AccountKind.USER, files=files) as (rig, campaign_id):
        method = PHOTO if len(files) == 1 else ALBUM
        sent, calls = len(rig.sent()), await rig.calls(method)
        await rig.start_worker()

        await choose_and_resume(rig, campaign_id, AfterRestore.CHECK)

        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        assert {row.state for row in await rig.rows()} == {S.SENT}
        assert (len(rig.sent()), await rig.calls(method)) == (sent, calls)


async def test_a_worker_sends_nothing_before_somebody_has_chosen(
    patient: Path, shared_sandbox: RunningSandbox
) -> None:
    async with came_back(patient, shared_sandbox, AccountKind.USER) as (rig, campaign_id):
        calls = await rig.calls()

        await rig.start_worker()
        await rig.until_beats(2)

        (waits,) = await rig.console.get(RestoreChoices).list_open()
        assert (waits.id, waits.state) == (campaign_id, CampaignState.PAUSED)
        with pytest.raises(InvalidTransitionError) as refused:
            await rig.service.resume(campaign_id, actor=ASKED_BY)
        assert refused.value.title == "Choose first how it goes on"
        assert await rig.calls() == calls
        await rig.console.get(RestoreChoices).choose(campaign_id, AfterRestore.LEAVE, actor=ASKED_BY)
        assert await rig.console.get(RestoreChoices).list_open() == []


@pytest.mark.parametrize("kind", list(AccountKind))
async def test_a_backup_of_a_campaign_that_goes_on_sending_sends_to_nobody_twice(
    patient: Path, shared_sandbox: RunningSandbox, kind: AccountKind
) -> None:
    """What was on its way at that moment is settled; what left afterwards is found, or repeated under its random_id."""
    people = 60
    async with make_rig(patient / "workspace", shared_sandbox) as rig:
        await rig.add_account(kind, people=people, profile="sandbox")
        rig.set("delivery", "sandbox_rate_per_s", 60)
        await rig.start_worker()
        campaign_id = await rig.start_campaign()
        await rig.until_rows(lambda rows: sum(row.state is S.SENT for row in rows) >= 0.4 * people, "40 % sent")
        await back_up(rig, patient / "backup")
        assert len(rig.sent()) < people
        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        await rig.stop_worker()
    await restore(rig, patient / "backup")
    async with make_rig(patient / "workspace", shared_sandbox, before=rig) as again:
        assert 0 < sum(row.state is not S.SENT for row in await again.rows()) < people
        await again.start_worker()

        await choose_and_resume(again, campaign_id, AfterRestore.CHECK)

        await again.until_campaign(campaign_id, CampaignState.FINISHED)
        assert {row.state for row in await again.rows()} == {S.SENT}
        assert len(again.sent()) == people  # the ledger counts what was accepted: none twice, none missing


async def test_a_bot_sends_under_the_random_id_of_the_backup_while_telegram_remembers_it(
    patient: Path, shared_sandbox: RunningSandbox
) -> None:
    async with came_back(patient, shared_sandbox, AccountKind.BOT) as (rig, campaign_id):
        await rig.start_worker()

        await choose_and_resume(rig, campaign_id, AfterRestore.CHECK)

        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        assert {row.state for row in await rig.rows()} == {S.SENT}
        assert len(rig.sent()) == PEOPLE


async def test_what_a_bot_cannot_prove_any_more_counts_as_possibly_sent(
    patient: Path, shared_sandbox: RunningSandbox
) -> None:
    async with came_back(patient, shared_sandbox, AccountKind.BOT) as (rig, campaign_id):
        await rig.edit("UPDATE restored_campaign SET since = since - ?", A_DAY_MS)
        calls = await rig.calls()
        await rig.start_worker()

        await choose_and_resume(rig, campaign_id, AfterRestore.CHECK)

        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        rows = await rig.rows()
        assert {row.state for row in rows} == {S.SENT, S.UNCERTAIN}
        assert {row.reason for row in rows if row.state is S.UNCERTAIN} == {DeliveryReason.RESTORED}
        assert await rig.calls() == calls


async def test_everybody_who_is_not_done_may_count_as_possibly_sent(
    patient: Path, shared_sandbox: RunningSandbox
) -> None:
    async with came_back(patient, shared_sandbox, AccountKind.USER) as (rig, campaign_id):
        done = sum(row.state is S.SENT for row in await rig.rows())
        calls = await rig.calls()
        await rig.start_worker()

        await choose_and_resume(rig, campaign_id, AfterRestore.LEAVE)

        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        assert await rig.calls() == calls
        assert sum(row.reason is DeliveryReason.RESTORED for row in await rig.rows()) == PEOPLE - done


async def test_what_the_replaced_workspace_knows_is_taken_over(patient: Path, shared_sandbox: RunningSandbox) -> None:
    came = came_back(patient, shared_sandbox, AccountKind.BOT, replaced_is_lost=False)
    async with came as (rig, campaign_id):
        assert {row.state for row in await rig.rows()} == {S.SENT}
        calls = await rig.calls()
        await rig.start_worker()

        await choose_and_resume(rig, campaign_id, AfterRestore.NOTHING_SENT)

        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        assert await rig.calls() == calls


async def test_a_campaign_that_began_after_the_backup_is_not_sent_again_under_new_random_ids(
    patient: Path, shared_sandbox: RunningSandbox
) -> None:
    async with make_rig(patient / "workspace", shared_sandbox) as rig:
        account = await rig.add_account(people=PEOPLE)
        await rig.start_worker()
        campaign_id = await rig.service.create(
            title="Autumn", template="Hello {{ name }}", account_ids=[account.id], actor=ASKED_BY
        )
        await rig.service.submit(campaign_id, actor=ASKED_BY)
        await rig.service.approve(campaign_id, actor="mira")
        await back_up(rig, patient / "backup")
        await rig.service.start(campaign_id, actor=ASKED_BY)
        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        await rig.stop_worker()
    await restore(rig, patient / "backup")
    async with make_rig(patient / "workspace", shared_sandbox, before=rig, is_verified=False) as again:
        await again.start_worker()
        with pytest.raises(InvalidTransitionError):
            await again.service.start(campaign_id, actor=ASKED_BY)
        await again.console.get(RestoreChoices).choose(campaign_id, AfterRestore.CHECK, actor=ASKED_BY)

        await again.service.start(campaign_id, actor=ASKED_BY)

        await again.until_campaign(campaign_id, CampaignState.FINISHED)
        assert {row.state for row in await again.rows()} == {S.SENT}
        assert len(again.sent()) == PEOPLE
        assert await again.reports.verify_counters() == []


async def test_who_did_not_get_it_after_the_backup_gets_it_now(patient: Path, shared_sandbox: RunningSandbox) -> None:
    async with make_rig(patient / "workspace", shared_sandbox) as rig:
        await rig.add_account(people=PEOPLE)
        await rig.start_worker()
        campaign_id = await pause_after(rig, 4)
        await back_up(rig, patient / "backup")
        await rig.stop_worker()
    before = len(rig.sent())
    await restore(rig, patient / "backup")
    async with make_rig(patient / "workspace", shared_sandbox, before=rig) as again:
        await again.start_worker()

        await choose_and_resume(again, campaign_id, AfterRestore.CHECK)

        await again.until_campaign(campaign_id, CampaignState.FINISHED)
        assert before < len(again.sent()) == PEOPLE


async def test_a_wait_that_telegram_demands_for_reading_chats_puts_the_rows_off(
    patient: Path, shared_sandbox: RunningSandbox
) -> None:
    async with came_back(patient, shared_sandbox, AccountKind.USER) as (rig, campaign_id):
        await rig.inject(rig.known[0], FaultKind.ERROR, HISTORY, code=420, text="FLOOD_WAIT_2", count=1)
        await rig.start_worker()

        await choose_and_resume(rig, campaign_id, AfterRestore.CHECK)

        await rig.until_rows(lambda rows: any(row.reason is DeliveryReason.COOLDOWN for row in rows), "a row waits")
        await rig.until_campaign(campaign_id, CampaignState.FINISHED)
        assert len(rig.sent()) == PEOPLE

"""The worker is killed (SIGKILL) at each step of an answer's way: by the sandbox's ledger the answer arrives once."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import psutil
import pytest

from bench.crash.stepped import ROOT, Step, has_reached, hold
from campaigns.delivery import DeliveryState
from campaigns.inbox.conversations import OurMessage
from campaigns.inbox.replies import Replies
from campaigns.ports import LaneStatus
from campaigns.worker_control import WorkerControl
from core.domain.account import AccountKind
from core.domain.ids import ConversationId
from core.processes import ProcessRecord, kill
from database import ConversationStore
from telegram.sandbox.control import FaultKind, PersonInfo, RepeatBehaviour
from tests.campaigns.dispatch.rig import ASKED_BY, Rig, RigAccount
from tests.campaigns.dispatch.test_replies import ids, replies

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]

PROGRAM = str(ROOT / "bench" / "crash" / "stepped.py")
PATIENCE_S = 60.0


class HeldWorker:
    """A worker process that stands still where it is told to."""

    def __init__(self, rig: Rig, steps: Path) -> None:
        self.steps = steps
        self._rig = rig
        self._record: ProcessRecord | None = None
        self._control = WorkerControl(
            workspace=rig.workspace,
            looks=rig.reports,
            asks=None,  # type: ignore[arg-type]  # it is killed, never asked to stop
            clock=rig.clock,
            program=(sys.executable, PROGRAM, str(steps)),
            heartbeat_s=0.2,
        )

    async def start(self) -> None:
        self._record = await self._control.start(self._rig.secrets.key_line())

    def suspend(self) -> None:
        assert self._record is not None
        psutil.Process(self._record.pid).suspend()

    def kill(self) -> None:
        record, self._record = self._record, None
        assert record is None or kill(record)


class Answer:
    """An answer to one person, and how far it is."""

    def __init__(self, rig: Rig, account: RigAccount, person: PersonInfo, conversation_id: ConversationId) -> None:
        self.rig, self.account, self.person = rig, account, person
        self._conversation_id = conversation_id

    async def write(self) -> None:
        await self.rig.console.get(Replies).send(self._conversation_id, "Until eight.", actor=ASKED_BY)

    async def row(self) -> OurMessage:
        (answer,) = await replies(self.rig, self._conversation_id)
        return answer

    @property
    def arrived(self) -> int:
        """How often the sandbox has it."""
        return self.rig.sent_to(self.person)

    async def until_state(self, state: DeliveryState) -> None:
        async def look() -> bool:
            return (await self.row()).state is state

        await self.until(look, f"the answer is {state}")

    async def until(self, look: Callable[[], Awaitable[bool]], what: str) -> None:
        await self.rig.until(look, what, timeout_s=PATIENCE_S)

    async def until_held(self, worker: HeldWorker, step: Step) -> None:
        async def look() -> bool:
            return has_reached(worker.steps, step, self.person.user_id)

        await self.until(look, f"it is held {step}")
        assert (await self.row()).state is DeliveryState.SENDING


async def recorded(answer: Answer, worker: HeldWorker) -> None:
    await answer.write()
    await answer.until_state(DeliveryState.SENT)
    assert answer.arrived == 1


async def sending_is_committed(answer: Answer, worker: HeldWorker) -> None:
    hold(worker.steps, Step.BEFORE_IT_LEAVES, answer.person.user_id)
    await answer.write()
    await answer.until_held(worker, Step.BEFORE_IT_LEAVES)
    assert answer.arrived == 0


async def request_is_handed_over(answer: Answer, worker: HeldWorker) -> None:
    await answer.rig.inject(answer.account, FaultKind.SWALLOW)
    calls = await answer.rig.calls()
    await answer.write()

    async def is_called() -> bool:
        return await answer.rig.calls() > calls

    await answer.until(is_called, "the sandbox got the request")
    assert (await answer.row()).state is DeliveryState.SENDING
    assert answer.arrived == 0


async def stored_and_its_confirmation_lost(answer: Answer, worker: HeldWorker) -> None:
    await answer.rig.inject(answer.account, FaultKind.SWALLOW, takes_effect=True)
    await answer.write()

    async def is_stored() -> bool:
        return answer.arrived == 1

    await answer.until(is_stored, "the sandbox stored it")
    assert (await answer.row()).state is DeliveryState.SENDING


async def confirmed_and_not_recorded(answer: Answer, worker: HeldWorker) -> None:
    hold(worker.steps, Step.BEFORE_IT_IS_RECORDED, answer.person.user_id)
    await answer.write()
    await answer.until_held(worker, Step.BEFORE_IT_IS_RECORDED)
    assert answer.arrived == 1


async def row_is_written(answer: Answer, worker: HeldWorker) -> None:
    worker.suspend()
    await answer.write()
    assert (await answer.row()).state is DeliveryState.PLANNED
    assert answer.arrived == 0


# The first three leave the others to the worker; after the last it does nothing more.
STEPS = (
    recorded,
    sending_is_committed,
    confirmed_and_not_recorded,
    request_is_handed_over,
    stored_and_its_confirmation_lost,
    row_is_written,
)


@pytest.fixture
def worker(rig: Rig, tmp_path: Path) -> Iterator[HeldWorker]:
    steps = tmp_path / "steps"
    steps.mkdir()
    made = HeldWorker(rig, steps)
    yield made
    made.kill()


async def answers_to(rig: Rig, account: RigAccount) -> list[Answer]:
    """One for each person of the account, all of whom have written to it."""
    await rig.until_lane(account, LaneStatus.IDLE)
    rows = await rig.console.get(ConversationStore).rows(await ids(rig, account))
    by_user = {int(row.user_id): row.id for row in rows.values()}
    return [Answer(rig, account, person, by_user[person.user_id]) for person in account.people]


async def test_of_answers_at_every_step_of_their_way_none_is_lost_or_doubled_when_the_worker_is_killed(
    rig: Rig, worker: HeldWorker
) -> None:
    """One kill, and at each step stands an answer: two starts of a program instead of seven."""
    account = await rig.add_account(people=len(STEPS))
    await worker.start()
    answers = await answers_to(rig, account)
    for step, answer in zip(STEPS, answers, strict=True):
        await step(answer, worker)
    worker.kill()
    assert [answer.arrived for answer in answers] == [1, 0, 1, 0, 1, 0]

    await worker.start()

    for answer in answers:
        await answer.until_state(DeliveryState.SENT)
    assert [answer.arrived for answer in answers] == [1] * len(STEPS)


@pytest.mark.proof
@pytest.mark.parametrize("kind", list(AccountKind))
@pytest.mark.parametrize("behaviour", list(RepeatBehaviour))
async def test_an_answer_arrives_once_whichever_step_of_its_way_the_worker_is_killed_at(
    rig: Rig, worker: HeldWorker, kind: AccountKind, behaviour: RepeatBehaviour
) -> None:
    """In turn: the worker that mends one kill meets the next."""
    account = await rig.add_account(kind, people=len(STEPS))
    await rig.control.set_repeat_behaviour(behaviour)
    await worker.start()
    for step, answer in zip(STEPS, await answers_to(rig, account), strict=True):
        await step(answer, worker)
        worker.kill()
        assert answer.arrived <= 1, step.__name__

        await worker.start()

        await answer.until_state(DeliveryState.SENT)
        assert answer.arrived == 1, step.__name__

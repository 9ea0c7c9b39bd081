"""The workspace that the window's tests look at is a real one."""

from campaigns.delivery import DeliveryState
from campaigns.worker_control import WorkerCondition, WorkerControl
from database import ReportStore
from tests.desktop.workspace_fixture import Filled


async def test_it_has_rows_in_the_states_that_pages_show(filled: Filled) -> None:
    progress = await filled.services.get(ReportStore).progress(filled.running)

    assert progress.counts[DeliveryState.SENT] == 5
    assert progress.counts[DeliveryState.FAILED] == 1
    assert progress.counts[DeliveryState.DEFERRED] == 1
    assert progress.recipients == 24
    status = await filled.services.get(WorkerControl).status()
    assert status.condition is WorkerCondition.NEVER_STARTED

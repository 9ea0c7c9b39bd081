"""What screens show is believed only as far as somebody could have said it."""

from campaigns.ports import LaneStatus
from campaigns.report.views import LaneView, without_worker
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId


def lane(status: LaneStatus) -> LaneView:
    return LaneView(
        account_id=AccountId(1),
        title="Desk",
        kind=AccountKind.USER,
        account_state=AccountState.READY,
        account_reason=None,
        status=status,
        reason="next in a moment",
        until=None,
        counts={},
    )


def test_no_lane_sends_while_no_worker_runs() -> None:
    shown = without_worker([lane(status) for status in LaneStatus])

    stand_still = {LaneStatus.NEEDS_YOU, LaneStatus.PAUSED, LaneStatus.WAITING}
    assert {view.status for view in shown} == stand_still | {LaneStatus.OFFLINE}
    assert all(view.reason == "" for view in shown if view.status is LaneStatus.OFFLINE)

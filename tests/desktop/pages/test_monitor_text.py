"""What the monitor says about the time that is left, and about waits."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from campaigns.campaign import CampaignState
from campaigns.delivery import DeliveryState
from campaigns.ports import LaneStatus
from campaigns.reasons import SENTENCES, DeliveryReason
from campaigns.report.forecast import Forecast
from campaigns.report.screens import WorkerRun
from campaigns.report.views import CampaignProgress, LaneView
from core.domain.account import AccountKind, AccountState
from core.domain.ids import AccountId, CampaignId
from desktop.formatting import Formats
from desktop.pages.campaign.acts import acts_in, stop_question
from desktop.pages.campaign.monitor_text import chart_marks, finish_lines, forecast_lines, waits_for
from desktop.widgets.status import Tone

NOW = datetime(2026, 11, 19, 14, 28, 6, tzinfo=UTC)  # a Thursday
PLAIN = Formats()
MINUTE = timedelta(minutes=1)


def told(**values: object) -> Forecast:
    return Forecast(
        **{"nearly_at": None, "everyone_at": None, "unmeasured": (), "standing": (), "waiting": (), **values}
    )


def progress(state: CampaignState, counts: dict[DeliveryState, int] | None = None) -> CampaignProgress:
    return CampaignProgress(
        id=CampaignId(1),
        title="Autumn",
        state=state,
        state_reason=None,
        state_by="kaya",
        state_at=NOW,
        created_at=NOW,
        created_by="kaya",
        approved_by="aiko",
        approved_hash=b"h" * 32,
        start_at=NOW,
        started_at=NOW,
        finished_at=None,
        slowed_per_hour=None,
        is_archived=False,
        repeat=None,
        runs=0,
        run_of=None,
        run_at=None,
        counts=counts or {},
        reasons={},
    )


def lane(status: LaneStatus, reason: str = "", until: datetime | None = None) -> LaneView:
    return LaneView(
        account_id=AccountId(1),
        title="Kyiv",
        kind=AccountKind.BOT,
        account_state=AccountState.SIGNED_OUT if status is LaneStatus.NEEDS_YOU else AccountState.READY,
        account_reason=None,
        status=status,
        reason=reason,
        until=until,
        counts={},
    )


@pytest.mark.parametrize(
    ("forecast", "lines"),
    [
        (
            told(nearly_at=NOW + 9 * MINUTE, everyone_at=NOW + timedelta(days=5), waiting=("a", "b", "c")),
            ("98 % by 14:38 · everyone by Tue 14:29", "held back by 3 lanes that wait"),
        ),
        (told(everyone_at=NOW + timedelta(seconds=20)), ("Everyone in under a minute", "")),
        (told(nearly_at=NOW + 9 * MINUTE, everyone_at=NOW + 9 * MINUTE), ("Everyone by 14:38", "")),
        (
            told(nearly_at=NOW + 9 * MINUTE, standing=("Desk DE 2",), waiting=("Kyiv",)),
            ("98 % by 14:38", "held back by Kyiv and Desk DE 2"),
        ),
        (told(unmeasured=("News",)), ("No forecast yet", "News sent too little to tell")),
        (told(standing=("News",)), ("No forecast", "held back by News")),
        (told(), ("No forecast", "")),
    ],
)
def test_a_forecast_says_when_and_what_holds_it_back(forecast: Forecast, lines: tuple[str, str]) -> None:
    assert forecast_lines(forecast, PLAIN, NOW) == lines


def test_nothing_is_forecast_without_a_worker_or_while_it_is_paused() -> None:
    sure = told(everyone_at=NOW + MINUTE)
    running, paused = progress(CampaignState.RUNNING), progress(CampaignState.PAUSED)

    assert finish_lines(running, sure, PLAIN, NOW, worker_is_gone=True)[0] == "No forecast"
    assert finish_lines(running, None, PLAIN, NOW, worker_is_gone=False)[0] == "No forecast yet"
    first = replace(
        running, counts={DeliveryState.SENT: 3, DeliveryState.FAILED: 1, DeliveryState.PLANNED: 90}, first_people=50
    )
    assert finish_lines(first, sure, PLAIN, NOW, worker_is_gone=False)[0] == "First people: 4 of 50"
    assert finish_lines(paused, sure, PLAIN, NOW, worker_is_gone=False)[0] == "No forecast while it is paused"


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (
            lane(LaneStatus.WAITING, SENTENCES[DeliveryReason.COOLDOWN], NOW + timedelta(minutes=3, seconds=34)),
            ("14:31:40", "Telegram’s pause", Tone.WARN),
        ),
        (lane(LaneStatus.NEEDS_YOU), ("", "until you sign in again", Tone.BAD)),
        (lane(LaneStatus.SENDING), ("", "nothing", Tone.MUTE)),
        (lane(LaneStatus.SENDING, "next", NOW + timedelta(seconds=3)), ("", "next in 3 s", Tone.MUTE)),
        (lane(LaneStatus.OFFLINE), ("", "a worker", Tone.MUTE)),
    ],
)
def test_a_lane_says_what_it_waits_for_and_until_when(view: LaneView, words: tuple[str, str, Tone]) -> None:
    assert waits_for(view, 5, PLAIN, NOW) == words


def test_a_worker_that_died_and_one_that_ended_are_marked_but_not_the_present_one() -> None:
    died = WorkerRun(started_at=NOW, heartbeat_at=NOW + MINUTE, ended_at=None)
    ended = WorkerRun(started_at=NOW, heartbeat_at=NOW + 2 * MINUTE, ended_at=NOW + 3 * MINUTE)

    marks = chart_marks([], [died, ended, died], PLAIN)

    assert [(mark.text, mark.tone) for mark in marks] == [
        ("14:29 worker died", Tone.BAD),
        ("14:31 worker stopped", Tone.MUTE),
    ]


def test_stopping_says_who_keeps_the_message_and_who_will_not_get_it() -> None:
    counts = {DeliveryState.SENT: 31_482, DeliveryState.PLANNED: 16_000, DeliveryState.DEFERRED: 352}

    question = stop_question(progress(CampaignState.RUNNING, {**counts, DeliveryState.SENDING: 1}), PLAIN)

    assert question.message.startswith(
        "31,482 people have it and keep it; 16,352 will not get it. 1 message is under way"
    )
    assert (question.cancel, question.confirm, question.is_dangerous) == ("Keep running", "Stop it", True)


@pytest.mark.parametrize("state", CampaignState)
def test_nothing_is_offered_that_would_be_refused(state: CampaignState) -> None:
    acts = acts_in(state)

    assert not (acts.can_pause and acts.can_resume)
    assert acts.can_stop == (state not in (CampaignState.FINISHED, CampaignState.CANCELLED, CampaignState.FAILED))
    assert acts.can_approve == (state is CampaignState.IN_REVIEW)
    assert acts.can_start == (state is CampaignState.APPROVED)

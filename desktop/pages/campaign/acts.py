"""What a person may do with a campaign in its state, and what is asked before it is stopped. Pure."""

from dataclasses import dataclass
from typing import Final

from campaigns.campaign import ALLOWED, CampaignState
from campaigns.delivery import DeliveryState
from campaigns.reasons import PASSING, DeliveryReason
from campaigns.report.views import CampaignProgress
from core.domain.ids import CampaignId
from desktop.dialogs.confirm import Question
from desktop.formatting import Formats
from desktop.pages.states import count_open

_S, _D = CampaignState, DeliveryState


@dataclass(frozen=True, slots=True, kw_only=True)
class Acts:
    """Which buttons there are."""

    can_submit: bool
    can_approve: bool
    can_start: bool
    can_pause: bool
    can_resume: bool
    can_stop: bool
    can_archive: bool
    can_unarchive: bool
    can_steer: bool  # another pace, another account
    is_series: bool = False  # it repeats: its runs send, not it
    run_of: CampaignId | None = None  # the series that it is a run of


def acts_in(
    state: CampaignState, *, is_archived: bool = False, is_series: bool = False, run_of: CampaignId | None = None
) -> Acts:
    """From the table of transitions: nothing is offered that would be refused."""
    allowed = ALLOWED[state]
    return Acts(
        can_submit=_S.IN_REVIEW in allowed,
        can_approve=_S.APPROVED in allowed,
        can_start=state is _S.APPROVED and _S.SCHEDULED in allowed,
        can_pause=_S.PAUSED in allowed,
        can_resume=state is _S.PAUSED and _S.RUNNING in allowed,
        can_stop=_S.CANCELLED in allowed,
        can_archive=not is_archived and state in (_S.FINISHED, _S.CANCELLED, _S.FAILED, _S.DRAFT),
        can_unarchive=is_archived,
        can_steer=not is_series and state in (_S.SCHEDULED, _S.RUNNING, _S.PAUSED),
        is_series=is_series,
        run_of=run_of,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Aftercare:
    """What is left to a person when people were not reached: how many may be sent to again, how many to decide about."""

    again: int
    unknown: int


def aftercare(progress: CampaignProgress) -> Aftercare:
    """From the counters. Who of them may still be written to is looked up when it is asked for."""
    goes_on = progress.state in (_S.RUNNING, _S.PAUSED, _S.FINISHED) and progress.started_at is not None
    failed = sum(n for (state, reason), n in progress.reasons.items() if state is _D.FAILED and reason in PASSING)
    left = progress.reasons.get((_D.UNCERTAIN, DeliveryReason.LEFT_UNKNOWN), 0)
    return Aftercare(again=failed if goes_on else 0, unknown=progress.counts.get(_D.UNCERTAIN, 0) - left)


EDIT_QUESTION: Final = Question(
    title="Edit what was approved?",
    message="It becomes a draft again, and its approval is gone: it has to be approved anew before it can start.",
    confirm="Make it a draft",
    cancel="Leave it approved",
)


def stop_question(progress: CampaignProgress, formats: Formats) -> Question:
    """Says who keeps the message and who will not get it; nothing that was sent is undone."""
    counts = progress.counts
    has_it, waits, under_way = (
        counts.get(DeliveryState.SENT, 0),
        counts.get(DeliveryState.PLANNED, 0) + counts.get(DeliveryState.DEFERRED, 0),
        counts.get(DeliveryState.SENDING, 0),
    )
    if not progress.recipients:
        return Question(
            title="Stop the campaign?",
            message="Nobody has been written to. It cannot be started again; write a new one instead.",
            confirm="Stop it",
            cancel="Keep it",
            is_dangerous=True,
        )
    have = f"{formats.number(has_it)} {'person has' if has_it == 1 else 'people have'} it and keep it"
    sentences = [f"{have}; {formats.number(waits)} will not get it."]
    if under_way:
        messages = "1 message is" if under_way == 1 else f"{formats.number(under_way)} messages are"
        sentences.append(f"{messages} under way: whether they arrived is found out, and none is sent again.")
    sentences.append("A stopped campaign cannot be started again.")
    return Question(
        title="Stop the campaign?",
        message=" ".join(sentences),
        confirm="Stop it",
        cancel="Keep running" if progress.state is _S.RUNNING else "Keep it",
        is_dangerous=True,
    )


def is_open(progress: CampaignProgress) -> bool:
    """Somebody has not reached a final state."""
    return count_open(progress.counts) > 0

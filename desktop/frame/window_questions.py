"""What the window asks before it does something to the worker or to all campaigns."""

from desktop.dialogs.confirm import Question
from desktop.formatting import count_of
from desktop.frame.presenter import FramePresenter
from desktop.notifications import NotificationCenter
from desktop.widgets.status import Glyph


async def ask_end_worker(tells: NotificationCenter, presenter: FramePresenter) -> None:
    """End a worker that does not answer, if the person wants it."""
    question = Question(
        title="End the worker that does not answer?",
        message="It gets 40 seconds to end by itself, then it is ended by force. What it was sending is settled "
        "by the next worker; nothing is sent twice.",
        confirm="End it",
        cancel="Wait",
    )
    if await tells.confirm(question):
        presenter.begin_ending_worker()


async def ask_pause_everything(tells: NotificationCenter, presenter: FramePresenter, active_count: int) -> None:
    """Pause all campaigns that run, if the person wants it."""
    question = Question(
        title=f"Pause {count_of(str(active_count), 'campaign')}?",
        message="Nothing more is sent until you resume them. What is under way is answered and recorded.",
        confirm="Pause everything",
    )
    if await tells.confirm(question):
        paused = await presenter.pause_everything()
        tells.toast(f"{count_of(str(paused), 'campaign')} paused", "Nothing is lost.", glyph=Glyph.BARS)

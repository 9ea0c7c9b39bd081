"""Opens the dialogs that steer a campaign over the window, and does what was answered."""

from array import array
from dataclasses import replace

from PySide6.QtWidgets import QWidget

from campaigns.delivery import DeliveryState
from campaigns.reasons import DeliveryReason
from campaigns.report.screens import PeopleQuestion
from core.domain.ids import CampaignId
from core.errors import AppError
from desktop.event_loop import ask_for
from desktop.formatting import count_of
from desktop.models.paged_rows import PagedRows
from desktop.pages.campaign.people_ticks import PeopleOf, TickRow
from desktop.pages.campaign.steering_dialogs import AddAccountDialog, PaceDialog, SendAgainDialog, UnknownDialog
from desktop.pages.services import PageServices
from desktop.widgets.status import Glyph


class CampaignAsks:
    """Each raises AppError when it could not be done."""

    def __init__(self, panel: QWidget, services: PageServices) -> None:
        self._panel = panel
        self._services = services

    async def send_again(self, campaign_id: CampaignId) -> None:
        """The list first, by reason; then those who were left ticked."""
        services = self._services
        plan = await services.steering.plan_send_again(campaign_id)
        if plan.why_not or not plan.can_be_sent:
            why = plan.why_not or "Nobody of those who failed may be written to any more."
            services.tells.toast("Nobody can be sent to again", why, glyph=Glyph.DASH)
            return
        rows = PagedRows[TickRow](services.spawn, services.tells.error)

        async def fill(reasons: frozenset[DeliveryReason]) -> None:
            ids = await services.steering.list_failed(campaign_id, reasons) if reasons else []
            await rows.open(PeopleOf(services, array("q", ids)))

        async def choose(reasons: frozenset[DeliveryReason]) -> None:
            try:
                await fill(reasons)
            except AppError as error:
                services.tells.error(error)
            if dialog.isVisible() and dialog.reasons == reasons:
                dialog.show_people()

        dialog = SendAgainDialog(
            self._panel.window(),
            plan,
            rows,
            services.formats,
            lambda reasons: services.spawn(choose(reasons), "people to send to again"),
        )
        await fill(dialog.reasons)
        dialog.show_people()
        answer = await ask_for(dialog, lambda: (dialog.reasons, dialog.chosen))
        if answer is not None:
            reasons, chosen = answer
            count = await services.steering.send_again(campaign_id, reasons, actor=services.actor, only=chosen)
            people = count_of(services.formats.number(count), "person is", "people are")
            left = len(chosen) - count
            words = f"{services.formats.number(left)} may not be written to any more." if left else ""
            services.tells.toast(f"{people} tried again", words, glyph=Glyph.RUN)

    async def decide_unknown(self, campaign_id: CampaignId) -> None:
        """Message by message: counted as sent, or left."""
        services = self._services
        unknown = PeopleQuestion(campaign_id=campaign_id, state=DeliveryState.UNCERTAIN)
        left = frozenset(await services.screens.people_ids(replace(unknown, reason=DeliveryReason.LEFT_UNKNOWN)))
        ids = array("q", [one for one in await services.screens.people_ids(unknown) if one not in left])
        rows = PagedRows[TickRow](services.spawn, services.tells.error)
        await rows.open(PeopleOf(services, ids))
        dialog = UnknownDialog(self._panel.window(), rows, services.formats)
        answer = await ask_for(dialog, lambda: (dialog.chosen, dialog.counts_as_sent))
        if answer is None:
            return
        chosen, is_sent = answer
        act = services.steering.count_as_sent if is_sent else services.steering.leave_unknown
        count = await act(campaign_id, chosen, actor=services.actor)
        messages = count_of(services.formats.number(count), "message")
        services.tells.toast(f"{messages} counted as sent" if is_sent else f"{messages} left as they are")

    async def change_pace(self, campaign_id: CampaignId, rate_per_s: float | None) -> None:
        """`rate_per_s`: how fast it sends now, as measured."""
        services = self._services
        progress = await services.reports.progress(campaign_id)
        dialog = PaceDialog(
            self._panel.window(),
            now_per_hour=round(rate_per_s * 3600) if rate_per_s else None,
            slowed=progress.slowed_per_hour,
            formats=services.formats,
        )
        answer = await ask_for(dialog, lambda: (dialog.per_hour,))
        if answer is not None:
            (per_hour,) = answer
            await services.steering.slow_down(campaign_id, per_hour, actor=services.actor)
            pace = (
                "As fast as its plan allows" if per_hour is None else f"{services.formats.number(per_hour)} an hour"
            )
            services.tells.toast(pace, "It holds from the next message on.")

    async def add_account(self, campaign_id: CampaignId) -> None:
        """One more account, which takes over its share."""
        services = self._services
        dialog = AddAccountDialog(self._panel.window(), await services.steering.joining_accounts(campaign_id))
        account_id = await ask_for(dialog, lambda: dialog.account_id)
        if account_id is not None:
            moved = await services.steering.add_account(campaign_id, account_id, actor=services.actor)
            people = count_of(services.formats.number(moved), "person", "people")
            services.tells.toast("The account joined", f"It takes over {people} who were not tried yet.")

    async def clone(self, campaign_id: CampaignId) -> None:
        """A new draft, which is opened; what it could not take over is said."""
        services = self._services
        made = await services.keeping.clone(campaign_id, actor=services.actor)
        lost = (
            (not made.has_people, "An audience of the old one was deleted: choose its people."),
            (not made.has_accounts, "All its accounts were removed: choose others."),
            (made.lost_end, "Its end was over, so it has none."),
        )
        words = " ".join(sentence for is_lost, sentence in lost if is_lost)
        services.tells.toast(f"“{made.title}” is a draft", words or "The same message, people, plan and accounts.")
        services.navigate("campaigns", made.campaign_id)

    async def archive(self, campaign_id: CampaignId) -> None:
        """Out of the list, with a way back."""
        services = self._services
        await services.keeping.archive(campaign_id, actor=services.actor)

        async def back() -> None:
            try:
                await services.keeping.unarchive(campaign_id, actor=services.actor)
            except AppError as error:
                services.tells.error(error)

        services.tells.toast(
            "Archived",
            "It keeps all it holds, under “Archived”.",
            undo=lambda: services.spawn(back(), "back into the list"),
        )

    async def unarchive(self, campaign_id: CampaignId) -> None:
        await self._services.keeping.unarchive(campaign_id, actor=self._services.actor)
        self._services.tells.toast("Back in the list")

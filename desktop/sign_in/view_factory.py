"""Which view shows which step."""

from dataclasses import dataclass

from core.clock import Clock
from core.domain.account import Account, AccountKind, DataCentre
from desktop.formatting import Formats
from desktop.sign_in import steps as s
from desktop.sign_in.answer_views import ApiView, EmailView, PasswordView
from desktop.sign_in.code_view import CodeView
from desktop.sign_in.outcome_views import BusyView, DoneView, EndedView, RefusedView, WaitView
from desktop.sign_in.setup_views import GoOnView, StoreView, UnlockView
from desktop.sign_in.view import StepView
from desktop.sign_in.way_views import ADD, PhoneView, ScanView, TokenView, WayView
from telegram.sign_in import values as v


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewContext:
    """What views show beside their step. `again`: the account that signs in again; None: a new one."""

    clock: Clock
    formats: Formats
    again: Account | None
    data_centre: DataCentre
    route: str
    can_change: bool
    method: v.Method
    proxy: str

    @property
    def title(self) -> str:
        return ADD if self.again is None else f"Sign in again: {self.again.title}"


def make_view(step: s.Step, context: ViewContext) -> StepView:
    """A new view of this step."""
    clock, formats, title = context.clock, context.formats, context.title
    match step:
        case s.ChooseStore():
            return StoreView(step)
        case s.Unlock():
            return UnlockView(step)
        case s.GoOn():
            return GoOnView(step)
        case s.ChooseWay():
            return WayView(step, title, context.proxy)
        case s.Busy():
            return BusyView(step, title)
        case s.Ended():
            return EndedView(step)
        case s.SignedIn():
            return DoneView(step, is_again=context.again is not None)
        case v.ShowQr():
            return ScanView(step, clock, title, context.route, can_change=context.can_change)
        case v.AskPhone():
            return PhoneView(step, context.data_centre, title, context.route, can_change=context.can_change)
        case v.AskBotToken():
            return TokenView(step, title, context.route, can_change=context.can_change)
        case v.AskCode() | v.AskEmailCode():
            return CodeView(step, clock, formats)
        case v.AskEmail():
            return EmailView(step)
        case v.AskPassword():
            return PasswordView(step)
        case v.AskApi():
            return ApiView(step)
        case v.Waiting():
            return WaitView(step, clock, formats)
        case v.Refused():
            is_bot = None if context.again is None else context.again.kind is AccountKind.BOT
            return RefusedView(step, context.method, is_bot=is_bot)
        case v.Done() | v.Cancelled():
            raise AssertionError("the presenter shows these in another way")

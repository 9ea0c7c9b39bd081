"""Opens the sign-in dialog and brings it together with what stands behind it."""

from PySide6.QtWidgets import QDialog, QWidget

from core.domain.account import WorkspaceKind
from core.domain.ids import AccountId
from core.errors import AppError
from desktop.dialogs.confirm import ConfirmDialog, Question
from desktop.event_loop import ask
from desktop.formatting import Formats
from desktop.sign_in import steps as s
from desktop.sign_in.dialog import SignInDialog
from desktop.sign_in.presenter import SignInPresenter, SignInServices
from desktop.sign_in.sandbox_help import SandboxHelp, offer_for
from desktop.sign_in.view import Choice, PassphraseGiven, StoreChosen, WayChosen
from desktop.sign_in.words import ask_discard
from telegram.sign_in import values as v


async def open_sign_in(
    window: QWidget, services: SignInServices, formats: Formats, *, account_id: AccountId | None = None
) -> None:
    """Add accounts, or give this one a new session; returns when the dialog is closed.

    A dialog that is open already comes to the front. When the window goes, so does the dialog, and a half-done sign-in
    stays for the next time where it can.
    """
    former = next((one for one in window.findChildren(SignInDialog) if one.isVisible()), None)
    if former is not None:
        former.raise_()
        former.activateWindow()
        return
    is_sandbox = (await services.workspaces.get()).kind is WorkspaceKind.SANDBOX
    dialog = SignInDialog(window, services.clock, formats)
    signing = _Signing(dialog, services, account_id, is_sandbox=is_sandbox)
    signing.presenter.start()
    try:
        await ask(dialog)
    finally:
        await signing.presenter.close()


class _Signing:
    """One open dialog: hands answers to the presenter, steps to the dialog, and asks before something is lost."""

    def __init__(
        self, dialog: SignInDialog, services: SignInServices, account_id: AccountId | None, *, is_sandbox: bool
    ) -> None:
        self._dialog = dialog
        self._help = SandboxHelp(services.workspace) if is_sandbox else None
        self._spawn = dialog.scope.task
        self.presenter = SignInPresenter(services, self, self._spawn, again=account_id)
        connect = dialog.scope.connect
        connect(dialog.answered, self._take)
        connect(dialog.cancelRequested, lambda: self._spawn(self._cancel(), "cancel", is_latest=True))
        connect(dialog.closeRequested, lambda: self._spawn(self._close(), "close", is_latest=True))
        connect(dialog.helpRequested, lambda: self._spawn(self._bring_help(), "help", is_latest=True))

    def show_step(self, step: s.Step) -> None:
        dialog, presenter = self._dialog, self.presenter
        dialog.again, dialog.data_centre = presenter.again, presenter.data_centre
        dialog.route, dialog.proxy, dialog.method = presenter.route, presenter.proxy, presenter.method
        dialog.can_change = bool(presenter.proxies) and presenter.again is None
        dialog.show_step(step)
        dialog.show_offer(offer_for(step) if self._help is not None else None)
        if isinstance(step, s.SignedIn) and self._help is not None:
            self._help.forget()

    def _take(self, answer: object) -> None:
        presenter = self.presenter
        match answer:
            case StoreChosen():
                presenter.choose_store(answer.kind, answer.passphrase)
            case PassphraseGiven():
                presenter.unlock(answer.passphrase)
            case WayChosen():
                presenter.begin(answer.method, answer.proxy)
            case Choice.GO_ON:
                presenter.go_on()
            case Choice.DISCARD_CUT_OFF:
                self._spawn(self._discard_cut_off(), "discard")
            case Choice.START:
                presenter.start()
            case Choice.START_ANEW:
                presenter.start_anew()
            case Choice.CLOSE:
                self._dialog.finish()
            case v.Value():
                if self._help is not None and isinstance(answer, v.GivePhone):
                    self._help.phone = "".join(letter for letter in answer.phone if letter.isdecimal())
                presenter.give(answer)  # type: ignore[arg-type]  # views emit commands only

    async def _cancel(self) -> None:
        if isinstance(self._dialog.step, s.SignedIn):
            self.presenter.start_anew()  # "Add another" stands there
            return
        if self.presenter.is_half_done:
            if not await self._confirm(ask_discard(survives=self.presenter.survives, is_closing=False)):
                return
            await self.presenter.discard()
        self._dialog.finish()

    async def _close(self) -> None:
        """What is half done stays; where it cannot, closing loses it, and is asked about."""
        presenter = self.presenter
        if presenter.is_half_done and not presenter.survives:
            if not await self._confirm(ask_discard(survives=False, is_closing=True)):
                return
            await presenter.discard()
        self._dialog.finish()

    async def _discard_cut_off(self) -> None:
        if await self._confirm(ask_discard(survives=True, is_closing=False)):
            self.presenter.discard_cut_off()

    async def _bring_help(self) -> None:
        assert self._help is not None
        step = self._dialog.step
        try:
            text = await self._help.help_with(step, self.presenter.again)
        except AppError as error:
            self.show_step(s.Ended(problem=v.problem_of(error)))
            return
        if self._dialog.step is step:
            self._dialog.fill(text)

    async def _confirm(self, question: Question) -> bool:
        return await ask(ConfirmDialog(self._dialog, question)) == QDialog.DialogCode.Accepted

"""Signing in by a code that Telegram sends to a number: by app, message, call or e-mail."""

from typing import Any

import msgspec
from telethon.tl.functions import account, auth
from telethon.tl.types import CodeSettings, EmailVerificationCode, EmailVerifyPurposeLoginSetup
from telethon.tl.types import auth as answers

from core.errors import NetworkError, UserInputError
from core.redaction import redactor
from telegram.sign_in import entries
from telegram.sign_in import values as v
from telegram.sign_in.half_done import PendingCode
from telegram.sign_in.refusals import no_account, no_other_way, prefers_qr, wants_fee
from telegram.sign_in.sent_codes import read_sent_code
from telegram.sign_in.stage import SignInStage


class SignInByCode(SignInStage):
    """One sign-in with the steps of a code; which comes when is the business of `flow`."""

    async def _send_code(self, phone: str) -> None:
        redactor.register(phone)
        api = self._api
        assert api is not None
        request = auth.SendCodeRequest(phone, api.api_id, api.api_hash, CodeSettings())
        await self._take_sent(await self._call(request), phone)

    async def _take_sent(self, sent: Any, phone: str) -> None:
        if isinstance(sent, answers.SentCodeSuccess):
            await self._keep(sent.authorization.user)
        elif isinstance(sent, answers.SentCodePaymentRequired):
            raise wants_fee()
        else:
            await self._await_code(read_sent_code(sent, phone, self._clock.now()))

    async def _await_code(self, code: PendingCode) -> None:
        self._code, self._is_void, self._is_unsure = code, False, False
        await self._save(code.valid_until)
        self._show_code()

    async def _resend(self) -> None:
        code = self._code
        assert code is not None
        now = self._clock.now()
        if self._is_void or now >= code.valid_until:
            await self._send_code(code.phone)
            return
        if code.next_kind is None:
            raise no_other_way()
        if code.resend_at is not None and now < code.resend_at:
            self._show_code()  # says in how many seconds it is possible
            return
        try:
            sent = await self._call(auth.ResendCodeRequest(code.phone, code.code_hash))
        except UserInputError as error:
            if error.detail == "PHONE_CODE_EXPIRED":
                await self._send_code(code.phone)
                return
            if not prefers_qr(error):
                raise
            # There is no other way after all; the code that was sent is still good.
            self._code = msgspec.structs.replace(code, next_kind=None, resend_at=None)
            raise no_other_way() from error
        await self._take_sent(sent, code.phone)

    async def _take_code(self, text: str) -> None:
        pending = self._code
        assert pending is not None
        code = entries.clean_code(text, pending.length)
        redactor.register(code)
        if self._is_unsure and await self._is_signed_in_already():
            return
        try:
            if pending.is_set_up:
                purpose = EmailVerifyPurposeLoginSetup(pending.phone, pending.code_hash)
                request = account.VerifyEmailRequest(purpose, EmailVerificationCode(code))
                verified = await self._call(request)
                await self._take_sent(verified.sent_code, pending.phone)
                return
            by_email = EmailVerificationCode(code) if pending.kind is v.CodeKind.EMAIL else None
            authorization = await self._call(
                auth.SignInRequest(
                    pending.phone, pending.code_hash, None if by_email else code, email_verification=by_email
                )
            )
        except NetworkError:
            self._is_unsure = True
            raise
        if isinstance(authorization, answers.AuthorizationSignUpRequired):
            raise no_account()
        await self._keep(authorization.user)

    async def _set_up_email(self, address: str) -> None:
        code = self._code
        assert code is not None
        redactor.register(address)
        purpose = EmailVerifyPurposeLoginSetup(code.phone, code.code_hash)
        sent = await self._call(account.SendVerifyEmailCodeRequest(purpose, address))
        await self._await_code(
            msgspec.structs.replace(code, email=address, clue=sent.email_pattern, length=sent.length)
        )

    async def _reset_email(self) -> None:
        """auth.resetLoginEmail: at once a code by another way, or the moment from which on there is one."""
        code = self._code
        assert code is not None
        now = self._clock.now()
        if code.reset_from is None or now < code.reset_from or code.reset_at is not None or self._is_void:
            self._show_code()  # says whether, and in how many seconds, it is possible
            return
        await self._take_sent(await self._call(auth.ResetLoginEmailRequest(code.phone, code.code_hash)), code.phone)

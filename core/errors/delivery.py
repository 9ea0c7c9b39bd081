"""Telegram's definite no: to a message, so that every send of its campaign would fail, or to one person."""

import re
from typing import ClassVar

from core.errors.base import AppError, Scope


class CampaignError(AppError):
    """Every send of this campaign would fail alike."""

    code = "campaign"
    scope = Scope.CAMPAIGN
    default_title = "This message cannot be sent to anybody"


class MessageTooLong(CampaignError):
    """Longer than the 4,096 UTF-16 units Telegram takes."""

    code = "message_too_long"
    default_title = "The message is too long"
    default_hint = "Shorten it to 4,096 characters."


class MessageRejected(CampaignError):
    """Telegram does not accept the text, its formatting or its buttons."""

    code = "message_rejected"
    default_title = "Telegram does not accept this message"
    default_hint = "Check the text and its formatting."


class MediaUnavailable(CampaignError):
    """A photo or file of the message cannot be read in the workspace."""

    code = "media_unavailable"
    default_title = "A photo or file of this message is missing"
    default_hint = "Put it back into the folder media of the workspace, then resume; or write a new campaign."


class MediaExpired(CampaignError):
    """Telegram does not take what this account uploaded any more: it has to be uploaded again."""

    code = "media_expired"
    default_title = "Telegram does not take an upload any more"
    default_hint = "Attach the photo or file again, a photo perhaps as a file."

    def __init__(self, message: str = "", *, title: str = "", hint: str = "", detail: str = "") -> None:
        super().__init__(message, title=title, hint=hint, detail=detail)
        match = re.search(r"FILE_REFERENCE_(\d+)_", detail)
        self.item = int(match[1]) if match else None  # which of an album; None: any


class RecipientError(AppError):
    """One delivery cannot be made. `suppresses` says that nobody may write to this person again."""

    code = "recipient"
    scope = Scope.RECIPIENT
    suppresses: ClassVar[bool] = False
    default_title = "This person cannot be reached"


class RecipientNotFound(RecipientError):
    """Nobody uses this name or number."""

    code = "not_found"
    default_title = "Nobody uses this name"


class RecipientUnreachable(RecipientError):
    """This account cannot address this person; a bot: they have not started it."""

    code = "unreachable"
    default_title = "This account cannot address this person"


class PrivacyRestricted(RecipientError):
    """The person does not accept messages from this account."""

    code = "privacy"
    default_title = "Does not accept messages from this account"


class PremiumRequired(RecipientError):
    """The person accepts only contacts and Premium users."""

    code = "premium_required"
    default_title = "Accepts only contacts and Premium users"


class PaymentRequired(RecipientError):
    """The person charges Stars per message. Wireroom never pays by itself."""

    code = "payment_required"
    default_title = "Charges Stars per message"


class WriteForbidden(RecipientError):
    """This account may not write in this chat."""

    code = "write_forbidden"
    default_title = "This account may not write in this chat"


class RecipientIsBot(RecipientError):
    """A bot cannot write to another bot."""

    code = "is_bot"
    default_title = "A bot cannot write to another bot"


class WeBlockedThem(RecipientError):
    """This account has blocked the person."""

    code = "we_blocked_them"
    default_title = "This account has blocked this person"


class MessageGone(RecipientError):
    """A message that was to be changed is not in the chat any more, or never was."""

    code = "message_gone"
    default_title = "This message is not in the chat any more"


class EditTooLate(RecipientError):
    """Telegram takes no more edits of this message."""

    code = "edit_too_late"
    default_title = "This message can no longer be edited"


class DeleteForbidden(RecipientError):
    """Telegram does not let this account delete this message."""

    code = "delete_forbidden"
    default_title = "This message cannot be deleted"


class RefusedByTelegram(RecipientError):
    """A definite refusal that Wireroom does not know; shown with Telegram's name for it in the small line."""

    code = "refused"
    default_title = "Telegram refused this message"


class RecipientBlockedUs(RecipientError):
    """The person blocked the account: they opted out everywhere."""

    code = "blocked_us"
    suppresses = True
    default_title = "This person blocked the account"


class RecipientGone(RecipientError):
    """The person's Telegram account no longer exists."""

    code = "gone"
    suppresses = True
    default_title = "This Telegram account no longer exists"

"""Why a delivery ended or waits as it does: a closed set of reasons, stored as they stand, each with a sentence.

The codes of recipient and campaign errors in `core.errors` are reasons of the same name, so a definite refusal
becomes a reason by `DeliveryReason(error.code)`.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class DeliveryReason(StrEnum):
    """The reason of a delivery's state. The sentence of each stands in `SENTENCES`."""

    # skipped: not to be sent
    NO_CONSENT = "no_consent"
    CONSENT_REVOKED = "consent_revoked"
    SUPPRESSED = "suppressed"
    SAID_STOP = "said_stop"
    BLOCKED_US = "blocked_us"
    GONE = "gone"
    SAME_PERSON = "same_person"
    ERASED = "erased"
    FREQUENCY_CAP = "frequency_cap"
    MISSING_FIELD = "missing_field"
    EMPTY_MESSAGE = "empty_message"
    TEXT_CHANGED = "text_changed"
    CAMPAIGN_ENDED = "campaign_ended"
    SUPERSEDED = "superseded"  # an edit or a deletion: a later one took its place

    # deferred: will be sent later
    COOLDOWN = "cooldown"
    CHAT_PAUSE = "chat_pause"
    QUOTA_HOUR = "quota_hour"
    QUOTA_DAY = "quota_day"
    QUOTA_RESOLVE = "quota_resolve"
    QUOTA_NEW_PEOPLE = "quota_new_people"
    OUTSIDE_WINDOW = "outside_window"
    CAMPAIGN_QUOTA = "campaign_quota"
    CANARY = "canary"
    SERVER_TROUBLE = "server_trouble"

    # failed: proved not delivered
    NOT_FOUND = "not_found"
    UNREACHABLE = "unreachable"
    PRIVACY = "privacy"
    PREMIUM_REQUIRED = "premium_required"
    PAYMENT_REQUIRED = "payment_required"
    WRITE_FORBIDDEN = "write_forbidden"
    IS_BOT = "is_bot"
    WE_BLOCKED_THEM = "we_blocked_them"
    REFUSED = "refused"
    RECIPIENT = "recipient"
    MESSAGE_TOO_LONG = "message_too_long"
    MESSAGE_REJECTED = "message_rejected"
    MEDIA_UNAVAILABLE = "media_unavailable"
    MEDIA_EXPIRED = "media_expired"
    CAMPAIGN = "campaign"
    MESSAGE_GONE = "message_gone"  # this and the next two: of an edit or a deletion
    EDIT_TOO_LATE = "edit_too_late"
    DELETE_FORBIDDEN = "delete_forbidden"

    # cancelled
    CAMPAIGN_STOPPED = "campaign_stopped"
    TAKEN_BACK = "taken_back"  # a reply that waited
    ACCOUNT_REMOVED = "account_removed"  # also uncertain: of a try whose fate nobody can find out any more

    # uncertain: may have left, may not be repeated
    TOO_OLD_TO_REPEAT = "too_old_to_repeat"
    NOT_IN_HISTORY = "not_in_history"
    CONTENT_CHANGED = "content_changed"
    ALBUM_PARTLY = "album_partly"
    RESTORED = "restored"  # came back with a backup, and may have left after it
    LEFT_UNKNOWN = "left_unknown"  # a person looked, and left it

    # sent, though nothing proved it
    COUNTED_AS_SENT = "counted_as_sent"


SENTENCES: Mapping[DeliveryReason, str] = MappingProxyType(
    {
        DeliveryReason.NO_CONSENT: "No recorded basis: this person has not agreed to be written to.",
        DeliveryReason.CONSENT_REVOKED: "This person took their consent back.",
        DeliveryReason.SUPPRESSED: "On the suppression list: no campaign writes to this person.",
        DeliveryReason.SAID_STOP: "This person said STOP. No more messages will be sent to them.",
        DeliveryReason.BLOCKED_US: "This person blocked the account. No more messages will be sent to them.",
        DeliveryReason.GONE: "This Telegram account no longer exists.",
        DeliveryReason.ERASED: "This person was erased. Nothing is sent to them.",
        DeliveryReason.SAME_PERSON: "The same person as another contact of this campaign, who gets the message.",
        DeliveryReason.FREQUENCY_CAP: "This person has had as many messages as you allow in this time.",
        DeliveryReason.MISSING_FIELD: "The message uses a field that is empty for this person and has no fallback.",
        DeliveryReason.EMPTY_MESSAGE: "With this person's fields the message is empty.",
        DeliveryReason.TEXT_CHANGED: (
            "An earlier try, which was refused, had another text than the message has now. Nothing was sent."
        ),
        DeliveryReason.CAMPAIGN_ENDED: "The campaign's end came before this person's turn.",
        DeliveryReason.SUPERSEDED: "A later change of the same message took its place.",
        DeliveryReason.MESSAGE_GONE: "This message is not in the chat any more.",
        DeliveryReason.EDIT_TOO_LATE: "Telegram takes no edit any more: user accounts have 48 hours.",
        DeliveryReason.DELETE_FORBIDDEN: "Telegram does not let this account delete the message: bots have 48 hours.",
        DeliveryReason.COOLDOWN: "Telegram asked this account to wait. Sending goes on by itself.",
        DeliveryReason.CHAT_PAUSE: "This chat takes one message at a time. Sending goes on by itself.",
        DeliveryReason.QUOTA_HOUR: "This account has sent what it may in an hour. Sending goes on by itself.",
        DeliveryReason.QUOTA_DAY: "This account has sent what it may in a day. Sending goes on by itself.",
        DeliveryReason.QUOTA_RESOLVE: "This account has looked up as many people as it may in a day.",
        DeliveryReason.QUOTA_NEW_PEOPLE: "This account has written to as many new people as it may in a day.",
        DeliveryReason.OUTSIDE_WINDOW: "Outside the hours you allowed. Sending goes on when they begin.",
        DeliveryReason.CAMPAIGN_QUOTA: "This campaign has sent what you allow it. Sending goes on by itself.",
        DeliveryReason.CANARY: "The first people have it. The rest waits until you look at how it went.",
        DeliveryReason.SERVER_TROUBLE: "Telegram had a hiccup. It is tried again by itself.",
        DeliveryReason.NOT_FOUND: "Nobody uses this name or number.",
        DeliveryReason.UNREACHABLE: "This account cannot address this person; a bot: they have not started it.",
        DeliveryReason.PRIVACY: "This person does not accept messages from this account.",
        DeliveryReason.PREMIUM_REQUIRED: "This person accepts messages only from contacts and Premium users.",
        DeliveryReason.PAYMENT_REQUIRED: "This person charges Stars per message. Nothing was sent or paid.",
        DeliveryReason.WRITE_FORBIDDEN: "This account may not write in this chat.",
        DeliveryReason.IS_BOT: "A bot cannot write to another bot.",
        DeliveryReason.WE_BLOCKED_THEM: "This account has blocked this person.",
        DeliveryReason.REFUSED: "Telegram refused this message for a reason Wireroom does not know.",
        DeliveryReason.RECIPIENT: "This person cannot be reached.",
        DeliveryReason.MESSAGE_TOO_LONG: (
            "The message is longer than Telegram takes: 4,096 characters, 1,024 below a photo or file."
        ),
        DeliveryReason.MESSAGE_REJECTED: "Telegram does not accept this text or its formatting.",
        DeliveryReason.MEDIA_UNAVAILABLE: "A photo or file of the message is not in the workspace any more.",
        DeliveryReason.MEDIA_EXPIRED: "Telegram did not take a photo or file, though it was just uploaded again.",
        DeliveryReason.CAMPAIGN: "This message cannot be sent to anybody.",
        DeliveryReason.CAMPAIGN_STOPPED: "The campaign was stopped before this message left.",
        DeliveryReason.TAKEN_BACK: "Its author took it back before it left.",
        DeliveryReason.ACCOUNT_REMOVED: (
            "Its account was removed from this workspace. What had not left was cancelled; what may have left stays "
            "uncertain."
        ),
        DeliveryReason.TOO_OLD_TO_REPEAT: (
            "It may have been sent. After 24 hours it cannot be repeated safely, so it is left as it is."
        ),
        DeliveryReason.NOT_IN_HISTORY: ("It may have been sent, but the chat does not show it. It is not repeated."),
        DeliveryReason.CONTENT_CHANGED: (
            "It may have been sent, and its text is no longer the same, so it is not repeated."
        ),
        DeliveryReason.ALBUM_PARTLY: "The chat shows only a part of the album. It is not repeated.",
        DeliveryReason.RESTORED: (
            "It may have been sent after the backup from which it was restored, so it is not sent again."
        ),
        DeliveryReason.LEFT_UNKNOWN: "It may have been sent. Somebody looked at it and left it as it is.",
        DeliveryReason.COUNTED_AS_SENT: "What became of it was unknown. Somebody looked and counted it as sent.",
    }
)

PASSING: Mapping[DeliveryReason, str] = MappingProxyType(
    {
        DeliveryReason.REFUSED: "It may have been a hiccup of Telegram.",
        DeliveryReason.RECIPIENT: "It may have been for the moment only.",
        DeliveryReason.WE_BLOCKED_THEM: "It passes when you unblock them.",
        DeliveryReason.UNREACHABLE: "It passes when they start the bot, or write first.",
        DeliveryReason.NOT_FOUND: "It passes when their name or number is mended.",
        DeliveryReason.PRIVACY: "It passes only when they allow messages, or write first.",
        DeliveryReason.PREMIUM_REQUIRED: "It passes only when they write first.",
        DeliveryReason.WRITE_FORBIDDEN: "It passes when the account may write there again.",
    }
)
"""Why somebody failed though sending again may help, and what has to happen for it. Whatever is not here stays."""

"""Reasons of deliveries in a few words, and what follows from each. The whole sentences are campaigns.reasons."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from campaigns.reasons import SENTENCES, DeliveryReason

_R = DeliveryReason

_SHORT: Mapping[DeliveryReason, str] = MappingProxyType(
    {
        _R.NO_CONSENT: "No recorded basis",
        _R.CONSENT_REVOKED: "Took the consent back",
        _R.SUPPRESSED: "On the suppression list",
        _R.SAID_STOP: "Said STOP",
        _R.BLOCKED_US: "Blocked the account",
        _R.GONE: "Account no longer exists",
        _R.SAME_PERSON: "Same person as another",
        _R.ERASED: "Was erased",
        _R.FREQUENCY_CAP: "Had enough messages lately",
        _R.CAMPAIGN_ENDED: "The campaign ended first",
        _R.MISSING_FIELD: "A field is empty",
        _R.EMPTY_MESSAGE: "The message would be empty",
        _R.COOLDOWN: "Telegram’s pause",
        _R.CHAT_PAUSE: "Pause between two messages",
        _R.QUOTA_HOUR: "Hour’s quota used",
        _R.QUOTA_DAY: "Day’s quota used",
        _R.QUOTA_RESOLVE: "Day’s look-ups used",
        _R.QUOTA_NEW_PEOPLE: "Day’s new people used",
        _R.OUTSIDE_WINDOW: "Outside the hours",
        _R.CAMPAIGN_QUOTA: "Campaign’s limit used",
        _R.CANARY: "Waits for the first people",
        _R.SERVER_TROUBLE: "Telegram hiccup",
        _R.NOT_FOUND: "Nobody has this name",
        _R.UNREACHABLE: "Cannot be addressed",
        _R.PRIVACY: "Does not accept messages",
        _R.PREMIUM_REQUIRED: "Accepts Premium users only",
        _R.PAYMENT_REQUIRED: "Charges Stars per message",
        _R.WRITE_FORBIDDEN: "May not write there",
        _R.IS_BOT: "Is a bot",
        _R.WE_BLOCKED_THEM: "Blocked by this account",
        _R.REFUSED: "Refused by Telegram",
        _R.RECIPIENT: "Cannot be reached",
        _R.MESSAGE_TOO_LONG: "Message too long",
        _R.MESSAGE_REJECTED: "Message not accepted",
        _R.MEDIA_UNAVAILABLE: "Photo or file missing",
        _R.MEDIA_EXPIRED: "Upload not taken",
        _R.CAMPAIGN: "Cannot be sent",
        _R.CAMPAIGN_STOPPED: "Campaign was stopped",
        _R.TAKEN_BACK: "Taken back",
        _R.ACCOUNT_REMOVED: "Account was removed",
        _R.TOO_OLD_TO_REPEAT: "Too old to repeat safely",
        _R.NOT_IN_HISTORY: "Not in the chat’s history",
        _R.CONTENT_CHANGED: "The text is no longer the same",
        _R.ALBUM_PARTLY: "Album arrived in part",
        _R.LEFT_UNKNOWN: "Left as it is",
        _R.RESTORED: "Sent after the backup, perhaps",
        _R.COUNTED_AS_SENT: "Counted as sent by hand",
        _R.TEXT_CHANGED: "Had another text before",
    }
)


def short(reason: DeliveryReason) -> str:
    """A few words; for a reason that has none here the first sentence of the long form."""
    return _SHORT.get(reason) or SENTENCES[reason].split(". ")[0].rstrip(".")


class Follows(StrEnum):
    """What a reason means for this person from now on, in words for the screen."""

    SUPPRESSED = "suppressed"  # no campaign writes to them again
    FINAL = "final"  # this campaign is over for them
    AGAIN = "refused this time"  # what refused it may pass
    LEFT = "not repeated"
    BY_ITSELF = "goes on by itself"


_GROUPS: Mapping[Follows, frozenset[DeliveryReason]] = MappingProxyType(
    {
        Follows.SUPPRESSED: frozenset({_R.SUPPRESSED, _R.SAID_STOP, _R.BLOCKED_US, _R.GONE}),
        Follows.AGAIN: frozenset(
            {_R.REFUSED, _R.RECIPIENT, _R.TEXT_CHANGED, _R.MESSAGE_REJECTED, _R.WE_BLOCKED_THEM}
        ),
        Follows.LEFT: frozenset(
            {_R.TOO_OLD_TO_REPEAT, _R.NOT_IN_HISTORY, _R.CONTENT_CHANGED, _R.ALBUM_PARTLY}
            | {_R.RESTORED, _R.LEFT_UNKNOWN}
        ),
        Follows.BY_ITSELF: frozenset(
            {_R.COOLDOWN, _R.CHAT_PAUSE, _R.QUOTA_HOUR, _R.QUOTA_DAY, _R.QUOTA_RESOLVE, _R.OUTSIDE_WINDOW}
            | {_R.SERVER_TROUBLE, _R.QUOTA_NEW_PEOPLE, _R.CAMPAIGN_QUOTA, _R.CANARY}
        ),
    }
)


def follows(reason: DeliveryReason) -> Follows:
    """What follows from a reason; whatever is in no group is final."""
    return next((consequence for consequence, group in _GROUPS.items() if reason in group), Follows.FINAL)

"""Every way in which a text model can fail a person, as `core.errors` has it for the rest. No library's error leaves ai.

AiError                      nothing of the engine stops; whoever asked decides
├─ AiTurnedOff               the setting says so
│  └─ AiFeatureOff           nobody has turned this on in this workspace, or for another provider
├─ AiNotSetUp                no key, no address, a model that was not named
│  └─ AiLibraryMissing       the package of this provider is not installed
├─ AiKeyRejected             the provider does not know the key
├─ AiNotAllowed              the key may not do this
│  └─ AiRegionRefused        the provider does not serve this place
├─ AiQuotaExceeded           the provider's limit; says when it goes on, where the provider did
├─ AiBudgetSpent             our own limit of the day; says when it starts again
├─ AiModelUnknown            there is no such model
├─ AiRequestRefused          the provider does not take the request as it is, e.g. too long
├─ AiPromptBlocked           the provider refuses to read it
├─ AiAnswerError             an answer came that is of no use
│  ├─ AiAnswerBlocked        the provider held it back
│  ├─ AiAnswerEmpty
│  ├─ AiAnswerCut            it ended before its end
│  └─ AiAnswerUnfit          it has not the form, fields or formatting that were asked for
├─ AiServerTrouble           an error of the provider's own
├─ AiAnswerUnreadable        what answered is no text model
├─ AiTimedOut
└─ AiOffline                 the provider was not reached, or the connection broke
"""

from datetime import datetime

from core.errors import AppError, Scope, format_seconds


class AiError(AppError):
    """Something with the text model went wrong. Holds nothing of what was asked or answered."""

    code = "ai"
    scope = Scope.NONE
    default_title = "The text model could not help"
    wait_s: float | None = None  # the seconds that the provider asked for; None: it named no time


class AiTurnedOff(AiError):
    code = "ai_off"
    default_title = "Writing with AI is turned off"
    default_message = "Nothing was sent."
    default_hint = "Turn it on under Settings, AI."


class AiFeatureOff(AiTurnedOff):
    """A feature of the inbox that nobody said yes to."""

    code = "ai_feature_off"
    default_title = "This is turned off in the inbox"
    default_hint = "Turn it on in the inbox, AI; you see first what would be sent, and to whom."


class AiNotSetUp(AiError):
    code = "ai_not_set_up"
    default_title = "Writing with AI is not set up yet"
    default_message = "There is no key for the provider. Nothing was sent."
    default_hint = 'Store the key: "ai key". Settings, AI says which provider is asked.'


class AiLibraryMissing(AiNotSetUp):
    code = "ai_library_missing"
    default_title = "The package of this provider is not installed"
    default_message = "Nothing was sent."
    default_hint = "Install it, or choose another provider under Settings, AI."


class AiKeyRejected(AiError):
    code = "ai_key"
    default_title = "The provider does not accept the key"
    default_message = "It is wrong, was revoked, or is of a kind that is no longer accepted."
    default_hint = 'Make a new key at the provider, then store it: "ai key".'


class AiNotAllowed(AiError):
    code = "ai_not_allowed"
    default_title = "The key may not do this"
    default_message = "The provider knows the key, but its project may not use this model."
    default_hint = "Look at the restrictions of the key at the provider, or choose another model."


class AiRegionRefused(AiNotAllowed):
    code = "ai_region"
    default_title = "The provider does not serve this place"
    default_message = "It refuses requests from this country, or without a billing account there."
    default_hint = "Set up billing at the provider, or choose another provider under Settings, AI."


class AiQuotaExceeded(AiError):
    """The provider's limit for this key."""

    code = "ai_quota"
    is_retryable = True
    default_title = "The provider's limit is used up"

    def __init__(self, wait_s: float | None = None, *, detail: str = "") -> None:
        self.wait_s = wait_s
        when = f"It takes the next request in {format_seconds(wait_s)}." if wait_s else "It did not say until when."
        super().__init__(when, hint="Wait, or look at the plan of the key at the provider.", detail=detail)


class AiBudgetSpent(AiError):
    """The workspace's own budget of the day is used up. `until`: when the next one begins."""

    code = "ai_budget"
    default_title = "Today's budget for AI is used up"

    def __init__(self, until: datetime, *, of: str) -> None:
        self.until = until
        super().__init__(
            f"All {of} of this day are used. It starts again at {until.astimezone():%H:%M on %Y-%m-%d}.",
            hint="Go on without it until then, or set another budget under Settings, AI.",
        )


class AiModelUnknown(AiError):
    code = "ai_model"
    default_title = "The provider has no such model"
    default_message = "It may have been retired, or its name is written differently."
    default_hint = 'Choose one that the provider lists: "ai models".'


class AiRequestRefused(AiError):
    code = "ai_request"
    default_title = "The provider does not take this request"
    default_message = "It may be too long for the model, or ask for something that the model cannot do."
    default_hint = "Make the text shorter, or choose another model."


class AiPromptBlocked(AiError):
    """The provider refuses to read what was asked; `detail` holds its word for the reason."""

    code = "ai_prompt_blocked"
    default_title = "The provider refuses this text"
    default_message = "Its rules for content stopped the request before the model saw it."
    default_hint = "Write it differently, or write this part yourself."


class AiAnswerError(AiError):
    """An answer came, and it cannot be used."""

    code = "ai_answer"


class AiAnswerBlocked(AiAnswerError):
    """The provider held the answer back; `detail` holds its word for the reason."""

    code = "ai_answer_blocked"
    default_title = "The provider held the answer back"
    default_message = "Its rules for content stopped it while the model was writing."
    default_hint = "Ask for something a little different."


class AiAnswerEmpty(AiAnswerError):
    code = "ai_answer_empty"
    default_title = "The model answered nothing"
    default_message = "It read the request and wrote no text."
    default_hint = "Ask again, or choose another model."


class AiAnswerCut(AiAnswerError):
    """The answer ended before its end: at the model's limit of length, or without a word why."""

    code = "ai_answer_cut"
    default_title = "The answer ended too early"
    default_message = "It is not whole, so nothing of it was taken."
    default_hint = "Ask for less at once, or ask again."


class AiAnswerUnfit(AiAnswerError):
    """The answer lacks the form, the fields or the formatting that it must have."""

    code = "ai_answer_unfit"
    default_title = "The answer cannot be used"
    default_message = "It has not the form that was asked for."
    default_hint = "Ask again, or choose another model."


class AiServerTrouble(AiError):
    code = "ai_server_trouble"
    is_retryable = True
    default_title = "The provider had a hiccup"
    default_message = "It answered with an error of its own."
    default_hint = "Ask again in a minute."

    def __init__(self, wait_s: float | None = None, *, detail: str = "") -> None:
        self.wait_s = wait_s
        super().__init__(detail=detail)


class AiAnswerUnreadable(AiError):
    code = "ai_unreadable"
    default_title = "What answered is no text model"
    default_message = "The answer is not in the form that this provider uses."
    default_hint = "Look at the address under Settings, AI, and whether a sign-in page of your network is in between."


class AiTimedOut(AiError):
    code = "ai_timed_out"
    is_retryable = True
    default_title = "The model did not answer in time"
    default_hint = "Ask again, or ask for less at once. Settings, Time-outs says how long is waited."


class AiOffline(AiError):
    code = "ai_offline"
    is_retryable = True
    default_title = "The provider was not reached"
    default_message = "There is no connection to it, or it broke."
    default_hint = "Look at the network of this computer, and at the address under Settings, AI."

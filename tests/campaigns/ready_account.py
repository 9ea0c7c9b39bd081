"""An account that is ready, as the engine knows it."""

from core.domain.account import Account, AccountKind, AccountState, DataCentre
from core.domain.ids import AccountId, TelegramUserId

READY = Account(
    id=AccountId(1),
    kind=AccountKind.USER,
    title="Ada",
    username=None,
    telegram_user_id=TelegramUserId(1),
    data_centre=DataCentre.SANDBOX,
    session_secret="session",
    state=AccountState.READY,
    state_reason=None,
    limit_profile="careful",
    slowed_until=None,
    send_cooldown_until=None,
)

"""Who said STOP, or blocked an account, just now: a row that was claimed before that goes back instead of leaving."""

from core.domain.ids import TelegramUserId

REMEMBERED_S = 10.0
"""Far longer than a claim holds. From then on everybody's claims see what the database says of the person."""


class SaidNo:
    """Shared by all lanes of a worker. In memory, because it only tells of claims that were made in this process."""

    def __init__(self) -> None:
        self._at_s: dict[TelegramUserId, float] = {}  # in the order of time

    def note(self, user_id: TelegramUserId, now_s: float) -> None:
        """Before it is handed to the database: a claim that is ordered after this sees it there."""
        for known, at_s in list(self._at_s.items()):
            if now_s - at_s <= REMEMBERED_S:
                break
            del self._at_s[known]
        self._at_s.pop(user_id, None)
        self._at_s[user_id] = now_s

    def has_since(self, user_id: TelegramUserId, moment_s: float) -> bool:
        """Whether the person said no at that moment or later."""
        at_s = self._at_s.get(user_id)
        return at_s is not None and at_s >= moment_s

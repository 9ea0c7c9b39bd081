"""States of a delivery and the table of allowed changes. The diagram is in docs/architecture.md."""

from collections.abc import Mapping
from enum import StrEnum

from core.errors import InvalidTransitionError


class DeliveryState(StrEnum):
    """Where one message to one person stands."""

    PLANNED = "planned"  # account, inputs and random_id are fixed; nothing has left
    SENDING = "sending"  # marked and committed before the network call; a try is open
    DEFERRED = "deferred"  # a definite "not now"; tried again at the stored moment
    SENT = "sent"  # Telegram answered, or said that it has this random_id already
    FAILED = "failed"  # proved not delivered, with a reason
    SKIPPED = "skipped"  # not to be sent, with a reason
    CANCELLED = "cancelled"  # a person stopped it before it left
    UNCERTAIN = "uncertain"  # it may have left and may no longer be repeated


_S = DeliveryState

ALLOWED: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    # From PLANNED to FAILED: nobody has this name, so there was nothing to try.
    _S.PLANNED: frozenset({_S.SENDING, _S.DEFERRED, _S.FAILED, _S.SKIPPED, _S.CANCELLED}),
    # From SENDING to PLANNED, DEFERRED, FAILED: only after a definite refusal of the only try, or before
    # hand-over. To SKIPPED: only after the history proved that nothing had left.
    _S.SENDING: frozenset({_S.SENT, _S.UNCERTAIN, _S.PLANNED, _S.DEFERRED, _S.FAILED, _S.SKIPPED}),
    _S.DEFERRED: frozenset({_S.SENDING, _S.DEFERRED, _S.FAILED, _S.SKIPPED, _S.CANCELLED}),
    _S.SENT: frozenset(),
    _S.FAILED: frozenset({_S.PLANNED}),  # "send again", by a person only
    _S.SKIPPED: frozenset(),
    _S.CANCELLED: frozenset(),
    _S.UNCERTAIN: frozenset({_S.SENT}),  # by evidence, or a person counts it as sent
}

TRIED = frozenset({_S.SENDING, _S.SENT, _S.UNCERTAIN, _S.FAILED})
"""It was sent, or may have been, or was refused: what counts as one of the first people."""
_LEFT = frozenset({_S.SENDING, _S.SENT, _S.UNCERTAIN})

ALLOWED_AFTER_RESTORE: Mapping[DeliveryState, frozenset[DeliveryState]] = {
    _S.PLANNED: _LEFT,
    _S.DEFERRED: _LEFT,
    _S.SENDING: frozenset({_S.SENT, _S.UNCERTAIN}),
}
"""Of a row that came back with a backup, when more is known of it than the backup holds: it left after it, or may have."""

FINAL = frozenset({_S.SENT, _S.FAILED, _S.SKIPPED, _S.CANCELLED, _S.UNCERTAIN})
"""States in which a campaign has nothing left to do for a person."""


def transition(current: DeliveryState, target: DeliveryState, *, is_restored: bool = False) -> DeliveryState:
    """Return `target` if the table allows it, else raise InvalidTransitionError.

    `is_restored`: something outside of a backup told what became of a row that came back with it.
    """
    if target not in (ALLOWED_AFTER_RESTORE.get(current, frozenset()) if is_restored else ALLOWED[current]):
        raise InvalidTransitionError(f"A delivery that is {current} cannot become {target}.")
    return target

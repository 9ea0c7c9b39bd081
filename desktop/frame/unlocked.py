"""What the console makes of a right try: the key of the vault for its workers, and a word about wrong ones."""

from campaigns.worker_control import WorkerControl
from desktop.formatting import count_of
from desktop.notifications import NotificationCenter
from desktop.widgets.status import Glyph


def accept_unlocked(opened: object, worker: WorkerControl, notifications: NotificationCenter) -> None:
    """`opened`: what `LockGuard.unlocked` brings; None: the lock was taken away, or there is none."""
    if opened is None:
        return
    from core.secrets.app_lock import Opened
    from core.secrets.key_pipe import encode_key_line

    assert isinstance(opened, Opened)
    if opened.key is not None:
        worker.remember_key(encode_key_line(opened.key.value))
    if opened.failures:
        notifications.toast(
            f"{count_of(str(opened.failures), 'wrong passphrase')} before yours",
            "Tried since it was last unlocked, here or by a command.",
            glyph=Glyph.WARNING,
        )

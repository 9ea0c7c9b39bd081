"""Rows that changed, as Qt signals: the only place where the console learns what the worker and others wrote."""

import asyncio
from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from core.domain.change import Change, Subject
from core.errors import AppError
from desktop.scope import Scope

POLL_MS = 100
"""Ten times a second: numbers may change in place so often and no more (calm), and a poll takes well under 1 ms."""


class ChangeSource(Protocol):
    """database.ChangeFeed, following the commits of this process too."""

    async def poll(self) -> Sequence[Change]: ...


class ChangeHub(QObject):
    """Polls and emits, coalesced: one signal a kind and poll, whatever happened between two polls.

    A poll that takes longer than its turn delays the next one; none is queued. Views connect through their Scope.
    """

    campaignsChanged = Signal(frozenset)  # of campaign ids
    lanesChanged = Signal()
    accountsChanged = Signal()
    proxiesChanged = Signal(frozenset)  # of proxy ids; 0: which there are, or who leaves through them
    contactsChanged = Signal()
    eventsChanged = Signal()
    workerChanged = Signal()
    audiencesChanged = Signal()
    webhooksChanged = Signal()
    conversationsChanged = Signal(frozenset)  # of conversation ids
    cannedRepliesChanged = Signal()
    pollFailed = Signal(AppError)  # once, until it works again
    pollRecovered = Signal()

    def __init__(self, source: ChangeSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._scope = Scope(self)
        self._polling: asyncio.Task[object] | None = None
        self._has_failed = False

    def start(self) -> None:
        """Begin to poll; ends with this object or with `stop`."""
        self._scope.timer(POLL_MS, self._begin_poll)

    def stop(self) -> None:
        self._scope.close()

    async def poll_now(self) -> None:
        """One poll, beside the timer: after an action of our own, so that it shows at once."""
        try:
            changes = await self._source.poll()
        except AppError as error:
            if not self._has_failed:
                self._has_failed = True
                self.pollFailed.emit(error)
            return
        if self._has_failed:
            self._has_failed = False
            self.pollRecovered.emit()
        self._emit(changes)

    def _begin_poll(self) -> None:
        if self._polling is None or self._polling.done():
            self._polling = self._scope.task(self.poll_now(), "poll changes")

    def _emit(self, changes: Sequence[Change]) -> None:
        kinds = {change.kind for change in changes}
        campaigns = frozenset(int(change.subject_id) for change in changes if change.kind == Subject.CAMPAIGN)
        if campaigns:
            self.campaignsChanged.emit(campaigns)
        proxies = frozenset(int(change.subject_id) for change in changes if change.kind == Subject.PROXY)
        if proxies:
            self.proxiesChanged.emit(proxies)
        conversations = frozenset(int(change.subject_id) for change in changes if change.kind == Subject.CONVERSATION)
        if conversations:
            self.conversationsChanged.emit(conversations)
        for kind, signal in (
            (Subject.LANE, self.lanesChanged),
            (Subject.ACCOUNT, self.accountsChanged),
            (Subject.CONTACT, self.contactsChanged),
            (Subject.EVENT, self.eventsChanged),
            (Subject.WORKER, self.workerChanged),
            (Subject.AUDIENCE, self.audiencesChanged),
            (Subject.WEBHOOK, self.webhooksChanged),
            (Subject.CANNED_REPLY, self.cannedRepliesChanged),
        ):
            if kind in kinds:
                signal.emit()

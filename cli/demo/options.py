"""What a demo is asked to do, and what it answers."""

from dataclasses import dataclass

from core.domain.account import WorkspaceKind
from core.errors import WorkspaceError


def refuse_live(kind: WorkspaceKind) -> None:
    """Raises WorkspaceError for a workspace in which real accounts may be: a demo has a key store of its own."""
    if kind is not WorkspaceKind.SANDBOX:
        raise WorkspaceError(
            "It is a live workspace, and a demo needs one for the sandbox. Nothing was changed.",
            title="A demo does not run here",
            hint="Choose an empty folder or a new name.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoOptions:
    recipients: int
    accounts: int
    kills: int  # how often the worker is killed with SIGKILL in the middle
    rate: float | None  # messages a second over all accounts; None: as fast as it goes
    seed: int
    are_people_silent: bool  # nobody reads, answers, says STOP or blocks
    is_in_window: bool = False  # somebody watches in the console and steers: no worker is missed, nothing is too slow


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """Counted from the sandbox's own ledger but for skipped, uncertain and failed, which only the database knows."""

    recipients: int
    delivered: int  # persons with an entry in the ledger
    duplicates: int  # entries minus delivered
    missing: int  # recipients minus skipped minus delivered
    skipped: int
    uncertain: int
    failed: int
    kills: int
    kills_in_flight: int  # kills with a row in `sending`
    elapsed_s: float
    rate_per_s: float
    database_agrees: bool  # the rows `sent` are exactly the persons of the ledger, and the counters equal a count

    @property
    def is_ok(self) -> bool:
        return self.duplicates == 0 and self.missing == 0 and self.database_agrees

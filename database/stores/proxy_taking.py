"""Which proxy an account takes, or has kept for it: one statement each, inside the unit of work of the caller."""

from typing import Final

from campaigns.report.event_kinds import EventKind
from core.domain.change import Subject
from core.domain.ids import AccountId, ProxyId
from core.domain.proxy import ProxyPick, ProxyWish
from core.logs import current_correlation_id
from database.lock_handler import UnitOfWork
from database.stores.events import write_event

HAS_ACCOUNT: Final = "SELECT 1 FROM account WHERE id = ? AND removed_at IS NULL"
# Of the places of a proxy one may be kept for an account that is being signed in.
_HAS_ROOM: Final = """
p.holder_count + (SELECT count(*) FROM proxy_reservation WHERE proxy_id = p.id AND until > :now) < p.capacity
"""
# The whole of taking a proxy: finds one and holds it, so that nobody can take it in between. The account keeps the one
# it has, then the one it had, where they fit; otherwise it gets the one with the fewest holders.
ASSIGN: Final = f"""
INSERT INTO proxy_assignment (account_id, proxy_id, last_proxy_id, is_exclusive, may_move, assigned_at)
SELECT :account_id, p.id, p.id, p.capacity = 1, :may_move, :now
FROM proxy p LEFT JOIN proxy_assignment mine ON mine.account_id = :account_id
WHERE (:proxy_id IS NULL OR p.id = :proxy_id)
  AND (:label IS NULL OR p.label = :label)
  AND (:country IS NULL OR p.country = :country)
  AND ({_HAS_ROOM} OR p.id = mine.proxy_id)
  AND (p.quarantined_until IS NULL OR p.quarantined_until <= :now)
ORDER BY p.id IS mine.proxy_id DESC, p.id IS mine.last_proxy_id DESC, p.holder_count, p.id
LIMIT 1
ON CONFLICT (account_id) DO UPDATE SET proxy_id = excluded.proxy_id, last_proxy_id = excluded.last_proxy_id,
    is_exclusive = excluded.is_exclusive, may_move = excluded.may_move, assigned_at = excluded.assigned_at
RETURNING proxy_id
"""
# What ASSIGN would give an account that holds none, kept for one that is being signed in.
_RESERVE_FREE: Final = f"""
INSERT INTO proxy_reservation (proxy_id, until) SELECT p.id, :until FROM proxy p
WHERE (:proxy_id IS NULL OR p.id = :proxy_id)
  AND (:label IS NULL OR p.label = :label)
  AND (:country IS NULL OR p.country = :country)
  AND {_HAS_ROOM}
  AND (p.quarantined_until IS NULL OR p.quarantined_until <= :now)
ORDER BY p.holder_count, p.id LIMIT 1 RETURNING proxy_id
"""
_UNRESERVE: Final = "DELETE FROM proxy_reservation"
# Never directly, and nothing yet to leave through.
_WAIT: Final = """
INSERT INTO proxy_assignment (account_id, is_exclusive, may_move, assigned_at) VALUES (?, 0, 0, ?)
"""


def take_proxy(
    work: UnitOfWork, account_id: AccountId, wish: ProxyWish, *, may_move: bool, now: int
) -> ProxyId | None:
    """Run the one statement inside a unit of work; None: none fits, or there is no such account."""
    values = _values_of(wish) | {"account_id": account_id, "may_move": int(may_move), "now": now}
    if work.connection.execute(HAS_ACCOUNT, (account_id,)).fetchone() is None:
        return None
    row = work.connection.execute(ASSIGN, values).fetchone()
    if row is None:
        return None
    touch_holder(work, account_id)
    return ProxyId(row[0])


def give_to_new_account(work: UnitOfWork, account_id: AccountId, pick: ProxyPick, *, actor: str, at: int) -> None:
    """In the unit that adds the account, so that nobody sees it without: it keeps the proxy through which it signed in.

    When that is full by now it gets another one, if any will do; else it waits for one, and never connects directly.
    """
    free_places(work)  # the place that was kept is its own
    given = take_proxy(work, account_id, ProxyWish(proxy_id=pick.proxy_id), may_move=False, now=at)
    if given is None and pick.is_any:
        given = take_proxy(work, account_id, ProxyWish(), may_move=False, now=at)
    if given is None:
        work.connection.execute(_WAIT, (account_id, at))
        return
    tell_assigned(work, account_id, given, actor=actor, correlation_id=current_correlation_id(), at=at)


def keep_place(work: UnitOfWork, wish: ProxyWish, *, until: int, now: int) -> ProxyId | None:
    """A place at a healthy proxy that fits, for who is being signed in; what was kept before is free again."""
    free_places(work)
    row = work.connection.execute(_RESERVE_FREE, _values_of(wish) | {"now": now, "until": until}).fetchone()
    return None if row is None else ProxyId(row[0])


def free_places(work: UnitOfWork) -> None:
    """Nothing is kept any more."""
    work.connection.execute(_UNRESERVE)


def tell_assigned(
    work: UnitOfWork, account_id: AccountId, proxy_id: ProxyId, *, actor: str, correlation_id: str, at: int
) -> None:
    """The line of Activity."""
    write_event(
        work,
        EventKind.PROXY_ASSIGNED,
        at=at,
        actor=actor,
        account_id=account_id,
        correlation_id=correlation_id,
        data={"proxy": proxy_id},
    )


def touch_holder(work: UnitOfWork, account_id: AccountId) -> None:
    """Say that this account leaves differently from now on."""
    work.touch(Subject.ACCOUNT, account_id)
    work.touch(Subject.PROXY, 0)


def _values_of(wish: ProxyWish) -> dict[str, str | int | None]:
    return {"proxy_id": wish.proxy_id, "label": wish.label, "country": wish.country}

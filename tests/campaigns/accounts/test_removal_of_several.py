"""What is said of a removal of several accounts, before and after: who goes, who stays and why, what becomes of the rest."""

from campaigns.accounts.removal import AffectedCampaign, Removal, Removed, Unsent
from campaigns.accounts.removal_of_several import (
    RemovalResult,
    Removals,
    RemovalWish,
    failure_of,
    names_of,
    remove_several,
)
from core.domain.ids import AccountId, CampaignId
from core.errors import RequestFailed, WorkerNotRunning

NONE_RUNS = "logging out needs the worker, and none runs."


def removal(
    number: int,
    *,
    unsent: int = 0,
    open_: int = 0,
    people: int = 0,
    others: int = 1,
    cannot_move: str = "",
    signed_in: bool = True,
) -> Removal:
    """Account `number`, with what is unsent in campaign 1."""
    autumn = AffectedCampaign(id=CampaignId(1), title="Autumn", unsent=unsent, other_accounts=others)
    return Removal(
        account_id=AccountId(number),
        title=f"Desk {number}",
        planned=unsent,
        deferred=0,
        open=open_,
        uncertain=0,
        settled=4,
        campaigns=[autumn] if unsent or open_ else [],
        people=people,
        cannot_move=cannot_move,
        is_signed_in=signed_in,
    )


def removals(*accounts: Removal, has_worker: bool = True) -> Removals:
    return Removals(accounts=accounts, has_worker=has_worker)


def test_one_sentence_for_all_of_them_with_sums() -> None:
    two = removals(removal(1, unsent=1_000, people=3, others=0), removal(2, unsent=240, open_=2, people=4, others=0))

    assert two.sentences(RemovalWish()) == [
        "Desk 1 and Desk 2 are logged out of Telegram, and their sessions are erased here.",
        "1,240 deliveries not sent yet are cancelled.",
        "“Autumn” keeps no account.",
        "2 deliveries may have left; nobody can find out any more, so they stay uncertain.",
        "7 conversations stay readable; you can no longer answer them from here.",
        "What they sent stays in reports and Activity. This cannot be undone.",
    ]
    assert two.cannot_move == "Their campaigns have no other account."


def test_who_would_have_to_be_logged_out_stays_while_no_worker_runs() -> None:
    some = removals(removal(1), removal(2, signed_in=False), has_worker=False)

    assert [each.title for each in some.going(RemovalWish())] == ["Desk 2"]
    assert some.staying_sentences(RemovalWish()) == [f"Desk 1 stays: {NONE_RUNS}"]
    assert len(some.going(RemovalWish(leave_session=True))) == 2


def test_whom_telegram_restricts_stays_only_while_its_deliveries_would_have_to_move() -> None:
    some = removals(
        removal(1, unsent=5, cannot_move="limited"), removal(2, cannot_move="limited"), removal(3, unsent=1)
    )

    assert [each.title for each in some.going(RemovalWish(unsent=Unsent.MOVE))] == ["Desk 2", "Desk 3"]
    assert len(some.going(RemovalWish())) == 3
    assert some.cannot_move == ""


def test_who_has_open_tries_may_be_kept_and_then_keeps_its_campaign() -> None:
    some = removals(removal(1, open_=2, others=0), removal(2, unsent=3, others=0), removal(3))
    wish = RemovalWish(keeps_open=True)

    assert some.staying_sentences(wish) == ["Desk 1 stays: what became of open tries is not known yet."]
    assert not any("Autumn" in line for line in some.sentences(wish))
    assert any("Autumn" in line for line in some.sentences(RemovalWish()))


def test_many_are_named_by_the_first_and_how_many_more() -> None:
    assert names_of([removal(number) for number in range(1, 41)]) == "Desk 1, Desk 2 and 38 other accounts"
    assert names_of([removal(1), removal(2), removal(3)]) == "Desk 1, Desk 2 and Desk 3"


class _Service:
    """Removes all but those that it is told to refuse."""

    def __init__(self, refused: dict[int, Exception]) -> None:
        self._refused = refused
        self.unsent: dict[int, Unsent] = {}
        self.also_going: set[int] = set()

    async def remove(
        self, account_id: AccountId, *, unsent: Unsent, leave_session: bool, also_going: object, actor: str
    ) -> Removed:
        assert isinstance(also_going, list)
        self.unsent[account_id] = unsent
        self.also_going = set(also_going)
        if account_id in self._refused:
            raise self._refused[account_id]
        return Removed(cancelled=1, moved=0, left_uncertain=0, ended_at_telegram=True)


async def test_one_that_fails_leaves_the_others_done_and_is_named_at_the_end() -> None:
    service = _Service({2: WorkerNotRunning(), 5: RequestFailed("It was offline."), 7: WorkerNotRunning()})
    results: list[RemovalResult] = []
    all_of_them = [removal(number) for number in range(1, 31)]

    await remove_several(service, all_of_them, RemovalWish(), actor="ann", tell=results.append)

    failure = failure_of(results)
    assert failure is not None
    assert service.also_going == set(range(1, 31))
    assert failure.title == "3 of 30 accounts could not be removed"
    first, second, third = failure.message.splitlines()
    assert first == "27 accounts removed."
    assert second.startswith("Desk 2 and Desk 7: ")
    assert third.endswith("It was offline.")


async def test_when_stopped_no_other_account_is_begun() -> None:
    service = _Service({})
    results: list[RemovalResult] = []

    await remove_several(
        service,
        [removal(number) for number in range(1, 31)],
        RemovalWish(unsent=Unsent.MOVE),
        actor="ann",
        tell=results.append,
        is_stopped=lambda: len(results) >= 2,
    )

    assert 2 <= len(results) < 30
    assert failure_of(results) is None

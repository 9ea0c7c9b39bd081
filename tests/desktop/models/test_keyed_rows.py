"""A short list that changes in place."""

from dataclasses import dataclass

from desktop.models.keyed_rows import KeyedRows
from tests.desktop.models.test_paged_rows import Ear, Span


@dataclass(frozen=True)
class Lane:
    key: int
    done: int


def make(*lanes: Lane) -> tuple[KeyedRows[Lane], Ear]:
    rows, ear = KeyedRows[Lane](lambda lane: lane.key), Ear()
    rows.show(lanes)
    rows.listen(ear)
    return rows, ear


def test_only_rows_that_differ_are_told() -> None:
    rows, ear = make(Lane(1, 0), Lane(2, 0), Lane(3, 0))

    rows.update([Lane(3, 0), Lane(2, 5), Lane(1, 0)])

    assert ear.heard == [Span(1, 2)]


def test_rows_keep_their_places_whatever_the_order_of_what_is_read() -> None:
    rows, _ = make(Lane(1, 0), Lane(2, 0))

    rows.update([Lane(2, 9), Lane(1, 1)])

    assert [rows.row(index).key for index in range(len(rows))] == [1, 2]


def test_new_rows_come_on_top_and_the_others_stay_in_order() -> None:
    rows, ear = make(Lane(1, 0), Lane(2, 0))

    rows.update([Lane(1, 0), Lane(2, 0), Lane(3, 0)])

    assert ear.heard == ["insert 0-1"]
    assert [rows.row(index).key for index in range(3)] == [3, 1, 2]


def test_rows_that_are_gone_leave() -> None:
    rows, ear = make(Lane(1, 0), Lane(2, 0))

    rows.update([Lane(2, 0)])

    assert ear.heard == ["reset"]
    assert rows.find(1) is None
    assert rows.find(2) == 0

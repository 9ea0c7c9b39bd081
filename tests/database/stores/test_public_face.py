"""What the package announces."""

import database


def test_every_announced_name_is_there() -> None:
    for name in database._HOMES:
        assert getattr(database, name).__name__ == name

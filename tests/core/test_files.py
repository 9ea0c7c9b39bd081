"""A list that is written is whole at its place, or what was there before still is."""

from pathlib import Path

import pytest

from core.errors import StorageError
from core.files import written_whole


def test_what_is_cut_off_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("before")

    def cut_off() -> None:
        with written_whole(path, encoding="utf-8") as file:
            file.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cut_off()

    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("people.csv", "before")]


def test_what_is_whole_takes_its_place_with_its_line_breaks(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("before")

    with written_whole(path, encoding="utf-8-sig") as file:
        file.write("name\r\nIñaki\n")

    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [
        ("people.csv", b"\xef\xbb\xbf" + "name\r\nIñaki\n".encode())
    ]


def test_a_folder_that_is_missing_is_told_in_our_words(tmp_path: Path) -> None:
    with pytest.raises(StorageError), written_whole(tmp_path / "gone" / "people.csv", encoding="utf-8"):
        pytest.fail("nothing can be written there")

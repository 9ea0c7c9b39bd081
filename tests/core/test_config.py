"""Settings: typed, strict, every refusal a sentence; a change keeps what a person wrote around it."""

import stat
from pathlib import Path

import pytest

from core.config import Config, SettingKind, SettingValue, list_settings
from core.config_file import read_config
from core.config_writing import write_setting
from core.errors import ConfigurationError
from core.timeouts import OperationType

HANDWRITTEN = """\
# My settings. Do not lose this line.

[delivery]
in_flight = 3   # my link is slow
read_ahead = 20

# Evening eyes
[appearance]
scheme = "dark"
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "wireroom.toml"


def test_absent_file_means_the_careful_values(path: Path) -> None:
    assert read_config(path) == Config()
    assert not path.exists()


def test_given_values_are_read_and_the_rest_stays_careful(path: Path) -> None:
    path.write_text(HANDWRITTEN)

    config = read_config(path)

    assert (config.delivery.in_flight, config.delivery.read_ahead) == (3, 20)
    assert config.appearance.scheme == "dark"
    assert config.timeouts == Config().timeouts


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[delivery]\nin_fligt = 3\n", ["line 2", "delivery.in_fligt", "nearest is delivery.in_flight"]),
        ("\n[delivry]\nin_flight = 3\n", ["line 2", "[delivry]", "nearest is [delivery]"]),
        ("logs = 3\n", ["line 1", "logs is a section"]),
        ("[appearance]\n\ntext_size = 200\n", ["line 3", "text_size is 200", "a whole number from 90 to 130"]),
        ('[appearance]\ntext_size = "big"\n', ['text_size is "big"', "a whole number from 90 to 130"]),
        ("[appearance]\nmore_contrast = 1\n", ["more_contrast is 1", "true or false"]),
        ('[appearance]\nscheme = "pink"\n', ['scheme is "pink"', '"system", "light", "dark"']),
        ("[timeouts]\nsend = 0\n", ["timeouts.send is 0", "a number from 0.1 to 3600"]),
        ("[delivery]\nsettle_retry_s = []\n", ["settle_retry_s is []", "a list of 1 to 10 numbers"]),
        ("[delivery]\nsettle_retry_s = [2, -1]\n", ["settle_retry_s is [2, -1]"]),
        ('[executor]\nname = ""\n', ["a text that is not empty"]),
        (
            '[inbox]\nresolve_reaction = "yes"\n',
            ['resolve_reaction is "yes"', "emoji with blanks between, or nothing"],
        ),
        ("[delivery]\nlease_s = 5\n", ["delivery.lease_s must be at least three times"]),
        ("[retry]\nbase_s = 90\n", ["retry.base_s is longer"]),
        ("[delivery\n", ["not valid TOML", "line 1"]),
    ],
)
def test_bad_file_is_refused_with_file_place_and_what_is_allowed(path: Path, text: str, words: list[str]) -> None:
    path.write_text(text)

    with pytest.raises(ConfigurationError) as caught:
        read_config(path)

    assert str(path) in caught.value.message
    assert [word for word in words if word not in caught.value.message] == []
    assert caught.value.hint


def test_binary_file_is_refused_with_a_sentence(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00\x01")

    with pytest.raises(ConfigurationError, match="not a text file"):
        read_config(path)


def test_change_keeps_comments_order_and_the_rest_of_the_file(path: Path) -> None:
    path.write_text(HANDWRITTEN)

    config = write_setting(path, "delivery", "in_flight", 7)

    assert config.delivery.in_flight == 7
    assert path.read_text() == HANDWRITTEN.replace("in_flight = 3", "in_flight = 7")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("logs", "level", "debug"),
        ("appearance", "reduce_motion", True),
        ("timeouts", "send", 12.5),
        ("delivery", "settle_retry_s", (1.0, 5.0)),
    ],
)
def test_change_in_a_section_that_is_not_there_yet(path: Path, section: str, key: str, value: SettingValue) -> None:
    path.write_text(HANDWRITTEN)

    write_setting(path, section, key, value)

    assert getattr(getattr(read_config(path), section), key) == value
    assert "Do not lose this line" in path.read_text()


def test_refused_change_leaves_the_file_as_it_was(path: Path) -> None:
    path.write_text(HANDWRITTEN)

    for section, key, value in (("delivery", "in_flight", 99), ("delivery", "in_fligt", 3), ("nowhere", "x", 1)):
        with pytest.raises(ConfigurationError):
            write_setting(path, section, key, value)
    assert path.read_text() == HANDWRITTEN


def test_broken_file_is_not_overwritten_by_a_change(path: Path) -> None:
    path.write_text("[delivery]\nin_fligt = 3\n")

    with pytest.raises(ConfigurationError, match="nearest"):
        write_setting(path, "logs", "level", "debug")
    assert path.read_text() == "[delivery]\nin_fligt = 3\n"


def test_list_names_every_setting_with_words_and_bounds() -> None:
    infos = {(info.section, info.key): info for info in list_settings(Config())}

    assert {section for section, _ in infos} == set(Config.__struct_fields__)
    for info in infos.values():
        assert info.title, info
        assert info.description.endswith("."), info
        assert info.section_title
        assert not info.is_changed
        if info.kind in {SettingKind.WHOLE, SettingKind.NUMBER, SettingKind.NUMBERS}:
            assert info.minimum is not None, info
            assert info.maximum is not None, info
        if info.kind is SettingKind.CHOICE:
            assert info.value in info.choices
    assert infos["appearance", "text_size"].unit == "%"
    assert infos["appearance", "scheme"].choices == ("system", "light", "dark")
    assert infos["timeouts", "send"].unit == "s"


def test_list_says_what_differs_from_the_careful_value(path: Path) -> None:
    path.write_text(HANDWRITTEN)

    changed = {info.key: (info.value, info.default) for info in list_settings(read_config(path)) if info.is_changed}

    assert changed == {"in_flight": (3, 5), "read_ahead": (20, 50), "scheme": ("dark", "system")}


def test_each_operation_type_has_its_time_out_setting() -> None:
    assert {info.key for info in list_settings(Config()) if info.section == "timeouts"} == set(OperationType)
    assert len(OperationType) == 14

"""`doctor` says which scripts would be boxes, and the command that mends it."""

import pytest

from core.health import HealthState
from desktop.font_check import check_fonts, describe_fonts
from desktop.qt_libraries import install_fonts_hint

DEBIAN = {"ID": "debian"}


def test_scripts_without_a_font_are_named_with_the_command_that_installs_them() -> None:
    result = describe_fonts(["Devanagari", "Tamil", "SimplifiedChinese", "emoji"], DEBIAN)

    assert result.state is HealthState.WARN
    assert result.sentence == (
        "No font has Devanagari, Tamil, Chinese (simplified) and emoji: such letters are shown as boxes."
    )
    assert result.hint == "Install it with: sudo apt install fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji"


def test_only_what_is_missing_is_installed() -> None:
    assert describe_fonts(["Japanese"], DEBIAN).hint == "Install it with: sudo apt install fonts-noto-cjk"


def test_scripts_that_nobody_writes_today_are_no_reason() -> None:
    assert describe_fonts(["Ogham", "Runic"], DEBIAN).state is HealthState.OK


def test_an_unknown_system_is_told_every_command() -> None:
    hint = install_fonts_hint(["cjk"], {"ID": "plan9"})

    assert "Arch: sudo pacman -S noto-fonts-cjk" in hint


@pytest.mark.slow
def test_the_check_asks_qt_in_a_process_of_its_own() -> None:
    assert check_fonts().state in (HealthState.OK, HealthState.WARN)

"""Which package of this system holds a library that Qt expects, or a font, and what installs it. No Qt here."""

import platform
from collections.abc import Mapping, Sequence

# For each library: Debian and Ubuntu, Fedora, Arch. Qt's wheels expect these from the system (ldd on the wheel's
# libraries and its xcb plug-in, Debian 12); Fedora and Arch ship the same sonames under their own names.
_PACKAGES: dict[str, tuple[str, str, str]] = {
    "libEGL.so.1": ("libegl1", "libglvnd-egl", "libglvnd"),
    "libGL.so.1": ("libgl1", "libglvnd-glx", "libglvnd"),
    "libdbus-1.so.3": ("libdbus-1-3", "dbus-libs", "dbus"),
    "libfontconfig.so.1": ("libfontconfig1", "fontconfig", "fontconfig"),
    "libfreetype.so.6": ("libfreetype6", "freetype", "freetype2"),
    "libglib-2.0.so.0": ("libglib2.0-0", "glib2", "glib2"),
    "libxkbcommon.so.0": ("libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    "libxkbcommon-x11.so.0": ("libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    "libxcb-cursor.so.0": ("libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    "libxcb-icccm.so.4": ("libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    "libxcb-image.so.0": ("libxcb-image0", "xcb-util-image", "xcb-util-image"),
    "libxcb-keysyms.so.1": ("libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    "libxcb-randr.so.0": ("libxcb-randr0", "libxcb", "libxcb"),
    "libxcb-render-util.so.0": ("libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    "libxcb-shape.so.0": ("libxcb-shape0", "libxcb", "libxcb"),
    "libxcb-xinerama.so.0": ("libxcb-xinerama0", "libxcb", "libxcb"),
    "libxcb-xkb.so.1": ("libxcb-xkb1", "libxcb", "libxcb"),
}
# Debian's names were looked up; the others are those that the distributions give in their guides, not tried here.
_FONTS: dict[str, tuple[str, str, str]] = {
    "scripts": ("fonts-noto-core", "google-noto-fonts-all", "noto-fonts"),
    "cjk": ("fonts-noto-cjk", "google-noto-sans-cjk-fonts", "noto-fonts-cjk"),
    "emoji": ("fonts-noto-color-emoji", "google-noto-color-emoji-fonts", "noto-fonts-emoji"),
}
# What a minimal system usually lacks: installed together when the reason does not name one library.
_USUAL = (
    "libEGL.so.1",
    "libGL.so.1",
    "libxkbcommon-x11.so.0",
    "libxcb-cursor.so.0",
    "libxcb-icccm.so.4",
    "libxcb-keysyms.so.1",
)
_FAMILIES = {"debian": 0, "ubuntu": 0, "fedora": 1, "rhel": 1, "centos": 1, "arch": 2}
_COMMANDS = ("sudo apt install", "sudo dnf install", "sudo pacman -S")
_NAMES = ("Debian and Ubuntu", "Fedora", "Arch")


def install_hint(library: str, system: Mapping[str, str] | None = None) -> str:
    """What to type so that `library` (a file name such as "libEGL.so.1") is there afterwards.

    For the distribution in `system` (the fields of /etc/os-release; None: of this machine); for all three known ones
    when it is another.
    """
    wanted = (library,) if library in _PACKAGES else _USUAL
    return _hint([_PACKAGES[one] for one in wanted], system)


def install_fonts_hint(fonts: Sequence[str], system: Mapping[str, str] | None = None) -> str:
    """The same for fonts: "scripts" (Indic, Hebrew, Thai and all others), "cjk", "emoji"."""
    return _hint([_FONTS[one] for one in fonts], system)


def _hint(packages: Sequence[tuple[str, str, str]], system: Mapping[str, str] | None) -> str:
    commands = [
        f"{command} {' '.join(dict.fromkeys(names))}"
        for command, names in zip(_COMMANDS, zip(*packages, strict=True), strict=True)
    ]
    family = _family(_os_release() if system is None else system)
    if family is not None:
        return f"Install it with: {commands[family]}"
    listed = (f"{name}: {command}" for name, command in zip(_NAMES, commands, strict=True))
    return f"Install it with the packages of your system. {'; '.join(listed)}"


def _family(system: Mapping[str, str]) -> int | None:
    ids = [system.get("ID", ""), *system.get("ID_LIKE", "").split()]
    return next((_FAMILIES[one] for one in ids if one in _FAMILIES), None)


def _os_release() -> Mapping[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:  # not every system has the file; then the hint names all it knows
        return {}

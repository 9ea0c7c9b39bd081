"""Reading the settings file of a workspace, with errors that name the line and what is allowed."""

import re
import tomllib
import typing
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

from core.config import Config, list_settings
from core.errors import ConfigurationError
from core.files import storage_errors


def read_config(path: Path) -> Config:
    """The settings in `path`; the defaults when there is no such file.

    Raises ConfigurationError that names the file, the line, the setting and what is allowed, and for an unknown
    name the nearest known one; StorageError when the file cannot be read.
    """
    return parse_config(read_text(path), path)


def parse_config(text: str, path: Path) -> Config:
    """As `read_config`, for text that is not in the file (yet); `path` is only named in errors."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"{path} is not valid TOML: {error}.", hint="Mend that line, or take it out.", detail=str(path)
        ) from error
    for section, values in raw.items():
        _check_section(section, values, text=text, path=path)
    try:
        return msgspec.convert(raw, Config)
    except msgspec.ValidationError as error:
        # Single settings were checked above: what is left are two that do not go together (__post_init__).
        reason = str(error).split(" - at ")[0]
        raise ConfigurationError(f"In {path}: {reason}.", hint="Change one of the two.", detail=str(error)) from error


def read_text(path: Path) -> str:
    """The file as it is; empty when there is none. Raises ConfigurationError and StorageError as `read_config`."""
    with storage_errors(path):
        try:
            return path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"{path} is not a text file in UTF-8.", detail=str(error)) from error


def _check_section(section: str, values: object, *, text: str, path: Path) -> None:
    known = {info.key: info for info in list_settings(Config()) if info.section == section}
    if not known:
        sections = {info.section for info in list_settings(Config())}
        raise _unknown(f"[{section}]", [f"[{name}]" for name in sections], path, _line_of(text, section, None))
    if not isinstance(values, Mapping):
        raise ConfigurationError(
            f"{_place(path, _line_of(text, section, None))}: {section} is a section and holds no value itself.",
            hint=f"Write [{section}] on a line of its own and its settings below.",
        )
    for key, value in values.items():
        line = _line_of(text, section, key)
        if key not in known:
            raise _unknown(f"{section}.{key}", [f"{section}.{name}" for name in known], path, line)
        if not _is_allowed(section, key, value):
            raise ConfigurationError(
                f"{_place(path, line)}: {section}.{key} is {_shown(value)}. Allowed: {known[key].allowed}.",
                hint=f"The careful value is {_shown(known[key].default)}.",
                detail=f"{section}.{key}",
            )


@cache
def _types_of(section: str) -> Mapping[str, object]:
    return typing.get_type_hints(typing.get_type_hints(Config)[section], include_extras=True)


def _is_allowed(section: str, key: str, value: object) -> bool:
    try:
        msgspec.convert(value, _types_of(section)[key])
    except msgspec.ValidationError:
        return False
    return True


def _unknown(name: str, known: list[str], path: Path, line: int | None) -> ConfigurationError:
    import difflib  # for who has mistyped a name

    near = difflib.get_close_matches(name, known, n=1, cutoff=0)
    return ConfigurationError(
        f"{_place(path, line)}: there is no setting {name}. The nearest is {near[0]}.",
        hint="Mend the name, or take the line out.",
        detail=name,
    )


def _place(path: Path, line: int | None) -> str:
    return f"{path}, line {line}" if line else str(path)


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return str(list(value))
    return f'"{value}"' if isinstance(value, str) else str(value)


def _line_of(text: str, section: str, key: str | None) -> int | None:
    """The line of a setting in ordinary TOML (`[section]`, then `key =`); None where it is written another way."""
    inside = False
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\s*([\w-]+)\s*\]", line)
        if header:
            inside = header[1] == section
        if key is None and (inside or re.match(rf"\s*{re.escape(section)}\s*[=.]", line)):
            return number
        if key is not None and inside and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
            return number
    return None

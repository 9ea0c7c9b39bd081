"""Changing one setting in the settings file of a workspace without losing the comments around it."""

from pathlib import Path

import tomlkit
import tomlkit.exceptions

from core.config import Config, SettingValue
from core.config_file import parse_config, read_text
from core.files import write_atomic
from core.locks import short_exclusion


def write_setting(path: Path, section: str, key: str, value: SettingValue) -> Config:
    """Set one setting in `path` and return all settings as they are now.

    Comments and the order of lines stay. The whole file is checked before it is replaced: after an error, and
    after a crash, it is as it was. Raises as `read_config`, and WorkspaceBusy when another process hangs in here.
    """
    with short_exclusion(path.with_name(f".{path.name}.lock")):
        text = read_text(path)
        parse_config(text, path)
        document = tomlkit.parse(text)
        table = document.get(section)
        if not isinstance(table, tomlkit.items.Table):
            document[section] = table = tomlkit.table()
        table[key] = list(value) if isinstance(value, tuple) else value
        changed = tomlkit.dumps(document)
        config = parse_config(changed, path)
        if changed != text:
            write_atomic(path, changed.encode())
    return config

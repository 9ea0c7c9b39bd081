"""Moves credentials out of an old `.env` or settings file into the vault and wipes them there.

Lines of the form `NAME=value` (also `export`, quotes, `NAME: value`, a comment behind) and JSON files are understood.
"""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from core.errors import SecretNotFound, SecretStoreError, UserInputError
from core.files import storage_errors, write_atomic
from core.secrets.manager import SecretsManager

# A name is a credential by how it ends, as such files use them (API_ID is none, but belongs to API_HASH).
_CREDENTIAL = re.compile(
    r"(?:.*[_-]|.*(?-i:[a-z](?=[A-Z])))?"
    r"(?:api[_-]?id|api[_-]?hash|token|key|secret|password|passwd|passphrase|session(?:[_-]?string)?)",
    re.IGNORECASE,
)
_NAME = r"""(?:export\s+)?(?P<q>["']?)(?P<name>[A-Za-z_][\w.-]*)(?P=q)"""
_QUOTED = r""""(?:[^"\\]|\\.)*"|'[^']*'"""
_LINE = re.compile(
    rf"""\s*{_NAME}\s*[=:]\s*(?:(?P<quoted>{_QUOTED})\s*,?\s*(?:[#;].*)?|(?P<bare>[^\s"'#].*?)(?:\s+[#;].*)?\s*)"""
)
# A line that is commented out. Prose has colons and blanks, so only "=" and one word, or quotes, count here.
_COMMENT = re.compile(rf"""\s*\#[\s#]*{_NAME}\s*=\s*(?:(?P<quoted>{_QUOTED})|(?P<bare>[^\s"'#]\S*))\s*(?:[#;].*)?""")
_OPEN_QUOTE = re.compile(rf"""\s*{_NAME}\s*[=:]\s*["']""")


@dataclass(frozen=True, slots=True)
class Migration:
    """What was moved: names only. `path` no longer holds the values, the vault holds them under `names`."""

    path: Path
    names: tuple[str, ...]


def migrate_file(manager: SecretsManager, path: Path) -> Migration:
    """Move every credential of `path` into the vault, as `migrated/NAME`, and wipe it in the file.

    First all values go into the vault and are read back, then the file is replaced (0600, other lines kept), then the
    old bytes are overwritten. Stopped anywhere before the end, it can simply be done again. Lines that are commented
    out count, too: their secrets are as readable; they get `migrated/NAME/line N`. Overwriting cannot reach copies
    that an SSD, a file system with snapshots or an editor made.

    Raises UserInputError, with nothing changed, for a file that is not there or not text, a value over several
    lines, and a name that is in the vault with another value.
    """
    path = path.resolve()  # a link stays a link; what it points to is wiped
    with storage_errors(path):
        try:
            text = path.read_text(encoding="utf-8")
        except FileNotFoundError:
            raise UserInputError(f"There is no file {path}.", title="Nothing to migrate") from None
        except UnicodeDecodeError:
            raise UserInputError(
                f"{path} is not a text file in UTF-8.", title="This file cannot be migrated"
            ) from None
    found: dict[str, str] = {}
    wiped = _wipe_json(text, found) if path.suffix == ".json" else _wipe_lines(text, found, path)
    if found:
        _store(manager, found, path)
        _replace_and_overwrite(path, wiped)
    return Migration(path, tuple(sorted(found)))


def _wipe_lines(text: str, found: dict[str, str], path: Path) -> str:
    lines = []
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        bare = line.rstrip("\r\n")
        match = _LINE.fullmatch(bare) or _COMMENT.fullmatch(bare)
        open_quote = _OPEN_QUOTE.match(bare)
        if match is not None and _CREDENTIAL.fullmatch(match["name"]):
            value = _unescaped(match["quoted"]) if match["bare"] is None else match["bare"]
            name = f"migrated/{match['name']}"
            if _COMMENT.fullmatch(bare) or found.get(name, value) != value:
                name = f"{name}/line {number}"  # a second one must not push the first out
            if value:
                found[name] = value
                # What stood behind the value goes as well: it may be an older value.
                line = f"# {match['name']} was moved into Wireroom's secret store{line[len(bare) :]}"
        elif match is None and open_quote is not None and _CREDENTIAL.fullmatch(open_quote["name"]):
            raise UserInputError(
                f"{path}, line {number}: the value of {open_quote['name']} does not end on this line.",
                title="This file cannot be migrated",
                hint="Put the value on one line, or move it by hand. Nothing was changed.",
            )
        lines.append(line)
    return "".join(lines)


def _wipe_json(text: str, found: dict[str, str]) -> str:
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserInputError(
            f"It is not valid JSON (line {error.lineno}). Nothing was changed.", title="This file cannot be migrated"
        ) from None

    def walk(value: object, where: str) -> object:
        if isinstance(value, list):
            return [walk(item, f"{where}{index}.") for index, item in enumerate(value)]
        if not isinstance(value, dict):
            return value
        kept = {}
        for key, item in value.items():
            if (
                _CREDENTIAL.fullmatch(key)
                and isinstance(item, str | int)
                and not isinstance(item, bool)
                and item != ""
            ):
                found[f"migrated/{where}{key}"] = str(item)
            else:
                kept[key] = walk(item, f"{where}{key}.")
        return kept

    return json.dumps(walk(content, ""), indent=2, ensure_ascii=False) + "\n"


def _unescaped(quoted: str) -> str:
    inner = quoted[1:-1]
    return re.sub(r"\\(.)", r"\1", inner) if quoted[0] == '"' else inner


def _store(manager: SecretsManager, found: dict[str, str], path: Path) -> None:
    present = {name: _read(manager, name) for name in found}
    clash = [name for name, value in found.items() if present[name] not in (None, value.encode())]
    if clash:
        raise UserInputError(
            f"{', '.join(sorted(clash))}: the vault holds another value under this name. Nothing was changed.",
            title="This was migrated before with another value",
            hint=f"Rename it in {path.name}, or delete it from the vault, then migrate again.",
        )
    for name, value in found.items():
        manager.set(name, value.encode())
    if any(_read(manager, name) != value.encode() for name, value in found.items()):
        raise SecretStoreError("It did not give back what was stored in it. The file was left as it is.")


def _read(manager: SecretsManager, name: str) -> bytes | None:
    try:
        return manager.get(name)
    except SecretNotFound:
        return None


def _replace_and_overwrite(path: Path, wiped: str) -> None:
    if os.name == "nt":  # a file that is open cannot be replaced there
        write_atomic(path, wiped.encode())
        return
    with storage_errors(path), path.open("r+b") as old:
        size = os.fstat(old.fileno()).st_size
        write_atomic(path, wiped.encode())
        # The file has the new content; this is the old one, which has no name any more (but perhaps hard links).
        old.write(b"\0" * size)
        old.flush()
        os.fsync(old.fileno())

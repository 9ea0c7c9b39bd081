"""Who was erased, kept outside of the workspace, so that an older backup does not bring them back.

One file of keyed hashes a workspace in the user's own state folder, and one in each folder that backups were written to. The
key lies in the database and so in every backup of it, and not here: alone, these files say nothing about anybody.
"""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import msgspec

from core.errors import StorageError
from core.files import make_private_folder, storage_errors, write_atomic
from core.locks import short_exclusion
from core.workspace import user_state_dir


class ErasedPerson(msgspec.Struct, frozen=True):
    """`hashes`: hex, of each number, name and Telegram id by which they were known. `at`: milliseconds since 1970."""

    at: int
    hashes: tuple[str, ...]


class _List(msgspec.Struct, frozen=True):
    workspace_id: str
    key_id: str = ""  # of the key under which the hashes are: those under another one could never be found again
    people: tuple[ErasedPerson, ...] = ()
    places: tuple[str, ...] = ()  # folders that backups were written to; only in the state folder


class ErasedLists:
    """The files. Several processes may use them at once."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or user_state_dir() / "erased"

    def note_place(self, workspace_id: str, place: Path) -> None:
        """A backup was written into this folder: its list is brought up to date now and with each person who is erased.

        Raises StorageError.
        """
        with self._alone(workspace_id):
            known = _read(self._file(workspace_id)) or _List(workspace_id)
            if str(place) not in known.places:
                known = msgspec.structs.replace(known, places=(*known.places, str(place)))
                write_atomic(self._file(workspace_id), msgspec.json.encode(known))
            if known.people:
                _merge_into(_file_in(place, workspace_id), known)

    def add(self, workspace_id: str, key_id: str, people: Sequence[ErasedPerson]) -> Sequence[Path]:
        """Write these people down, here and beside the backups; returns the folders that could not be reached.

        They are on the disk when this returns. Raises StorageError when the list of this computer cannot be written.
        """
        with self._alone(workspace_id):
            known = _merge_into(self._file(workspace_id), _List(workspace_id, key_id, tuple(people)))
            missed = []
            for place in map(Path, known.places):
                try:
                    if place.is_dir():
                        _merge_into(_file_in(place, workspace_id), known)
                    else:
                        missed.append(place)
                except StorageError:
                    missed.append(place)
            return missed

    def read(self, workspace_id: str, key_id: str, places: Iterable[Path] = ()) -> tuple[Sequence[ErasedPerson], int]:
        """Everybody on the list of this computer and on those in these folders, and how many stand there under another
        key. Raises StorageError.
        """
        found: dict[ErasedPerson, None] = {}
        strange = 0
        for path in (self._file(workspace_id), *(_file_in(place, workspace_id) for place in places)):
            known = _read(path)
            if known is not None and known.workspace_id == workspace_id:
                if known.key_id == key_id:
                    found.update(dict.fromkeys(known.people))
                else:
                    strange = max(strange, len(known.people))
        return list(found), strange

    def _file(self, workspace_id: str) -> Path:
        return self._folder / f"{workspace_id}.json"

    def _alone(self, workspace_id: str) -> AbstractContextManager[None]:
        make_private_folder(self._folder)
        return short_exclusion(self._file(workspace_id).with_suffix(".lock"), timeout_s=30)


def _file_in(place: Path, workspace_id: str) -> Path:
    return place / f"wireroom-erased-{workspace_id}.json"


def _read(path: Path) -> _List | None:
    with storage_errors(path):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
    try:
        return msgspec.json.decode(content, type=_List)
    except msgspec.MsgspecError:
        raise StorageError(
            f"{path} is damaged: it says who was erased.", hint="Put back a copy of it, or move it away."
        ) from None


def _merge_into(path: Path, news: _List) -> _List:
    """The list with these people. Under another key than before it begins anew: its former hashes find nobody any more."""
    known = _read(path) or _List(news.workspace_id)
    former = known.people if known.key_id == news.key_id else ()
    people = {person.hashes: person for person in (*news.people, *former)}
    merged = msgspec.structs.replace(known, key_id=news.key_id, people=tuple(people.values()))
    if merged != known:
        write_atomic(path, msgspec.json.encode(merged))
    return merged

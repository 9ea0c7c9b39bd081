"""The secrets of a workspace: makes and opens its vault, and remembers where its data key lies.

The choice (key store of the system, passphrase, or memory for this run) stands in `vault/store.json` and never
changes silently: what is remembered and not there is an error, never a reason to take another one.
"""

import secrets
from dataclasses import dataclass, field, replace

from core.errors import AppError, SecretStoreError, SecretStoreLocked, SecretStoreMissing
from core.files import storage_errors
from core.locks import short_exclusion
from core.redaction import redactor
from core.secrets.choice import StoreChoice, StoreKind
from core.secrets.key_pipe import encode_key_line
from core.secrets.os_keyring import OsKeyring
from core.secrets.passphrase import check_passphrase, load_wrapped, save_wrapped
from core.secrets.vault import KEY_BYTES, Vault, secret_files
from core.timeouts import OperationType, await_blocking, timeout_of
from core.workspace import Workspace

STORE_FILE = "store.json"
WRAPPED_FILE = "data-key.wrapped"
STORE_LOCK = ".store-lock"  # held by who makes or rewraps the key


@dataclass(frozen=True, slots=True)
class Passphrase:
    """Opens the vault by what a person typed."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DataKey:
    """Opens a vault of any kind by the key itself, as a child gets it from its parent (`key_pipe`)."""

    value: bytes = field(repr=False)


KeySource = Passphrase | DataKey | None  # None: what the remembered kind gives by itself


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretStatus:
    """What `secrets status` shows. `problem` says why it does not open; `kind` is None before a store was made."""

    kind: StoreKind | None
    place: str
    secret_count: int
    opens: bool
    problem: AppError | None = None


class SecretsManager:
    """The open vault of one workspace.

    `get`, `set` and `delete` go to the disk (set and delete wait for it): from a coroutine call them through
    `asyncio.to_thread`. Any thread and any process with the key may use the vault at the same time. Every value that
    passes is registered with the redactor. Python cannot wipe memory: the key stays in it until the process ends.
    """

    def __init__(self, workspace: Workspace, kind: StoreKind, data_key: bytes) -> None:
        redactor.register(data_key)
        self.kind = kind
        self._workspace = workspace
        self._data_key = data_key
        self._vault = Vault(workspace.vault, data_key)

    @classmethod
    def create(
        cls,
        workspace: Workspace,
        kind: StoreKind,
        *,
        passphrase: str = "",
        keyring: OsKeyring | None = None,
        forget_former_run: bool = False,
    ) -> "SecretsManager":
        """Make the vault and remember `kind`. Blocks: a passphrase 0.3 s, a key store up to its limit per call.

        A workspace has one store: raises SecretStoreError when it has one already. Only a memory store of a former
        run, whose key is gone for good, may be replaced, by `forget_former_run`; its secrets are deleted. Raises
        SecretStoreMissing and SecretStoreLocked for a key store that cannot be used, UserInputError for a passphrase
        that is too short. After an error nothing is remembered.
        """
        if kind is StoreKind.PASSPHRASE:
            check_passphrase(passphrase)
        with short_exclusion(workspace.vault / STORE_LOCK):
            _refuse_second(workspace, forget_former_run=forget_former_run)
            data_key = secrets.token_bytes(KEY_BYTES)
            choice = StoreChoice(kind=kind, store_id=secrets.token_hex(16))
            if kind is StoreKind.KEYRING:
                keyring = keyring or OsKeyring.find()
                keyring.probe(choice.store_id)
                keyring.save(choice.store_id, data_key)
                choice = replace(choice, backend=keyring.name)
            elif kind is StoreKind.PASSPHRASE:
                save_wrapped(workspace.vault / WRAPPED_FILE, data_key, passphrase)
            # The choice last: until it is there, there is no store, and create() may simply be called again.
            choice.sealed(data_key).save(workspace.vault / STORE_FILE)
        return cls(workspace, kind, data_key)

    @classmethod
    def open(
        cls, workspace: Workspace, source: KeySource = None, *, keyring: OsKeyring | None = None
    ) -> "SecretsManager":
        """Open the vault from where its key is remembered to be, or with the given source. Blocks as `create`.

        Raises SecretStoreMissing (no store; the key store, its entry or the run that held the key are gone),
        SecretStoreLocked (waits for a person: an unlock, or the passphrase), WrongPassphrase, SecretStoreError (changed
        or damaged; a key of another vault).
        """
        choice = StoreChoice.load(workspace.vault / STORE_FILE)
        if isinstance(source, DataKey):
            data_key = source.value
        elif choice.kind is StoreKind.KEYRING:
            data_key = (keyring or OsKeyring.find(choice.backend)).load(choice.store_id)
        elif choice.kind is StoreKind.PASSPHRASE:
            data_key = _unwrap(workspace, source)
        else:
            raise SecretStoreMissing(
                "The secrets of this workspace were kept for one run only, and that run has ended.",
                hint="Choose a store that stays, then sign in again.",
            )
        choice.check(data_key)
        return cls(workspace, choice.kind, data_key)

    @classmethod
    async def open_async(cls, workspace: Workspace, source: KeySource = None) -> "SecretsManager":
        """As `open`, without holding the event loop while a key store waits for a prompt."""
        # Two calls to the key store with a limit each; this one only backs them up.
        limit_s = 3 * timeout_of(OperationType.SECRET_STORE)
        return await await_blocking(OperationType.SECRET_STORE, lambda: cls.open(workspace, source), seconds=limit_s)

    def get(self, name: str) -> bytes:
        """The secret; raises SecretNotFound, and SecretStoreError when its file was changed or is damaged."""
        secret = self._vault.read(name)
        redactor.register(secret)
        return secret

    def set(self, name: str, secret: bytes) -> None:
        """Store or replace the secret; it is on the disk when this returns. After an error the old one is there."""
        redactor.register(secret)
        self._vault.write(name, secret)

    def delete(self, name: str) -> None:
        """Forget the secret; harmless when there is none."""
        self._vault.remove(name)

    def list_names(self) -> list[str]:
        """The names of all secrets, sorted."""
        return self._vault.names()

    def key_line(self) -> bytes:
        """The data key as one line, to be written into the pipe or standard input of a child, nowhere else."""
        return encode_key_line(self._data_key)

    def __repr__(self) -> str:
        return f"SecretsManager({str(self._workspace.folder)!r}, {self.kind.value})"


def remembered_kind(workspace: Workspace) -> StoreKind | None:
    """The kind of store that the workspace has, or None before one was made; SecretStoreError if unreadable."""
    path = workspace.vault / STORE_FILE
    return StoreChoice.load(path).kind if path.exists() else None


def read_status(workspace: Workspace, source: KeySource = None, *, keyring: OsKeyring | None = None) -> SecretStatus:
    """Try to open the store and say how it stands. A store that does not open is a status, not an error; blocks as
    `SecretsManager.open`."""
    kind: StoreKind | None = None
    place = "nowhere yet"
    problem: AppError | None = None
    try:
        kind = remembered_kind(workspace)
        if kind is not None:
            place = _place(workspace, kind)
            SecretsManager.open(workspace, source, keyring=keyring)
    except AppError as error:
        problem = error
    return SecretStatus(
        kind=kind,
        place=place,
        secret_count=len(secret_files(workspace.vault)),
        opens=kind is not None and problem is None,
        problem=problem,
    )


def _place(workspace: Workspace, kind: StoreKind) -> str:
    match kind:
        case StoreKind.KEYRING:
            return f"the key store of this computer ({StoreChoice.load(workspace.vault / STORE_FILE).backend})"
        case StoreKind.PASSPHRASE:
            return f"{workspace.vault / WRAPPED_FILE}, wrapped by your passphrase"
        case StoreKind.MEMORY:
            return "the memory of the processes of one run"


def _unwrap(workspace: Workspace, source: KeySource) -> bytes:
    if not isinstance(source, Passphrase):
        raise SecretStoreLocked(
            "Its key is wrapped by your passphrase.",
            title="The secrets of this workspace are locked",
            hint="Enter the passphrase. No secret was lost.",
        )
    redactor.register(source.text)
    return load_wrapped(workspace.vault / WRAPPED_FILE, source.text)


def _refuse_second(workspace: Workspace, *, forget_former_run: bool) -> None:
    kind = remembered_kind(workspace)
    if kind is None:
        return
    if kind is not StoreKind.MEMORY or not forget_former_run:
        raise SecretStoreError(
            f"This workspace keeps its secrets in another store ({kind.value}) already. Nothing was changed.",
            title="There is a secret store already",
            hint="Open that one, or make a new workspace.",
        )
    with storage_errors(workspace.vault):
        (workspace.vault / STORE_FILE).unlink()
        for path in secret_files(workspace.vault):  # nobody has their key any more
            path.unlink()

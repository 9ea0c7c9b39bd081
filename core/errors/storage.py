"""What is kept cannot be written or read: the database, its backups, and the store of secrets."""

from core.errors.base import AppError, format_seconds


class StorageError(AppError):
    """The workspace's database cannot do what was asked. What was acknowledged before is safe."""

    code = "storage"
    default_title = "The workspace cannot be saved"


class StorageFull(StorageError):
    code = "storage_full"
    default_title = "The disk is full, so nothing can be saved"
    default_hint = "Free about 200 MB on the disk of this workspace."


class StorageReadOnly(StorageError):
    code = "storage_read_only"
    default_title = "This folder cannot be written"
    default_hint = "Choose a folder that you may write to."


class StorageLocked(StorageError):
    code = "storage_locked"
    is_retryable = True
    default_title = "Another program holds the database"
    default_hint = "Close the program that has the file open. Nothing was lost."


class StorageCorrupt(StorageError):
    code = "storage_corrupt"
    default_title = "The database is damaged"
    default_hint = "Restore the newest backup from the workspace's folder backups."


class DatabaseTooNew(StorageError):
    code = "database_too_new"
    default_title = "This workspace was written by a newer Wireroom"
    default_hint = "Update Wireroom, or open a backup made by this version."


class BackupDamaged(StorageError):
    """A backup file is no backup, or not the one that was written."""

    code = "backup_damaged"
    default_title = "This backup cannot be used"
    default_hint = "Take another backup. Nothing was changed."


class BackupTooNew(StorageError):
    code = "backup_too_new"
    default_title = "This backup was made by a newer Wireroom"
    default_hint = "Update Wireroom, then restore it. Nothing was changed."


class SecretStoreError(AppError):
    """The secret store did not give or take a secret."""

    code = "secret_store"
    default_title = "The secret store cannot be used"


class SecretStoreLocked(SecretStoreError):
    code = "secret_store_locked"
    is_retryable = True
    default_title = "The key store of this computer is locked"
    default_hint = "Unlock it, then try again. No secret was lost."


class SecretStoreMissing(SecretStoreError):
    code = "secret_store_missing"
    default_title = "The key store that this workspace uses is not there"
    default_hint = "Unlock or install it, or sign in again. No secret was changed."


class SecretNotFound(SecretStoreError):
    code = "secret_not_found"
    default_title = "A secret is not in the store"
    default_hint = "Enter it again."


class WrongPassphrase(SecretStoreError):
    code = "wrong_passphrase"
    default_title = "This passphrase is not right"
    default_hint = "Enter it again. Nothing was changed."


class TooManyTries(SecretStoreError):
    """The passphrase was wrong so often that the next try has to wait. `wait_s`: seconds until it is taken."""

    code = "too_many_tries"
    is_retryable = True
    default_title = "Too many wrong passphrases"

    def __init__(self, wait_s: float) -> None:
        self.wait_s = wait_s
        super().__init__(
            f"The next one is taken in {format_seconds(wait_s)}.",
            hint="Wait, then enter the right one. It works again after every wait.",
        )

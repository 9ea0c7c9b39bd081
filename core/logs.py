"""Logs as one JSON object per line: rotating, private, with a correlation id, redacted in the formatter.

The formatter is the one place through which everything passes: our records and foreign libraries', messages,
arguments, extra fields and tracebacks.
"""

import logging
import os
import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import cast

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from core.config import LogSettings
from core.files import PRIVATE_FILE, make_private_folder, storage_errors
from core.redaction import MARK, Redactor, is_secret_name, redactor

OUR_PACKAGES = ("core", "campaigns", "database", "telegram", "proxy", "ai", "webhooks", "cli", "desktop", "main")

_correlation_id: ContextVar[str] = ContextVar("correlation_id", default="")


def current_correlation_id() -> str:
    """The id of what is being done now, or an empty string."""
    return _correlation_id.get()


@contextmanager
def correlation(correlation_id: str = "") -> Iterator[str]:
    """Everything logged inside carries this id (a new random one when none is given), in tasks started inside too."""
    token = _correlation_id.set(correlation_id or secrets.token_hex(6))
    try:
        yield _correlation_id.get()
    finally:
        _correlation_id.reset(token)


def start_logging(folder: Path, process: str, settings: LogSettings) -> Path:
    """Send every record of this process to `folder`/`process`.log and return that path.

    `process` is the kind of process and belongs to one process at a time (two writers would rotate each other's
    file away). Called again, it replaces what the first call set up. Raises StorageReadOnly or StorageFull.
    Libraries are heard from WARNING up whatever the settings say: at DEBUG aiosqlite writes the values of
    statements, Telethon the content of requests.
    """
    make_private_folder(folder)
    path = folder / f"{process}.log"
    with storage_errors(path):
        handler = _PrivateRotatingHandler(
            path, maxBytes=settings.max_mb * 1_000_000, backupCount=settings.backups, encoding="utf-8"
        )
    handler.setFormatter(RedactingFormatter(process))
    stop_logging()
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    for name in OUR_PACKAGES:
        logging.getLogger(name).setLevel(settings.level.upper())
    logging.captureWarnings(capture=True)
    return path


def stop_logging() -> None:
    """Close the file of `start_logging` and give the levels back; harmless when there is none.

    Raises StorageFull or StorageError when its last lines could not be written; it is closed all the same.
    """
    root = logging.getLogger()
    handlers = [handler for handler in root.handlers if isinstance(handler, _PrivateRotatingHandler)]
    for name in OUR_PACKAGES:
        logging.getLogger(name).setLevel(logging.NOTSET)
    logging.captureWarnings(capture=False)
    for handler in handlers:
        root.removeHandler(handler)
        with storage_errors(Path(handler.baseFilename)):
            handler.close()


class RedactingFormatter(JsonFormatter):
    """One JSON object per record: time, level, logger, process, correlation_id, message, extras, exc_info.

    Nothing is written that the redactor has not seen, and nothing is raised: a record whose arguments do not fit
    its message is written without the arguments.
    """

    def __init__(self, process: str, redact: Redactor = redactor) -> None:
        # taskName is standard from Python 3.12 on and an extra field before.
        super().__init__(["message"], reserved_attrs=[*RESERVED_ATTRS, "taskName"], json_ensure_ascii=False)
        self._process = process
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        try:
            return super().format(self._with_clean_arguments(record))
        except Exception as error:  # noqa: BLE001 - a log line must never stop what it reports on
            broken = logging.makeLogRecord({**record.__dict__, "msg": "", "args": (), "exc_info": None})
            broken.msg = (
                f"unreadable log record ({type(error).__name__}): {record.msg if isinstance(record.msg, str) else ''}"
            )
            return super().format(broken)

    def add_fields(
        self, log_data: dict[str, object], record: logging.LogRecord, message_dict: dict[str, object]
    ) -> None:
        """Fill `log_data`; extras that bear the name of one of our fields get the prefix "extra_"."""
        found: dict[str, object] = {}
        super().add_fields(found, record, message_dict)
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname.lower()
        log_data["logger"] = record.name
        log_data["process"] = self._process
        log_data["message"] = self._redact.text(str(found.pop("message")))
        if current_correlation_id():
            log_data["correlation_id"] = current_correlation_id()
        for key, value in self._redact.fields(found).items():
            log_data[f"extra_{key}" if key in log_data else key] = value

    def _with_clean_arguments(self, record: logging.LogRecord) -> logging.LogRecord:
        # "%(code)s" with {"code": ...}: the names are only known before the message is put together.
        if not isinstance(record.args, Mapping):
            return record
        hidden = {key: MARK if is_secret_name(str(key)) else value for key, value in record.args.items()}
        return logging.makeLogRecord({**record.__dict__, "args": hidden})


class _PrivateRotatingHandler(RotatingFileHandler):
    """A rotating file that only its owner reads, and that never prints a record it could not write."""

    _has_complained = False

    def _open(self) -> TextIOWrapper:
        stream = open(self.baseFilename, self.mode, encoding=self.encoding, opener=_open_private)  # noqa: SIM115
        return cast("TextIOWrapper", stream)  # the handler closes it

    def handleError(self, record: logging.LogRecord) -> None:
        # The standard one prints the record's arguments to stderr, unredacted. Once is enough: a full disk would
        # repeat it with every line.
        if not self._has_complained:
            self._has_complained = True
            sys.stderr.write(f"The log {self.baseFilename} cannot be written ({sys.exc_info()[0]}).\n")


def _open_private(path: str, flags: int) -> int:
    descriptor = os.open(path, flags, PRIVATE_FILE)
    if os.name != "nt":
        os.fchmod(descriptor, PRIVATE_FILE)
    return descriptor

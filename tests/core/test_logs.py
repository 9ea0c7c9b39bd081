"""Logs: one JSON object per line, with an id that joins what belongs together, and without anything secret."""

import asyncio
import io
import json
import logging
import stat
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from core.config import LogSettings
from core.errors import StorageFull
from core.logs import correlation, current_correlation_id, start_logging, stop_logging
from core.redaction import redactor

SECRET = "s3cret-of-the-test"
log = logging.getLogger("core.test")


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    redactor.register(SECRET)
    yield start_logging(tmp_path / "logs", "worker", LogSettings(level="debug"))
    stop_logging()


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_record_is_one_json_object_with_time_level_logger_and_extras(path: Path) -> None:
    log.info("sent %s of %d", "one", 2, extra={"account_id": 12, "level": "mine"})

    (line,) = lines(path)
    assert str(line.pop("time")).endswith("+00:00")
    assert line == {
        "level": "info",
        "logger": "core.test",
        "process": "worker",
        "message": "sent one of 2",
        "account_id": 12,
        "extra_level": "mine",
    }


def log_in_message() -> None:
    log.info(f"it is {SECRET}")  # noqa: G004


def log_in_arguments() -> None:
    log.info("it is %s", SECRET)


def log_in_named_arguments() -> None:
    log.info("it is %(password)s", {"password": "never-registered"})


def log_in_extras() -> None:
    log.info("x", extra={"detail": {"deep": [SECRET]}, "api_hash": "never-registered"})


def log_in_traceback() -> None:
    try:
        raise ValueError(f"cannot use {SECRET}, password='never-registered'")
    except ValueError:
        log.exception("failed")


def log_in_chained_traceback() -> None:
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise RuntimeError("outer") from error
    except RuntimeError:
        log.exception("failed")


def log_in_stack() -> None:
    exec("log.info('x', stack_info=True)  # s3cret-of-the-test", {"log": log})


def log_in_dictionary() -> None:
    log.info({"token": "never-registered", "note": SECRET})


def log_by_foreign_library() -> None:
    logging.getLogger("telethon.network").warning("sending %r", {"message": "never-registered", "to": SECRET})


def log_with_wrong_arguments() -> None:
    log.info(f"{SECRET} %s %s", "never-registered")  # noqa: G004


def log_an_object() -> None:
    class Request:
        def __repr__(self) -> str:
            return f"Request({SECRET}, text='never-registered')"

    log.info("request %r", Request(), extra={"request": Request()})


@contextmanager
def our_handler_alone() -> Iterator[None]:
    """Without pytest's own handlers, which raise where a log must not; they come once the test runs."""
    root = logging.getLogger()
    others = [handler for handler in root.handlers if not isinstance(handler, RotatingFileHandler)]
    for handler in others:
        root.removeHandler(handler)
    try:
        yield
    finally:
        root.handlers += others


@pytest.mark.parametrize("write", [value for name, value in sorted(globals().items()) if name.startswith("log_")])
def test_secret_reaches_no_line_whichever_way_it_is_logged(path: Path, write: object) -> None:
    assert callable(write)
    with our_handler_alone():
        write()

    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) == 1
    assert SECRET not in text
    assert "never-registered" not in text


def test_record_that_cannot_be_formatted_is_still_a_line(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with our_handler_alone():
        log_with_wrong_arguments()

    (line,) = lines(path)
    assert "unreadable log record (TypeError)" in str(line["message"])
    assert capsys.readouterr().err == ""


def test_log_that_cannot_be_written_complains_once_and_without_the_record(
    path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (handler,) = [
        handler for handler in logging.getLogger().handlers if getattr(handler, "baseFilename", "") == str(path)
    ]
    assert isinstance(handler, logging.FileHandler)
    handler.stream.close()
    handler.stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO()))  # type: ignore[arg-type, type-var]

    for _ in range(3):
        log.info("it is %s", SECRET)

    errors = capsys.readouterr().err
    assert errors.count("cannot be written") == 1
    assert SECRET not in errors


def test_libraries_are_heard_only_from_warning_up(path: Path) -> None:
    for name in ("aiosqlite", "telethon", "httpx2", "asyncio"):
        logging.getLogger(name).info("chatter")
        logging.getLogger(name).warning("trouble")
    log.debug("ours")

    assert [line["message"] for line in lines(path)] == ["trouble"] * 4 + ["ours"]


def test_python_warnings_are_logged(path: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn(f"old way, {SECRET}", stacklevel=1)

    (line,) = lines(path)
    assert line["logger"] == "py.warnings"
    assert SECRET not in str(line)


async def test_correlation_id_follows_the_work_into_tasks_and_threads_and_ends_with_it(path: Path) -> None:
    async def work(number: int) -> None:
        with correlation(f"job-{number}"):
            await asyncio.sleep(0)
            await asyncio.to_thread(log.info, "from %d", number)

    await asyncio.gather(*(work(number) for number in range(5)))
    log.info("outside")

    by_message = {str(line["message"]): line.get("correlation_id") for line in lines(path)}
    assert by_message == {**{f"from {number}": f"job-{number}" for number in range(5)}, "outside": None}
    with correlation() as first, correlation() as second:
        assert first != second == current_correlation_id()


@pytest.mark.slow
def test_files_rotate_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    path = start_logging(tmp_path / "logs", "worker", LogSettings(max_mb=1, backups=2))
    for _ in range(4):
        log.info("x" * 600_000)
    stop_logging()

    files = sorted(path.parent.iterdir())
    assert [file.name for file in files] == ["worker.log", "worker.log.1", "worker.log.2"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert all(file.stat().st_size <= 1_100_000 for file in files)


def test_many_threads_write_whole_lines(path: Path) -> None:
    threads = [threading.Thread(target=lambda: [log.info("line") for _ in range(50)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [line["message"] for line in lines(path)] == ["line"] * 200


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="/dev/full is a device of Linux")
def test_a_log_whose_last_lines_find_no_room_is_told_in_words_and_closed_all_the_same(tmp_path: Path) -> None:
    start_logging(tmp_path, "command", LogSettings())
    [handler] = [each for each in logging.getLogger().handlers if isinstance(each, RotatingFileHandler)]
    handler.stream.close()
    handler.stream = Path("/dev/full").open("w", encoding="utf-8")  # noqa: SIM115  # the handler closes it
    handler.stream.write("the last line")

    with pytest.raises(StorageFull):
        stop_logging()

    assert handler not in logging.getLogger().handlers
    stop_logging()

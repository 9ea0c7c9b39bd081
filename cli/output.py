"""What a command prints: sentences and tables for people, or one JSON object on the last line for scripts."""

import asyncio
import json
import os
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from cli.interrupts import EXIT_CANCELLED, cancelled_by_signals, end_of_loading
from core.errors import AppError, Cancelled
from core.redaction import redactor

if TYPE_CHECKING:  # rich takes 45 ms to import: for people, not for scripts and for workers
    from rich.console import Console, RenderableType
    from rich.progress import Progress

    from campaigns.jobs import Tell

Scalar = str | int | float | bool | None
JsonValue = Scalar | Sequence[Mapping[str, Scalar | Sequence[Scalar]]]

EXIT_OK = 0
EXIT_FAILED = 1  # the error says what to do
EXIT_USAGE = 2  # a mistake on the command line
EXIT_BUSY = 3  # another process does it already
EXIT_UNEXPECTED = 70  # a defect of ours


def run_window(command: str, show: Callable[[], int]) -> int:
    """Run the console; an AppError on the way to a window is printed in words."""
    end_of_loading()
    try:
        return show()
    except AppError as error:
        return Output(command, is_json=False).fail(error)


class Output:
    """One command's way to its reader. With `is_json` nothing but the last line goes to standard output."""

    def __init__(self, command: str, *, is_json: bool) -> None:
        self.command = command
        self.is_json = is_json
        self._kept: Path | None = None

    @cached_property
    def _console(self) -> "Console":
        # Progress and sentences go to standard error for scripts, so that the last line stays alone.
        return _make_console(stderr=self.is_json)

    def say(self, sentence: str) -> None:
        """One line for people; scripts do not see it."""
        if not self.is_json:
            self._console.print(sentence, markup=False)

    def keep(self, folder: Path) -> None:
        """What a command that fails leaves for a look: said on standard error to whoever reads only the last line, and in
        that line under `kept`."""
        self._kept = folder
        self._console.print(f"The workspace is kept for a look: {folder}", markup=False)

    def warn(self, error: AppError) -> None:
        """The three texts of something that can be mended now, for people; scripts do not see it."""
        if not self.is_json:
            self._console.print(error.title, style="yellow", markup=False)
            for text in (error.message, error.hint):
                if text:
                    self._console.print(text, markup=False)

    def show_live(self, get: "Callable[[], RenderableType]") -> AbstractContextManager[object]:
        """Show what `get` returns, renewed twice a second, where somebody watches; once elsewhere."""
        if not self._console.is_terminal:
            self._console.print(get())
            return nullcontext()
        from rich.live import Live

        return Live(get_renderable=get, console=self._console, refresh_per_second=2, transient=True)

    def table(self, title: str, columns: list[str], rows: list[list[str]]) -> None:
        if self.is_json:
            return
        from rich.table import Table

        table = Table(title=title or None, box=None, header_style="dim", pad_edge=False)
        for column in columns:
            table.add_column(column)
        for row in rows:
            table.add_row(*row)
        self._console.print(table)

    def progress(self) -> "AbstractContextManager[Progress | None]":
        """A bar where somebody watches; None for scripts."""
        if self.is_json or not self._console.is_terminal:
            return nullcontext(None)
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        return Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        )

    @contextmanager
    def counting(self, words: str, total: int | None = None) -> "Iterator[Tell]":
        """A bar for work that tells how much is done."""
        with self.progress() as bar:
            task = None if bar is None else bar.add_task(words, total=total)

            async def tell(count: int) -> None:
                if bar is not None and task is not None:
                    bar.update(task, completed=count)

            yield tell

    def finish(self, values: Mapping[str, JsonValue], *, ok: bool = True) -> int:
        """The result, and the exit code that goes with it."""
        if self.is_json and not _write_last_line({"ok": ok, "command": self.command, **values, **self._left()}):
            return EXIT_FAILED
        return EXIT_OK if ok else EXIT_FAILED

    def fail(self, error: AppError) -> int:
        """The three texts of an error, and the exit code."""
        if self.is_json:
            fields = {"code": error.code, "title": error.title, "message": error.message, "hint": error.hint}
            _write_last_line({"ok": False, "command": self.command, "error": fields, **self._left()})
        else:
            console = _make_console(stderr=True)
            console.print(error.title, style="bold red", markup=False)
            for text in (error.message, error.hint):
                if text:
                    console.print(text, markup=False)
        if error.code == "cancelled":
            return EXIT_CANCELLED
        return EXIT_BUSY if error.code == "workspace_busy" else EXIT_FAILED

    def _left(self) -> Mapping[str, str]:
        return {} if self._kept is None else {"kept": str(self._kept)}


def _write_last_line(result: Mapping[str, object]) -> bool:
    """False: nobody reads it, or it cannot be written. What was done is done all the same."""
    if sys.stdout is None:  # closed by who started us
        return False
    try:
        sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
        sys.stdout.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"The result could not be written: {error.strerror}.\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left is not tried again at the end
        return False
    return True


def _make_console(*, stderr: bool) -> "Console":
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def iso(moment: datetime | None) -> str | None:
    """A moment as a value of the JSON answer."""
    return None if moment is None else moment.isoformat(timespec="seconds")


def run_command(
    command: str,
    body: Callable[[Output], Awaitable[int]],
    *,
    is_json: bool,
    loop_factory: LoopFactory | None = None,
) -> int:
    """Run a command's coroutine; every AppError is printed in words. To be told to end (Ctrl+C, SIGTERM, the terminal is
    closed) is a state and not an error: what was begun is stopped in order first."""
    output = Output(command, is_json=is_json)
    end_of_loading()

    async def run() -> int:
        with cancelled_by_signals():
            return await body(output)

    try:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            return runner.run(run())
    except AppError as error:
        return output.fail(error)
    except BaseExceptionGroup as group:
        known = group.subgroup(AppError)
        if known is not None:
            return output.fail(first_of(known))
        return _unexpected(output, group)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return output.fail(Cancelled("What was begun was stopped in order."))
    except Exception as error:  # noqa: BLE001 - the outermost place: told as a defect, never swallowed
        return _unexpected(output, error)


def _unexpected(output: Output, error: BaseException) -> int:
    """A defect of ours: told as one. The log has it already, when there was one; here it is shown redacted too."""
    sys.stderr.write(redactor.text("".join(traceback.format_exception(error))))
    output.fail(
        AppError(
            f"This is a mistake in Wireroom, not yours ({type(error).__name__}). What was acknowledged before is safe.",
            hint="Look at the end of the files in the folder logs of the workspace, and report it.",
        )
    )
    return EXIT_UNEXPECTED


def first_of(group: BaseExceptionGroup[AppError]) -> AppError:
    """The first of our errors in a group of nothing else."""
    for error in group.exceptions:
        return first_of(error) if isinstance(error, BaseExceptionGroup) else error
    raise AssertionError("a group holds at least one error")

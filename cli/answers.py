"""Answers of a person at a terminal, or of a script on standard input: one line each."""

import getpass
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from types import ModuleType

from cli.interrupts import asked_on_the_terminal
from core.errors import Cancelled, UserInputError
from core.standard_input import read_line
from core.timeouts import OperationType, await_blocking

PATIENCE_S = 86_400.0  # a person may take a day; what is waited for has limits of its own
LINE_BYTES = 65_536  # no secret, address or name is as long

termios: ModuleType | None
try:
    import termios as termios
except ImportError:
    termios = None


class Answers:
    """Reads line by line. Reading happens on a daemon thread, so that a wait can be cancelled."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdin.isatty()

    def ask(self, question: str, *, is_hidden: bool = False) -> Awaitable[str]:
        """The next line; hidden ones are not echoed. Raises UserInputError when there is none any more."""
        return await_blocking(OperationType.SIGN_IN, self._reader(question, is_hidden=is_hidden), seconds=PATIENCE_S)

    def _reader(self, question: str, *, is_hidden: bool) -> Callable[[], str]:
        def read() -> str:
            if self.is_terminal:
                try:
                    return getpass.getpass(f"{question}: ") if is_hidden else input(f"{question}: ")
                except EOFError:
                    raise _no_more(question) from None
            # Not through sys.stdin: who stops waiting may end the program, while this thread still reads.
            line = read_line(sys.stdin.fileno(), LINE_BYTES)
            if line is None:
                raise _no_more(question)
            if len(line) == LINE_BYTES:
                raise UserInputError("This line is too long for an answer.", hint="Give one answer a line.")
            return line.decode(sys.stdin.encoding, sys.stdin.errors or "strict").rstrip("\r")

        return read


def confirm(question: str) -> None:
    """Return when the answer is yes. Raises Cancelled when it is no, and UserInputError where nobody answers."""
    with asked_on_the_terminal():
        while True:
            try:
                answer = input(f"{question} [y/N]: ").strip().lower()
            except EOFError:
                raise UserInputError(
                    f"An answer is needed: {question}", title="An answer is missing", hint="Give --yes to go on."
                ) from None
            if answer in ("y", "yes"):
                return
            if answer in ("", "n", "no"):
                raise Cancelled("Nothing was changed.")


@contextmanager
def terminal_restored() -> Iterator[None]:
    """Leave the terminal as it was: a hidden question that is interrupted would leave it without echo."""
    if termios is None or not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin.fileno())
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, before)


def _no_more(question: str) -> UserInputError:
    return UserInputError(
        f"Standard input ended where an answer was needed: {question}.",
        title="An answer is missing",
        hint="Run it in a terminal, or give every answer on standard input, one line each.",
    )
